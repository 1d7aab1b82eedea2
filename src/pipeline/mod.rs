//! THE ONE COMPOSITION
//!
//! - *takes*: a source map, and how to compile
//! - *gives*: documents, resources, snapshot and table, all in one [`Compilation`]; the next one of nearly the same
//!   sources sooner
//! - *never*: fails, reads files, or decides anything by itself
//! - *start*: [`compile`], then [`Recompiler`]

mod recompile;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use recompile::Recompiler;

use crate::analysis::Gateway;
use crate::diagnostic::{Diagnostic, Severity};
use crate::edition::Edition;
use crate::model::{self, Effect, Snapshot};
use crate::resource::{self, DocumentResult, Harm, Outcome, ReadOptions, Reading, Resource};
use crate::routing::RouteTable;
use crate::source::{Origin, SourceId, SourceMap, Span};
use crate::yaml::{self, Document, Node};

/// What Emissary's own quick start applies: assumed where the input has neither a Listener nor a Host.
const QUICK_START: &str = include_str!("../../testdata/manifests/quick-start.yaml");

/// How to compile.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whose rules; `None` finds out.
    pub edition: Option<Edition>,
    /// Whether the cluster serves v1 and v2 objects; `None` finds out.
    pub legacy_versions: Option<bool>,
    /// The gateway's `ambassador_id`.
    pub ambassador_id: String,
    /// The gateway's own namespace.
    pub ambassador_namespace: String,
    /// Assume nothing that is not in the input.
    pub strict: bool,
    /// Leave out the Mappings over which nothing at all would be served.
    pub skip_invalid: bool,
    /// Documents reach the compiler by way of Emissary's Go side, which leaves empty values out. Off only for
    /// configurations that were recorded without it.
    pub serialised: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            edition: None,
            legacy_versions: None,
            ambassador_id: "default".to_owned(),
            ambassador_namespace: "default".to_owned(),
            strict: false,
            skip_invalid: false,
            serialised: true,
        }
    }
}

/// All that a run worked out, level by level.
#[derive(Debug)]
pub struct Compilation {
    /// The texts.
    pub sources: SourceMap,
    /// Their documents.
    pub documents: Vec<Document>,
    /// What became of the documents. Its resources have gone into the snapshot.
    pub reading: Reading,
    /// What the resources mean.
    pub snapshot: Snapshot,
    /// Where requests go.
    pub table: Arc<RouteTable>,
    /// What is wrong with the documents, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// What was assumed or chosen, a sentence each.
    pub notes: Vec<String>,
    /// Mappings that were left out so that the others are served.
    pub left_out: Vec<LeftOut>,
    /// How it was compiled, with what was found out filled in.
    pub options: Options,
}

/// Why nothing at all is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// One sentence, which names the document.
    pub why: String,
    /// The place that did it.
    pub span: Option<Span>,
}

/// A Mapping that was left out so that the others are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name, with its namespace where it is known.
    pub name: String,
    /// Why nothing at all would be served with it.
    pub refusal: Refusal,
}

impl Compilation {
    /// What proofs are about.
    pub fn gateway(&self) -> Gateway<'_> {
        Gateway { table: &self.table, tls: &self.snapshot.tls }
    }

    /// Why nothing at all is served; `None` where something can be.
    pub fn refusal(&self) -> Option<Refusal> {
        let by_document =
            self.reading.results.iter().find(|result| result.harm != Harm::None).map(|result| refusal_by(result));
        by_document.or_else(|| {
            let problem = self.snapshot.refusals().next()?;
            Some(Refusal { why: problem.message.clone(), span: problem.span })
        })
    }
}

/// Why a document that harms others does.
fn refusal_by(result: &DocumentResult) -> Refusal {
    let why = match &result.outcome {
        Outcome::Panic { message, .. } | Outcome::Refused { message, .. } => message.clone(),
        Outcome::Converted { aborts: Some(why) } => why.clone(),
        _ => format!("{} {} harms all others", result.kind, result.name.as_deref().unwrap_or("without a name")),
    };
    Refusal { why, span: Some(result.source) }
}

