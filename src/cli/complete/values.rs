//! What can be the value of a flag, or an argument.

use clap::{Arg, ValueHint};

use super::names::Pointed;
use super::{Answer, Candidate, Then};
use crate::lint::RULES;
use crate::route_test::expect::Key;

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/// What can stand where `arg` is typed; `pointed` is what the words before point at.
pub(super) fn of(arg: &Arg, begin: &str, pointed: impl Fn() -> Pointed) -> Answer {
    let mut known = arg.get_possible_values();
    known.retain(|value| !value.is_hide_set());
    if !known.is_empty() {
        let shown = known.iter().map(|value| Candidate::new(value.get_name(), super::told(value.get_help())));
        return Answer::of(shown.collect());
    }
    match arg.get_id().as_str() {
        "method" | "request" => Answer::of(plain(METHODS)),
        "expect" => expectation(begin, pointed),
        "upstream" => {
            let services = pointed().names().services;
            let services = services.into_iter().map(|service| Candidate::new(format!("{service}="), ""));
            Answer { candidates: services.collect(), then: Then::NoBlank }
        }
        "rule" | "select" | "extend_select" | "ignore" => rules(begin),
        "ambassador_namespace" => Answer::of(plain(pointed().names().namespaces)),
        "namespace" => Answer::of(plain(pointed().namespaces())),
        "context" => Answer::of(plain(pointed().kubeconfig().contexts)),
        "cluster" => Answer::of(plain(pointed().kubeconfig().clusters)),
        "user" => Answer::of(plain(pointed().kubeconfig().users)),
        _ => match arg.get_value_hint() {
            ValueHint::AnyPath | ValueHint::FilePath => Answer::FILES,
            ValueHint::DirPath => Answer::FOLDERS,
            _ => Answer::NOTHING,
        },
    }
}

/// `KEY=`, and behind it what the configuration has.
fn expectation(begin: &str, pointed: impl Fn() -> Pointed) -> Answer {
    let Some((key, _)) = begin.split_once('=') else {
        let keys = Key::NAMES.map(|(name, _)| Candidate::new(format!("{name}="), ""));
        return Answer { candidates: keys.into(), then: Then::NoBlank };
    };
    let value = |value: &str, help: String| Candidate::new(format!("{key}={value}"), help);
    let names = || pointed().names();
    Answer::of(match key {
        "mapping" => names().mappings.into_iter().map(|(name, service)| value(&name, format!("→ {service}"))).collect(),
        "service" | "mirror" => names().services.iter().map(|service| value(service, String::new())).collect(),
        "kind" => Key::KINDS.map(|kind| value(kind, String::new())).into(),
        "method" => METHODS.map(|method| value(method, String::new())).into(),
        _ => Vec::new(),
    })
}

/// Codes, also after others and a comma.
fn rules(begin: &str) -> Answer {
    let others = begin.rfind(',').and_then(|comma| begin.get(..=comma)).unwrap_or_default();
    Answer::of(RULES.iter().map(|rule| Candidate::new(format!("{others}{}", rule.code), rule.summary)).collect())
}

fn plain<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Vec<Candidate> {
    values.into_iter().map(|value| Candidate::new(value, "")).collect()
}
