//! `--suite`: expectations in files, each with the manifests it is about.

use std::path::{Path, PathBuf};

use super::Output;
use crate::analysis::Reason;
use crate::cli::args::{GatewayArgs, InputArgs};
use crate::cli::exit::Failure;
use crate::cli::{Exit, Ran, World, load};
use crate::input::Input;
use crate::pipeline::Options;
use crate::report::format::{excerpt, junit, tap};
use crate::report::view::suite as view;
use crate::route_test::exercise::coverage;
use crate::route_test::mutate::mutate;
use crate::route_test::suite::{self, Suite};
use crate::route_test::{Judge, run};
use crate::source::SourceMap;

/// What is wrong with suites themselves.
#[derive(Debug, thiserror::Error)]
enum SuiteError {
    #[error("`{0}` is no suite that can be run: {1} mistake{plural}", plural = if *.1 == 1 { "" } else { "s" })]
    Wrong(String, usize),
    #[error("`{0}` does not say what it is about: write `given: PATH`, or name manifests with -f")]
    NothingGiven(String),
    #[error("what `{0}` covers cannot be told: {1}")]
    Unmeasured(String, String),
}

/// What is told of suites beside whether they pass.
pub(super) struct Measures {
    pub(super) coverage: bool,
    pub(super) mutate: bool,
    /// The least that is good enough, in percent.
    pub(super) fail_under: Option<f64>,
}

/// Runs all suites of all files.
pub(super) fn run(
    files: &[PathBuf],
    input: &InputArgs,
    gateway: &GatewayArgs,
    output: Output,
    measures: &Measures,
    world: &mut World<'_, '_>,
) -> Ran {
    let suites = read(files, world)?;
    let mut results = view::Results::default();
    for (file, sources, suites) in &suites {
        for suite in suites {
            one(file, sources, suite, input, gateway, measures, &mut results, world)?;
        }
    }
    let text = match output {
        Output::Text | Output::Wide => results.text(world.out),
        Output::Json => results.json(),
        Output::Jsonl => results.jsonl(),
        Output::Yaml => load::yaml(&results.json())?,
        Output::Junit => junit::write(&results.cases()),
        Output::Tap => tap::write(&results.cases()),
    };
    world.env.stdout.write_all(text.as_bytes())?;
    let is_short = measures.fail_under.is_some_and(|least| results.least_measured().is_some_and(|part| part < least));
    Ok(Exit::findings(results.failed() > 0 || is_short))
}

/// A file, its text, and the suites in it.
type Read = (PathBuf, SourceMap, Vec<Suite>);

/// Reads all suites before one is run: a mistake in the last must not cost the time of the others.
fn read(files: &[PathBuf], world: &mut World<'_, '_>) -> Result<Vec<Read>, Failure> {
    let mut all = Vec::new();
    for file in files {
        let mut sources = SourceMap::default();
        let input = Input { files: vec![file.clone()], ..Input::default() };
        input.read(&mut sources, world.env.stdin)?;
        for id in sources.ids() {
            let (suites, wrong) = suite::read(id, &sources);
            let name = sources.get(id).origin.to_string();
            for diagnostic in &wrong {
                writeln!(world.env.stderr, "{}", excerpt::write(diagnostic, &sources, world.err))?;
            }
            if !wrong.is_empty() {
                return Err(SuiteError::Wrong(name, wrong.len()).into());
            }
            all.push((PathBuf::from(name), sources.clone(), suites));
        }
    }
    Ok(all)
}

#[expect(clippy::too_many_arguments, reason = "a suite, what it is about, and where its results go")]
fn one(
    file: &Path,
    sources: &SourceMap,
    suite: &Suite,
    input: &InputArgs,
    gateway: &GatewayArgs,
    measures: &Measures,
    results: &mut view::Results,
    world: &mut World<'_, '_>,
) -> Result<(), Failure> {
    let given = if input.is_given() {
        input.clone()
    } else if suite.given.is_empty() {
        return Err(SuiteError::NothingGiven(file.display().to_string()).into());
    } else {
        InputArgs { filename: suite.given_from(file), ..input.clone() }
    };
    let manifests = given.read(&[], world)?;
    let asked = gateway.options();
    let options = Options {
        edition: asked.edition.or(suite.edition),
        legacy_versions: asked.legacy_versions.or(suite.legacy_versions),
        ambassador_id: suite.ambassador_id.clone().unwrap_or(asked.ambassador_id),
        ambassador_namespace: suite.ambassador_namespace.clone().unwrap_or(asked.ambassador_namespace),
        strict: asked.strict || suite.strict == Some(true),
        ..Options::default()
    };
    let compilation = load::compile(manifests, &options)?;
    let judge = Judge::new(&compilation);
    let settled = run::settle(suite, &judge);
    let place = |span| sources.place(span);
    results.add(file.display().to_string(), &run::run(&settled, &judge), &compilation.notes, place);
    if compilation.refusal().is_some() {
        // Nothing is served: there is nothing to cover, and every mistake is as good as none.
        return Ok(());
    }
    let undecided = |reason: Reason| SuiteError::Unmeasured(file.display().to_string(), reason.to_string());
    if measures.coverage {
        results.covered(coverage(&judge, &settled).map_err(undecided)?);
    }
    if measures.mutate {
        results.mutated(mutate(&judge, &settled).map_err(undecided)?);
    }
    Ok(())
}
