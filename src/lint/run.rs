//! All rules over one compilation.

use rustc_hash::{FxHashMap, FxHashSet};

use super::context::Context;
use super::entry::Entry;
use super::field_view;
use super::findings::{Finding, Findings};
use super::registry::RULES;
use super::rule::{Check, Rule};
use super::selection::Selection;
use super::silence::{self, Silenced};
use super::told::{self, Told};
use crate::pipeline::Compilation;
use crate::source::Origin;

/// What came of asking all rules.
#[derive(Clone, Debug, Default)]
pub struct Linted {
    /// What was found, in order of place.
    pub findings: Vec<Finding>,
    /// What was found and is allowed.
    pub silenced: Vec<Silenced>,
}

/// Asks all rules.
pub fn check(compilation: &Compilation) -> Linted {
    let cx = Context::of(compilation);
    let Some(first) = RULES.first() else { return Linted::default() };
    let mut out = Findings::new(first);
    what_was_told(&cx, &mut out);
    let edition = cx.edition();
    let rules = || RULES.iter().copied().filter(move |rule| rule.editions.has(edition));
    macro_rules! of_shape {
        ($shape:ident) => {
            rules().filter_map(|rule| if let Check::$shape(check) = rule.check { Some((rule, check)) } else { None })
        };
    }
    for (rule, check) in of_shape!(Document) {
        compilation.documents.iter().for_each(|document| check(document, &cx, out.ask(rule)));
    }
    for (rule, check) in of_shape!(Entry) {
        cx.entries().iter().filter(|entry| is_ours(entry)).for_each(|entry| check(entry, &cx, out.ask(rule)));
    }
    let field_checks: Vec<_> = of_shape!(Field).collect();
    for entry in cx.entries() {
        field_view::walk(entry, edition, &mut |field| {
            field_checks.iter().for_each(|(rule, check)| check(field, &cx, out.ask(rule)));
        });
    }
    for rule in rules() {
        if let Check::Resource(kind, check) = rule.check {
            cx.resources(kind).for_each(|resource| check(&resource, &cx, out.ask(rule)));
        }
    }
    let mapping_checks: Vec<_> = of_shape!(Mapping).collect();
    for mapping in cx.mappings() {
        mapping_checks.iter().for_each(|(rule, check)| check(&mapping, &cx, out.ask(rule)));
    }
    let group_checks: Vec<_> = of_shape!(Group).collect();
    for group in cx.groups() {
        group_checks.iter().for_each(|(rule, check)| check(&group, &cx, out.ask(rule)));
    }
    of_shape!(Snapshot).for_each(|(rule, check)| check(cx.snapshot(), &cx, out.ask(rule)));
    of_shape!(Table).for_each(|(rule, check)| check(cx.table(), &cx, out.ask(rule)));
    let (standing, silenced) = silence::part(in_order(out.into_inner(), &cx), &cx);
    Linted { findings: in_order(standing, &cx), silenced }
}

impl Linted {
    /// Leaves what a selection asks about.
    pub fn select(&mut self, selection: &Selection) {
        self.findings.retain(|finding| selection.has(finding.rule));
        self.silenced.retain(|silenced| selection.has(silenced.finding.rule));
    }
}

/// Each thing that was told goes to the rules that ask for its code; if none of them takes it to those that take the
/// rest of a code, and at last to those that take the rest of all.
fn what_was_told(cx: &Context<'_>, out: &mut Findings) {
    type Teller = (&'static Rule, fn(&Told<'_>, &Context<'_>, &mut Findings));
    let mut first: FxHashMap<&str, Vec<Teller>> = FxHashMap::default();
    let mut rest: FxHashMap<&str, Vec<Teller>> = FxHashMap::default();
    let mut last: Vec<Teller> = Vec::new();
    for rule in RULES.iter().copied().filter(|rule| rule.editions.has(cx.edition())) {
        match rule.check {
            Check::Told(codes, check) => {
                codes.iter().for_each(|code| first.entry(code).or_default().push((rule, check)));
            }
            Check::Rest([], check) => last.push((rule, check)),
            Check::Rest(codes, check) => {
                codes.iter().for_each(|code| rest.entry(code).or_default().push((rule, check)));
            }
            _ => {}
        }
    }
    let none = Vec::new();
    for told in told::all(cx) {
        let before = out.len();
        for tier in [first.get(told.code).unwrap_or(&none), rest.get(told.code).unwrap_or(&none), &last] {
            tier.iter().for_each(|(rule, check)| check(&told, cx, out.ask(rule)));
            if out.len() > before {
                break;
            }
        }
    }
}

/// Takes away what is said in general about documents of which something is said exactly.
fn yielded(found: &mut Vec<Finding>, cx: &Context<'_>) {
    if !found.iter().any(|finding| finding.rule.yields) {
        return;
    }
    let document = |finding: &Finding| cx.entry_at(finding.span()).map(Entry::span);
    let exact: FxHashSet<_> = found.iter().filter(|finding| !finding.rule.yields).filter_map(document).collect();
    found.retain(|finding| !finding.rule.yields || document(finding).is_none_or(|place| !exact.contains(&place)));
}

/// Whether a document is, or would be, one of Emissary's.
fn is_ours(entry: &Entry<'_>) -> bool {
    let version = &entry.result.api_version;
    entry.is_annotation() || version.contains("getambassador.io/") || version.starts_with("ambassador/")
}

/// In order of place, each thing once, and nothing about what the user did not write.
fn in_order(mut found: Vec<Finding>, cx: &Context<'_>) -> Vec<Finding> {
    let sources = cx.sources();
    found.retain(|finding| {
        let source = sources.outermost(finding.span()).source;
        !matches!(sources.get(source).origin, Origin::Assumed)
    });
    yielded(&mut found, cx);
    found.sort_by_cached_key(|finding| {
        let worst_first = std::cmp::Reverse(finding.severity());
        (sources.outermost(finding.span()), worst_first, finding.rule.code, finding.diagnostic.message.clone())
    });
    found.dedup_by(|later, earlier| {
        later.rule.code == earlier.rule.code
            && later.span() == earlier.span()
            && later.diagnostic.message == earlier.diagnostic.message
    });
    for finding in &mut found {
        finding.subject = cx.subject(finding.span());
        // What cannot be written in the file that the user opens is no mend.
        finding.fix.take_if(|fix| fix.edits.iter().any(|edit| sources.outermost_edit(edit).is_none()));
    }
    found
}
