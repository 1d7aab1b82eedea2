//! From flags to a compilation, and what is told about the documents on the way.

use std::path::PathBuf;
use std::sync::Arc;

use super::World;
use super::args::{GatewayArgs, InputArgs};
use super::exit::Failure;
use crate::diagnostic::{Diagnostic, Severity};
use crate::input::{Input, InputError, KubeApi, KubeError};
use crate::pipeline::{self, Compilation, Documents, Options, Recompiler};
use crate::report::format::excerpt;
use crate::source::{Origin, SourceId, SourceMap};
use crate::yaml::{Document, Node};

/// So many diagnostics are shown whole; lint is for the rest.
const SHOWN: usize = 10;

/// Input that holds nothing to work on.
#[derive(Debug, thiserror::Error)]
enum NothingToRead {
    #[error(
        "no files are given (`-f PATH`, `-f -` for standard input, `-k DIR`), and there is no kubeconfig to find a cluster with"
    )]
    NoInput,
    #[error("`--rev` is for paths, and none is given")]
    RevOfNothing,
    #[error("nothing that routes is in the cluster: no annotation, and no object of getambassador.io")]
    NothingLive,
    #[error("`{0}` is empty")]
    Empty(String),
    #[error("`{0}` is not YAML: {1}")]
    NotYaml(String, String),
    #[error("`{0}` holds no Kubernetes object: line {1} begins a document without `apiVersion` and `kind`")]
    NotKubernetes(String, u32),
}

impl InputArgs {
    /// Whether something is pointed at.
    pub(super) fn is_given(&self) -> bool {
        !self.filename.is_empty() || self.kustomize.is_some()
    }

    /// Reads what is pointed at, by `-f` and by `paths`.
    pub(super) fn read(&self, paths: &[PathBuf], world: &mut World<'_, '_>) -> Result<SourceMap, Failure> {
        let is_given = self.is_given() || !paths.is_empty();
        let mut sources = SourceMap::default();
        if self.live || !is_given {
            sources = self.read_live(is_given, world)?;
        }
        if is_given {
            self.input(paths).read(&mut sources, world.env.stdin)?;
        }
        Ok(sources)
    }

    /// The API server that the flags lead to.
    pub(super) fn api(&self, world: &World<'_, '_>) -> Result<Arc<dyn KubeApi>, Failure> {
        self.cluster.api(world).map_err(|failure| self.or_no_input(failure))
    }

    /// Without paths and without a cluster, paths are missing.
    fn or_no_input(&self, failure: Failure) -> Failure {
        let is_missing = |error: &InputError| matches!(error, InputError::Kube(KubeError::NoConfig));
        if !self.live && !self.is_given() && failure.says(is_missing) { NothingToRead::NoInput.into() } else { failure }
    }

    /// Reads the cluster, and tells what could not be read of it.
    pub(super) fn read_live(&self, has_files: bool, world: &mut World<'_, '_>) -> Result<SourceMap, Failure> {
        if self.rev.is_some() && !has_files {
            return Err(NothingToRead::RevOfNothing.into());
        }
        let live = self.cluster.read(has_files, world).map_err(|failure| self.or_no_input(failure))?;
        world.tell_notes(&live.notes)?;
        if live.objects.is_empty() && !has_files {
            return Err(NothingToRead::NothingLive.into());
        }
        let mut sources = SourceMap::default();
        live.add_to(&mut sources);
        Ok(sources)
    }

    /// What is pointed at, by the flags and by `paths`.
    pub(super) fn input(&self, paths: &[PathBuf]) -> Input {
        Input {
            files: self.filename.iter().chain(paths).cloned().collect(),
            recursive: self.recursive,
            kustomize: self.kustomize.clone(),
            rev: self.rev.clone(),
        }
    }
}

impl GatewayArgs {
    /// How to compile.
    pub(super) fn options(&self) -> Options {
        Options {
            edition: self.edition.0,
            legacy_versions: self.legacy_versions.known(),
            ambassador_id: self.ambassador_id.clone(),
            ambassador_namespace: self.ambassador_namespace.clone(),
            strict: self.strict,
            ..Options::default()
        }
    }
}

/// Compiles sources of which at least one document can be Kubernetes'.
pub(super) fn compile(sources: SourceMap, options: &Options) -> Result<Compilation, Failure> {
    let name = name(&sources)?;
    let compilation = pipeline::compile(sources, options);
    sense(&name, &compilation.sources, &compilation.documents, &compilation.diagnostics)?;
    Ok(compilation)
}

