//! What Ambassador 1 reads: its compiler reads annotations itself, with JSON schemas that know no unknown field.
//!
//! The spec that it hands on has the shape of `v3alpha1` where the meaning is the same: lists where a text was possible,
//! added headers as maps with `value`, labels as maps, `rate_limits` as labels. What means something else there stays as
//! it was written, and whoever gives edition 1 its meaning must look at it:
//!
//! - `host` is one literal text, also when it is empty or holds a `*`; there is no `hostname`;
//! - `headers` and `query_parameters` may hold `true` for "is there", in the order of writing;
//! - `tls` may be a boolean beside a service with any scheme;
//! - the value of an added header may be a boolean, which Envoy refuses;
//! - empty texts, zeros and empty lists are there: nothing is left out, and no keys are sorted;
//! - an AuthService of `ambassador/v0` sends more headers of its own accord.

use super::annotation::{Lost, Unfolded};
use super::check::{Judge, Problem, Violation, check};
use super::json::{Json, entry, get, json, normal, text};
use super::metadata;
use super::schema::{View, spec_of};
use super::upgrade::{Old, upgraded};
use super::verdict::{Object, Verdict, metadata_of, stored_metadata};
use super::version::{Form, GROUP, Version};
use super::write::{Go, canonical};
use super::{Harm, Kind, Outcome, ReadOptions, Stage};
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::{SourceId, Span};
use crate::yaml::{Dialect, Document, Entry, Meaning, Node, Value, parse};

/// A document of an annotation as Ambassador 1 finds it.
pub(crate) enum Found {
    /// A map.
    Document(Box<Unfolded>, Vec<Violation>),
    /// Something else, over which the compiler raises an exception.
    NoMap(Span),
}

/// The documents of an annotation. Empty ones are passed over.
pub(crate) fn documents(source: SourceId, annotation: &str) -> Result<Vec<Found>, Lost> {
    let parsed = parse(source, annotation);
    if !parsed.broken.is_empty() {
        let problem =
            parsed.diagnostics.into_iter().find(|problem| problem.severity == crate::diagnostic::Severity::Error);
        let whole = Span::new(source, 0, annotation.len() as u32);
        return Err(match problem {
            Some(problem) => Lost { span: problem.primary.span, why: problem.message },
            None => Lost { span: whole, why: "this is no YAML".to_owned() },
        });
    }
    parsed
        .documents
        .into_iter()
        .filter(|document| !is_nothing(&document.root))
        .map(|document| found(document, &parsed.diagnostics))
        .collect()
}

/// What Python counts as nothing.
fn is_nothing(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => map.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Scalar(scalar) => match scalar.resolve(Dialect::Python) {
            Meaning::Null | Meaning::Bool(false) | Meaning::Int(0) => true,
            Meaning::Float(value) => value == 0.0,
            Meaning::Str(text) | Meaning::Foreign(text) => text.is_empty(),
            Meaning::Bool(true) | Meaning::Int(_) => false,
        },
    }
}

fn found(document: Document, remarks: &[Diagnostic]) -> Result<Found, Lost> {
    let (root, here) = (&document.root, document.span.range());
    if root.as_map().is_none() {
        return Ok(Found::NoMap(root.span));
    }
    let mut dates = Vec::new();
    find_dates("spec", root, &mut dates);
    let normal = normal(root, Dialect::Python)?;
    let Json::Map(entries) = json(&normal) else { return Ok(Found::NoMap(root.span)) };
    let is_here = |remark: &&Diagnostic| here.contains(&remark.primary.span.range().start);
    let remarks = remarks.iter().filter(is_here).cloned().collect();
    let unfolded = flat(entries, root.span);
    let unfolded = Unfolded { root: document.root, comments: document.comments, remarks, ..unfolded };
    Ok(Found::Document(Box::new(unfolded), dates))
}

/// Dates and bytes are no values of JSON, and fit no schema.
fn find_dates(path: &str, node: &Node, found: &mut Vec<Violation>) {
    match &node.value {
        Value::Scalar(scalar) => {
            if matches!(scalar.resolve(Dialect::Python), Meaning::Foreign(_)) {
                let problem = Problem::Type { expected: "a text or a number", found: "a date or bytes" };
                found.push(Violation { path: path.to_owned(), span: node.span, problem });
            }
        }
        Value::List(items) => {
            items.iter().enumerate().for_each(|(at, item)| find_dates(&format!("{path}[{at}]"), item, found));
        }
        Value::Map(map) => {
            for entry in map.entries() {
                find_dates(&format!("{path}.{}", entry.key.text().unwrap_or_default()), &entry.value, found);
            }
        }
    }
}

