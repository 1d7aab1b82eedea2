//! Flags that several verbs share, spelled as kubectl spells them.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum, ValueHint};

use crate::edition::Edition;

/// Where the configuration comes from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub(super) struct InputArgs {
    /// File or folder with manifests, - for standard input; repeatable
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    pub(super) filename: Vec<PathBuf>,

    /// Look into folders of folders too
    #[arg(short = 'R', long)]
    pub(super) recursive: bool,

    /// Folder with a kustomization, built by `kubectl kustomize`
    #[arg(short = 'k', long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) kustomize: Option<PathBuf>,

    /// Read the paths as they were in this git revision
    #[arg(long, value_name = "REV")]
    pub(super) rev: Option<String>,
}

/// Whose rules apply.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Gateway")]
pub(super) struct GatewayArgs {
    /// Whose rules apply: 4, 3, 2, 1 or auto
    ///
    /// 4 is Emissary 4.1, 3 is 3.10.0, 2 is 2.5.1, 1 is Ambassador 1.14.4. `auto` takes 4 or, when the input has
    /// documents that 4 does not read, the newest edition that reads them all, and says so.
    #[arg(long, value_name = "EDITION", default_value = "auto", value_parser = editions(), hide_possible_values = true)]
    pub(super) edition: EditionChoice,

    /// The ambassador_id of the gateway
    #[arg(long, value_name = "ID", default_value = "default")]
    pub(super) ambassador_id: String,

    /// The namespace of the gateway
    #[arg(long, value_name = "NAMESPACE", default_value = "default")]
    pub(super) ambassador_namespace: String,

    /// Whether the cluster serves the v1 and v2 CRDs
    ///
    /// They are converted by Emissary's webhook. `auto`: when there are v1 or v2 objects in the input.
    #[arg(long, value_name = "WHETHER", default_value = "auto", value_enum)]
    pub(super) legacy_versions: YesNoAuto,

    /// Assume nothing: no Listeners and no Host where the input has none
    #[arg(long)]
    pub(super) strict: bool,
}

/// An edition, or finding out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EditionChoice(pub(super) Option<Edition>);

/// A switch that can find out by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum YesNoAuto {
    /// Yes
    Yes,
    /// No
    No,
    /// Find out
    #[default]
    Auto,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl YesNoAuto {
    /// The answer, if there is one.
    pub(super) fn known(self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Auto => None,
        }
    }
}

fn editions() -> impl TypedValueParser<Value = EditionChoice> {
    let editions =
        Edition::NEWEST_FIRST.map(|edition| PossibleValue::new(edition.number().to_string()).help(edition.release()));
    let auto = PossibleValue::new("auto").help("the newest that reads all documents, or 4");
    // What is none of them has been refused before it is parsed.
    PossibleValuesParser::new(editions.into_iter().chain([auto])).map(|text| EditionChoice(text.parse().ok()))
}
