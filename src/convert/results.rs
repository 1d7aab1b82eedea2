//! What became of every document, for machines.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::diagnostic::Diagnostic;
use crate::resource::{AnnotationPart, DocumentResult, Harm, Outcome, Stage};
use crate::source::SourceMap;
use crate::yaml::{Dialect, to_value};

/// All results, as `convert -o json` prints them.
pub fn results(results: &[Arc<DocumentResult>], sources: &SourceMap) -> Value {
    let results: Vec<Value> = results.iter().map(|result| one(result, sources)).collect();
    json!({ "version": 1, "results": results })
}

fn one(result: &DocumentResult, sources: &SourceMap) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    let document = sources.place(result.document);
    put("document", json!({ "file": document.file, "line": document.line }));
    let source = sources.place(result.source);
    let mut told = json!({ "file": source.file, "line": source.line, "column": source.column });
    if let (Some(live), Some(told)) = (&source.live, told.as_object_mut()) {
        let object = &live.object;
        let name = json!({ "kind": object.kind, "name": object.name, "namespace": object.namespace });
        told.extend([("object".to_owned(), name), ("field".to_owned(), live.field.as_str().into())]);
    }
    put("source", told);
    if let Some(carrier) = &result.carrier {
        put("carrier", json!({ "kind": carrier.kind, "name": carrier.name, "namespace": carrier.namespace }));
    }
    match result.annotation {
        Some(AnnotationPart::Document(index)) => put("annotation", index.into()),
        Some(AnnotationPart::All) => put("annotation", "all".into()),
        None => {}
    }
    if result.annotation != Some(AnnotationPart::All) {
        put("kind", result.kind.as_str().into());
        if let Some(name) = &result.name {
            put("name", name.as_str().into());
        }
        put("apiVersion", result.api_version.as_str().into());
    }
    let (outcome, stage, message) = words(&result.outcome);
    put("outcome", outcome.into());
    if let Some(stage) = stage {
        put("stage", stage.as_str().into());
    }
    if let Some(message) = message.filter(|message| !message.is_empty()) {
        put("message", message.into());
    }
    put("harm", harm(result.harm).into());
    if let Some(object) = &result.object {
        put("object", serde_json::to_value(to_value(object, Dialect::Kubernetes)).unwrap_or(Value::Null));
    }
    let unknown: Vec<&str> = result.unknown.iter().map(|violation| violation.path.as_str()).collect();
    if !unknown.is_empty() && !matches!(result.outcome, Outcome::Refused { .. }) {
        put("dropped", unknown.into());
    }
    Value::Object(fields)
}

fn words(outcome: &Outcome) -> (&'static str, Option<Stage>, Option<&str>) {
    match outcome {
        Outcome::Converted { aborts } => ("converted", None, aborts.as_deref()),
        Outcome::Refused { stage, message } => ("refused", Some(*stage), Some(message)),
        Outcome::Ignored { stage } => ("ignored", Some(*stage), None),
        Outcome::Panic { stage, message } => ("panic", Some(*stage), Some(message)),
    }
}

fn harm(harm: Harm) -> &'static str {
    match harm {
        Harm::None => "none",
        Harm::Kind => "kind",
        Harm::All => "all",
    }
}

/// Whether a document was refused, or lost without a word, or lost fields.
pub(super) fn is_lost(result: &DocumentResult) -> bool {
    match result.outcome {
        Outcome::Refused { .. } => true,
        Outcome::Ignored { stage } => matches!(stage, Stage::Compiler | Stage::NotACarrier),
        Outcome::Converted { .. } | Outcome::Panic { .. } => !result.unknown.is_empty(),
    }
}

/// Fields that fall away on the way.
pub(super) fn dropped_fields(results: &[Arc<DocumentResult>]) -> Vec<Diagnostic> {
    let converted = results.iter().filter(|result| !matches!(result.outcome, Outcome::Refused { .. }));
    converted
        .flat_map(|result| {
            result.unknown.iter().map(|unknown| {
                let message = format!(
                    "`{}` is no field of a {} in `{}` and falls away",
                    unknown.path, result.kind, result.api_version
                );
                Diagnostic::warning("dropped-field", unknown.span, message)
            })
        })
        .collect()
}