/// All fields stand at the top; what is not metadata belongs to the spec.
fn flat(entries: &[Entry], span: Span) -> Unfolded {
    let given = |name: &str| get(entries, name).and_then(text).unwrap_or_default();
    let mut metadata = Vec::new();
    let mut spec = Vec::new();
    for entry in entries {
        match entry.key.text().unwrap_or_default() {
            "apiVersion" | "kind" => {}
            "name" | "namespace" | "generation" => metadata.push(entry.clone()),
            "metadata_labels" => {
                metadata.push(Entry { key: Node::string("labels", entry.key.span), value: entry.value.clone() });
            }
            _ => spec.push(entry.clone()),
        }
    }
    Unfolded {
        span,
        kind: given("kind").to_owned(),
        kind_span: get(entries, "kind").map_or(span, |node| node.span),
        api_version: given("apiVersion").to_owned(),
        written_version: given("apiVersion").to_owned(),
        metadata,
        spec: Node::map(spec, span),
        status: None,
        root: Node::plain("null", span),
        comments: Vec::new(),
        remarks: Vec::new(),
    }
}

/// How an `apiVersion` in an annotation is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// By the schema of this version.
    As(Version),
    /// Without any check, as if it were v2: the group is right and the version is not known.
    Unchecked,
    /// Not at all.
    Not,
}

/// How the compiler takes an `apiVersion`.
pub(crate) fn taken(api_version: &str) -> Taken {
    let version = match api_version.split_once('/') {
        Some((group, version)) if group == GROUP || group == "ambassador" => version,
        _ => return Taken::Not,
    };
    match version {
        "v0" => Taken::As(Version::V0),
        "v1" => Taken::As(Version::V1),
        "v2" => Taken::As(Version::V2),
        _ => Taken::Unchecked,
    }
}

/// Whether Ambassador 1 knows a kind in a version.
pub(crate) fn has(version: Version, kind: Kind) -> bool {
    match version {
        Version::V0 => matches!(
            kind,
            Kind::AuthService | Kind::Mapping | Kind::Module | Kind::RateLimitService | Kind::TracingService
        ),
        Version::V1 => !matches!(kind, Kind::Host | Kind::Listener | Kind::DevPortal),
        _ => kind != Kind::Listener,
    }
}

/// What becomes of a document in an annotation.
pub(crate) fn of_annotation(document: &Unfolded, dates: Vec<Violation>) -> Verdict {
    let span = document.span;
    let taken = taken(&document.api_version);
    let version = match taken {
        Taken::As(version) => version,
        Taken::Unchecked => Version::V2,
        Taken::Not => {
            let why = format!("Ambassador 1 does not know the apiVersion `{}`", document.api_version);
            return Verdict::refused(Stage::Version, document.kind_span, why);
        }
    };
    let Some(kind) = Kind::from_name(&document.kind).filter(|kind| has(version, *kind)) else {
        let why = format!("there is no kind `{}` in `{}`", document.kind, document.api_version);
        return Verdict::refused(Stage::Version, document.kind_span, why);
    };
    let form = match version {
        Version::V0 => Form::V0,
        Version::V1 => Form::V1,
        _ => Form::V2,
    };
    let view = View { form, edition: Edition::One };
    if taken != Taken::Unchecked {
        let found = check("spec", &document.spec, spec_of(kind), view, Judge::Gateway);
        let mut violations = found.violations;
        violations.extend(found.unknown);
        violations.extend(dates);
        violations.extend(names_that_are_no_texts(&document.metadata));
        if !violations.is_empty() {
            return Verdict::violating(Stage::Schema, span, violations);
        }
    }
    let metadata = match metadata::written(&document.metadata, span) {
        Ok(metadata) => metadata,
        Err(error) => return Verdict::refused(Stage::Decode, error.span, error.why),
    };
    handed_on(kind, view, &document.spec, metadata, span)
}

fn names_that_are_no_texts(metadata: &[Entry]) -> Option<Violation> {
    let name = get(metadata, "name").filter(|name| text(name).is_none())?;
    let problem = Problem::Type { expected: "a text", found: json(name).type_name() };
    Some(Violation { path: "metadata.name".into(), span: name.span, problem })
}

/// What becomes of an object of its own: the API server has checked it and cut off what it does not know.
pub(crate) fn of_object(kind: Kind, root: &Node) -> Verdict {
    let metadata = match metadata_of(root) {
        Ok(metadata) => metadata,
        Err(error) => return Verdict::refused(Stage::Request, error.span, error.why),
    };
    let entries = metadata.as_map().map(crate::yaml::Map::entries).unwrap_or_default();
    let view = View { form: Form::V2, edition: Edition::One };
    let nothing = Node::map([], root.span);
    let spec = root.get("spec").filter(|spec| !matches!(json(spec), Json::Null)).unwrap_or(&nothing);
    let mut violations = metadata::violations(entries, root.span);
    let mut unknown = Vec::new();
    if root.get("spec").is_some() {
        let found = check("spec", spec, spec_of(kind), view, Judge::ApiServer);
        violations.extend(found.violations);
        unknown = found.unknown;
    }
    if !violations.is_empty() {
        return Verdict::violating(Stage::Schema, root.span, violations);
    }
    handed_on(kind, view, spec, stored_metadata(entries, metadata.span), root.span).knowing_not(unknown)
}

