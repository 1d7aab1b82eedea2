//! What becomes of one document: the stages that objects and documents in annotations go through.

use super::annotation::Unfolded;
use super::check::{Findings, Judge, Problem, Violation, check, sentence};
use super::json::{Json, entry, get, is_null, json, text};
use super::metadata;
use super::schema::{View, spec_may_be_absent, spec_of, status_of};
use super::stored::through_v2;
use super::upgrade::{Old, upgraded};
use super::version::{Form, Version};
use super::write::{CannotRead, Go};
use super::{Harm, Kind, Outcome, ReadOptions, Stage};
use crate::edition::Edition;
use crate::source::Span;
use crate::yaml::{Entry, Node};

/// What became of a document, before anybody asks whose gateway it is for.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) harm: Harm,
    pub(crate) violations: Vec<Violation>,
    /// Fields that nobody knows.
    pub(crate) unknown: Vec<Violation>,
    /// Where it shows.
    pub(crate) span: Span,
    /// The object as the compiler gets it.
    pub(crate) object: Option<Object>,
    /// The object in `v3alpha1`, where the compiler gets another one: Ambassador 1's.
    pub(crate) modern: Option<Object>,
}

/// An object in `v3alpha1`, in its parts.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) metadata: Node,
    pub(crate) spec: Option<Node>,
    pub(crate) status: Option<Node>,
}

impl Object {
    /// The object as one node.
    pub(crate) fn node(&self, kind: &str, span: Span) -> Node {
        let api_version = Node::string("getambassador.io/v3alpha1", span);
        let mut entries = vec![
            entry("apiVersion", span, api_version),
            entry("kind", span, Node::string(kind, span)),
            entry("metadata", span, self.metadata.clone()),
        ];
        entries.extend(self.spec.clone().map(|spec| entry("spec", span, spec)));
        entries.extend(self.status.clone().map(|status| entry("status", span, status)));
        Node::map(entries, span)
    }
}

impl Verdict {
    pub(crate) fn converted(object: Object, span: Span) -> Self {
        let outcome = Outcome::Converted { aborts: None };
        Self { object: Some(object), ..Self::ended(outcome, span) }
    }

    pub(crate) fn refused(stage: Stage, span: Span, message: impl Into<String>) -> Self {
        Self::ended(Outcome::Refused { stage, message: message.into() }, span)
    }

    pub(crate) fn ended(outcome: Outcome, span: Span) -> Self {
        Self {
            outcome,
            harm: Harm::None,
            violations: Vec::new(),
            unknown: Vec::new(),
            span,
            object: None,
            modern: None,
        }
    }

    pub(crate) fn ignored(stage: Stage, span: Span) -> Self {
        Self::ended(Outcome::Ignored { stage }, span)
    }

    pub(crate) fn violating(stage: Stage, span: Span, violations: Vec<Violation>) -> Self {
        let span = violations.first().map_or(span, |violation| violation.span);
        Self { violations: violations.clone(), ..Self::refused(stage, span, sentence(&violations)) }
    }

    fn unreadable(stage: Stage, error: CannotRead) -> Self {
        Self::refused(stage, error.span, error.why)
    }

    pub(crate) fn knowing_not(mut self, unknown: Vec<Violation>) -> Self {
        self.unknown = unknown;
        self
    }

    fn with_harm(mut self, harm: Harm) -> Self {
        self.harm = harm;
        self
    }
}

/// A document in an annotation, under editions 2 and later.
pub(crate) fn of_annotation(document: &Unfolded, options: &ReadOptions) -> Verdict {
    let span = document.span;
    let version = Version::of(&document.api_version);
    let Some((kind, version)) =
        Kind::from_name(&document.kind).zip(version).filter(|(kind, version)| version.has(*kind))
    else {
        return unknown_version(document, version);
    };
    let form = if version == Version::V3alpha1 { Form::New } else { Form::Old };
    let view = View { form, edition: options.edition };
    let Findings { mut violations, unknown } = check("spec", &document.spec, spec_of(kind), view, Judge::Gateway);
    let status = status_of(kind).zip(document.status.as_ref());
    if let Some((fields, status)) = status {
        let view = View { form: Form::New, ..view };
        violations.extend(check("status", status, fields, view, Judge::Gateway).violations);
    }
    if !violations.is_empty() {
        return Verdict::violating(Stage::Schema, span, violations).knowing_not(unknown);
    }
    let read = || {
        let metadata = metadata::written(&document.metadata, span)?;
        let go = Go {
            view: View { form: Form::New, ..view },
            wraps: true,
            cuts_nulls: false,
            serialises: options.serialised,
        };
        let old = Old { view, any_case: version == Version::V1 };
        let spec = match form {
            Form::New => go.object(&document.spec, spec_of(kind))?,
            _ => go.object(&upgraded(kind, &document.spec, old)?, spec_of(kind))?,
        };
        let status = status.map(|(fields, status)| go.object(status, fields)).transpose()?;
        let status = status.filter(|status| !status.as_map().is_some_and(crate::yaml::Map::is_empty));
        Ok(Object { metadata, spec: Some(spec), status })
    };
    let verdict = match read() {
        // The panic comes with the last field of all, so that what cannot be read is told first.
        object if version == Version::V1 => match metadata::written(&document.metadata, span) {
            Err(error) => Verdict::unreadable(Stage::Decode, error),
            Ok(_) => panics(document, object.ok()),
        },
        Err(error) => Verdict::unreadable(Stage::Decode, error),
        Ok(object) => after(kind, object, document, options),
    };
    verdict.knowing_not(unknown)
}

