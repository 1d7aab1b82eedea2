//! `routes`: the effective route table, in the order in which it is tried.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use super::args::{GatewayArgs, InputArgs};
use super::{Exit, Ran, World, load};
use crate::report::format::json;
use crate::report::view::routes as view;
use crate::route_test::facts::{Facts, ListenerFacts, RouteFacts};

/// Print the effective route table, in the order in which it is tried
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
    /// Columns for people
    #[default]
    Text,
    /// More columns, which request reaches each route, and the gateway's own
    Wide,
    /// One object
    Json,
    /// One object a route
    Jsonl,
    /// One document
    Yaml,
    /// The names of the Mappings in force
    Name,
}

#[derive(Serialize)]
struct Versioned<'f> {
    version: u8,
    #[serde(flatten)]
    facts: &'f Facts,
}

#[derive(Serialize)]
struct Line<'f> {
    version: u8,
    listener: u16,
    virtual_host: &'f str,
    tls: bool,
    #[serde(flatten)]
    route: &'f RouteFacts,
}

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let sources = self.input.read(&self.paths, world)?;
        let compilation = load::compile(sources, &self.gateway.options())?;
        let facts = match self.output {
            Output::Text | Output::Name => Facts::of(&compilation),
            Output::Wide | Output::Json | Output::Jsonl | Output::Yaml => Facts::proved(&compilation),
        };
        let text = match self.output {
            Output::Text | Output::Wide => view::write(&facts, self.output == Output::Wide, world.out),
            Output::Json => json::pretty(&serde_json::to_string(&Versioned { version: 1, facts: &facts })?),
            Output::Jsonl => lines(&facts)?,
            Output::Yaml => {
                let value = serde_yaml::to_value(Versioned { version: 1, facts: &facts })?;
                serde_yaml::to_string(&value)?
            }
            Output::Name => view::names(&facts),
        };
        if matches!(self.output, Output::Text | Output::Wide) {
            world.tell_notes(&facts.notes)?;
        }
        world.tell_diagnostics(&compilation)?;
        world.env.stdout.write_all(text.as_bytes())?;
        Ok(Exit::findings(facts.refused.is_some()))
    }
}

fn lines(facts: &Facts) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    for ListenerFacts { port, chains, .. } in &facts.listeners {
        for chain in chains {
            for host in &chain.vhosts {
                let virtual_host = host.domains.first().map_or("*", |domain| &**domain);
                for route in &host.routes {
                    let line = Line { version: 1, listener: *port, virtual_host, tls: chain.tls, route };
                    out.push_str(&serde_json::to_string(&line)?);
                    out.push('\n');
                }
            }
        }
    }
    Ok(out)
}
