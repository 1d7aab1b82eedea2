//! `lint`: what is wrong, and how to mend it.

use std::path::PathBuf;

use clap::ValueEnum;

use super::args::{GatewayArgs, InputArgs};
use super::{Exit, Ran, World, load};
use crate::diagnostic::Severity;
use crate::lint::check;
use crate::report::view::lint as view;

/// Find what is wrong with Mappings, Hosts and all else that routes, before it is applied
///
/// Each finding has the place in the file, also inside annotations, what follows from it and, where there is one, the
/// mend. `rule CODE` tells more about a rule.
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
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_enum, help_heading = "Output")]
    output: Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Each finding with its source
    #[default]
    Text,
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let sources = self.input.read(&self.paths, world)?;
        let compilation = load::compile_to_lint(sources, &self.gateway.options())?;
        let findings = check(&compilation);
        let text = match self.output {
            Output::Text => view::write(&findings, &compilation.sources, world.out),
        };
        world.tell_notes(&compilation.notes)?;
        world.env.stdout.write_all(text.as_bytes())?;
        Ok(Exit::findings(findings.iter().any(|finding| finding.severity() >= Severity::Warning)))
    }
}
