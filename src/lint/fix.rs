//! Fixes applied to texts, again and again until nothing changes.

use std::collections::BTreeMap;

use super::findings::{Finding, Trust};
use super::run::check;
use crate::pipeline::{self, Options};
use crate::source::{Edit, Origin, SourceId, SourceMap, Span};

/// After so many rounds the rest stays: two fixes that undo each other would never end.
const ROUNDS: usize = 20;

/// Texts that were mended.
#[derive(Debug)]
pub struct Mended {
    /// The texts of the input, those that changed and those that did not.
    pub sources: SourceMap,
    /// Those that changed.
    pub changed: Vec<SourceId>,
    /// How many fixes were applied.
    pub applied: usize,
}

/// Applies fixes of at least this trust until nothing changes.
pub fn mend(sources: &SourceMap, options: &Options, trust: Trust) -> Mended {
    let mut mended = Mended { sources: written(sources), changed: Vec::new(), applied: 0 };
    for _ in 0..ROUNDS {
        let compilation = pipeline::compile(mended.sources.clone(), options);
        let findings = check(&compilation);
        let (texts, applied) = apply(&findings, &compilation.sources, trust);
        if applied == 0 {
            break;
        }
        mended.applied += applied;
        let mut next = SourceMap::default();
        for id in mended.sources.ids() {
            let source = mended.sources.get(id);
            match texts.get(&id) {
                Some(text) => {
                    next.add(source.origin.clone(), text.as_str());
                    mended.changed.push(id);
                }
                None => {
                    next.add(source.origin.clone(), std::sync::Arc::clone(&source.text));
                }
            }
        }
        mended.sources = next;
    }
    mended.changed.sort_unstable();
    mended.changed.dedup();
    mended
}

/// The texts that a user wrote: neither what stands in annotations nor what was assumed.
fn written(sources: &SourceMap) -> SourceMap {
    let mut own = SourceMap::default();
    for id in sources.ids() {
        let source = sources.get(id);
        if !matches!(source.origin, Origin::Embedded(_) | Origin::Assumed) {
            own.add(source.origin.clone(), std::sync::Arc::clone(&source.text));
        }
    }
    own
}

/// The texts after the fixes that do not touch each other, and how many these are. Each fix is made whole or not at all.
fn apply(findings: &[Finding], sources: &SourceMap, trust: Trust) -> (BTreeMap<SourceId, String>, usize) {
    let mut by_source: BTreeMap<SourceId, Vec<Edit>> = BTreeMap::new();
    let mut applied = 0usize;
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.trust >= trust);
    for fix in fixes {
        let lifted: Option<Vec<Edit>> = fix.edits.iter().map(|edit| sources.outermost_edit(edit)).collect();
        let Some(lifted) = lifted else { continue };
        let is_free = |edit: &Edit| {
            let there = by_source.get(&edit.span.source).into_iter().flatten();
            there.into_iter().all(|other| !touches(edit.span, other.span))
        };
        if lifted.is_empty() || !lifted.iter().all(is_free) {
            continue;
        }
        applied += 1;
        for edit in lifted {
            by_source.entry(edit.span.source).or_default().push(edit);
        }
    }
    let mut texts = BTreeMap::new();
    for (id, edits) in by_source {
        // Edits that cannot be made together are left for a person.
        match Edit::apply(&edits, &sources.get(id).text) {
            Some(text) => drop(texts.insert(id, text)),
            None => applied = applied.saturating_sub(edits.len()),
        }
    }
    (texts, applied)
}

/// Whether two edits touch the same bytes, or the same place.
fn touches(one: Span, other: Span) -> bool {
    one.source == other.source && one.start <= other.end && other.start <= one.end
}