/// Compiles sources as [`compile`] does, and what is as before sooner.
pub(super) fn recompile(sources: SourceMap, recompiler: &mut Recompiler) -> Result<Compilation, Failure> {
    let name = name(&sources)?;
    let compilation = recompiler.compile(sources);
    sense(&name, &compilation.sources, &compilation.documents, &compilation.diagnostics)?;
    Ok(compilation)
}

/// Reads sources of which at least one document can be Kubernetes'.
pub(super) fn read(sources: SourceMap, options: &Options) -> Result<Documents, Failure> {
    let name = name(&sources)?;
    let read = pipeline::read(sources, options);
    sense(&name, &read.sources, &read.documents, &read.diagnostics)?;
    Ok(read)
}

/// Compiles sources in which there is something to lint: a document that can be Kubernetes', or one that is broken.
pub(super) fn compile_to_lint(sources: SourceMap, options: &Options) -> Result<Compilation, Failure> {
    let name = name(&sources)?;
    let compilation = pipeline::compile(sources, options);
    let is_broken = |one: &Diagnostic| one.severity == Severity::Error && one.code.starts_with("yaml");
    if !compilation.diagnostics.iter().any(is_broken) {
        sense(&name, &compilation.sources, &compilation.documents, &compilation.diagnostics)?;
    }
    Ok(compilation)
}

/// What the sources are called, if there is anything in them.
fn name(sources: &SourceMap) -> Result<String, Failure> {
    let is_live = |id: SourceId| matches!(sources.get(id).origin, Origin::Live(_));
    let mut names: Vec<String> =
        sources.ids().filter(|id| !is_live(*id)).map(|id| sources.get(id).origin.to_string()).collect();
    if sources.ids().any(is_live) {
        names.insert(0, "the cluster".to_owned());
    }
    let blank =
        sources.ids().all(|id| sources.get(id).text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty());
    let name = names.join("`, `");
    if blank {
        return Err(NothingToRead::Empty(name).into());
    }
    Ok(name)
}

/// Fails where no document can be Kubernetes'.
fn sense(name: &str, sources: &SourceMap, documents: &[Document], problems: &[Diagnostic]) -> Result<(), Failure> {
    if documents.iter().any(|document| is_object(&document.root)) {
        return Ok(());
    }
    let name = name.to_owned();
    let place = |diagnostic: &Diagnostic| sources.place(diagnostic.primary.span);
    let syntax = problems.iter().find(|one| one.severity == Severity::Error && one.code.starts_with("yaml"));
    Err(match (syntax, documents.first()) {
        (Some(first), _) => NothingToRead::NotYaml(place(first).to_string(), first.message.clone()),
        (None, None) => NothingToRead::Empty(name),
        (None, Some(document)) => {
            let place = sources.place(document.span);
            NothingToRead::NotKubernetes(place.file, place.line)
        }
    }
    .into())
}

fn is_object(root: &Node) -> bool {
    root.get("kind").and_then(Node::text).is_some() && root.get("apiVersion").and_then(Node::text).is_some()
}

/// A JSON text as YAML that every reader takes for the same.
pub(super) fn yaml(json: &str) -> Result<String, Failure> {
    let value: serde_yaml::Value = serde_json::from_str(json)?;
    Ok(crate::yaml::value_to_yaml(&value))
}

impl World<'_, '_> {
    /// Tells what was assumed or chosen, a line each.
    pub(super) fn tell_notes(&mut self, notes: &[String]) -> Result<(), Failure> {
        for note in notes {
            writeln!(self.env.stderr, "{}", self.err.note(note))?;
        }
        Ok(())
    }

    /// Tells what is wrong with the documents, with excerpts: what works other than it reads, and worse.
    pub(super) fn tell_diagnostics(&mut self, compilation: &Compilation) -> Result<(), Failure> {
        let told = |one: &&Diagnostic| one.severity >= Severity::Warning;
        let mut serious: Vec<&Diagnostic> = compilation.diagnostics.iter().filter(told).collect();
        serious.sort_by_key(|one| std::cmp::Reverse(one.severity));
        for diagnostic in serious.iter().take(SHOWN) {
            let text = excerpt::write(diagnostic, &compilation.sources, self.err);
            writeln!(self.env.stderr, "{text}")?;
        }
        if serious.len() > SHOWN {
            let (more, program) = (serious.len() - SHOWN, self.program);
            let note = format!("{more} more problems in the documents; `{program} lint` tells all");
            writeln!(self.env.stderr, "{}", self.err.note(&note))?;
        }
        Ok(())
    }
}