fn handed_on(kind: Kind, view: View, spec: &Node, metadata: Node, span: Span) -> Verdict {
    let read = match upgraded(kind, spec, Old { view, any_case: false }) {
        Ok(read) => canonical(&with_modern_fields(kind, view.form, &read)),
        Err(error) => return Verdict::refused(Stage::Decode, error.span, error.why),
    };
    let modern = modern(kind, view.form, spec);
    let object = |spec: Node| Object { metadata: metadata.clone(), spec: Some(spec), status: None };
    let mut verdict = Verdict { modern: modern.map(object), ..Verdict::converted(object(read), span) };
    if let Some(why) = exception_over_booleans(kind, spec) {
        verdict.outcome = Outcome::Converted { aborts: Some(why) };
        verdict.harm = Harm::All;
    }
    verdict
}

/// The spec in `v3alpha1`, by the rules of the newest edition.
fn modern(kind: Kind, form: Form, spec: &Node) -> Option<Node> {
    let view = View { form, edition: Edition::Four };
    let upgraded = upgraded(kind, spec, Old { view, any_case: false }).ok()?;
    let view = View { form: Form::New, edition: Edition::Four };
    let go = Go { view, wraps: false, cuts_nulls: true, serialises: true };
    go.object(&with_modern_fields(kind, form, &upgraded), spec_of(kind)).ok()
}

/// A condition that is `false` ends the compiler.
fn exception_over_booleans(kind: Kind, spec: &Node) -> Option<String> {
    let Json::Map(headers) = json(spec.get("headers").filter(|_| kind == Kind::Mapping)?) else { return None };
    let wrong = headers.iter().find(|header| matches!(json(&header.value), Json::Bool(false)))?;
    Some(format!("the header `{}` is `false`", wrong.key.text().unwrap_or_default()))
}

/// Fields of v0 that have another form since.
fn with_modern_fields(kind: Kind, form: Form, spec: &Node) -> Node {
    if form != Form::V0 {
        return spec.clone();
    }
    let mut entries = spec.as_map().map(|map| map.entries().to_vec()).unwrap_or_default();
    let mut take = |name: &str| {
        let at = entries.iter().position(|entry| entry.key.text() == Some(name))?;
        Some(entries.remove(at))
    };
    match kind {
        Kind::Mapping => {
            if let Some(limits) = take("rate_limits") {
                entries.push(entry("labels", limits.key.span, labels(&limits.value)));
            }
        }
        Kind::AuthService => {
            if let Some(headers) = take("allowed_headers") {
                entries.push(entry("allowed_request_headers", headers.key.span, headers.value.clone()));
                entries.push(entry("allowed_authorization_headers", headers.key.span, headers.value));
            }
        }
        _ => {}
    }
    Node::map(entries, spec.span)
}

/// The domain of labels made from `rate_limits`, until the RateLimitService says another.
const DOMAIN: &str = "ambassador";
/// How the groups made from `rate_limits` are called.
const GROUP_NAME: &str = "v0_ratelimit_";

/// Each entry of `rate_limits` is a group of labels: who asks whom from where, the descriptor, the headers.
fn labels(limits: &Node) -> Node {
    let groups = limits.as_list().unwrap_or_default().iter().enumerate().map(|(at, limit)| {
        let name = Node::string(format!("{GROUP_NAME}{:02}", at + 1), limit.span);
        Node::map([Entry { key: name, value: Node::list(group(limit), limit.span) }], limit.span)
    });
    let groups = Node::list(groups.collect::<Vec<_>>(), limits.span);
    Node::map([entry(DOMAIN, limits.span, groups)], limits.span)
}

fn group(limit: &Node) -> Vec<Node> {
    let span = limit.span;
    let label = |name: &'static str, fields: Vec<Entry>| Node::map([entry(name, span, Node::map(fields, span))], span);
    let mut labels: Vec<_> = ["source_cluster", "destination_cluster", "remote_address"]
        .into_iter()
        .map(|name| label(name, vec![entry("key", span, Node::string(name, span))]))
        .collect();
    if let Some(descriptor) = limit.get("descriptor").filter(|node| text(node).is_some_and(|text| !text.is_empty())) {
        labels.push(label("generic_key", vec![entry("value", descriptor.span, descriptor.clone())]));
    }
    for header in limit.get("headers").and_then(Node::as_list).unwrap_or_default() {
        labels.push(label(
            "request_headers",
            vec![
                entry("key", header.span, header.clone()),
                entry("header_name", header.span, header.clone()),
                entry("omit_if_not_present", header.span, Node::plain("true", header.span)),
            ],
        ));
    }
    labels
}

