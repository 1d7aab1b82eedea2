//! Suites that were run: for people, for machines, and as named checks.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::report::format::{answer, json};
use crate::report::view::measured;
use crate::report::view::route_test::request_line;
use crate::report::{Case, Cases, Failure, Style};
use crate::route_test::SourceRef;
use crate::route_test::exercise::Coverage;
use crate::route_test::mutate::Mutation;
use crate::route_test::run::Ran;
use crate::source::{Place, Span};

/// All suites that were run.
#[derive(Debug, Default, Serialize)]
pub struct Results {
    version: Version,
    suites: Vec<SuiteResult>,
    passed: usize,
    failed: usize,
}

/// The version of the shape.
#[derive(Debug)]
struct Version(u8);

impl Default for Version {
    fn default() -> Self {
        Self(1)
    }
}

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0)
    }
}

/// One suite.
#[derive(Debug, Serialize)]
struct SuiteResult {
    file: String,
    cases: Vec<CaseResult>,
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Coverage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutation: Option<Mutation>,
}

/// One case.
#[derive(Debug, Serialize)]
struct CaseResult {
    name: String,
    source: SourceRef,
    request: String,
    passed: bool,
    unmet: Vec<UnmetResult>,
    answer: Option<Box<RawValue>>,
    /// The Mappings that answered, with their places.
    #[serde(skip)]
    answered: Vec<String>,
}

/// An expectation that is not met.
#[derive(Debug, Serialize)]
struct UnmetResult {
    expect: &'static str,
    want: String,
    got: String,
}

impl Results {
    /// Adds a suite that was run.
    pub fn add(&mut self, file: String, ran: &[Ran<'_>], notes: &[String], place: impl Fn(Span) -> Place) {
        let cases: Vec<CaseResult> = ran.iter().map(|ran| case_result(ran, place(ran.case.span))).collect();
        let failed = cases.iter().filter(|case| !case.passed).count();
        self.failed += failed;
        self.passed += cases.len() - failed;
        self.suites.push(SuiteResult { file, cases, notes: notes.to_vec(), coverage: None, mutation: None });
    }

    /// Adds to the last suite what it exercises.
    pub fn covered(&mut self, coverage: Coverage) {
        self.suites.last_mut().into_iter().for_each(|suite| suite.coverage = Some(coverage.clone()));
    }

    /// Adds to the last suite which mistakes it notices.
    pub fn mutated(&mut self, mutation: Mutation) {
        self.suites.last_mut().into_iter().for_each(|suite| suite.mutation = Some(mutation.clone()));
    }

    /// The least of all that was measured, in percent.
    pub fn least_measured(&self) -> Option<f64> {
        let parts = self.suites.iter().flat_map(|suite| {
            let coverage = suite.coverage.iter().map(|coverage| coverage.conditions.percent());
            coverage.chain(suite.mutation.iter().map(|mutation| mutation.noticed.percent()))
        });
        parts.min_by(f64::total_cmp)
    }

    /// How many cases failed.
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// As text.
    pub fn text(&self, style: Style) -> String {
        let mut out = String::new();
        for suite in &self.suites {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{}", style.strong(&suite.file));
            for note in &suite.notes {
                let _ = writeln!(out, "  {}", style.dim(note));
            }
            for case in &suite.cases {
                case_text(&mut out, case, style);
            }
            suite.coverage.iter().for_each(|coverage| measured::coverage(&mut out, coverage, style));
            suite.mutation.iter().for_each(|mutation| measured::mutation(&mut out, mutation, style));
            out.push('\n');
        }
        let cases = self.passed + self.failed;
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let total = format!("{} suite{}, {cases} case{}", self.suites.len(), plural(self.suites.len()), plural(cases));
        let verdict = match self.failed {
            0 => style.good("all passed"),
            failed => format!("{} passed, {}", self.passed, style.bad(&format!("{failed} failed"))),
        };
        let _ = writeln!(out, "{total}: {verdict}");
        out
    }

    /// As one object.
    pub fn json(&self) -> String {
        // Only texts, numbers and lists: nothing that could fail to be written.
        json::pretty(&serde_json::to_string(self).unwrap_or_default())
    }

    /// As one object a case.
    pub fn jsonl(&self) -> String {
        #[derive(Serialize)]
        struct Line<'r> {
            version: u8,
            file: &'r str,
            #[serde(flatten)]
            case: &'r CaseResult,
        }
        let mut out = String::new();
        for suite in &self.suites {
            for case in &suite.cases {
                let line = Line { version: 1, file: &suite.file, case };
                out.push_str(&serde_json::to_string(&line).unwrap_or_default());
                out.push('\n');
            }
        }
        out
    }

    /// As named checks.
    pub fn cases(&self) -> Vec<Cases> {
        let case = |case: &CaseResult| Case {
            name: case.name.clone(),
            place: case.source.to_string(),
            failure: (!case.passed).then(|| Failure {
                message: case.unmet.iter().map(UnmetResult::sentence).collect::<Vec<_>>().join("; "),
                details: std::iter::once(case.request.clone()).chain(case.answered.iter().cloned()).collect(),
            }),
        };
        let suite =
            |suite: &SuiteResult| Cases { name: suite.file.clone(), cases: suite.cases.iter().map(case).collect() };
        self.suites.iter().map(suite).collect()
    }
}

impl UnmetResult {
    fn sentence(&self) -> String {
        format!("{}: want {}, got {}", self.expect, self.want, self.got)
    }
}

fn case_result(ran: &Ran<'_>, place: Place) -> CaseResult {
    let mut line = Vec::new();
    answer::write(&mut line, None, &ran.answer);
    let mappings = ran.answer.outcomes.iter().filter_map(|told| told.mapping);
    CaseResult {
        name: ran.case.name.clone(),
        source: place.into(),
        request: request_line(&ran.answer),
        passed: ran.unmet.is_empty(),
        unmet: ran
            .unmet
            .iter()
            .map(|one| UnmetResult { expect: one.key.name(), want: one.want.clone(), got: one.got.clone() })
            .collect(),
        answer: String::from_utf8(line).ok().and_then(|line| RawValue::from_string(line).ok()),
        answered: mappings
            .map(|by| format!("answered by Mapping {}.{} ({})", by.name, by.namespace, by.source))
            .collect(),
    }
}

fn case_text(out: &mut String, case: &CaseResult, style: Style) {
    if case.passed {
        let _ = writeln!(out, "  {} {}", style.good("✓"), case.name);
        return;
    }
    let _ = writeln!(out, "  {} {}  {}", style.bad("✗"), style.strong(&case.name), style.dim(&case.source.to_string()));
    if case.name != case.request {
        let _ = writeln!(out, "      {}", case.request);
    }
    for unmet in &case.unmet {
        let _ = writeln!(out, "      {} {}", style.dim(&format!("{:<9}", unmet.expect)), unmet.want);
        let _ = writeln!(out, "      {} {}", style.dim(&format!("{:<9}", "  but got")), style.bad(&unmet.got));
    }
    for line in &case.answered {
        let _ = writeln!(out, "      {}", style.dim(line));
    }
}
