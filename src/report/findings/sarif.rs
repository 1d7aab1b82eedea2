//! SARIF 2.1.0, as code scanning reads it.

use serde_json::{Value, json as value};

use super::{Findings, Location, fingerprint, whole_message};
use crate::diagnostic::Severity;
use crate::lint::{Finding, Fix, RULES, Rule};
use crate::report::format::json::pretty;
use crate::source::{SourceMap, Span};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// All findings as one log with one run.
pub fn sarif(all: Findings<'_>) -> String {
    let found = (0..).zip(all.findings).map(|(at, finding)| {
        let mut result = result(&all, finding);
        if all.since.is_some() {
            result["baselineState"] = if all.is_unchanged(at) { "unchanged" } else { "new" }.into();
        }
        result
    });
    let silenced = all.silenced.iter().map(|silenced| {
        let mut result = result(&all, &silenced.finding);
        result["suppressions"] = value!([{ "kind": "inSource", "justification": silenced.reason }]);
        result
    });
    let results: Vec<Value> = found.chain(silenced).collect();
    let log = value!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kubectl-ambassador",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    pretty(&log.to_string())
}

fn descriptor(rule: &Rule) -> Value {
    value!({
        "id": rule.code.as_str(),
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.why },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": { "tags": [rule.code.subject()] },
    })
}

fn result(all: &Findings<'_>, finding: &Finding) -> Value {
    let sources = all.sources;
    let index = RULES.iter().position(|rule| rule.code == finding.rule.code);
    let mut result = value!({
        "ruleId": finding.rule.code.as_str(),
        "ruleIndex": index,
        "level": level(finding.severity()),
        "message": { "text": whole_message(finding, sources) },
        "locations": [location(finding.span(), sources)],
        "partialFingerprints": { "kubectlAmbassador/v1": fingerprint(finding, sources) },
    });
    let labels = &finding.diagnostic.labels;
    if !labels.is_empty() {
        let related = labels.iter().map(|label| {
            let mut related = location(label.span, sources);
            related["message"] = value!({ "text": label.text });
            related
        });
        result["relatedLocations"] = related.collect::<Vec<_>>().into();
    }
    if let Some(fix) = all.fix(finding).and_then(|found| fix(found, sources)) {
        result["fixes"] = value!([fix]);
    }
    result
}

fn fix(fix: &Fix, sources: &SourceMap) -> Option<Value> {
    let edits: Vec<_> = fix.edits.iter().map(|edit| sources.outermost_edit(edit)).collect::<Option<_>>()?;
    let file = edits.first()?.span;
    let replacements = edits.iter().map(|edit| {
        value!({
            "deletedRegion": region(edit.span, sources), "insertedContent": { "text": edit.text },
        })
    });
    Some(value!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": artifact(file, sources), "replacements": replacements.collect::<Vec<_>>(),
        }],
    }))
}

fn location(span: Span, sources: &SourceMap) -> Value {
    match Location::of(span, sources).live {
        None => value!({
            "physicalLocation": { "artifactLocation": artifact(span, sources), "region": region(span, sources) },
        }),
        Some(live) => value!({
            "physicalLocation": { "artifactLocation": artifact(span, sources) },
            "logicalLocations": [{ "fullyQualifiedName": live, "kind": "property" }],
        }),
    }
}

fn artifact(span: Span, sources: &SourceMap) -> Value {
    value!({ "uri": uri(&Location::of(span, sources).file) })
}

fn region(span: Span, sources: &SourceMap) -> Value {
    let Location { line, column, end_line, end_column, .. } = Location::of(span, sources);
    value!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}

/// A path as a URI reference: what is not plain is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => uri.push(char::from(byte)),
            b'\\' => uri.push('/'),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