/// The spec with its labels of v0 in the domain of the RateLimitService.
pub(crate) fn in_domain(spec: &Node, domain: &Node) -> Option<Node> {
    let is_from_v0 = |groups: &Node| {
        let first = groups.as_list()?.first()?.as_map()?.entries().first()?;
        Some(first.key.text()?.starts_with(GROUP_NAME))
    };
    let labels = spec.get("labels")?;
    let groups = labels.get(DOMAIN).filter(|groups| is_from_v0(groups) == Some(true))?;
    let labels =
        Node::map([Entry { key: Node::string(domain.text()?, domain.span), value: groups.clone() }], labels.span);
    let entries = spec.as_map()?.entries().iter().map(|entry| match entry.key.text() {
        Some("labels") => Entry { key: entry.key.clone(), value: labels.clone() },
        _ => entry.clone(),
    });
    Some(Node::map(entries.collect::<Vec<_>>(), spec.span))
}

/// Whether a document is for the gateway of this id: an empty list is for nobody.
pub(crate) fn is_for(spec: &Node, options: &ReadOptions) -> bool {
    let given = spec.get("ambassadorId").filter(|node| !matches!(json(node), Json::Null)).or(spec.get("ambassador_id"));
    let id = options.ambassador_id.as_str();
    match given.map(json) {
        None => id == "default",
        Some(Json::List([only])) if text(only) == Some("_automatic_") => true,
        Some(Json::List(ids)) => ids.iter().any(|node| text(node) == Some(id)),
        Some(Json::Text(text)) => text == id,
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::resource::json::is_true;
    use crate::source::Origin;
    use crate::source::SourceMap;

    fn verdict(annotation: &str) -> Verdict {
        let id = SourceMap::default().add(Origin::Stdin, "");
        match documents(id, annotation).unwrap().remove(0) {
            Found::Document(document, dates) => of_annotation(&document, dates),
            Found::NoMap(_) => panic!("no map"),
        }
    }

    fn spec(annotation: &str) -> Node {
        verdict(annotation).object.unwrap().spec.unwrap()
    }

    const V0: &str = "apiVersion: ambassador/v0\nkind: Mapping\nname: m\nprefix: /m/\nservice: s\n";

    #[test]
    fn rate_limits_become_labels() {
        let spec = spec(&format!("{V0}rate_limits: [{{descriptor: a text, headers: [x-user]}}, {{}}]\n"));
        let groups = spec.path(&["labels", "ambassador"]).unwrap().as_list().unwrap();
        assert_eq!(groups[0].get("v0_ratelimit_01").unwrap().as_list().unwrap().len(), 5);
        assert_eq!(groups[1].get("v0_ratelimit_02").unwrap().as_list().unwrap().len(), 3);
    }

    #[test]
    fn unknown_fields_are_refused_in_annotations() {
        let refused = verdict(&format!("{V0}bypass_auth: true\n"));
        assert_eq!(refused.violations.len(), 1);
        assert_eq!(refused.violations[0].path, "spec.bypass_auth");
    }

    #[test]
    fn what_means_something_else_stays_as_written() {
        let spec = spec(&format!("{V0}host: ''\nheaders: {{b: '1', a: true}}\ntls: true\n"));
        assert_eq!(spec.get("host").unwrap().text(), Some(""));
        assert!(spec.get("hostname").is_none());
        let headers = spec.get("headers").unwrap().as_map().unwrap().entries();
        assert_eq!(headers[0].key.text(), Some("b"));
        assert!(is_true(&headers[1].value));
        assert!(is_true(spec.get("tls").unwrap()));
    }

    #[test]
    fn a_condition_that_is_false_ends_the_compiler() {
        assert_eq!(verdict(&format!("{V0}headers: {{x: false}}\n")).harm, Harm::All);
    }

    #[test]
    fn single_letters_are_texts_and_dates_fit_nothing() {
        assert!(matches!(verdict(&V0.replace("name: m", "name: n")).outcome, Outcome::Converted { .. }));
        assert_eq!(verdict(&V0.replace("service: s", "service: 2024-01-02")).violations.len(), 1);
    }

    #[test]
    fn unknown_versions_are_read_without_a_check() {
        let document =
            "apiVersion: getambassador.io/v9\nkind: Mapping\nname: m\nprefix: /m/\nservice: s\nhostname: h\n";
        assert!(spec(document).get("hostname").is_none());
    }
}
