//! For people: each finding with its source, then how many there are.

use std::collections::BTreeMap;

use super::{Findings, word};
use crate::diagnostic::Severity;
use crate::lint::{Finding, Rule, Trust};
use crate::report::Style;
use crate::report::format::excerpt;
use crate::source::{Origin, SourceId};

/// From so many findings the summary counts them by rule.
const MANY: usize = 8;

/// All findings with the lines that they are about, and a summary.
pub fn text(all: Findings<'_>, style: Style) -> String {
    let mut text = String::new();
    let shown: Vec<&Finding> = all.introduced().collect();
    for finding in &shown {
        let name = format!("{} {}", finding.rule.code, finding.rule.name);
        let help = all.fix(finding).map(|fix| match fix.trust {
            Trust::Safe => format!("{} (--fix does it)", fix.title),
            Trust::Unsafe => format!("{} (--unsafe-fixes does it)", fix.title),
        });
        text.push_str(&excerpt::write_with(&finding.diagnostic, &name, help.as_deref(), all.sources, style));
        text.push('\n');
    }
    if shown.len() >= MANY {
        text.push_str(&counts(&shown, style));
        text.push('\n');
    }
    text + &summary(all, &shown, style)
}

/// A line for each finding.
pub fn concise(all: Findings<'_>, style: Style) -> String {
    let shown: Vec<&Finding> = all.introduced().collect();
    let mut text = String::new();
    for finding in &shown {
        let severity = paint(word(finding.severity()), finding.severity(), style);
        let code = style.name(finding.rule.code.as_str());
        let star = if all.fix(finding).is_some() { " [*]" } else { "" };
        let place = style.strong(&all.sources.place(finding.span()).to_string());
        text.push_str(&format!("{place}: {severity} {code}{star} {}\n", finding.diagnostic.message));
    }
    text + &summary(all, &shown, style)
}

/// How many findings each rule has, the most first.
pub fn statistics(all: Findings<'_>, style: Style) -> String {
    let shown: Vec<&Finding> = all.introduced().collect();
    counts(&shown, style) + &summary(all, &shown, style)
}

fn counts(findings: &[&Finding], style: Style) -> String {
    let mut counts: BTreeMap<&str, (usize, &Rule, bool)> = BTreeMap::new();
    for finding in findings {
        let known = counts.entry(finding.rule.code.as_str()).or_insert((0, finding.rule, false));
        known.0 += 1;
        known.2 |= finding.fix.is_some();
    }
    let mut counts: Vec<(usize, &Rule, bool)> = counts.into_values().collect();
    counts.sort_by_key(|(count, rule, _)| (std::cmp::Reverse(*count), rule.code));
    let width = counts.first().map_or(1, |(count, ..)| count.to_string().len());
    let line = |(count, rule, mends): &(usize, &Rule, bool)| {
        let star = if *mends { "[*]" } else { "   " };
        format!("{count:>width$}  {}  {star}  {}\n", style.name(rule.code.as_str()), rule.name)
    };
    counts.iter().map(line).collect()
}

fn paint(text: &str, severity: Severity, style: Style) -> String {
    match severity {
        Severity::Error => style.bad(text),
        Severity::Warning => style.odd(text),
        Severity::Info => style.dim(text),
    }
}

/// How many findings there are, how bad they are and what can be done, in one line.
fn summary<'r>(all: Findings<'r>, shown: &[&'r Finding], style: Style) -> String {
    let mut text = match found(all, shown, style) {
        Some(found) => found,
        None => style.good("Nothing found."),
    };
    if !all.silenced.is_empty() {
        text.push_str(&format!(" {} allowed.", all.silenced.len()));
    }
    if let Some(since) = all.since {
        let unchanged = since.unchanged.iter().filter(|unchanged| **unchanged).count();
        let (new, fixed) = (shown.len(), since.fixed.len());
        text.push_str(&format!("\nSince the baseline: {new} introduced, {fixed} fixed, {unchanged} unchanged."));
    }
    text + "\n"
}

fn found<'r>(all: Findings<'r>, shown: &[&'r Finding], style: Style) -> Option<String> {
    let worst = shown.iter().map(|finding| finding.severity()).max()?;
    let count = |severity: Severity| shown.iter().filter(|finding| finding.severity() == severity).count();
    let counted = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "remark")];
    let counted = counted.iter().map(|(severity, one)| (count(*severity), one)).filter(|(count, _)| *count > 0);
    let counted: Vec<String> = counted.map(|(count, one)| plural(count, one)).collect();
    let mut files: Vec<_> = shown.iter().map(|finding| all.sources.outermost(finding.span()).source).collect();
    files.sort_unstable();
    files.dedup();
    // An object of a cluster is no file.
    let is_live = |source: &SourceId| matches!(all.sources.get(*source).origin, Origin::Live(_));
    let live = files.iter().filter(|source| is_live(source)).count();
    let places = [(files.len() - live, "file"), (live, "object")];
    let places: Vec<String> =
        places.iter().filter(|(count, _)| *count > 0).map(|(count, one)| plural(*count, one)).collect();
    let counted = paint(&counted.join(", "), worst, style);
    Some(format!("Found {counted} in {}.{}", places.join(" and "), mends(all, shown)))
}

fn plural(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

fn mends<'r>(all: Findings<'r>, findings: &[&'r Finding]) -> String {
    let fixes = || findings.iter().filter_map(|finding| all.fix(finding));
    let count = |trust: Trust| fixes().filter(|fix| fix.trust == trust).count();
    match (count(Trust::Safe), count(Trust::Unsafe)) {
        (0, 0) => String::new(),
        (safe, 0) => format!("\n{safe} can be mended with --fix."),
        (0, more) => format!("\n{more} can be mended with --unsafe-fixes."),
        (safe, more) => format!("\n{safe} can be mended with --fix, {more} more with --unsafe-fixes."),
    }
}
