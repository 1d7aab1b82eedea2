//! Reviewdog's diagnostic format.

use serde_json::{Value, json as value};

use super::{Findings, Location, whole_message};
use crate::diagnostic::Severity;
use crate::lint::Fix;
use crate::report::format::json::pretty;
use crate::source::{SourceMap, Span};

/// All findings as one result.
pub fn rdjson(all: Findings<'_>) -> String {
    let diagnostics = all.introduced().map(|finding| {
        let severity = match finding.severity() {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        };
        let Location { file, live, .. } = all.location(finding);
        let mut location = value!({ "path": file });
        if live.is_none() {
            location["range"] = range(finding.span(), all.sources);
        }
        let mut shown = value!({
            "message": whole_message(finding, all.sources),
            "location": location,
            "severity": severity,
            "code": { "value": finding.rule.code.as_str() },
        });
        if let Some(suggestions) = all.fix(finding).and_then(|fix| suggestions(fix, all.sources)) {
            shown["suggestions"] = suggestions.into();
        }
        shown
    });
    let diagnostics: Vec<Value> = diagnostics.collect();
    pretty(&value!({ "source": { "name": "kubectl-ambassador" }, "diagnostics": diagnostics }).to_string())
}

fn suggestions(fix: &Fix, sources: &SourceMap) -> Option<Vec<Value>> {
    let suggested = fix.edits.iter().map(|edit| {
        let edit = sources.outermost_edit(edit)?;
        Some(value!({ "range": range(edit.span, sources), "text": edit.text }))
    });
    suggested.collect()
}

/// Reviewdog counts columns in bytes.
fn range(span: Span, sources: &SourceMap) -> Value {
    let Location { line, end_line, .. } = Location::of(span, sources);
    let span = sources.outermost(span);
    let source = sources.get(span.source);
    let column = |line: u32, at: u32| at as usize - source.lines().line(&source.text, line).start.min(at as usize) + 1;
    value!({
        "start": { "line": line, "column": column(line, span.start) },
        "end": { "line": end_line, "column": column(end_line, span.end) },
    })
}
