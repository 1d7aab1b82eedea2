//! The documents in the annotation of a Service or Ingress.

use std::ops::Range;

use super::annotation::{Lost, Unfolded, begins_with_directive, cut, unfold};
use super::json::{Json, get, json};
use super::judged::{Judged, Place, is_for_as_written, name_as_written, names_of};
use super::read::{Config, Item};
use super::verdict::{Verdict, of_annotation};
use super::version::{GROUP, Version};
use super::{AnnotationPart, Carrier, DocumentResult, Harm, Kind, Outcome, PostLevel, ReadOptions, Stage};
use crate::source::{Embedding, ObjectRef, SourceId, SourceMap, Span};
use crate::yaml::{Node, parse_first};

/// What becomes of each document of an annotation.
pub(super) fn read_annotation(
    judged: &mut Judged,
    item: &Item,
    config: &Config,
    root: &Node,
    on: &ObjectRef,
    sources: &SourceMap,
    options: &ReadOptions,
) {
    judged.embedding = Embedding::of(&sources.get(config.node.span.source).text, &config.node);
    let whole = Span::new(config.source, 0, config.text.len() as u32);
    let mut documents = match documents(config.source, &config.text) {
        Ok(documents) => documents,
        Err(lost) => {
            let verdict = Verdict::refused(Stage::Annotation, lost.span, lost.why);
            judged.take(annotation_result(item, on, whole, AnnotationPart::All, None, &verdict));
            return;
        }
    };
    if documents.is_empty() {
        let stage = Stage::NoDocuments;
        let verdict = Verdict { outcome: Outcome::Ignored { stage }, ..Verdict::refused(stage, whole, "") };
        judged.take(annotation_result(item, on, whole, AnnotationPart::All, None, &verdict));
        return;
    }
    let labels = root.path(&["metadata", "labels"]);
    let mut named = 0;
    for (index, document) in documents.iter_mut().enumerate() {
        document.inherit(&on.namespace, labels);
        let name = get(&document.metadata, "name");
        named += u32::from(name.is_some_and(|name| !matches!(json(name), Json::Null | Json::Text(""))));
        let key = format!("{}.{}.{named}", on.name, on.namespace);
        judge_document(judged, item, on, index as u32, key, document, options);
    }
}

fn documents(source: SourceId, text: &str) -> Result<Vec<Unfolded>, Lost> {
    let span = |range: Range<usize>| Span::new(source, range.start as u32, range.end as u32);
    let lost = |span: Span, why: String| Lost { span, why };
    let pieces = cut(text)
        .map_err(|line| lost(span(line), "nothing but a comment may follow the dashes of a separator".to_owned()))?;
    let mut documents = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let place = span(piece.clone());
        if begins_with_directive(text.get(piece.clone()).unwrap_or_default()) {
            return Err(lost(place, "a document cannot begin with a directive".to_owned()));
        }
        match parse_first(source, text, piece) {
            Ok(Some(document)) => documents.push(unfold(&document.root)?),
            Ok(None) => documents.push(unfold(&Node::plain("null", place))?),
            Err(problem) => return Err(lost(problem.primary.span, problem.message)),
        }
    }
    Ok(documents)
}

fn annotation_result(
    item: &Item,
    on: &ObjectRef,
    source: Span,
    part: AnnotationPart,
    document: Option<&Unfolded>,
    verdict: &Verdict,
) -> (DocumentResult, Span) {
    let result = DocumentResult {
        document: item.document,
        source,
        carrier: Some(on.clone()),
        annotation: Some(part),
        kind: document.map_or(String::new(), |document| document.kind.clone()),
        name: document.and_then(|document| name_as_written(get(&document.metadata, "name"))),
        api_version: document.map_or(String::new(), |document| document.api_version.clone()),
        outcome: verdict.outcome.clone(),
        object: None,
        harm: verdict.harm,
        violations: verdict.violations.clone(),
    };
    (result, verdict.span)
}

fn judge_document(
    judged: &mut Judged,
    item: &Item,
    on: &ObjectRef,
    index: u32,
    key: String,
    document: &Unfolded,
    options: &ReadOptions,
) {
    let mut verdict = of_annotation(document, options);
    let part = AnnotationPart::Document(index);
    let is_ours = is_for_as_written(document.spec.get("ambassador_id"), &options.ambassador_id);
    if let Outcome::Refused { stage, message } = &verdict.outcome {
        if is_ours {
            judged.post(&key, PostLevel::Error, message, verdict.span);
            if *stage == Stage::Version && is_unsupported(&document.api_version) {
                let message = format!("apiVersion {} is not supported", document.api_version);
                judged.post(&key, PostLevel::Notice, message, verdict.span);
            }
        }
        // The compiler stumbles over labels that are no map, even those of a refused document.
        let labels = get(&document.metadata, "labels").map(json);
        if is_ours && *stage == Stage::Decode && !matches!(labels, None | Some(Json::Null | Json::Map(_))) {
            verdict.harm = Harm::All;
        }
    }
    let (mut result, span) = annotation_result(item, on, document.span, part, Some(document), &verdict);
    let Some(object) = verdict.object.as_ref() else {
        judged.take((result, span));
        return;
    };
    result.object = Some(object.node(&document.kind, document.span));
    let (Outcome::Converted { .. }, Some(kind)) = (&verdict.outcome, Kind::from_name(&document.kind)) else {
        judged.take((result, span));
        return;
    };
    let name_span = get(&document.metadata, "name").map_or(document.span, |node| node.span);
    let carrier = Carrier::Annotation { on: on.clone(), index };
    let place = Place { carrier, key, name_span, span: document.span, api_version: &document.written_version };
    judged.converted(result, kind, object, names_of(&object.metadata), place, options);
}

/// Whether the group is Emissary's and the version is not.
fn is_unsupported(api_version: &str) -> bool {
    let group = api_version.split_once('/').map(|(group, _)| group);
    group == Some(GROUP) && Version::of(api_version).is_none_or(|version| version == Version::V0)
}
