//! `version`: what this was built from, and how true it is.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{Exit, Ran, World};
use crate::edition::Edition;
use crate::report::format::json;

/// How much of the recorded truth is decided alike, by its folder; the tests that replay it keep this current.
const RECORDED: &str = include_str!("../../testdata/figures.json");

/// Of so many facts so many agree.
#[derive(Debug, Deserialize, Serialize)]
struct Figure {
    agree: usize,
    of: usize,
}

/// Print the version, the Emissary editions and the conformance figures
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_enum)]
    output: Output,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Output {
    #[default]
    Text,
    Json,
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let commit = option_env!("KUBECTL_AMBASSADOR_COMMIT");
        let recorded: BTreeMap<String, Figure> = serde_json::from_str(RECORDED)?;
        let editions = Edition::NEWEST_FIRST.map(|edition| (edition.number(), edition.release()));
        let text = match self.output {
            Output::Text => {
                let commit = commit.map_or(String::new(), |commit| format!(" ({commit})"));
                let mut text = format!("kubectl-ambassador {}{commit}\n", env!("CARGO_PKG_VERSION"));
                for (number, release) in editions {
                    text.push_str(&format!("edition {number}: {release}\n"));
                }
                for (set, Figure { agree, of }) in &recorded {
                    text.push_str(&format!("recorded {set}: {agree} of {of} agree\n"));
                }
                text
            }
            Output::Json => {
                let editions: Vec<_> = editions
                    .into_iter()
                    .map(|(number, release)| serde_json::json!({"edition": number, "release": release}))
                    .collect();
                let value = serde_json::json!({
                    "version": 1,
                    "program": "kubectl-ambassador",
                    "release": env!("CARGO_PKG_VERSION"),
                    "commit": commit,
                    "editions": editions,
                    "recorded": recorded,
                });
                json::pretty(&value.to_string())
            }
        };
        world.env.stdout.write_all(text.as_bytes())?;
        Ok(Exit::Clean)
    }
}
