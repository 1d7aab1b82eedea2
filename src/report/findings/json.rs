//! JSON: one object, or one a line.

use serde_json::{Map, Value, json as value};

use super::{Findings, Location, fingerprint, word};
use crate::diagnostic::Severity;
use crate::lint::{Finding, Fix, Subject, Trust};
use crate::report::format::json::pretty;
use crate::source::{ObjectRef, SourceMap, Span};

/// All findings as one object, which is also what a baseline is.
pub fn json(all: Findings<'_>) -> String {
    let findings: Vec<Value> = (0..).zip(all.findings).map(|(at, finding)| one(&all, at, finding)).collect();
    let silenced: Vec<Value> = all
        .silenced
        .iter()
        .map(|silenced| {
            let mut shown = told(&silenced.finding, all.sources);
            shown.insert("reason".to_owned(), silenced.reason.clone().into());
            shown.into()
        })
        .collect();
    let count = |severity: Severity| all.findings.iter().filter(|finding| finding.severity() == severity).count();
    let mut whole = value!({
        "version": 1,
        "summary": {
            "errors": count(Severity::Error),
            "warnings": count(Severity::Warning),
            "infos": count(Severity::Info),
            "silenced": silenced.len(),
        },
        "findings": findings,
        "silenced": silenced,
    });
    if let (Some(since), Some(whole)) = (all.since, whole.as_object_mut()) {
        let fixed: Vec<Value> = since
            .fixed
            .iter()
            .map(|earlier| {
                value!({
                    "rule": earlier.rule, "file": earlier.file, "subject": earlier.subject, "message": earlier.message,
                })
            })
            .collect();
        whole.insert("fixed".to_owned(), fixed.into());
    }
    pretty(&whole.to_string())
}

/// All findings, one object a line.
pub fn jsonl(all: Findings<'_>) -> String {
    let lines = (0..).zip(all.findings).map(|(at, finding)| {
        let mut line = one(&all, at, finding);
        if let Some(line) = line.as_object_mut() {
            line.shift_insert(0, "version".to_owned(), 1.into());
        }
        format!("{line}\n")
    });
    lines.collect()
}

fn one(all: &Findings<'_>, at: usize, finding: &Finding) -> Value {
    let mut shown = told(finding, all.sources);
    if all.since.is_some() {
        let word = if all.is_unchanged(at) { "unchanged" } else { "introduced" };
        shown.insert("baseline".to_owned(), word.into());
    }
    shown.into()
}

fn told(finding: &Finding, sources: &SourceMap) -> Map<String, Value> {
    let mut shown = Map::new();
    let mut put = |key: &str, value: Value| drop(shown.insert(key.to_owned(), value));
    put("rule", finding.rule.code.as_str().into());
    put("name", finding.rule.name.into());
    put("severity", word(finding.severity()).into());
    put("message", finding.diagnostic.message.clone().into());
    for (key, value) in place(finding.span(), sources) {
        put(&key, value);
    }
    if let Some(subject) = &finding.subject {
        put("subject", subject.to_string().into());
        put("object", object(&subject.object));
        put("carrier", carrier(subject));
    }
    let labels = finding.diagnostic.labels.iter().map(|label| {
        let mut shown = place(label.span, sources);
        shown.insert("text".to_owned(), label.text.clone().into());
        Value::from(shown)
    });
    put("labels", labels.collect::<Vec<_>>().into());
    put("notes", finding.diagnostic.notes.clone().into());
    put("fix", finding.fix.as_ref().map_or(Value::Null, |found| fix(found, sources)));
    put("fingerprint", fingerprint(finding, sources).into());
    shown
}

fn place(span: Span, sources: &SourceMap) -> Map<String, Value> {
    let Location { file, line, column, end_line, end_column, .. } = Location::of(span, sources);
    let shown = value!({
        "file": file, "line": line, "column": column, "end_line": end_line, "end_column": end_column,
    });
    let mut shown = shown.as_object().cloned().unwrap_or_default();
    if let Some(live) = sources.place(span).live {
        shown.insert("field".to_owned(), live.field.into());
    }
    shown
}

fn object(object: &ObjectRef) -> Value {
    value!({ "kind": object.kind, "name": object.name, "namespace": object.namespace })
}

fn carrier(subject: &Subject) -> Value {
    subject.carrier.as_ref().map_or(Value::Null, object)
}

fn fix(fix: &Fix, sources: &SourceMap) -> Value {
    let edits = fix.edits.iter().filter_map(|edit| {
        let edit = sources.outermost_edit(edit)?;
        let mut shown = place(edit.span, sources);
        shown.insert("text".to_owned(), edit.text.into());
        Some(Value::from(shown))
    });
    value!({ "title": fix.title, "safe": fix.trust == Trust::Safe, "edits": edits.collect::<Vec<_>>() })
}
