//! `lint`: what is wrong, and how to mend it.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;

use super::args::{GatewayArgs, InputArgs};
use super::{Exit, Failure, Ran, World, config, load};
use crate::diagnostic::Severity;
use crate::diff::TextPair;
use crate::input::Watch;
use crate::lint::baseline::Baseline;
use crate::lint::fix::{Mended, mend};
use crate::lint::{Linted, RULES, Selection, Selector, Trust, check};
use crate::report::findings::{self as format, Findings};
use crate::report::format::patch;
use crate::source::{Origin, SourceId, SourceMap};

/// Find what is wrong with Mappings, Hosts and all else that routes, before it is applied
///
/// Each finding has the place in the file, also inside annotations, what follows from it and, where there is one, the
/// mend. `rule CODE` tells more about a rule. A comment `# ambassador-lint: allow CODE because REASON` on or above a
/// line allows a finding. `ambassador.toml` beside the files or above keeps what flags say.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders with manifests, - for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    gateway: GatewayArgs,

    /// Ask only these rules: codes, beginnings of codes, names
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules", value_parser = Rules)]
    select: Vec<Selector>,

    /// Ask these rules too
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules", value_parser = Rules)]
    extend_select: Vec<Selector>,

    /// Do not ask these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules", value_parser = Rules)]
    ignore: Vec<Selector>,

    /// Tell only what is at least so bad [default: info]
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Rules")]
    severity: Option<Level>,

    /// End with 1 where something is at least so bad [default: warning]
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Rules")]
    fail_on: Option<Level>,

    /// End with 0 whatever is found
    #[arg(long, help_heading = "Rules")]
    exit_zero: bool,

    /// Tell what is new since this file, which `-o json` wrote
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    baseline: Option<PathBuf>,

    /// Mend what can be mended without any request being answered otherwise
    #[arg(long, help_heading = "Fixes")]
    fix: bool,

    /// Mend also what somebody should look at afterwards
    #[arg(long, help_heading = "Fixes")]
    unsafe_fixes: bool,

    /// Show what fixes would change, and change nothing
    #[arg(long, help_heading = "Fixes")]
    diff: bool,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_enum, help_heading = "Output")]
    output: Output,

    /// Count the findings of each rule
    #[arg(long, help_heading = "Output")]
    statistics: bool,

    /// Lint again whenever a file changes, or the cluster where that is read
    #[arg(long, help_heading = "Output", conflicts_with_all = ["fix", "unsafe_fixes", "diff"])]
    watch: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Each finding with its source
    #[default]
    Text,
    /// A line for each finding
    Concise,
    /// One object
    Json,
    /// One object a finding
    Jsonl,
    /// SARIF 2.1.0
    Sarif,
    /// GitHub's workflow commands
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// JUnit's XML
    Junit,
    /// Reviewdog's diagnostics
    Rdjson,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// Emissary drops it, or Envoy refuses it
    Error,
    /// Works other than it reads
    Warning,
    /// Works, and is worth knowing
    Info,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Info => Self::Info,
        }
    }
}

/// Reads a selector; tells shells which there are.
#[derive(Clone, Debug)]
struct Rules;

