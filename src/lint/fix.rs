//! Fixes applied to texts, again and again until nothing changes.
//!
//! A rule may call its fix safe; whether it is, is proved here for the texts at hand: if some request would be answered
//! otherwise afterwards, or that cannot be decided, the fix counts as unsafe.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::findings::{Finding, Trust};
use super::run::check;
use super::selection::Selection;
use crate::analysis::{Budget, Gateway, compare};
use crate::pipeline::{self, Compilation, Options};
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
    /// How many fixes were made.
    pub applied: usize,
    /// How many fixes were called safe and are not: some request would be answered otherwise.
    pub refused: usize,
}

/// What a fix is known by from one round to the next: the rule, and what it says.
type Key = (&'static str, String);

/// Applies the fixes of the selected rules that have at least this trust, until nothing changes.
pub fn mend(sources: &SourceMap, options: &Options, selection: &Selection, trust: Trust) -> Mended {
    let mut mended = Mended { sources: written(sources), changed: Vec::new(), applied: 0, refused: 0 };
    let mut refused: FxHashSet<Key> = FxHashSet::default();
    for _ in 0..ROUNDS {
        let before = pipeline::compile(mended.sources.clone(), options);
        let findings = check(&before).findings;
        let wanted: Vec<&Finding> = findings
            .iter()
            .filter(|finding| selection.has(finding.rule) && !refused.contains(&key(finding)))
            .filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.trust >= trust))
            .collect();
        let Some((next, made)) = Round { before: &before, options, trust }.apply(&wanted, &mut refused) else { break };
        mended.applied += made;
        for id in mended.sources.ids() {
            if next.get(id).text != mended.sources.get(id).text {
                mended.changed.push(id);
            }
        }
        mended.sources = next;
    }
    mended.refused = refused.len();
    mended.changed.sort_unstable();
    mended.changed.dedup();
    mended
}

fn key(finding: &Finding) -> Key {
    let subject = finding.subject.as_ref().map(ToString::to_string).unwrap_or_default();
    (finding.rule.code.as_str(), format!("{subject} {}", finding.diagnostic.message))
}

/// The texts that a user wrote: neither what stands in annotations nor what was assumed.
fn written(sources: &SourceMap) -> SourceMap {
    let mut own = SourceMap::default();
    for id in sources.ids() {
        let source = sources.get(id);
        if !matches!(source.origin, Origin::Embedded(_) | Origin::Assumed) {
            own.add(source.origin.clone(), Arc::clone(&source.text));
        }
    }
    own
}

struct Round<'r> {
    before: &'r Compilation,
    options: &'r Options,
    trust: Trust,
}

impl Round<'_> {
    /// The texts after as many of these fixes as go together and are as safe as they say; `None` where none is.
    fn apply(&self, wanted: &[&Finding], refused: &mut FxHashSet<Key>) -> Option<(SourceMap, usize)> {
        let (taken, texts) = self.together(wanted)?;
        let next = self.with(&texts);
        if self.trust == Trust::Unsafe || self.is_equal(&next) {
            return Some((next, taken.len()));
        }
        match &taken[..] {
            [] => None,
            [only] => {
                refused.insert(key(only));
                None
            }
            // One of them is to blame: each half is tried, and the next round sees to the other.
            many => {
                let (first, second) = many.split_at(many.len() / 2);
                self.apply(first, refused).or_else(|| self.apply(second, refused))
            }
        }
    }

    /// The fixes that do not touch each other, and the texts after them. Each fix is made whole or not at all.
    fn together<'f>(&self, wanted: &[&'f Finding]) -> Option<(Vec<&'f Finding>, BTreeMap<SourceId, String>)> {
        let sources = &self.before.sources;
        let mut by_source: BTreeMap<SourceId, Vec<Edit>> = BTreeMap::new();
        let mut taken = Vec::new();
        for finding in wanted.iter().copied() {
            let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
            let lifted: Option<Vec<Edit>> = edits.map(|edit| sources.outermost_edit(edit)).collect();
            let Some(lifted) = lifted.filter(|edits| !edits.is_empty()) else { continue };
            let is_free = |edit: &Edit| {
                let there = by_source.get(&edit.span.source).into_iter().flatten();
                there.into_iter().all(|other| !touches(edit.span, other.span))
            };
            if !lifted.iter().all(is_free) {
                continue;
            }
            taken.push(finding);
            for edit in lifted {
                by_source.entry(edit.span.source).or_default().push(edit);
            }
        }
        let texts: Option<BTreeMap<SourceId, String>> =
            by_source.into_iter().map(|(id, edits)| Some((id, Edit::apply(&edits, &sources.get(id).text)?))).collect();
        texts.filter(|texts| !texts.is_empty()).map(|texts| (taken, texts))
    }

    fn with(&self, texts: &BTreeMap<SourceId, String>) -> SourceMap {
        let mut next = SourceMap::default();
        let own = written(&self.before.sources);
        for id in own.ids() {
            let source = own.get(id);
            let text = texts.get(&id).map_or_else(|| Arc::clone(&source.text), |text| text.as_str().into());
            next.add(source.origin.clone(), text);
        }
        next
    }

    /// Whether it is proved that no request is answered otherwise.
    fn is_equal(&self, next: &SourceMap) -> bool {
        let after = pipeline::compile(next.clone(), self.options);
        self.before.refusal().is_some() == after.refusal().is_some()
            && compare(gateway(self.before), gateway(&after), Budget::default()).is_equal()
    }
}

fn gateway(compilation: &Compilation) -> Gateway<'_> {
    Gateway { table: &compilation.table, tls: &compilation.snapshot.tls }
}

/// Whether two edits touch the same bytes, or the same place.
fn touches(one: Span, other: Span) -> bool {
    one.source == other.source && one.start <= other.end && other.start <= one.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Form;
    use crate::lint::testing::fixed;

    #[test]
    fn comments_and_layout_stay() {
        let bad = Form::Annotation.wrap(
            "---\napiVersion: getambassador.io/v3alpha1\nkind:   Mapping\nname: a   # who\nhostname: '*'\nprefix: /a/\nservice: a\nuse_websocket: true # why\n",
        );
        let good = bad.replace("use_websocket: true", "allow_upgrade: [\"websocket\"]");
        assert_eq!(fixed(&bad, Trust::Safe, &Options::default()), good);
    }

    #[test]
    fn a_fix_that_changes_answers_is_not_safe() {
        let bad = Form::Mapping.wrap("prefix: a/\nservice: a\n");
        assert_eq!(fixed(&bad, Trust::Safe, &Options::default()), bad);
        assert_ne!(fixed(&bad, Trust::Unsafe, &Options::default()), bad);
    }
}
