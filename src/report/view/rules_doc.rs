//! `docs/rules.md`: all rules, and which fact of the field each is about.

use std::fmt::Write as _;

use super::rule::severity;
use crate::lint::facts::{FACTS, UNDECIDABLE};
use crate::lint::{FixKind, Rule};

const HEAD: &str = "\
# Lint rules

Generated from the rules themselves. `kubectl ambassador rule CODE` tells more about one. `[*]`: `--fix` mends it
without any request being answered otherwise; `[?]`: `--unsafe-fixes` does, and somebody should look at it.
";

const FACTS_HEAD: &str = "
## Facts and their rules

What Emissary and Envoy do with what users write, and the rule that tells of it before it is applied. Letters: A harms
the whole gateway, B documents, versions and names, H Hosts, Listeners and TLS, M what Mappings match, U what they do,
S services, TCPMappings and the Module.

| fact | written | follows | rule |
|---|---|---|---|
";

/// The whole text.
pub fn write(rules: &[&Rule]) -> String {
    let mut text = HEAD.to_owned();
    let mut subject = "";
    // Writing to a String cannot fail.
    for rule in rules {
        if rule.code.subject() != subject {
            subject = rule.code.subject();
            let _ = write!(text, "\n## {subject}\n\n| code | name | severity | what | |\n|---|---|---|---|---|\n");
        }
        let mend = match rule.fix {
            FixKind::None => "",
            FixKind::Safe(_) => "`[*]`",
            FixKind::Unsafe(_) => "`[?]`",
        };
        let summary = cell(rule.summary);
        let _ = writeln!(text, "| {} | {} | {} | {summary} | {mend} |", rule.code, rule.name, severity(rule.severity));
    }
    text.push_str(FACTS_HEAD);
    for fact in FACTS {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            fact.id,
            cell(fact.trigger),
            cell(fact.consequence),
            covered_by(fact.id, rules)
        );
    }
    if !UNDECIDABLE.is_empty() {
        text.push_str("\n## What no linter can decide\n\n| fact | why |\n|---|---|\n");
        for (id, why) in UNDECIDABLE {
            let _ = writeln!(text, "| {id} | {} |", cell(why));
        }
    }
    text
}

fn covered_by(fact: &str, rules: &[&Rule]) -> String {
    let codes: Vec<&str> =
        rules.iter().filter(|rule| rule.facts.contains(&fact)).map(|rule| rule.code.as_str()).collect();
    if !codes.is_empty() {
        return codes.join(", ");
    }
    let is_undecidable = UNDECIDABLE.iter().any(|(id, _)| *id == fact);
    if is_undecidable { "see below".to_owned() } else { "none yet".to_owned() }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
