//! What reading gives.

use std::sync::Arc;

use super::Kind;
use super::check::Violation;
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::{ObjectRef, Span};
use crate::yaml::{Comment, Node};

/// One resource of Emissary as its compiler gets it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its kind.
    pub kind: Kind,
    /// Its name, never empty.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its metadata labels, by rising key; in an annotation without labels, those of the carrier.
    pub labels: Vec<(String, String)>,
    /// What it came in.
    pub carrier: Carrier,
    /// The key by which Emissary sorts and reports it: `NAME.NAMESPACE.N`.
    pub key: String,
    /// The `apiVersion` as written.
    pub api_version: String,
    /// The whole document, in the text that it was read from (an annotation's own text for those).
    pub span: Span,
    /// Its name where it was written, or the document's kind where there is no such place.
    pub name_span: Span,
    /// Its `spec` in the shape of `v3alpha1`, as serialisation leaves it: known fields only, keys of maps sorted, empty
    /// values left out where Go leaves them out. Values carry the places where they were written.
    pub spec: Node,
}

/// What a resource came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// It is an object of its own.
    Own,
    /// It stood in the `getambassador.io/config` annotation of another object.
    Annotation {
        /// The Service or Ingress.
        on: ObjectRef,
        /// Its index among the documents of the annotation, from 0.
        index: u32,
    },
    /// It was made from an Ingress.
    Ingress {
        /// The Ingress.
        from: ObjectRef,
    },
}

/// An object of Kubernetes' own that routing needs: Service, Ingress, Secret, Namespace, EndpointSlice and the like.
#[derive(Clone, Debug)]
pub struct KubernetesObject {
    /// Its kind, name and namespace.
    pub object: ObjectRef,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// The whole document.
    pub root: Node,
}

/// What Emissary tells its operator about a resource while reading it.
#[derive(Clone, Debug)]
pub struct Post {
    /// The key under which it is filed; `None` for the whole gateway.
    pub key: Option<String>,
    /// An error, or only a notice.
    pub level: PostLevel,
    /// Our words for it.
    pub message: String,
    /// The place that caused it.
    pub span: Span,
}

/// An error of Emissary's diagnostics, or a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostLevel {
    /// An error.
    Error,
    /// A notice: nothing changes.
    Notice,
}

/// What a document does to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Harm {
    /// Nothing.
    None,
    /// No object of its kind can be listed any more: the configuration of everybody is frozen.
    Kind,
    /// The whole configuration is not applied, or the process ends.
    All,
}

/// How to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// Whose rules.
    pub edition: Edition,
    /// Whether the cluster serves v1 and v2 objects, converted by Emissary's webhook.
    pub legacy_versions: bool,
    /// The `ambassador_id` of the gateway.
    pub ambassador_id: String,
    /// The gateway's own namespace.
    pub ambassador_namespace: String,
    /// Whether objects reach the compiler by way of Emissary's Go side, which leaves empty values out. Off only for
    /// configurations that a Python program handed over (`testdata/truth/conformance`): it read `y` and `n` as texts, and
    /// empty values and the order of keys stayed.
    pub serialised: bool,
}

/// All that came of a set of documents.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The resources that count for this gateway (its `ambassador_id`), in ascending order of their keys, before
    /// duplicates are judged.
    pub resources: Vec<Arc<Resource>>,
    /// Kubernetes' own objects.
    pub objects: Vec<Arc<KubernetesObject>>,
    /// What became of every document that could be Emissary's: the results of `convert`.
    pub results: Vec<Arc<DocumentResult>>,
    /// What Emissary posts while reading.
    pub posts: Vec<Post>,
    /// What we tell the user: one or more for everything refused, ignored or harmful.
    pub diagnostics: Vec<Diagnostic>,
}

