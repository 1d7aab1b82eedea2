//! What two editions read otherwise, in words: the cause where no document changed.

use super::fate::Fate;
use crate::analysis::behaviour::{Class, End};
use crate::analysis::fingerprint::Facet;
use crate::edition::Edition;
use crate::routing::Mismatch;

/// Why a class of requests changes between two editions; `fates` are what became of the Mapping before under the edition
/// after, and of the Mapping after under the edition before; `lost` is why one of them does not read it.
pub(super) fn words(
    class: &Class,
    fates: [Option<&Fate>; 2],
    lost: Option<&str>,
    [before, after]: [Edition; 2],
) -> String {
    let (older, newer) = (before.min(after), before.max(after));
    let either = |question: fn(Edition) -> bool| question(older) != question(newer);
    let has = |wanted: &dyn Fn(&Fate) -> bool| fates.iter().flatten().any(|fate| wanted(fate));
    let refuses = |wanted: &dyn Fn(&Mismatch) -> bool| {
        has(&|fate| matches!(fate, Fate::Refuses(tests) if tests.iter().any(wanted)))
    };
    let is_open = |end: End| !matches!(end, End::Nowhere);
    if is_open(class.before) != is_open(class.after) && either(Edition::has_listeners) {
        return format!("edition {older} opens ports of its own, {newer} those that Listeners and Hosts ask for");
    }
    if refuses(&|test| *test == Mismatch::Share) && either(Edition::lone_weight_counts) {
        return format!(
            "weights that leave a rest: edition {older} lets the rest fall through to the next Mapping, {newer} has none"
        );
    }
    if refuses(&|test| *test == Mismatch::Authority) && either(Edition::attaches_by_hostname) {
        return format!(
            "edition {older} takes `host` to the letter, and no text fits an empty one; to {newer} a `*` in it is a \
             glob, and empty is any host"
        );
    }
    if refuses(&|test| matches!(test, Mismatch::Header(_))) && either(Edition::attaches_by_hostname) {
        return format!(
            "`:authority` among headers is a condition to edition {older}; {newer} puts the hostname in its place"
        );
    }
    if has(&|fate| *fate == Fate::Gone) {
        let by = if matches!(fates, [Some(Fate::Gone), _]) { after } else { before };
        return match lost {
            Some(why) => format!("edition {by} does not read a document: {why}"),
            None => format!("edition {by} leaves a Mapping out"),
        };
    }
    let ends_in_https = |end: End| matches!(end, End::ToHttps(_));
    let cleartext =
        ends_in_https(class.before) != ends_in_https(class.after) || refuses(&|test| *test == Mismatch::Cleartext);
    if cleartext && either(Edition::has_listeners) {
        return format!(
            "edition {older} treats cleartext as the first Host by name says, {newer} as the Host says whose hostname fits"
        );
    }
    if has(&|fate| matches!(fate, Fate::Elsewhere { .. })) {
        if either(Edition::attaches_by_hostname) {
            return format!(
                "edition {older} has every Mapping under every name, {newer} only under Hosts that its hostname fits"
            );
        }
        return format!(
            "edition {older} attaches a Mapping whose labels or hostname a Host asks for, {newer} wants all labels, and \
             the hostname where there is one"
        );
    }
    let facets = |wanted: Facet| class.differences.iter().any(|difference| difference.facet == wanted);
    if facets(Facet::Auth) && either(Edition::asks_auth_for_redirects) {
        return format!("edition {older} asks the AuthService about redirects too, {newer} does not");
    }
    if facets(Facet::HealthChecks) && either(Edition::has_health_checks) {
        return format!("`health_checks` fall away in edition {older}, {newer} uses them");
    }
    match class.differences.as_slice() {
        [] => format!("edition {older} and {newer} choose another Mapping"),
        several => {
            let names: Vec<&str> = several.iter().map(|difference| difference.facet.name()).collect();
            format!("edition {older} and {newer} make something else of: {}", names.join(", "))
        }
    }
}
