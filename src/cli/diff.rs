//! `diff`: what changes, in the text, in the meaning, for requests.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::{EditionChoice, GatewayArgs, editions};
use super::exit::Failure;
use super::{Exit, Ran, World, load};
use crate::analysis::Budget;
use crate::diff::{Behaviour, Objects, Side, pairs};
use crate::input::Input;
use crate::pipeline::{self, Compilation, Options};
use crate::report::Style;
use crate::report::format::patch;
use crate::report::view::diff as view;
use crate::source::SourceMap;

/// Tell what changes between two configurations, for requests
///
/// For every class of requests that is treated otherwise: the smallest request, what became and becomes of it, and the
/// objects and fields responsible; or that no request changes, proved. A side is a file, a folder, or `git:REV[:PATH]`;
/// without PATH it is the other side's path in that revision. As KUBECTL_EXTERNAL_DIFF it tells what an apply changes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The configuration before: a path, or `git:REV[:PATH]`
    #[arg(value_name = "BEFORE")]
    before: String,

    /// The configuration after; may be left out to compare two editions
    #[arg(value_name = "AFTER")]
    after: Option<String>,

    /// How deep to look
    #[arg(long, value_name = "LEVEL", default_value = "behaviour", value_enum)]
    level: Level,

    /// Look into folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    recursive: bool,

    #[command(flatten)]
    gateway: GatewayArgs,

    /// Whose rules apply before, where not the same as after
    #[arg(long, value_name = "EDITION", value_parser = editions(), help_heading = "Gateway")]
    before_edition: Option<EditionChoice>,

    /// Whose rules apply after
    #[arg(long, value_name = "EDITION", value_parser = editions(), help_heading = "Gateway")]
    after_edition: Option<EditionChoice>,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_enum, help_heading = "Output")]
    output: Output,

    /// Exit with 0 although there are differences
    #[arg(long, help_heading = "Output")]
    exit_zero: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Level {
    /// Files, line by line
    Text,
    /// Objects and their fields
    Fields,
    /// Requests, with the fields responsible
    #[default]
    Behaviour,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people
    #[default]
    Text,
    /// One object
    Json,
    /// The texts, as `diff -u` has them
    Patch,
    /// A comment on a pull request
    Markdown,
}

/// What does not go together, or is missing.
#[derive(Debug, thiserror::Error)]
enum UsageError {
    #[error("there is nothing to compare `{0}` with: name a second path or git:REV, or two editions")]
    OneSide(String),
    #[error("`git:{0}` has no path, and there is none on the other side: write git:{0}:PATH")]
    NoPath(String),
    #[error("`{0}` is empty: write git:REV or git:REV:PATH")]
    NoRevision(String),
    #[error("both sides cannot read standard input")]
    StdinTwice,
}

/// A side as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// A file, a folder, or `-`.
    Path(PathBuf),
    /// A path in a git revision.
    Revision { rev: String, path: Option<PathBuf> },
}

