//! One document of Emissary's as it was written: an object, or a document in an annotation.

use super::context::Context;
use super::fields::Fields;
use super::mend::Mend;
use crate::edition::{Edition, Version};
use crate::resource::schema::View;
use crate::resource::version::Form;
use crate::resource::{Carrier, DocumentResult, Kind, Outcome, Resource};
use crate::source::{SourceId, Span};
use crate::yaml::{Document, Node};

/// One document of Emissary's as it was written.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'c> {
    /// What became of it.
    pub result: &'c DocumentResult,
    /// Its kind, if it is one of Emissary's.
    pub kind: Option<Kind>,
    /// Its version, if it is one of Emissary's.
    pub version: Option<Version>,
    /// The whole document; `None` for an annotation as a whole.
    pub root: Option<&'c Node>,
    /// The map with the fields of `spec`: in an annotation mostly the document itself.
    pub body: Option<&'c Node>,
    /// The resource as the compiler gets it, where this document became one of this gateway's, and no later one took
    /// its place.
    pub resource: Option<&'c Resource>,
    /// The document of the input that it stands in, for objects of their own.
    pub(super) document: Option<&'c Document>,
}

impl<'c> Entry<'c> {
    pub(super) fn of(
        result: &'c DocumentResult,
        resource: Option<&'c Resource>,
        document: Option<&'c Document>,
    ) -> Self {
        let written = result.written.as_ref();
        let root = written.map(|written| &written.root);
        let is_annotation = result.annotation.is_some();
        let spec = root.and_then(|root| root.get("spec")).filter(|spec| spec.as_map().is_some());
        let body = match (is_annotation, root) {
            (false, _) => spec,
            // As Emissary does it: `spec` counts where no field of it stands at the top.
            (true, Some(root)) if spec.is_some() && root.as_map().is_some_and(only_names) => spec,
            (true, root) => root.filter(|root| root.as_map().is_some()),
        };
        Self {
            result,
            kind: Kind::from_name(&result.kind),
            version: Version::of(&result.api_version),
            root,
            body,
            resource,
            document,
        }
    }

    /// Whether it stands in an annotation.
    pub fn is_annotation(&self) -> bool {
        self.result.annotation.is_some()
    }

    /// Whether it is an object of its own without `spec`.
    pub fn has_no_spec(&self) -> bool {
        !self.is_annotation() && self.kind.is_some() && self.body.is_none()
    }

    /// Its fields as written.
    pub fn fields(&self) -> Fields<'c> {
        Fields::of(self.body)
    }

    /// Where it stands in the text that it was read from.
    pub fn span(&self) -> Span {
        self.result.source
    }

    /// The text that it was read from.
    pub fn source(&self) -> SourceId {
        self.result.source.source
    }

    /// The place of its name, or of its beginning.
    pub fn name_span(&self) -> Span {
        let name = |root: &'c Node| {
            let named = if self.is_annotation() { root.get("name") } else { None };
            named.or_else(|| root.path(&["metadata", "name"]))
        };
        self.root.and_then(name).map_or_else(|| self.head(), |name| name.span)
    }

    /// The place of its kind, or of its beginning.
    pub fn head(&self) -> Span {
        let kind = self.root.and_then(|root| root.get("kind"));
        kind.map_or(Span { end: self.span().start, ..self.span() }, |kind| kind.span)
    }

    /// The place of its `apiVersion`, or of its beginning.
    pub fn version_span(&self) -> Span {
        let version = self.root.and_then(|root| root.get("apiVersion"));
        version.map_or_else(|| self.head(), |version| version.span)
    }

    /// Its namespace as Emissary sees it.
    pub fn namespace(&self) -> &'c str {
        let written = |root: &'c Node| {
            let own = if self.is_annotation() { root.get("namespace") } else { None };
            own.or_else(|| root.path(&["metadata", "namespace"])).and_then(Node::text).filter(|text| !text.is_empty())
        };
        let carrier = self.result.carrier.as_ref().map(|carrier| carrier.namespace.as_str());
        self.root.and_then(written).or(carrier).unwrap_or("default")
    }

    /// Which fields documents of its shape have, in an edition.
    pub fn view(&self, edition: Edition) -> Option<View> {
        let form = match (edition, self.version?) {
            (Edition::One, Version::V0) => Form::V0,
            (Edition::One, Version::V1) => Form::V1,
            (Edition::One, Version::V2) => Form::V2,
            (Edition::One, Version::V3alpha1) | (_, Version::V0) => return None,
            (_, Version::V1 | Version::V2) => Form::Old,
            (_, Version::V3alpha1) => Form::New,
        };
        Some(View { form, edition })
    }

    /// Whether it reached the compiler.
    pub fn is_converted(&self) -> bool {
        matches!(self.result.outcome, Outcome::Converted { .. })
    }

    /// Whether it became a resource in an annotation of an object.
    pub fn carrier(&self) -> Option<&'c Carrier> {
        self.resource.map(|resource| &resource.carrier)
    }

    /// Edits of it; `None` where there is nothing to edit.
    pub fn mend(&self, cx: &Context<'c>) -> Mend<'c> {
        Mend::of(self, cx)
    }
}

/// The keys of a document in an annotation that are no fields of `spec`.
pub(super) const NAMES: [&str; 9] =
    ["apiVersion", "kind", "name", "namespace", "generation", "metadata", "metadata_labels", "spec", "status"];

fn only_names(map: &crate::yaml::Map) -> bool {
    map.entries().iter().all(|entry| entry.key.text().is_some_and(|key| NAMES.contains(&key)))
}
