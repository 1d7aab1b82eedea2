//! `diff`: what changes, in the text, in the meaning, for requests.

mod side;

use std::path::PathBuf;

use clap::{ValueEnum, ValueHint};

pub(super) use self::side::in_usual_order;
use self::side::{Given, Reader};
use super::args::{ClusterArgs, EditionChoice, GatewayArgs, editions};
use super::exit::Failure;
use super::{Exit, Ran, World, load};
use crate::analysis::Budget;
use crate::diff::{Behaviour, Objects, Side, TextPair, object_pairs, pairs};
use crate::pipeline::{self, Compilation, Options};
use crate::report::Style;
use crate::report::format::patch;
use crate::report::view::diff as view;
use crate::source::SourceMap;

/// Tell what changes between two configurations, for requests
///
/// For every class of requests that is treated otherwise: the smallest request, what became and becomes of it, and the
/// objects and fields responsible; or that no request changes, proved. A side is a file, a folder, `git:REV[:PATH]`, where
/// without PATH it is the other side's path in that revision, or `live:`, the cluster. With -f and no sides: what an
/// apply of the files would change in the cluster. As KUBECTL_EXTERNAL_DIFF it tells `kubectl diff` of requests.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The configuration before: a path, `git:REV[:PATH]`, or `live:`
    #[arg(value_name = "BEFORE", required_unless_present_any = ["filename", "kustomize"])]
    before: Option<String>,

    /// The configuration after; may be left out to compare two editions
    #[arg(value_name = "AFTER")]
    after: Option<String>,

    /// What an apply of this file or folder would change in the cluster; - for standard input; repeatable
    #[arg(short = 'f', long = "filename", value_name = "PATH", help_heading = "Input", conflicts_with = "before")]
    filename: Vec<PathBuf>,

    /// How deep to look
    #[arg(long, value_name = "LEVEL", default_value = "behaviour", value_enum)]
    level: Level,

    /// Look into folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    recursive: bool,

    /// What an apply of this kustomization would change in the cluster
    #[arg(short = 'k', long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Input")]
    #[arg(conflicts_with = "before")]
    kustomize: Option<PathBuf>,

    #[command(flatten)]
    cluster: ClusterArgs,

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

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let [before_given, after_given] = self.read(world)?;
        // Live objects have no files: they are compared one by one, as they would be written out.
        let by_object = before_given.is_live || after_given.is_live;
        let mut texts = Vec::new();
        if !by_object {
            texts = pairs((&before_given.sources, &before_given.root), (&after_given.sources, &after_given.root));
            if self.output == Output::Patch {
                return self.patch(&texts, world);
            }
        }
        let asked = self.gateway.options();
        let options = |own: Option<EditionChoice>| match own {
            Some(EditionChoice(edition)) => Options { edition, ..asked.clone() },
            None => asked.clone(),
        };
        let before = compile(before_given.sources, &options(self.before_edition))?;
        let after = compile(after_given.sources, &options(self.after_edition))?;
        if by_object {
            texts = object_pairs(&before, &after);
            if self.output == Output::Patch {
                return self.patch(&texts, world);
            }
        }
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

    /// Reads both sides.
    fn read(&self, world: &mut World<'_, '_>) -> Result<[Given; 2], Failure> {
        let mut reader = Reader::new(self.recursive, &self.cluster);
        match &self.before {
            Some(before) => {
                let two_editions = self.before_edition.is_some() || self.after_edition.is_some();
                reader.read_two(before, self.after.as_deref(), two_editions, world)
            }
            None => reader.read_apply(&self.filename, self.kustomize.as_deref(), world),
        }
    }

    fn patch(&self, texts: &[TextPair], world: &mut World<'_, '_>) -> Ran {
        world.env.stdout.write_all(patch::write(texts, Style { colour: false, ..world.out }).as_bytes())?;
        Ok(self.exit(!texts.iter().any(TextPair::differs)))
    }

    fn exit(&self, is_equal: bool) -> Exit {
        Exit::findings(!is_equal && !self.exit_zero)
    }
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