/// What became of one document, or of an annotation as a whole.
#[derive(Clone, Debug)]
pub struct DocumentResult {
    /// The YAML document of the object or of the carrier.
    pub document: Span,
    /// Where the document itself begins (inside the annotation, for those).
    pub source: Span,
    /// The carrier, for documents in annotations.
    pub carrier: Option<ObjectRef>,
    /// Which document of the annotation.
    pub annotation: Option<AnnotationPart>,
    /// The kind as written; empty where there is none.
    pub kind: String,
    /// The name, if it has one.
    pub name: Option<String>,
    /// The version as Emissary sees it: after `ambassador/` has been rewritten.
    pub api_version: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The `v3alpha1` object: what the compiler gets. For [`Outcome::Panic`] what the webhook would make of it.
    pub object: Option<Node>,
    /// What it does to others.
    pub harm: Harm,
    /// Every place where it does not fit the schema; for [`Stage::Kind`] the `apiVersion`.
    pub violations: Vec<Violation>,
    /// Fields that its version does not know and that fall away.
    pub unknown: Vec<Violation>,
    /// The key by which Emissary sorts and reports it, if it has one.
    pub key: Option<String>,
    /// The document itself; `None` for an annotation as a whole.
    pub written: Option<Written>,
}

impl DocumentResult {
    /// The version as the document itself names it.
    pub fn version_as_written(&self) -> &str {
        let written = self.written.as_ref().and_then(|written| written.root.get("apiVersion")?.text());
        written.unwrap_or(&self.api_version)
    }
}

/// A document as it was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// All of it.
    pub root: Node,
    /// What is, or in an annotation goes, under `spec`, with keys as Kubernetes reads them.
    pub spec: Option<Node>,
    /// The comments of a document in an annotation; those of objects are with the documents of their file.
    pub comments: Vec<Comment>,
    /// What is remarkable about the YAML of a document in an annotation; of objects it is among the diagnostics.
    pub remarks: Vec<Diagnostic>,
}

/// One document of an annotation, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnotationPart {
    /// The document with this index among those that the parser returns, from 0.
    Document(u32),
    /// The annotation as a whole.
    All,
}

/// What becomes of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It reaches the compiler. `aborts` says why the compiler then raises an exception, if it does.
    Converted {
        /// Why the compiler aborts over it.
        aborts: Option<String>,
    },
    /// It is refused at a stage.
    Refused {
        /// Where it ended.
        stage: Stage,
        /// Our words for why.
        message: String,
    },
    /// Nobody looks at it.
    Ignored {
        /// Where it ended.
        stage: Stage,
    },
    /// The gateway's process dies on it.
    Panic {
        /// Where.
        stage: Stage,
        /// Our words for why.
        message: String,
    },
}

/// Where a document's way ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The object has no annotation of ours.
    NoAnnotation,
    /// The annotation holds nothing.
    NoDocuments,
    /// Only Services and Ingresses carry annotations.
    NotACarrier,
    /// The annotation could not be split into documents with a kind.
    Annotation,
    /// Group, version and kind are not Emissary's.
    Version,
    /// It does not fit the schema of its own version.
    Schema,
    /// It fits, and cannot be read into Go structures.
    Decode,
    /// Conversion failed.
    Convert,
    /// The result does not fit the `v3alpha1` schema.
    SchemaAfter,
    /// The compiler leaves it out without a word.
    Compiler,
    /// The API server could not read the request.
    Request,
    /// No such kind in that version.
    Kind,
    /// Stored, but the webhook cannot convert it when it is read.
    ConvertOnRead,
    /// Delivered, and refused by the gateway's built-in schema.
    EntrypointSchema,
    /// Delivered, fits the schema, cannot be read into Go structures.
    EntrypointDecode,
}

impl Stage {
    /// Its name, as results for machines have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAnnotation => "no-annotation",
            Self::NoDocuments => "no-documents",
            Self::NotACarrier => "not-a-carrier",
            Self::Annotation => "annotation",
            Self::Version => "version",
            Self::Schema => "schema",
            Self::Decode => "decode",
            Self::Convert => "convert",
            Self::SchemaAfter => "schema-after",
            Self::Compiler => "compiler",
            Self::Request => "request",
            Self::Kind => "kind",
            Self::ConvertOnRead => "convert-on-read",
            Self::EntrypointSchema => "entrypoint-schema",
            Self::EntrypointDecode => "entrypoint-decode",
        }
    }
}
