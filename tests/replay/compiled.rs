//! What compiling a case said.

use std::collections::BTreeMap;

use kubectl_ambassador::model::Effect;
use kubectl_ambassador::resource::{Outcome, PostLevel, Problem, Stage, Violation};
use serde_yaml::Value;

use super::case::Case;
use super::facts::{Facts, difference};
use super::value::list;

/// What the schema refused, what was complained of, and whether Envoy takes it.
pub(crate) fn compare(case: &Case) -> Vec<String> {
    let mut problems = Vec::new();
    let mut recorded = case.routes["compile"].clone();
    let facts = recorded.as_mapping_mut().unwrap();
    if let Some(notices) = facts.get_mut("notices") {
        *notices = (list(Some(notices)).len() as u64).into();
    }
    let mut got = render_compile(case);
    if !case.has_notices {
        got.as_mapping_mut().unwrap().remove("notices");
    }
    if facts.get("envoy").is_some_and(|envoy| envoy == "not-run") {
        facts.remove("envoy");
        got.as_mapping_mut().unwrap().remove("envoy");
    }
    difference("compile", &recorded, &got, &mut problems);
    problems
}

fn render_compile(case: &Case) -> Value {
    let is_refused = case.compilation.snapshot.refusals().any(|problem| problem.effect == Effect::Reject);
    let (errors, global, notices) = posted(case);
    Facts::default()
        .with_list("refused_by_schema", refused_by_schema(case))
        .with_list("errors", errors)
        .with_some("global_errors", Some(global).filter(|count| *count > 0))
        .with_some("notices", Some(notices).filter(|count| *count > 0))
        .with("envoy", if is_refused { "refused" } else { "accepted" })
        .done()
}

/// Objects that a cluster would never have stored.
fn refused_by_schema(case: &Case) -> Vec<Value> {
    let results = case.compilation.reading.results.iter().filter(|result| result.annotation.is_none());
    results
        .filter_map(|result| {
            let fields: Vec<Value> = match &result.outcome {
                Outcome::Refused { stage: Stage::Schema, .. } => {
                    result.violations.iter().map(|violation| field_of(violation).into()).collect()
                }
                Outcome::Refused { stage: Stage::Kind | Stage::Version, .. } => vec!["apiVersion".into()],
                _ => return None,
            };
            let facts = Facts::default().with("kind", result.kind.as_str()).with_some("name", result.name.clone());
            Some(facts.with("namespace", "default").with("fields", fields).done())
        })
        .collect()
}

/// Errors by resource, errors of the whole gateway, and notices.
fn posted(case: &Case) -> (Vec<Value>, u64, u64) {
    let compilation = &case.compilation;
    let (mut global, mut notices) = (0, 0);
    let mut errors: BTreeMap<String, u64> = BTreeMap::new();
    let posted = compilation.reading.posts.iter().map(|post| (post.key.clone(), post.level == PostLevel::Error));
    let said = compilation.snapshot.problems.iter().filter_map(|problem| match problem.effect {
        Effect::Notice => Some((problem.key.clone(), false)),
        effect if effect.is_posted_error() => Some((problem.key.clone(), true)),
        _ => None,
    });
    for (key, is_error) in posted.chain(said) {
        match key {
            _ if !is_error => notices += 1,
            Some(key) => *errors.entry(key).or_default() += 1,
            None => global += 1,
        }
    }
    let told =
        |(resource, count)| Facts::default().with::<String>("resource", resource).with::<u64>("count", count).done();
    (errors.into_iter().map(told).collect(), global, notices)
}

/// The field that a violation is told of: what is missing is told of the field that it is missing in.
fn field_of(violation: &Violation) -> &str {
    match (&violation.problem, violation.path.rsplit_once('.')) {
        (Problem::Missing, Some((parent, _))) => parent,
        _ => &violation.path,
    }
}
