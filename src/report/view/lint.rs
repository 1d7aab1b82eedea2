//! Findings for people: each with its source, then how many there are.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::lint::{Finding, Rule, Trust};
use crate::report::Style;
use crate::report::format::excerpt;
use crate::source::SourceMap;

/// From so many findings the summary counts them by rule.
const MANY: usize = 8;

/// All findings, with the lines that they are about, and a summary.
pub fn write(findings: &[Finding], sources: &SourceMap, style: Style) -> String {
    let mut text = String::new();
    for finding in findings {
        let name = format!("{} {}", finding.rule.code, finding.rule.name);
        let help = finding.fix.as_ref().map(|fix| match fix.trust {
            Trust::Safe => format!("{} (--fix does it)", fix.title),
            Trust::Unsafe => format!("{} (--unsafe-fixes does it)", fix.title),
        });
        text.push_str(&excerpt::write_with(&finding.diagnostic, &name, help.as_deref(), sources, style));
        text.push('\n');
    }
    if findings.len() >= MANY {
        text.push_str(&statistics(findings, style));
        text.push('\n');
    }
    text.push_str(&summary(findings, sources, style));
    text
}

/// How many findings each rule has, the most first.
pub fn statistics(findings: &[Finding], style: Style) -> String {
    let mut counts: BTreeMap<&str, (usize, &Rule)> = BTreeMap::new();
    for finding in findings {
        counts.entry(finding.rule.code.as_str()).or_insert((0, finding.rule)).0 += 1;
    }
    let mut counts: Vec<(usize, &Rule)> = counts.into_values().collect();
    counts.sort_by_key(|(count, rule)| (std::cmp::Reverse(*count), rule.code));
    let width = counts.first().map_or(1, |(count, _)| count.to_string().len());
    let lines = counts
        .iter()
        .map(|(count, rule)| format!("{count:>width$}  {}  {}\n", style.name(rule.code.as_str()), rule.name));
    lines.collect()
}

/// How many findings there are, how bad they are and what can be done, in one line.
pub fn summary(findings: &[Finding], sources: &SourceMap, style: Style) -> String {
    if findings.is_empty() {
        return format!("{}\n", style.good("Nothing found."));
    }
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let counted = [
        (count(Severity::Error), "error", "errors"),
        (count(Severity::Warning), "warning", "warnings"),
        (count(Severity::Info), "remark", "remarks"),
    ];
    let counted: Vec<String> = counted
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if *count == 1 { one } else { many }))
        .collect();
    let mut files: Vec<_> = findings.iter().map(|finding| sources.outermost(finding.span()).source).collect();
    files.sort_unstable();
    files.dedup();
    let files = match files.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    let counted = counted.join(", ");
    let counted = match count(Severity::Error) {
        0 => style.odd(&counted),
        _ => style.bad(&counted),
    };
    format!("Found {counted} in {files}.{}\n", mends(findings))
}

fn mends(findings: &[Finding]) -> String {
    let count = |trust: Trust| {
        findings.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.trust == trust).count()
    };
    match (count(Trust::Safe), count(Trust::Unsafe)) {
        (0, 0) => String::new(),
        (safe, 0) => format!(" {safe} can be mended with --fix."),
        (0, more) => format!(" {more} can be mended with --unsafe-fixes."),
        (safe, more) => format!(" {safe} can be mended with --fix, {more} more with --unsafe-fixes."),
    }
}
