//! Fixes that are called safe change no answer: not in what was recorded, and not where their examples stand beside it.

use std::collections::BTreeMap;

use kubectl_ambassador::lint::fix::mend;
use kubectl_ambassador::lint::{FixKind, RULES, Rule, Selection, Trust, check};
use kubectl_ambassador::pipeline::compile;
use kubectl_ambassador::source::{Origin, SourceMap};

use crate::corpora::{as_recorded, folders, sources};

/// Beside so many recorded configurations each example is put.
const BESIDE: usize = 6;

#[test]
fn safe_fixes_change_no_answer() {
    let (mut applied, mut changed, mut refused) = (0, 0, Vec::new());
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for folder in folders("conformance") {
        let sources = sources(&folder.join("manifests.yaml"));
        let mended = mend(&sources, &as_recorded(), &Selection::default(), Trust::Safe);
        applied += mended.applied;
        changed += usize::from(!mended.changed.is_empty());
        if mended.refused > 0 {
            refused.push(format!("{}: {} fixes are called safe and are not", folder.display(), mended.refused));
        }
        let found = check(&compile(sources, &as_recorded())).findings;
        let safe = found.iter().filter(|one| one.fix.as_ref().is_some_and(|fix| fix.trust == Trust::Safe));
        safe.for_each(|one| *by_rule.entry(one.rule.code.as_str()).or_default() += 1);
    }
    println!("safe fixes over conformance: {applied} in {changed} cases, {} not safe; {by_rule:?}", refused.len());
    assert!(refused.is_empty(), "\n{}", refused.join("\n"));
}

/// Examples as they stand, and each behind some recorded configurations, other ones for each rule.
fn inputs(nth: usize, rule: &'static Rule) -> impl Iterator<Item = (String, String)> {
    let cases = folders("conformance");
    let chosen = (0..BESIDE).map(move |at| cases[(nth * 7 + at * 23) % cases.len()].clone());
    let others: Vec<(String, String)> = chosen
        .map(|folder| {
            let text = std::fs::read_to_string(folder.join("manifests.yaml")).unwrap();
            (folder.file_name().unwrap().to_string_lossy().into_owned(), text)
        })
        .collect();
    rule.examples.iter().enumerate().flat_map(move |(at, example)| {
        let bad = example.bad_manifests();
        let alone = (format!("{} example {at}", rule.code), bad.clone());
        let beside = others
            .iter()
            .map(|(name, other)| (format!("{} example {at} beside {name}", rule.code), format!("{other}\n---\n{bad}")));
        std::iter::once(alone).chain(beside).collect::<Vec<_>>()
    })
}

#[test]
fn a_safe_fix_changes_no_answer_beside_other_configurations() {
    let (mut proved, mut wrong) = (0, Vec::new());
    let safe = RULES.iter().copied().filter(|rule| matches!(rule.fix, FixKind::Safe(_)));
    for (nth, rule) in safe.enumerate() {
        let selection = Selection { select: vec![rule.code.as_str().parse().unwrap()], ..Selection::default() };
        let mut applied = 0;
        for (name, text) in inputs(nth, rule) {
            let mut sources = SourceMap::default();
            sources.add(Origin::File("manifests.yaml".into()), text);
            let options = rule.examples[0].options();
            let mended = mend(&sources, &options, &selection, Trust::Safe);
            applied += mended.applied;
            if mended.refused > 0 {
                wrong.push(name);
            }
        }
        proved += applied;
        if applied == 0 {
            wrong.push(format!("{}: no example is mended safely", rule.code));
        }
    }
    println!("safe fixes beside other configurations: {proved} proved, {} not", wrong.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
