//! JUnit's XML: a suite a file, a failed case a finding.

use super::{Findings, Location, word};
use crate::report::format::junit::write;
use crate::report::{Case, Cases, Failure};

/// All findings as failed checks; a passed one where nothing was found.
pub fn junit(all: Findings<'_>) -> String {
    let mut suites: Vec<Cases> = Vec::new();
    for finding in all.introduced() {
        let Location { file, line, column, live, .. } = all.location(finding);
        let message = format!("{}: {}", word(finding.severity()), finding.diagnostic.message);
        let at = live.clone().unwrap_or_else(|| format!("{line}:{column}"));
        let case = Case {
            name: format!("{} {} at {at}", finding.rule.code, finding.rule.name),
            place: live.unwrap_or_else(|| format!("{file}:{line}:{column}")),
            failure: Some(Failure { message, details: finding.diagnostic.notes.clone() }),
        };
        match suites.last_mut().filter(|suite| suite.name == file) {
            Some(suite) => suite.cases.push(case),
            None => suites.push(Cases { name: file, cases: vec![case] }),
        }
    }
    if suites.is_empty() {
        let case = Case { name: "lint".to_owned(), place: String::new(), failure: None };
        suites.push(Cases { name: "kubectl-ambassador".to_owned(), cases: vec![case] });
    }
    write(&suites)
}