/// The check of what serialisation has left.
fn after(kind: Kind, object: Object, document: &Unfolded, options: &ReadOptions) -> Verdict {
    let view = View { form: Form::New, edition: options.edition };
    let spec = object.spec.as_ref().unwrap_or(&document.spec);
    let violations = check("spec", spec, spec_of(kind), view, Judge::Gateway).violations;
    if !violations.is_empty() {
        return Verdict::violating(Stage::SchemaAfter, document.span, violations);
    }
    if get(&document.metadata, "name").and_then(text).is_none_or(str::is_empty) {
        return Verdict { object: Some(object), ..Verdict::ignored(Stage::Compiler, document.span) };
    }
    Verdict::converted(object, document.span)
}

fn panics(document: &Unfolded, object: Option<Object>) -> Verdict {
    let message = format!(
        "reading `{}` from an annotation ends the gateway's process; write `getambassador.io/v2` instead",
        document.written_version
    );
    let outcome = Outcome::Panic { stage: Stage::Decode, message };
    Verdict { harm: Harm::All, object, ..Verdict::ended(outcome, document.span) }
}

/// Group, version or kind is none of Emissary's.
fn unknown_version(document: &Unfolded, version: Option<Version>) -> Verdict {
    let span = document.kind_span;
    if document.kind.is_empty() && document.api_version.is_empty() {
        return Verdict::ignored(Stage::Compiler, document.span);
    }
    let list_of = document.kind.strip_suffix("List").and_then(Kind::from_name);
    if let Some((kind, version)) = list_of.zip(version).filter(|(kind, version)| version.has(*kind)) {
        return Verdict::refused(
            Stage::Convert,
            span,
            format!("a list of {kind}s in {} cannot be an annotation's document", version.as_str()),
        );
    }
    let message = match (document.api_version.as_str(), Kind::from_name(&document.kind)) {
        ("", _) => "the document has no `apiVersion`".to_owned(),
        (given, Some(kind)) => format!("there is no {kind} in `{given}`"),
        (given, None) => format!("there is no kind `{}` in `{given}`", document.kind),
    };
    Verdict::refused(Stage::Version, span, message)
}

/// An object of its own, under editions 2 and later.
pub(crate) fn of_object(kind: Kind, version: Version, root: &Node, options: &ReadOptions) -> Verdict {
    let metadata = match metadata_of(root) {
        Ok(metadata) => metadata,
        Err(error) => return Verdict::unreadable(Stage::Request, error),
    };
    let entries = metadata.as_map().map(crate::yaml::Map::entries).unwrap_or_default();
    let form = if version == Version::V3alpha1 { Form::New } else { Form::Old };
    let view = View { form, edition: options.edition };
    let spec = root.get("spec").filter(|spec| !is_null(spec));
    let mut violations = metadata::violations(entries, root.span);
    let mut unknown = unknown_at_the_top(root);
    if let Some(spec) = spec {
        let found = check("spec", spec, spec_of(kind), view, Judge::ApiServer);
        violations.extend(found.violations);
        unknown.extend(found.unknown);
    }
    if !violations.is_empty() {
        return Verdict::violating(Stage::Schema, root.span, violations).knowing_not(unknown);
    }
    let is_converted = options.legacy_versions && kind != Kind::Listener;
    let go = Go {
        view: View { form: Form::New, ..view },
        wraps: false,
        cuts_nulls: true,
        serialises: options.serialised || is_converted,
    };
    let written = written(kind, version, spec, root.span, view, go);
    let spec = match (written, version) {
        (Ok(spec), Version::V2) => spec,
        (Ok(spec), _) if is_converted => spec.map(|spec| through_v2(kind, &spec)),
        (Ok(spec), _) => spec,
        (Err(error), Version::V2) => return Verdict::unreadable(Stage::ConvertOnRead, error).with_harm(Harm::Kind),
        (Err(error), _) if is_converted => return Verdict::unreadable(Stage::Convert, error),
        (Err(error), _) => return Verdict::unreadable(Stage::EntrypointDecode, error).with_harm(Harm::All),
    };
    let spec = match delivered(kind, spec, root.span, is_converted, go) {
        Ok(spec) => spec,
        Err(verdict) => return *verdict,
    };
    let metadata = stored_metadata(entries, metadata.span);
    Verdict::converted(Object { metadata, spec, status: None }, root.span).knowing_not(unknown)
}

