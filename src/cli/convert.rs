//! `convert`: the same configuration as Emissary's compiler gets it, and why not.

use std::path::PathBuf;

use clap::ValueEnum;

use super::args::{GatewayArgs, InputArgs};
use super::{Exit, Ran, World, load};
use crate::convert::{convert, results};
use crate::diagnostic::Severity;
use crate::edition::Edition;
use crate::pipeline::Options;
use crate::report::format::{excerpt, json};
use crate::resource::choose_edition;

/// Convert every version to v3alpha1, annotations to objects of their own
///
/// Objects and documents in annotations become what Emissary makes of them, ready to apply; what is refused or lost on
/// the way is told. Everything else in the input stays as it is, without the annotations that have been converted.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders with manifests, - for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    gateway: GatewayArgs,

    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "yaml", value_enum, help_heading = "Output")]
    output: Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// The objects, to be applied
    #[default]
    Yaml,
    /// What became of every document
    Json,
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let sources = self.input.read(&self.paths, world)?;
        let asked = self.gateway.options();
        // Not the edition that reads most: the newest one's rules are what the output is for.
        let edition = asked.edition.unwrap_or(Edition::Four);
        let read = load::read(sources, &Options { edition: Some(edition), ..asked })?;
        let mut notes = read.notes;
        if edition == Edition::Four && choose_edition(&read.reading.results).1.is_some() {
            notes.push("there are documents that only Ambassador 1 reads: see --edition 1".to_owned());
        }
        world.tell_notes(&notes)?;
        let conversion = convert(&read.documents, &read.reading, &read.sources);
        match self.output {
            Output::Yaml => {
                for diagnostic in read.diagnostics.iter().chain(&conversion.told) {
                    let text = excerpt::write(diagnostic, &read.sources, world.err);
                    writeln!(world.env.stderr, "{text}")?;
                }
                world.env.stdout.write_all(conversion.yaml().as_bytes())?;
            }
            Output::Json => {
                let text = results(&read.reading.results, &read.sources).to_string();
                world.env.stdout.write_all(json::pretty(&text).as_bytes())?;
            }
        }
        let is_broken = read.diagnostics.iter().any(|problem| problem.severity == Severity::Error);
        Ok(Exit::findings(conversion.lost || is_broken))
    }
}
