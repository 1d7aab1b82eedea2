//! What tests of rules use; the only place that knows how one is run.

#![allow(clippy::unwrap_used)]

use super::example::Form;
use super::findings::{Finding, Trust};
use super::{Linted, Selection, fix, run};
use crate::edition::Edition;
use crate::pipeline::{self, Compilation, Options};
use crate::source::{Origin, SourceMap};

/// What all rules find in some manifests: `CODE text-under-the-caret`, in order of place.
pub(crate) fn manifests(text: &str) -> Vec<String> {
    under(text, &Options::default())
}

/// What all rules find in the fields of Mappings, wrapped as examples are.
pub(crate) fn mapping(fields: &str) -> Vec<String> {
    manifests(&Form::Mapping.wrap(fields))
}

/// What all rules find in documents of an annotation.
pub(crate) fn annotation(documents: &str) -> Vec<String> {
    manifests(&Form::Annotation.wrap(documents))
}

/// What all rules find in the fields of an object of a kind, wrapped as examples are.
pub(crate) fn spec(kind: &'static str, fields: &str) -> Vec<String> {
    manifests(&Form::Spec(kind).wrap(fields))
}

/// What all rules find in manifests under an edition.
pub(crate) fn edition(edition: Edition, text: &str) -> Vec<String> {
    under(text, &Options { edition: Some(edition), ..Options::default() })
}

/// What all rules find in manifests that are compiled so.
pub(crate) fn under(text: &str, options: &Options) -> Vec<String> {
    let compilation = compile(text, options);
    run::check(&compilation).findings.iter().map(|finding| shown(finding, &compilation)).collect()
}

/// All that comes of linting some manifests.
pub(crate) fn lint(text: &str) -> Linted {
    run::check(&compile(text, &Options::default()))
}

/// Manifests after all fixes of at least this trust.
pub(crate) fn fixed(text: &str, trust: Trust, options: &Options) -> String {
    let mended = fix::mend(&sources(text), options, &Selection::default(), trust);
    let first = mended.sources.ids().next().unwrap();
    mended.sources.get(first).text.to_string()
}

pub(crate) fn compile(text: &str, options: &Options) -> Compilation {
    pipeline::compile(sources(text), options)
}

fn sources(text: &str) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.add(Origin::File("example.yaml".into()), text);
    sources
}

/// A finding as tests compare it: its code and the first line under its caret.
pub(crate) fn shown(finding: &Finding, compilation: &Compilation) -> String {
    let text = compilation.sources.text(finding.span());
    format!("{} {}", finding.rule.code, text.lines().next().unwrap_or_default()).trim_end().to_owned()
}
