//! `rule`: what a lint rule finds, and why.

use super::{Exit, Ran, World};
use crate::lint::{RULES, registry};
use crate::report::view::rule as view;

/// Explain a lint rule
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The code or the name of a rule, such as AMB201 or relative-prefix
    #[arg(value_name = "RULE", required_unless_present = "all")]
    rule: Option<String>,

    /// List all rules
    #[arg(long, conflicts_with = "rule")]
    all: bool,
}

/// A rule that is none.
#[derive(Debug, thiserror::Error)]
#[error("there is no rule `{0}`; `{1} rule --all` lists them")]
struct NoRule(String, &'static str);

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let text = match self.rule {
            None => view::list(RULES, world.out),
            Some(name) => match registry::find(&name) {
                Some(rule) => view::write(rule, world.out),
                None => return Err(NoRule(name, world.program).into()),
            },
        };
        world.env.stdout.write_all(text.as_bytes())?;
        Ok(Exit::Clean)
    }
}
