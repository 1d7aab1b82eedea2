//! What an upgrade does to requests, against what was recorded: for every two editions of `testdata/truth/editions`, each
//! request whose answers differ lies in a class that is told, and no class covers one whose answers are the same.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code)]
mod replay;

use std::collections::BTreeMap;

use kubectl_ambassador::analysis::Budget;
use kubectl_ambassador::diff::{Behaviour, Objects, Side};
use kubectl_ambassador::routing::Draw;
use replay::case::{self, Case, Recording};
use replay::value::{list, text};
use serde_yaml::Value;

const RECORDING: Recording =
    Recording { folder: "testdata/truth/editions/cases", legacy_versions: true, notices: true, serialised: true };

#[test]
fn what_differs_between_editions_is_told_and_nothing_else() {
    let mut questions: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in case::read_all(RECORDING) {
        let (edition, name) = case.name.split_once('-').unwrap();
        if edition != "e0" {
            questions.entry(name.to_owned()).or_default().push(case);
        }
    }
    let (mut agreed, mut compared, mut differing, mut undecided) = (0, 0, 0, 0);
    for (name, cases) in &questions {
        for (at, before) in cases.iter().enumerate() {
            for after in &cases[at + 1..] {
                let pair = format!("{name} {}→{}", &before.name[..2], &after.name[..2]);
                let sides = [Side::new("before", &before.compilation), Side::new("after", &after.compilation)];
                let objects = Objects::of(&before.compilation, &after.compilation);
                let behaviour = Behaviour::of([&sides[0], &sides[1]], &objects, Budget::default());
                undecided += behaviour.undecided().count();
                behaviour.undecided().for_each(|open| println!("undecided {pair}: {open:?}"));
                for (was, is) in asked(before, after) {
                    let differs = differs(was, is);
                    let around =
                        differs && behaviour.around().any(|around| around.surrounding.what == "order of filters");
                    let told = is_told(&behaviour, was.or(is).unwrap()) || around;
                    compared += 1;
                    differing += usize::from(differs);
                    if differs == told {
                        agreed += 1;
                    } else {
                        let request = text(&was.or(is).unwrap()["name"]);
                        println!(
                            "{pair}: {request}: recorded {}, told {told}",
                            if differs { "differs" } else { "same" }
                        );
                    }
                }
            }
        }
    }
    println!("agree {agreed} of {compared}, of which {differing} differ; {undecided} classes undecided");
    assert!(differing > 200 && compared - differing > 2_000, "too little to show anything");
    assert_eq!(agreed, compared, "see above");
}

/// The requests of two editions in pairs, by name. Where one of them serves nothing at all, nothing was asked there.
fn asked<'c>(before: &'c Case, after: &'c Case) -> Vec<(Option<&'c Value>, Option<&'c Value>)> {
    let requests = |case: &'c Case| list(case.requests.get("requests"));
    let (was, is) = (requests(before), requests(after));
    if was.is_empty() || is.is_empty() {
        let one = was.iter().map(|request| (Some(request), None));
        return one.chain(is.iter().map(|request| (None, Some(request)))).collect();
    }
    let same = |request: &Value| is.iter().find(|other| without_expect(other) == without_expect(request));
    was.iter().filter_map(|request| Some((Some(request), Some(same(request)?)))).collect()
}

fn without_expect(recorded: &Value) -> Value {
    let mut request = recorded.clone();
    request.as_mapping_mut().unwrap().remove("expect");
    request
}

/// Whether the recorded answers differ; of samples, whether more than chance does.
fn differs(before: Option<&Value>, after: Option<&Value>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return true };
    let (was, is) = (&before["expect"], &after["expect"]);
    let Some(times) = before.get("repeat").and_then(Value::as_f64) else { return was != is };
    ["distribution", "statuses", "mirrored"].iter().any(|what| {
        let counts = |expect: &Value| -> BTreeMap<String, f64> {
            let counted = expect.get(what).and_then(Value::as_mapping).into_iter().flatten();
            counted.map(|(key, count)| (text(key), count.as_f64().unwrap())).collect()
        };
        let (was, is) = (counts(was), counts(is));
        was.keys().chain(is.keys()).any(|key| {
            let (a, b) = (was.get(key).unwrap_or(&0.0) / times, is.get(key).unwrap_or(&0.0) / times);
            let mean = f64::midpoint(a, b);
            (a - b).abs() > 5.0 * (mean * (1.0 - mean) * 2.0 / times).sqrt() + 1e-9
        })
    }) || was.get("upstream_paths") != is.get("upstream_paths")
}

/// Whether a request, with some draw where it was sent often, lies in a class.
fn is_told(behaviour: &Behaviour<'_, '_>, recorded: &Value) -> bool {
    let request = case::request(recorded);
    let draws = if recorded.get("repeat").is_some() { 100 } else { 1 };
    (0..draws).any(|draw| behaviour.class_of(&request, Draw::new(draw)).is_some())
}
