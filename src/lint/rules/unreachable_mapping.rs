//! A Mapping to which no request ever comes, proved.

use std::collections::BTreeMap;

use crate::analysis::reachability::{Reachability, Why};
use crate::lint::{Check, Code, Context, Example, Findings, Rule};
use crate::model::MappingId;
use crate::routing::RouteTable;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB701"),
    name: "unreachable-mapping",
    summary: "earlier routes take every request of this Mapping",
    why: "Routes are tried in an order of their own: precedence, then the length of the prefix, then headers and query. \
          It is proved that whatever this Mapping matches, other Mappings before it take.",
    facts: &["M08"],
    examples: &[Example::mapping(
        "prefix: /shop/cart/\nservice: cart\n---\nprefix: /shop/\nservice: shop\nprecedence: 10\n",
        "prefix: /shop/cart/\nservice: cart\n---\nprefix: /shop/\nservice: shop\n",
    )],
    check: Check::Table(check),
    ..Rule::BASE
};

fn check(table: &RouteTable, cx: &Context<'_>, out: &mut Findings) {
    let mut covered: BTreeMap<MappingId, Option<Vec<MappingId>>> = BTreeMap::new();
    for (id, reachability) in cx.reachabilities().iter() {
        let by = match reachability {
            Reachability::Unreachable(Why::Covered(by)) => Some(by.iter().map(|id| table.route(*id).mapping)),
            _ => None,
        };
        // Every route of the Mapping must be covered.
        let known = covered.entry(table.route(id).mapping).or_insert_with(|| Some(Vec::new()));
        match (known.as_mut(), by) {
            (Some(known), Some(by)) => known.extend(by),
            _ => *known = None,
        }
    }
    for (id, by) in covered {
        let (Some(mapping), Some(mut by)) = (cx.mapping(id), by) else { continue };
        by.sort_unstable();
        by.dedup();
        by.retain(|other| *other != id);
        if is_told_by_others(id, &by, cx) {
            continue;
        }
        let finding = out.report(mapping.name_span(), format!("no request comes to Mapping {}", mapping.name()));
        for other in by.iter().filter_map(|other| cx.mapping(*other)).take(5) {
            finding.also(other.name_span(), "takes its requests before it");
        }
    }
}

/// Whether it is for its weights, or the letter case of a header's name, that no request comes.
fn is_told_by_others(id: MappingId, by: &[MappingId], cx: &Context<'_>) -> bool {
    let mappings = &cx.snapshot().mappings;
    let shares = |other: &MappingId| cx.group_of(*other).is_some() && cx.group_of(*other) == cx.group_of(id);
    by.iter().any(|other| shares(other) || super::header_name_case::are_twins(&mappings[id], &mappings[*other]))
}
