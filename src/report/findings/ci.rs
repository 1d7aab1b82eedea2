//! What the CI of GitHub and of GitLab show beside the changed lines.

use serde_json::{Value, json as value};

use super::{Findings, Location, fingerprint, whole_message};
use crate::diagnostic::Severity;
use crate::report::format::json::pretty;

/// GitHub's workflow commands, a line each.
pub fn github(all: Findings<'_>) -> String {
    let lines = all.introduced().map(|finding| {
        let Location { file, line, column, end_line, end_column, live } = all.location(finding);
        let command = match finding.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        // GitHub takes columns only within one line.
        let columns = if line == end_line { format!(",col={column},endColumn={end_column}") } else { String::new() };
        let place = match live {
            None => format!("file={},line={line},endLine={end_line}{columns},", property(&file)),
            Some(_) => String::new(),
        };
        let title = property(&format!("{} {}", finding.rule.code, finding.rule.name));
        let message = data(&whole_message(finding, all.sources));
        format!("::{command} {place}title={title}::{message}\n")
    });
    lines.collect()
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// GitLab's Code Quality report.
pub fn gitlab(all: Findings<'_>) -> String {
    let issues = all.introduced().map(|finding| {
        let Location { file, line, end_line, live, .. } = all.location(finding);
        // There must be lines.
        let (line, end_line) = if live.is_some() { (1, 1) } else { (line, end_line) };
        let severity = match finding.severity() {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Info => "info",
        };
        value!({
            "type": "issue",
            "check_name": format!("{} {}", finding.rule.code, finding.rule.name),
            "description": whole_message(finding, all.sources),
            "categories": ["Bug Risk"],
            "severity": severity,
            "fingerprint": fingerprint(finding, all.sources),
            "location": { "path": file, "lines": { "begin": line, "end": end_line } },
        })
    });
    pretty(&Value::from(issues.collect::<Vec<_>>()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_are_made_of_is_escaped() {
        assert_eq!(data("100 %\nnext"), "100 %25%0Anext");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
