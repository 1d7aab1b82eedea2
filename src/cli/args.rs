//! Flags that several verbs share, spelled as kubectl spells them.

use std::path::PathBuf;
use std::time::Duration;

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

    /// Lay the paths over the live objects, as an apply would leave them
    #[arg(long)]
    pub(super) live: bool,

    #[command(flatten)]
    pub(super) cluster: ClusterArgs,
}

/// Which cluster, as kubectl is told: it is read where no paths are given.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Cluster, read where no paths are given")]
pub(super) struct ClusterArgs {
    /// Read this namespace only; without it all, and where that is forbidden the one of the context
    #[arg(short = 'n', long, value_name = "NAMESPACE")]
    pub(super) namespace: Option<String>,

    /// Read all namespaces, whatever -n says
    #[arg(short = 'A', long)]
    pub(super) all_namespaces: bool,

    /// The kubeconfig
    #[arg(long, value_name = "PATH")]
    pub(super) kubeconfig: Option<PathBuf>,

    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub(super) context: Option<String>,

    /// The cluster of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub(super) cluster: Option<String>,

    /// The user of the kubeconfig
    #[arg(long, value_name = "NAME")]
    pub(super) user: Option<String>,

    /// Whom to be
    #[arg(long = "as", value_name = "USER")]
    pub(super) act_as: Option<String>,

    /// In which group to be; repeatable
    #[arg(long = "as-group", value_name = "GROUP")]
    pub(super) act_as_group: Vec<String>,

    /// How long one request may take, such as 30s or 1m; 0 for as long as it takes
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = duration, hide_default_value = true)]
    pub(super) request_timeout: Limit,
}

/// A limit of time; none where it is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Limit(pub(super) Option<Duration>);

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

/// The editions, and `auto`.
pub(super) fn editions() -> impl TypedValueParser<Value = EditionChoice> {
    let editions =
        Edition::NEWEST_FIRST.map(|edition| PossibleValue::new(edition.number().to_string()).help(edition.release()));
    let auto = PossibleValue::new("auto").help("the newest that reads all documents, or 4");
    // What is none of them has been refused before it is parsed.
    PossibleValuesParser::new(editions.into_iter().chain([auto])).map(|text| EditionChoice(text.parse().ok()))
}

/// A duration as kubectl takes it: `30s`, `1m30s`, `500ms`, or seconds alone.
fn duration(text: &str) -> Result<Limit, String> {
    let wrong = || format!("`{text}` is no duration; want one like 30s, 1m or 500ms");
    let mut millis = 0u64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(letters);
        let factor = match unit {
            "ms" => 1,
            "s" => 1_000,
            "" if digits == text.len() => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(wrong()),
        };
        millis = number.checked_mul(factor).and_then(|part| part.checked_add(millis)).ok_or_else(wrong)?;
        rest = after;
    }
    if text.is_empty() { Err(wrong()) } else { Ok(Limit((millis > 0).then(|| Duration::from_millis(millis)))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_kubectls() {
        let is =
            |text: &str, millis: u64| duration(text) == Ok(Limit((millis > 0).then(|| Duration::from_millis(millis))));
        assert!(is("0", 0) && is("30s", 30_000) && is("1m30s", 90_000) && is("500ms", 500) && is("5", 5_000));
        for wrong in ["", "s", "1x", "5m3", "-1s", "99999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