impl clap::builder::TypedValueParser for Rules {
    type Value = Selector;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<Selector, clap::Error> {
        let parse = |text: &str| text.parse::<Selector>();
        clap::builder::TypedValueParser::parse_ref(&parse, command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = clap::builder::PossibleValue> + '_>> {
        Some(Box::new(
            RULES
                .iter()
                .map(|rule| clap::builder::PossibleValue::new(rule.code.as_str()).help(rule.summary).hide(true)),
        ))
    }
}

/// What cannot be done.
#[derive(Debug, thiserror::Error)]
enum Impossible {
    #[error("`{}` cannot be read", .0.display())]
    Baseline(PathBuf, #[source] std::io::Error),
    #[error("`{}` is no list of findings that `lint -o json` wrote", .0.display())]
    NoBaseline(PathBuf, #[source] serde_json::Error),
    #[error("`{}` cannot be written", .0.display())]
    Write(PathBuf, #[source] std::io::Error),
    #[error("only files can be mended, and standard input; `{0}` is neither")]
    NoFile(String),
    #[error("nothing can be watched here: standard input and git revisions do not change")]
    NothingToWatch,
}

/// What flags and configuration say together.
struct Wanted {
    selection: Selection,
    severity: Severity,
    fail_on: Severity,
    baseline: Option<PathBuf>,
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let wanted = self.wanted()?;
        if self.watch {
            return self.watch(&wanted, world);
        }
        let sources = self.input.read(&self.paths, world)?;
        let mends = self.fix || self.unsafe_fixes || self.diff;
        if mends { self.mend(sources, &wanted, world) } else { self.lint(sources, &wanted, world) }
    }

    fn wanted(&self) -> Result<Wanted, Failure> {
        let first = self.input.filename.iter().chain(&self.paths).chain(&self.input.kustomize).next();
        let beside = first.map_or(Path::new("."), PathBuf::as_path);
        let kept = config::lint_for(beside)?;
        // What a flag says takes the place of what is kept, but what is added or left out adds up.
        let select = if self.select.is_empty() { kept.select.0 } else { self.select.clone() };
        let both = |kept: Vec<Selector>, flags: &[Selector]| kept.into_iter().chain(flags.iter().cloned()).collect();
        Ok(Wanted {
            selection: Selection {
                select,
                extend: both(kept.extend_select.0, &self.extend_select),
                ignore: both(kept.ignore.0, &self.ignore),
            },
            severity: self.severity.or(kept.severity).unwrap_or(Level::Info).into(),
            fail_on: self.fail_on.or(kept.fail_on).unwrap_or(Level::Warning).into(),
            baseline: self.baseline.clone().or(kept.baseline),
        })
    }

    fn lint(&self, sources: SourceMap, wanted: &Wanted, world: &mut World<'_, '_>) -> Ran {
        let baseline = wanted.baseline.as_deref().map(baseline).transpose()?;
        let compilation = load::compile_to_lint(sources, &self.gateway.options())?;
        let mut linted = check(&compilation);
        linted.select(&wanted.selection);
        linted.findings.retain(|finding| finding.severity() >= wanted.severity);
        let Linted { findings, silenced } = &linted;
        let since = baseline.map(|baseline| baseline.compare(findings, &compilation.sources));
        let all = Findings { findings, silenced, since: since.as_ref(), sources: &compilation.sources };
        world.tell_notes(&compilation.notes)?;
        let text = self.shown(all, world);
        world.env.stdout.write_all(text.as_bytes())?;
        let is_new = |at: usize| since.as_ref().is_none_or(|since| since.unchanged.get(at) != Some(&true));
        let fails = (0..).zip(findings).any(|(at, finding)| finding.severity() >= wanted.fail_on && is_new(at));
        Ok(Exit::findings(fails && !self.exit_zero))
    }

    fn shown(&self, all: Findings<'_>, world: &World<'_, '_>) -> String {
        match self.output {
            Output::Text | Output::Concise if self.statistics => format::statistics(all, world.out),
            Output::Text => format::text(all, world.out),
            Output::Concise => format::concise(all, world.out),
            Output::Json => format::json(all),
            Output::Jsonl => format::jsonl(all),
            Output::Sarif => format::sarif(all),
            Output::Github => format::github(all),
            Output::Gitlab => format::gitlab(all),
            Output::Junit => format::junit(all),
            Output::Rdjson => format::rdjson(all),
        }
    }

    /// Mends, then tells what is left.
    fn mend(&self, sources: SourceMap, wanted: &Wanted, world: &mut World<'_, '_>) -> Ran {
        let trust = if self.unsafe_fixes { Trust::Unsafe } else { Trust::Safe };
        load::compile_to_lint(sources.clone(), &self.gateway.options())?;
        let mended = mend(&sources, &self.gateway.options(), &wanted.selection, trust);
        if self.diff {
            let pairs: Vec<TextPair> = mended.changed.iter().map(|id| pair(*id, &sources, &mended.sources)).collect();
            world.env.stdout.write_all(patch::write(&pairs, world.out).as_bytes())?;
            tell_mended(&mended, "would be mended", world)?;
            return Ok(Exit::findings(!mended.changed.is_empty() && !self.exit_zero));
        }
        let mut is_piped = false;
        for id in mended.sources.ids() {
            let source = mended.sources.get(id);
            match &source.origin {
                Origin::Stdin => {
                    is_piped = true;
                    world.env.stdout.write_all(source.text.as_bytes())?;
                }
                Origin::File(path) if mended.changed.contains(&id) => write(path, &source.text)?,
                other if mended.changed.contains(&id) => return Err(Impossible::NoFile(other.to_string()).into()),
                _ => {}
            }
        }
        tell_mended(&mended, "mended", world)?;
        if is_piped {
            // The text has the standard output for itself.
            return Ok(Exit::Clean);
        }
        self.lint(mended.sources, wanted, world)
    }

    fn watch(&self, wanted: &Wanted, world: &mut World<'_, '_>) -> Ran {
        let has_files = self.input.is_given() || !self.paths.is_empty();
        let live = self.input.live || !has_files;
        let cluster = live.then(|| self.input.cluster.follow(has_files, world)).transpose()?;
        let mut watch = Watch::new(self.input.input(&self.paths));
        if cluster.is_none() && watch.is_none() {
            return Err(Impossible::NothingToWatch.into());
        }
        loop {
            if world.env.stdout_is_terminal {
                world.env.stdout.write_all(b"\x1b[H\x1b[2J\x1b[3J")?;
            }
            let sources = match &cluster {
                Some(cluster) => {
                    let mut sources = cluster.sources();
                    let files = self.input.input(&self.paths).read(&mut sources, world.env.stdin);
                    files.map(|()| sources).map_err(Failure::from)
                }
                None => self.input.read(&self.paths, world),
            };
            // A file that is half written is told and looked at again.
            let ran = sources.and_then(|sources| self.lint(sources, wanted, world));
            if let Err(failure) = ran
                && failure.tell(world.env.stderr, &world.err.bad("error")) == Exit::Clean
            {
                return Ok(Exit::Clean);
            }
            world.env.stdout.flush()?;
            match (&cluster, &mut watch) {
                (Some(cluster), watch) => {
                    cluster.wait(|| watch.as_mut().is_some_and(Watch::is_other), world)?;
                }
                (None, Some(watch)) => watch.wait(),
                (None, None) => return Ok(Exit::Clean),
            }
        }
    }
}

/// A text before and after it was mended.
fn pair(id: SourceId, before: &SourceMap, after: &SourceMap) -> TextPair {
    let (before, after) = (before.get(id), after.get(id));
    TextPair {
        before_name: before.origin.to_string(),
        after_name: after.origin.to_string(),
        before: Some(before.text.clone()),
        after: Some(after.text.clone()),
    }
}

fn tell_mended(mended: &Mended, word: &str, world: &mut World<'_, '_>) -> Result<(), Failure> {
    let (count, files) = (mended.applied, mended.changed.len());
    writeln!(world.env.stderr, "{count} {word} in {files} {}", if files == 1 { "file" } else { "files" })?;
    if mended.refused > 0 {
        let why = "some request would be answered otherwise; --unsafe-fixes does it";
        writeln!(world.env.stderr, "{}", world.err.note(&format!("{} not mended: {why}", mended.refused)))?;
    }
    Ok(())
}

fn baseline(path: &Path) -> Result<Baseline, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Impossible::Baseline(path.to_owned(), error))?;
    Ok(serde_json::from_str(&text).map_err(|error| Impossible::NoBaseline(path.to_owned(), error))?)
}

/// Writes a file whole or not at all: beside it, then in its place.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let write = || {
        // A link stays one: what it leads to is written.
        let target = std::fs::canonicalize(path)?;
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let beside = target.with_file_name(format!(".{name}.{}", std::process::id()));
        let written = std::fs::write(&beside, text)
            .and_then(|()| std::fs::set_permissions(&beside, std::fs::metadata(&target)?.permissions()))
            .and_then(|()| std::fs::rename(&beside, &target));
        if written.is_err() {
            // What was begun is taken away again; that this fails too is not worth more words.
            let _ = std::fs::remove_file(&beside);
        }
        written
    };
    write().map_err(|error| Impossible::Write(path.to_owned(), error).into())
}
