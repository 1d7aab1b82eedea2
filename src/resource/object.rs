//! An object of its own: one of Emissary's, or one of Kubernetes' that may carry an annotation.

use std::sync::Arc;

use super::annotation::CONFIG;
use super::carried::{Carrying, read_annotation};
use super::json::{Json, get, json, normal, text};
use super::judged::{Judged, Place, is_for_as_written, name_as_written, names_of};
use super::read::{Item, group_version, is_carrier};
use super::verdict::{Verdict, not_served, of_object};
use super::version::{GROUP, Version};
use super::{
    Carrier, DocumentResult, Kind, KubernetesObject, Outcome, PostLevel, ReadOptions, Stage, Written, historic,
    metadata,
};
use crate::edition::Edition;
use crate::source::{ObjectRef, SourceMap, Span};
use crate::yaml::{Dialect, FirstDocuments, Node};

/// Kubernetes' own kinds that are kept, with their group.
const KEPT: [(&str, &str); 9] = [
    ("ConfigMap", ""),
    ("EndpointSlice", "discovery.k8s.io"),
    ("Endpoints", ""),
    ("Ingress", "networking.k8s.io"),
    ("Ingress", "extensions"),
    ("IngressClass", "networking.k8s.io"),
    ("Namespace", ""),
    ("Secret", ""),
    ("Service", ""),
];

/// What becomes of an object.
pub(super) fn judge(item: &Item, sources: &SourceMap, options: &ReadOptions, reader: &mut FirstDocuments) -> Judged {
    let dialect = if options.serialised { Dialect::Kubernetes } else { Dialect::Python };
    let root = match normal(&item.root, dialect) {
        Ok(root) => root,
        Err(not) => return unreadable(item, not.span, not.why),
    };
    let entries = match json(&root) {
        Json::Map(entries) => entries,
        Json::Null => return Judged::default(),
        other => {
            let why = format!("an object must be a map, and this is {}", other.type_name());
            return unreadable(item, root.span, &why);
        }
    };
    let given = |name: &str| get(entries, name).and_then(text).filter(|text| !text.is_empty());
    let (Some(kind), Some(api_version)) = (given("kind"), given("apiVersion")) else {
        let missing = if given("kind").is_none() { "kind" } else { "apiVersion" };
        return unreadable(item, root.span, &format!("`{missing}` is missing"));
    };
    let (group, _) = group_version(api_version);
    let is_ours = group == GROUP || group == "ambassador" || group.ends_with(".getambassador.io");
    if is_ours || group.is_empty() && Kind::from_name(kind).is_some() {
        return judge_own(item, &root, kind, api_version, options);
    }
    judge_foreign(item, &root, (kind, group), sources, options, reader)
}

fn unreadable(item: &Item, span: Span, why: &str) -> Judged {
    let verdict = Verdict::refused(Stage::Request, span, why);
    let mut judged = Judged::default();
    judged.take(result(item, &item.root, &verdict));
    judged
}

/// The result of an object of its own, without its `v3alpha1` form.
fn result(item: &Item, root: &Node, verdict: &Verdict) -> (DocumentResult, Span) {
    let result = DocumentResult {
        document: item.document,
        source: root.span,
        carrier: None,
        annotation: None,
        kind: root.get("kind").and_then(text).unwrap_or_default().to_owned(),
        name: name_as_written(root.path(&["metadata", "name"])),
        api_version: root.get("apiVersion").and_then(text).unwrap_or_default().to_owned(),
        outcome: verdict.outcome.clone(),
        object: None,
        harm: verdict.harm,
        violations: verdict.violations.clone(),
        unknown: verdict.unknown.clone(),
        key: None,
        written: Some(Written {
            root: item.root.clone(),
            spec: root.get("spec").cloned(),
            comments: Vec::new(),
            remarks: Vec::new(),
        }),
    };
    (result, verdict.span)
}

