//! Two groups whose header conditions differ in nothing but the case of a name.

use std::collections::BTreeMap;

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule};
use crate::model::{Mapping, Snapshot};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB216"),
    name: "header-name-case",
    summary: "a header condition differs from another Mapping's in the case of its name only",
    why: "Requests know no case in header names, but Emissary groups Mappings by the text. Two Mappings that match the \
          same requests are then no group that shares them: one takes all, the other none.",
    facts: &["M18"],
    fix: FixKind::Unsafe("write the name in lower case"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nheaders: {x-beta: 'yes'}\n---\nprefix: /cart/\nservice: next\nheaders: {X-Beta: 'yes'}\n",
        "prefix: /cart/\nservice: cart\nheaders: {x-beta: 'yes'}\n---\nprefix: /cart/\nservice: next\nheaders: {x-beta: 'yes'}\n",
    )],
    check: Check::Snapshot(check),
    ..Rule::BASE
};

/// What two Mappings have in common whose header conditions match the same requests.
type Key<'s> = (&'s str, i64, Vec<(String, Option<&'s str>)>, Vec<String>);

fn check(snapshot: &Snapshot, cx: &Context<'_>, out: &mut Findings) {
    let mut seen: BTreeMap<Key<'_>, crate::model::GroupId> = BTreeMap::new();
    for group in cx.groups() {
        let founder = &snapshot.mappings[group.group.founder];
        let Some(first) = seen.get(&key(founder)).copied() else {
            seen.insert(key(founder), group.id);
            continue;
        };
        let (Some(view), Some(other)) = (cx.mapping(group.group.founder), cx.mapping(snapshot.groups[first].founder))
        else {
            continue;
        };
        let upper = |fields: crate::lint::Fields<'_>| {
            let names = ["headers", "regex_headers"].into_iter().flat_map(move |key| {
                fields.entries(key).iter().filter_map(move |entry| Some((key, entry.key.text()?, entry.key.span)))
            });
            names
                .filter(|(_, name, _)| name.chars().any(|c| c.is_ascii_uppercase()))
                .map(|(key, name, span)| (key, name.to_owned(), span))
                .collect::<Vec<_>>()
        };
        let own = upper(view.fields);
        let (subject, names, beside) =
            if own.is_empty() { (&other, upper(other.fields), &view) } else { (&view, own, &other) };
        let Some((field, name, span)) = names.first() else { continue };
        let message = format!("requests know no case in `{name}`: this matches what Mapping {} does", beside.name());
        out.report(*span, message)
            .also(beside.name_span(), "both are the same match to a request, and no group")
            .mend(subject.mend(cx).rename_in(&[field], name, &name.to_lowercase()));
    }
}

/// Whether two Mappings match the same requests, though Emissary takes them for two groups.
pub(super) fn are_twins(one: &Mapping, other: &Mapping) -> bool {
    key(one) == key(other)
}

fn key(mapping: &Mapping) -> Key<'_> {
    let matches = &mapping.matches;
    let mut headers: Vec<_> = matches.headers.iter().map(|one| (one.name.to_lowercase(), one.text())).collect();
    headers.sort();
    (
        &matches.prefix,
        matches.precedence,
        headers,
        matches.query.iter().map(|one| one.sort_text().to_string()).collect(),
    )
}
