//! A lint rule for people.

use crate::diagnostic::Severity;
use crate::lint::{Example, FixKind, Rule};
use crate::report::Style;
use crate::report::style::wrap;

/// One rule: what it finds, why, and how it is done right.
pub fn write(rule: &Rule, style: Style) -> String {
    let columns = style.columns(100).min(100);
    let mut text = format!("{} {}\n{}\n", style.strong(rule.code.as_str()), style.strong(rule.name), rule.summary);
    let mut facts = vec![severity(rule.severity).to_owned(), rule.code.subject().to_lowercase()];
    facts.extend(rule.editions.words());
    text.push_str(&format!("{}\n\n", style.dim(&facts.join(" · "))));
    for line in wrap(rule.why, columns) {
        text.push_str(&format!("{line}\n"));
    }
    match rule.fix {
        FixKind::None => {}
        FixKind::Safe(title) => text.push_str(&format!("\nFix: {title} (--fix does it).\n")),
        FixKind::Unsafe(title) => text.push_str(&format!("\nFix: {title} (--unsafe-fixes does it).\n")),
    }
    for Example { bad, good, .. } in rule.examples {
        text.push_str(&format!("\n{}\n{}", style.bad("Wrong"), indented(bad)));
        text.push_str(&format!("\n{}\n{}", style.good("Right"), indented(good)));
    }
    text
}

/// All rules, a line each.
pub fn list(rules: &[&Rule], style: Style) -> String {
    let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut subject = "";
    for rule in rules {
        if rule.code.subject() != subject {
            let gap = if subject.is_empty() { "" } else { "\n" };
            subject = rule.code.subject();
            text.push_str(&format!("{gap}{}\n", style.strong(subject)));
        }
        let code = style.name(rule.code.as_str());
        text.push_str(&format!("  {code}  {:<width$}  {:<7}  {}\n", rule.name, severity(rule.severity), rule.summary));
    }
    text
}

/// A severity in one word.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("    {line}\n")).collect()
}