/// An object of Emissary's own.
fn judge_own(item: &Item, root: &Node, kind_name: &str, api_version: &str, options: &ReadOptions) -> Judged {
    let known = Kind::from_name(kind_name).zip(Version::of(api_version));
    let served =
        known.filter(|(kind, version)| version.has(*kind) && options.edition.serves(*version, options.legacy_versions));
    let Some((kind, version)) = served else {
        let mut judged = Judged::default();
        judged.take(result(item, root, &not_served(root, kind_name, api_version)));
        return judged;
    };
    let verdict = match options.edition {
        Edition::One => historic::of_object(kind, root),
        _ => of_object(kind, version, root, options),
    };
    let mut judged = Judged::default();
    let (mut result, span) = result(item, root, &verdict);
    let name_span = root.path(&["metadata", "name"]).map_or(root.span, |node| node.span);
    let Some(object) = &verdict.object else {
        let ids = root.path(&["spec", "ambassador_id"]);
        if let Outcome::Refused { stage: Stage::EntrypointSchema, message } = &verdict.outcome
            && is_for_as_written(ids, &options.ambassador_id)
        {
            let namespace = root.path(&["metadata", "namespace"]).and_then(text).filter(|text| !text.is_empty());
            let key = format!("{}.{}.1", result.name.as_deref().unwrap_or_default(), namespace.unwrap_or("default"));
            judged.post(&key, PostLevel::Error, message, span);
        }
        judged.take((result, span));
        return judged;
    };
    result.object = Some(verdict.modern.as_ref().unwrap_or(object).node(kind.as_str(), root.span));
    let names = names_of(&object.metadata);
    judged.identity = Some(ObjectRef { kind: kind.as_str().into(), name: names.0.clone(), namespace: names.1.clone() });
    let key = format!("{}.{}.1", names.0, names.1);
    result.key = Some(key.clone());
    judged.converted(
        result,
        kind,
        object,
        names,
        Place { carrier: Carrier::Own, key, name_span, span: root.span, api_version },
        options,
    );
    judged
}

/// An object of Kubernetes' own, perhaps with an annotation.
fn judge_foreign(
    item: &Item,
    root: &Node,
    (kind, group): (&str, &str),
    sources: &SourceMap,
    options: &ReadOptions,
    reader: &mut FirstDocuments,
) -> Judged {
    let mut judged = Judged::default();
    let is_namespaced = !matches!(kind, "Namespace" | "IngressClass");
    let given = |name: &str| root.path(&["metadata", name]).and_then(text).filter(|text| !text.is_empty());
    let object = ObjectRef {
        kind: kind.to_owned(),
        name: given("name").unwrap_or_default().to_owned(),
        namespace: if is_namespaced { given("namespace").unwrap_or("default").to_owned() } else { String::new() },
    };
    if KEPT.contains(&(kind, group)) {
        let labels = metadata::pairs(root.path(&["metadata", "labels"]));
        judged.object = Some(Arc::new(KubernetesObject { object: object.clone(), labels, root: root.clone() }));
        judged.identity = Some(object.clone()).filter(|object| !object.name.is_empty());
    }
    let annotation = root.path(&["metadata", "annotations", CONFIG]);
    match (annotation, &item.config) {
        (None, _) => judged.ignored(item, root, Stage::NoAnnotation),
        (Some(_), None) if !is_carrier(root) => judged.ignored(item, root, Stage::NotACarrier),
        (Some(node), None) => {
            let verdict =
                Verdict::refused(Stage::Request, node.span, format!("the annotation `{CONFIG}` must be a text"));
            judged.take(result(item, root, &verdict));
        }
        (Some(_), Some(config)) => {
            let labels = root.path(&["metadata", "labels"]);
            let carrying = Carrying { item, config, on: &object, labels, options };
            read_annotation(&mut judged, &carrying, sources, reader);
        }
    }
    judged
}

impl Judged {
    fn ignored(&mut self, item: &Item, root: &Node, stage: Stage) {
        self.take(result(item, root, &Verdict::ignored(stage, root.span)));
    }
}