/// Fields beside `spec` that no object has.
fn unknown_at_the_top(root: &Node) -> Vec<Violation> {
    const KNOWN: [&str; 5] = ["apiVersion", "kind", "metadata", "spec", "status"];
    let entries = root.as_map().map(crate::yaml::Map::entries).unwrap_or_default();
    let unknown = entries.iter().filter_map(|entry| {
        let path = entry.key.text().filter(|name| !KNOWN.contains(name))?.to_owned();
        Some(Violation { path, span: entry.key.span, problem: Problem::Unknown })
    });
    unknown.collect()
}

/// What a cluster without old versions would not take of an object in `v3alpha1`.
pub fn objections(object: &Node) -> Vec<Violation> {
    let kind = object.get("kind").and_then(text).and_then(Kind::from_name);
    let Some(kind) = kind else { return Vec::new() };
    let metadata = object.get("metadata").and_then(Node::as_map).map(crate::yaml::Map::entries).unwrap_or_default();
    let mut violations = metadata::violations(metadata, object.span);
    if let Some(spec) = object.get("spec") {
        let view = View { form: Form::New, edition: Edition::Four };
        violations.extend(check("spec", spec, spec_of(kind), view, Judge::ApiServer).violations);
    }
    violations
}

/// The spec as Go writes it in `v3alpha1`.
fn written(
    kind: Kind,
    version: Version,
    spec: Option<&Node>,
    span: Span,
    view: View,
    go: Go,
) -> Result<Option<Node>, CannotRead> {
    let nothing = Node::map([], span);
    let spec = match spec {
        Some(spec) => spec,
        None if spec_may_be_absent(kind) => return Ok(None),
        None => &nothing,
    };
    let spec = match version {
        Version::V3alpha1 => go.object(spec, spec_of(kind))?,
        _ => go.object(&upgraded(kind, spec, Old { view, any_case: false })?, spec_of(kind))?,
    };
    Ok(Some(spec))
}

/// What was converted is checked again by the gateway, and read by it.
fn delivered(
    kind: Kind,
    spec: Option<Node>,
    span: Span,
    was_converted: bool,
    go: Go,
) -> Result<Option<Node>, Box<Verdict>> {
    let spec = match spec {
        Some(spec) if was_converted => spec,
        other => return Ok(other),
    };
    let violations = check("spec", &spec, spec_of(kind), go.view, Judge::Gateway).violations;
    if !violations.is_empty() {
        return Err(Box::new(Verdict::violating(Stage::EntrypointSchema, span, violations)));
    }
    match go.object(&spec, spec_of(kind)) {
        Ok(spec) => Ok(Some(spec)),
        Err(error) => Err(Box::new(Verdict::unreadable(Stage::EntrypointDecode, error).with_harm(Harm::All))),
    }
}

/// The metadata of an object, checked as kubectl reads it.
pub(crate) fn metadata_of(root: &Node) -> Result<Node, CannotRead> {
    let Some(metadata) = root.get("metadata") else { return Ok(Node::map([], root.span)) };
    match json(metadata) {
        Json::Map(entries) => {
            metadata::written(entries, metadata.span)?;
            Ok(metadata.clone())
        }
        Json::Null => Ok(Node::map([], metadata.span)),
        other => Err(CannotRead::new(metadata.span, format!("metadata must be a map, and is {}", other.type_name()))),
    }
}

/// What of an object's metadata comes back from the API server, besides what it sets itself.
pub(crate) fn stored_metadata(entries: &[Entry], span: Span) -> Node {
    const KEPT: [&str; 5] = ["annotations", "finalizers", "labels", "name", "ownerReferences"];
    let kept = entries.iter().filter(|entry| entry.key.text().is_some_and(|name| KEPT.contains(&name)));
    let mut kept: Vec<Entry> = kept.cloned().collect();
    let name_given = get(&kept, "name").is_some();
    if !name_given && let Some(generated) = get(entries, "generateName") {
        kept.push(entry("name", generated.span, generated.clone()));
    }
    let namespace = get(entries, "namespace").filter(|node| text(node).is_some_and(|given| !given.is_empty()));
    let namespace = namespace.cloned().unwrap_or_else(|| Node::string("default", span));
    kept.push(entry("namespace", namespace.span, namespace));
    metadata::written(&kept, span).unwrap_or_else(|_| Node::map(kept, span))
}

/// The version is not served: there is no such kind.
pub(crate) fn not_served(root: &Node, kind: &str, api_version: &str) -> Verdict {
    let span = root.get("apiVersion").map_or(root.span, |node| node.span);
    let violation = Violation { path: "apiVersion".into(), span, problem: Problem::NotServed };
    Verdict {
        violations: vec![violation],
        ..Verdict::refused(Stage::Kind, span, format!("the cluster has no {kind} in `{api_version}`"))
    }
}
