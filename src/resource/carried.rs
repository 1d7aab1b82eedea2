//! The documents in the annotation of a Service or Ingress.

use std::ops::Range;

use super::annotation::{Lost, Unfolded, begins_with_directive, cut, unfold};
use super::historic::{self, Found, Taken};
use super::json::{Json, get, json};
use super::judged::{Judged, Place, is_for_as_written, name_as_written, names_of};
use super::read::{Config, Item};
use super::verdict::{Verdict, of_annotation};
use super::version::{GROUP, Version};
use super::{
    AnnotationPart, Carrier, DocumentResult, Harm, Kind, Outcome, Post, PostLevel, ReadOptions, Stage, Written,
};
use crate::edition::Edition;
use crate::source::{Embedding, ObjectRef, SourceId, SourceMap, Span};
use crate::yaml::{FirstDocuments, Node};

/// An annotation with what is around it.
pub(super) struct Carrying<'a> {
    pub(super) item: &'a Item,
    pub(super) config: &'a Config,
    pub(super) on: &'a ObjectRef,
    pub(super) labels: Option<&'a Node>,
    pub(super) options: &'a ReadOptions,
}

/// What becomes of each document of an annotation.
pub(super) fn read_annotation(
    judged: &mut Judged,
    carrying: &Carrying<'_>,
    sources: &SourceMap,
    reader: &mut FirstDocuments,
) {
    let config = carrying.config;
    judged.embedding = Embedding::of(&sources.get(config.node.span.source).text, &config.node);
    let done = match carrying.options.edition {
        Edition::One => carrying.read_by_compiler(judged),
        _ => carrying.read_by_gateway(judged, reader),
    };
    let whole = Span::new(config.source, 0, config.text.len() as u32);
    match done {
        Err(lost) => {
            if carrying.options.edition == Edition::One {
                let message = lost.why.clone();
                judged.posts.push(Post { key: None, level: PostLevel::Error, message, span: lost.span });
            }
            let verdict = Verdict::refused(Stage::Annotation, lost.span, lost.why);
            judged.take(carrying.result(whole, AnnotationPart::All, None, &verdict));
        }
        Ok(0) => {
            let verdict = Verdict::ignored(Stage::NoDocuments, whole);
            judged.take(carrying.result(whole, AnnotationPart::All, None, &verdict));
        }
        Ok(_) => {}
    }
}

fn documents(source: SourceId, text: &str, reader: &mut FirstDocuments) -> Result<Vec<Unfolded>, Lost> {
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
        match reader.read(source, text, piece) {
            Ok((Some(document), remarks)) => {
                let unfolded = unfold(&document.root)?;
                documents.push(Unfolded { comments: document.comments, remarks, ..unfolded });
            }
            Ok((None, _)) => documents.push(unfold(&Node::plain("null", place))?),
            Err(problem) => return Err(lost(problem.primary.span, problem.message)),
        }
    }
    Ok(documents)
}