/// Texts as documents, and what became of them.
#[derive(Debug)]
pub struct Documents {
    /// The texts.
    pub sources: SourceMap,
    /// Their documents.
    pub documents: Vec<Document>,
    /// What became of the documents.
    pub reading: Reading,
    /// What is wrong with the YAML.
    pub diagnostics: Vec<Diagnostic>,
    /// What was chosen, a sentence each.
    pub notes: Vec<String>,
    /// Under which options they were read, with what was found out filled in.
    pub options: ReadOptions,
}

/// Reads all texts of a map.
pub fn read(mut sources: SourceMap, options: &Options) -> Documents {
    let mut notes = Vec::new();
    let mut documents = Vec::new();
    let mut diagnostics = Vec::new();
    let written: Vec<SourceId> = sources.ids().collect();
    for id in written {
        let text = Arc::clone(&sources.get(id).text);
        let parsed = yaml::parse(id, &text);
        documents.extend(parsed.documents);
        diagnostics.extend(parsed.diagnostics);
    }
    let documents = resource::lay_over(documents, &sources);
    let options_asked = read_options(&documents, options, &mut notes);
    let (reading, edition) = read_under(&mut sources, &documents, options.edition, &options_asked, &mut notes);
    let options = ReadOptions { edition, ..options_asked };
    Documents { sources, documents, reading, diagnostics, notes, options }
}

/// How documents are read under the edition that is asked for, or 4.
fn read_options(documents: &[Document], options: &Options, notes: &mut Vec<String>) -> ReadOptions {
    let legacy_versions = options.legacy_versions.unwrap_or_else(|| {
        let found = documents.iter().find_map(|document| legacy_version(&document.root));
        notes.extend(
            found.map(|version| format!("the cluster is taken to serve v1 and v2: there are {version} objects")),
        );
        found.is_some()
    });
    ReadOptions {
        edition: options.edition.unwrap_or(Edition::Four),
        legacy_versions,
        ambassador_id: options.ambassador_id.clone(),
        ambassador_namespace: options.ambassador_namespace.clone(),
        serialised: options.serialised,
    }
}

/// Understands all texts of a map and compiles them into one table.
pub fn compile(sources: SourceMap, options: &Options) -> Compilation {
    compile_documents(read(sources, options), options, None)
}

/// Understands documents and compiles them into one table.
fn compile_documents(documents: Documents, options: &Options, known: Option<&mut model::Known>) -> Compilation {
    let Documents { mut sources, documents, mut reading, mut diagnostics, mut notes, options: read_options } =
        documents;
    let (edition, legacy_versions) = (read_options.edition, read_options.legacy_versions);
    if edition.has_listeners() && !options.strict && !names_listener_or_host(&reading) {
        assume_quick_start(&mut sources, &mut reading, &read_options);
        notes.push("Listeners 8080 and 8443 and Host * were assumed: the input has neither".to_owned());
    }
    let (snapshot, left_out) = understand(&mut reading, edition, options, known);
    let table = Arc::new(RouteTable::compile(&snapshot));
    diagnostics.extend(reading.diagnostics.iter().cloned());
    diagnostics.extend(snapshot.problems.iter().filter_map(diagnose));
    diagnostics.extend(left_out.iter().filter_map(|one| {
        let message = format!("left out: {}", one.refusal.why);
        Some(Diagnostic::new(Severity::Error, "left-out", one.refusal.span?, message))
    }));
    diagnostics.sort_by_key(|diagnostic| sources.outermost(diagnostic.primary.span));
    let options = Options { edition: Some(edition), legacy_versions: Some(legacy_versions), ..options.clone() };
    Compilation { sources, documents, reading, snapshot, table, diagnostics, notes, left_out, options }
}