/// A side that was read.
struct Given {
    name: String,
    sources: SourceMap,
    /// The folder below which files of both sides make pairs.
    root: PathBuf,
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let [before, after] = self.wanted()?;
        let before_given = self.read(&before, &after, world)?;
        let after_given = self.read(&after, &before, world)?;
        let texts = pairs((&before_given.sources, &before_given.root), (&after_given.sources, &after_given.root));
        if self.output == Output::Patch {
            world.env.stdout.write_all(patch::write(&texts, Style { colour: false, ..world.out }).as_bytes())?;
            return Ok(self.exit(!texts.iter().any(crate::diff::TextPair::differs)));
        }
        let asked = self.gateway.options();
        let options = |own: Option<EditionChoice>| match own {
            Some(EditionChoice(edition)) => Options { edition, ..asked.clone() },
            None => asked.clone(),
        };
        let before = compile(before_given.sources, &options(self.before_edition))?;
        let after = compile(after_given.sources, &options(self.after_edition))?;
        let sides = [Side::new(before_given.name, &before), Side::new(after_given.name, &after)];
        let [one, other] = &sides;
        let objects = Objects::of(&before, &after);
        let behaviour =
            (self.level == Level::Behaviour).then(|| Behaviour::of([one, other], &objects, Budget::default()));
        let told = view::Told {
            level: match self.level {
                Level::Text => view::Level::Text,
                Level::Fields => view::Level::Fields,
                Level::Behaviour => view::Level::Behaviour,
            },
            sides: [one, other],
            texts: &texts,
            objects: &objects,
            behaviour: behaviour.as_ref(),
        };
        if self.output == Output::Text && self.level != Level::Text {
            tell_notes(&before, &after, world)?;
        }
        let text = match self.output {
            Output::Json => view::json(&told),
            Output::Markdown => view::markdown(&told),
            Output::Text | Output::Patch => view::text(&told, world.out),
        };
        world.env.stdout.write_all(text.as_bytes())?;
        Ok(self.exit(told.is_equal()))
    }

    fn exit(&self, is_equal: bool) -> Exit {
        Exit::findings(!is_equal && !self.exit_zero)
    }

    fn wanted(&self) -> Result<[Wanted; 2], Failure> {
        let before = Wanted::parse(&self.before)?;
        let two_editions = self.before_edition.is_some() || self.after_edition.is_some();
        let after = match &self.after {
            Some(after) => Wanted::parse(after)?,
            None if two_editions => before.clone(),
            None => return Err(UsageError::OneSide(self.before.clone()).into()),
        };
        let stdin = Wanted::Path(PathBuf::from("-"));
        if before == stdin && after == stdin && self.after.is_some() {
            return Err(UsageError::StdinTwice.into());
        }
        Ok([before, after])
    }

    /// Reads a side: the one place that knows what a side can be.
    fn read(&self, wanted: &Wanted, other: &Wanted, world: &mut World<'_, '_>) -> Result<Given, Failure> {
        let (rev, path) = match wanted {
            Wanted::Path(path) => (None, path.clone()),
            Wanted::Revision { rev, path } => {
                let path = path.as_ref().or(other.path());
                (Some(rev.clone()), path.ok_or_else(|| UsageError::NoPath(rev.clone()))?.clone())
            }
        };
        let name = match &rev {
            Some(rev) => format!("git:{rev}:{}", path.display()),
            None => path.display().to_string(),
        };
        let mut input = Input { files: vec![path.clone()], recursive: self.recursive, rev, ..Input::default() };
        if input.rev.is_none() && is_kubectls(&path) {
            input.files = files_in(&path)?;
        }
        let mut sources = SourceMap::default();
        input.read(&mut sources, world.env.stdin)?;
        let is_folder = input.rev.is_some() || path.is_dir();
        let root = if is_folder { path } else { path.parent().unwrap_or(Path::new("")).to_owned() };
        Ok(Given { name, sources, root })
    }
}

impl Wanted {
    fn parse(text: &str) -> Result<Self, Failure> {
        let Some(revision) = text.strip_prefix("git:") else { return Ok(Self::Path(text.into())) };
        let (rev, path) = match revision.split_once(':') {
            Some((rev, path)) => (rev, Some(PathBuf::from(if path.is_empty() { "." } else { path }))),
            None => (revision, None),
        };
        if rev.is_empty() {
            return Err(UsageError::NoRevision(text.to_owned()).into());
        }
        Ok(Self::Revision { rev: rev.to_owned(), path })
    }

    fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Path(path) => Some(path),
            Self::Revision { path, .. } => path.as_ref(),
        }
    }
}

/// Whether `kubectl diff` made this folder: its files have no endings, and it may be empty.
fn is_kubectls(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    path.is_dir() && (name.starts_with("LIVE-") || name.starts_with("MERGED-"))
}

fn files_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A side may be empty: all is new then, or all is gone.
fn compile(sources: SourceMap, options: &Options) -> Result<Compilation, Failure> {
    if sources.ids().all(|id| sources.get(id).text.trim().is_empty()) {
        return Ok(pipeline::compile(sources, options));
    }
    load::compile(sources, options)
}

/// Tells what was assumed or chosen; what is said of both sides, once.
fn tell_notes(before: &Compilation, after: &Compilation, world: &mut World<'_, '_>) -> Result<(), Failure> {
    let only = |these: &Compilation, others: &Compilation, side: &str| -> Vec<String> {
        let own = these.notes.iter().filter(|note| !others.notes.contains(note));
        own.map(|note| format!("{side}: {note}")).collect()
    };
    let both: Vec<String> = before.notes.iter().filter(|note| after.notes.contains(note)).cloned().collect();
    world.tell_notes(&both)?;
    world.tell_notes(&only(before, after, "before"))?;
    world.tell_notes(&only(after, before, "after"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parsed(text: &str) -> Wanted {
        Wanted::parse(text).unwrap_or_else(|_| panic!("{text}"))
    }

    #[test]
    fn sides_are_paths_and_revisions() {
        assert_eq!(parsed("deploy/"), Wanted::Path("deploy/".into()));
        assert_eq!(parsed("git:HEAD~1"), Wanted::Revision { rev: "HEAD~1".into(), path: None });
        let path = Some(PathBuf::from("deploy/shop"));
        assert_eq!(parsed("git:main:deploy/shop"), Wanted::Revision { rev: "main".into(), path });
        assert_eq!(parsed("git:main:"), Wanted::Revision { rev: "main".into(), path: Some(".".into()) });
        assert!(Wanted::parse("git:").is_err());
    }
}
