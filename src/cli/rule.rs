//! `rule`: what a lint rule finds, and why.

use clap::ValueEnum;
use serde_json::{Value, json as value};

use super::{Exit, Ran, World};
use crate::lint::{RULES, Rule, registry};
use crate::report::format::json::pretty;
use crate::report::view::rule as view;

/// Explain a lint rule
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The code or the name of a rule, such as AMB201 or relative-prefix
    #[arg(value_name = "RULE", required_unless_present = "all", value_parser = rule)]
    rule: Option<&'static Rule>,

    /// List all rules
    #[arg(long, conflicts_with = "rule")]
    all: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_enum, help_heading = "Output")]
    output: Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    #[default]
    Text,
    /// One object
    Json,
}

fn rule(text: &str) -> Result<&'static Rule, String> {
    registry::find(text).ok_or_else(|| "no rule has this code or name; `rule --all` lists them".to_owned())
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let text = match (self.rule, self.output) {
            (None, Output::Text) => view::list(RULES, world.out),
            (Some(rule), Output::Text) => view::write(rule, world.out),
            (None, Output::Json) => {
                let rules: Vec<Value> = RULES.iter().map(|rule| told(rule)).collect();
                pretty(&value!({ "version": 1, "rules": rules }).to_string())
            }
            (Some(rule), Output::Json) => {
                let mut whole = value!({ "version": 1 });
                if let (Some(whole), Value::Object(told)) = (whole.as_object_mut(), told(rule)) {
                    whole.extend(told);
                }
                pretty(&whole.to_string())
            }
        };
        world.env.stdout.write_all(text.as_bytes())?;
        Ok(Exit::Clean)
    }
}

fn told(rule: &Rule) -> Value {
    let fix = rule.fix.title().map(|title| {
        let is_safe = matches!(rule.fix, crate::lint::FixKind::Safe(_));
        value!({ "title": title, "safe": is_safe })
    });
    let examples = rule.examples.iter().map(|example| value!({ "bad": example.bad, "good": example.good }));
    value!({
        "rule": rule.code.as_str(),
        "name": rule.name,
        "severity": view::severity(rule.severity),
        "subject": rule.code.subject(),
        "summary": rule.summary,
        "why": rule.why,
        "editions": rule.editions.words(),
        "fix": fix,
        "facts": rule.facts,
        "examples": examples.collect::<Vec<_>>(),
    })
}