impl Carrying<'_> {
    /// Editions 2 and later: the gateway's Go side cuts, checks and converts. How many documents there were.
    fn read_by_gateway(&self, judged: &mut Judged, reader: &mut FirstDocuments) -> Result<usize, Lost> {
        let mut documents = documents(self.config.source, &self.config.text, reader)?;
        judged.expect(documents.len());
        let mut named = 0;
        for (index, document) in documents.iter_mut().enumerate() {
            document.inherit(&self.on.namespace, self.labels);
            let name = get(&document.metadata, "name");
            named += u32::from(name.is_some_and(|name| !matches!(json(name), Json::Null | Json::Text(""))));
            let verdict = of_annotation(document, self.options);
            self.judge(judged, index as u32, &self.key(named), document, verdict);
        }
        Ok(documents.len())
    }

    /// Edition 1: the compiler itself reads them.
    fn read_by_compiler(&self, judged: &mut Judged) -> Result<usize, Lost> {
        let documents = historic::documents(self.config.source, &self.config.text)?;
        let count = documents.len();
        judged.expect(count);
        for (index, document) in documents.into_iter().enumerate() {
            let (mut document, dates) = match document {
                Found::Document(document, dates) => (document, dates),
                Found::NoMap(span) => {
                    let verdict =
                        Verdict::refused(Stage::Annotation, span, "a document that is no map ends the compiler");
                    let verdict = Verdict { harm: Harm::All, ..verdict };
                    judged.take(self.result(span, AnnotationPart::Document(index as u32), None, &verdict));
                    continue;
                }
            };
            document.inherit(&self.on.namespace, self.labels);
            let verdict = self.missing(judged, &document).unwrap_or_else(|| historic::of_annotation(&document, dates));
            let key = self.key(index as u32 + 1);
            self.notice(judged, &key, &document, &verdict);
            self.judge(judged, index as u32, &key, &document, verdict);
        }
        Ok(count)
    }

    /// What the compiler asks of every document before anything else.
    fn missing(&self, judged: &mut Judged, document: &Unfolded) -> Option<Verdict> {
        let has_name = get(&document.metadata, "name").is_some();
        if has_name && !document.kind.is_empty() && !document.api_version.is_empty() {
            return None;
        }
        let message = "a document must have `apiVersion`, `kind` and `name` at its top";
        judged.posts.push(Post { key: None, level: PostLevel::Error, message: message.into(), span: document.span });
        Some(Verdict::refused(Stage::Request, document.span, message))
    }

    /// What the compiler remarks about versions.
    fn notice(&self, judged: &mut Judged, key: &str, document: &Unfolded, verdict: &Verdict) {
        let is_missing = matches!(verdict.outcome, Outcome::Refused { stage: Stage::Request, .. });
        if is_missing || !historic::is_for(&document.spec, self.options) {
            return;
        }
        let version = &document.api_version;
        let message = match historic::taken(version) {
            Taken::As(Version::V0) => format!("apiVersion {version} is deprecated, consider upgrading"),
            Taken::Unchecked => format!("apiVersion {version} is not supported"),
            _ => return,
        };
        judged.post(key, PostLevel::Notice, message, document.span);
    }

    fn key(&self, count: u32) -> String {
        format!("{}.{}.{count}", self.on.name, self.on.namespace)
    }

    fn is_ours(&self, document: &Unfolded) -> bool {
        match self.options.edition {
            Edition::One => historic::is_for(&document.spec, self.options),
            _ => is_for_as_written(document.spec.get("ambassador_id"), &self.options.ambassador_id),
        }
    }

    fn judge(&self, judged: &mut Judged, index: u32, key: &str, document: &Unfolded, mut verdict: Verdict) {
        if let Outcome::Refused { stage, message } = &verdict.outcome
            && *stage != Stage::Request
            && self.is_ours(document)
        {
            judged.post(key, PostLevel::Error, message, verdict.span);
            if self.options.edition > Edition::One && *stage == Stage::Version && is_unsupported(&document.api_version)
            {
                let message = format!("apiVersion {} is not supported", document.api_version);
                judged.post(key, PostLevel::Notice, message, verdict.span);
            }
            // The compiler stumbles over labels that are no map, even those of a refused document.
            let labels = get(&document.metadata, "labels").map(json);
            if *stage == Stage::Decode && !matches!(labels, None | Some(Json::Null | Json::Map(_))) {
                verdict.harm = Harm::All;
            }
        }
        let part = AnnotationPart::Document(index);
        let (mut result, span) = self.result(document.span, part, Some(document), &verdict);
        let shown = verdict.modern.as_ref().or(verdict.object.as_ref());
        result.object = shown.map(|object| object.node(&document.kind, document.span));
        result.key = Some(key.to_owned());
        let kind = Kind::from_name(&document.kind);
        let (Outcome::Converted { .. }, Some(kind), Some(object)) = (&verdict.outcome, kind, &verdict.object) else {
            judged.take((result, span));
            return;
        };
        let place = Place {
            carrier: Carrier::Annotation { on: self.on.clone(), index },
            key: key.to_owned(),
            name_span: get(&document.metadata, "name").map_or(document.span, |node| node.span),
            span: document.span,
            api_version: &document.written_version,
        };
        judged.converted(result, kind, object, names_of(&object.metadata), place, self.options);
    }

    fn result(
        &self,
        source: Span,
        part: AnnotationPart,
        document: Option<&Unfolded>,
        verdict: &Verdict,
    ) -> (DocumentResult, Span) {
        let result = DocumentResult {
            document: self.item.document,
            source,
            carrier: Some(self.on.clone()),
            annotation: Some(part),
            kind: document.map_or(String::new(), |document| document.kind.clone()),
            name: document.and_then(|document| name_as_written(get(&document.metadata, "name"))),
            api_version: document.map_or(String::new(), |document| document.api_version.clone()),
            outcome: verdict.outcome.clone(),
            object: None,
            harm: verdict.harm,
            violations: verdict.violations.clone(),
            unknown: verdict.unknown.clone(),
            key: None,
            written: document.map(|document| Written {
                root: document.root.clone(),
                spec: Some(document.spec.clone()),
                comments: document.comments.clone(),
                remarks: document.remarks.clone(),
            }),
        };
        (result, verdict.span)
    }
}

/// Whether the group is Emissary's and the version is not.
fn is_unsupported(api_version: &str) -> bool {
    let group = api_version.split_once('/').map(|(group, _)| group);
    group == Some(GROUP) && Version::of(api_version).is_none_or(|version| version == Version::V0)
}