/// What the resources mean; where that is asked for, without the Mappings over which nothing at all would be served.
fn understand(
    reading: &mut Reading,
    edition: Edition,
    options: &Options,
    mut known: Option<&mut model::Known>,
) -> (Snapshot, Vec<LeftOut>) {
    let mut left_out = if options.skip_invalid { leave_out_harmful(reading) } else { Vec::new() };
    let mut resources = std::mem::take(&mut reading.resources);
    loop {
        let mut kept = if options.skip_invalid { resources.clone() } else { Vec::new() };
        let known = known.as_deref_mut();
        let snapshot = model::normalise(&resources, &reading.objects, edition, &options.ambassador_namespace, known);
        let before = left_out.len();
        for problem in snapshot.refusals() {
            let caused = |resource: &Arc<Resource>| problem.span.is_some_and(|span| resource.span.holds(span));
            let Some(at) = kept.iter().position(|resource| is_mapping(resource.kind.as_str()) && caused(resource))
            else {
                continue;
            };
            let resource = kept.remove(at);
            let refusal = Refusal { why: problem.message.clone(), span: problem.span };
            left_out.push(LeftOut { name: format!("{}.{}", resource.name, resource.namespace), refusal });
        }
        if left_out.len() == before {
            return (snapshot, left_out);
        }
        resources = kept;
    }
}

/// Leaves out the Mappings that are refused before anybody asks what they mean.
fn leave_out_harmful(reading: &mut Reading) -> Vec<LeftOut> {
    let harmful = reading.results.iter_mut().filter(|result| result.harm != Harm::None && is_mapping(&result.kind));
    let mut left_out = Vec::new();
    for result in harmful {
        Arc::make_mut(result).harm = Harm::None;
        reading.resources.retain(|resource| !resource.span.holds(result.source));
        let name = result.name.clone().unwrap_or_else(|| "without a name".to_owned());
        left_out.push(LeftOut { name, refusal: refusal_by(result) });
    }
    left_out
}

/// Only these are left out: without a filter or a Host, others would be served otherwise than they should be.
fn is_mapping(kind: &str) -> bool {
    matches!(kind, "Mapping" | "TCPMapping")
}

/// The version of an object that only a cluster with legacy versions serves.
fn legacy_version(root: &Node) -> Option<&str> {
    if let Some(items) = root.get("items").and_then(Node::as_list) {
        return items.iter().find_map(legacy_version);
    }
    let version = root.get("apiVersion").and_then(Node::text)?;
    matches!(version, "getambassador.io/v1" | "getambassador.io/v2").then_some(version)
}

/// Reads documents under an edition; where none is asked for, under 4, or the newest that reads them all.
fn read_under(
    sources: &mut SourceMap,
    documents: &[Document],
    asked: Option<Edition>,
    options: &ReadOptions,
    notes: &mut Vec<String>,
) -> (Reading, Edition) {
    let under = |edition: Edition, sources: &mut SourceMap| {
        resource::read(sources, documents, &ReadOptions { edition, ..options.clone() })
    };
    if let Some(edition) = asked {
        return (under(edition, sources), edition);
    }
    let before = sources.clone();
    let newest = under(Edition::Four, sources);
    let (edition, decided_by) = resource::choose_edition(&newest.results);
    let Some(document) = decided_by else { return (newest, edition) };
    let version = document.version_as_written();
    notes.push(format!("edition {edition} ({}): newer ones do not read {version} in annotations", edition.release()));
    *sources = before;
    (under(edition, sources), edition)
}

fn names_listener_or_host(reading: &Reading) -> bool {
    reading.results.iter().any(|result| matches!(result.kind.as_str(), "Listener" | "Host"))
}

/// Reads the quick start's documents as if they stood in the input.
fn assume_quick_start(sources: &mut SourceMap, reading: &mut Reading, options: &ReadOptions) {
    let id = sources.add(Origin::Assumed, QUICK_START);
    let mut documents = yaml::parse(id, QUICK_START).documents;
    let fixed = ReadOptions { ambassador_id: "default".to_owned(), ..options.clone() };
    let assumed = resource::read(sources, &std::mem::take(&mut documents), &fixed);
    reading.resources.extend(assumed.resources);
    reading.resources.sort_by(|a, b| a.key.cmp(&b.key));
}

/// A problem of the model as a diagnostic, where it has a place.
fn diagnose(problem: &model::Problem) -> Option<Diagnostic> {
    let severity = match problem.effect {
        Effect::Notice => Severity::Info,
        Effect::Silent | Effect::Kept => Severity::Warning,
        Effect::Dropped | Effect::Reject | Effect::Abort | Effect::Crash => Severity::Error,
    };
    Some(Diagnostic::new(severity, problem.code, problem.span?, problem.message.clone()))
}
