//! A Mapping that takes the requests by which Emissary is asked whether it lives.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};

/// The prefix of Emissary's own three Mappings.
const OWN: &str = "/ambassador/v0/";

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB212"),
    name: "hidden-probes",
    summary: "takes the requests of Emissary's own probes and diagnostics",
    why: "Emissary answers `/ambassador/v0/check_ready`, `check_alive` and its diagnostics by Mappings of its own, which \
          are ordered like all others. A Mapping that comes before them sends probes to its own service.",
    facts: &["M12"],
    examples: &[Example::mapping("prefix: /\nservice: shop\nprecedence: 10\n", "prefix: /\nservice: shop\n")],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some(meaning) = mapping.mapping else { return };
    let matches = &meaning.matches;
    // Conditions on the authority and the method alone let a probe through.
    let is_plain = matches.headers.iter().all(|test| matches!(&*test.name, ":authority" | ":method"));
    let is_get = matches.headers.iter().all(|test| &*test.name != ":method" || test.text() == Some("GET"));
    if matches.regex == Some(true) || meaning.shadow || !is_plain || !is_get || !matches.query.is_empty() {
        return;
    }
    let prefix = &*matches.prefix;
    let is_before = matches.precedence > 0 && OWN.starts_with(prefix);
    let is_below = prefix.starts_with(OWN) && !is_own(prefix);
    if is_before {
        out.report(
            mapping.at("precedence"),
            format!("probes of {OWN} come here: this precedence is above Emissary's own"),
        );
    } else if is_below {
        out.report(mapping.at("prefix"), format!("this stands below {OWN}, where Emissary answers probes itself"));
    }
}

/// Whether it is the very prefix of one of Emissary's own Mappings: then it joins their group, which is another matter.
pub(super) fn is_own(prefix: &str) -> bool {
    matches!(prefix.strip_prefix(OWN), Some("" | "check_ready" | "check_alive"))
}
