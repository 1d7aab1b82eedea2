//! The names that the configuration at hand has.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use clap::{ArgMatches, CommandFactory as _};

use super::super::Cli;
use crate::input::Input;
use crate::pipeline::{self, Options};
use crate::resource::{Kind, Resource};
use crate::source::SourceMap;
use crate::yaml::Node;

/// Who waits for a completion waits no longer.
const LIMIT: Duration = Duration::from_secs(1);

/// What there is to be named.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The names of Mappings, and where each goes.
    pub(super) mappings: BTreeSet<(String, String)>,
    /// The services of Mappings, as written.
    pub(super) services: BTreeSet<String>,
    /// The namespaces of all that is Emissary's.
    pub(super) namespaces: BTreeSet<String>,
}

/// The names in the files to which the command line points; none where that cannot be told in time.
pub(super) fn at_hand(before: &[String]) -> Names {
    let Some(input) = input(before) else { return Names::default() };
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || send.send(read(&input)));
    receive.recv_timeout(LIMIT).unwrap_or_default()
}

/// What the command line points at, as far as it has been typed.
fn input(before: &[String]) -> Option<Input> {
    let words = std::iter::once("kubectl-ambassador").chain(before.iter().map(String::as_str));
    let matches = Cli::command().ignore_errors(true).try_get_matches_from(words).ok()?;
    let (_, verb) = matches.subcommand()?;
    let paths = |id| verb.try_get_many::<PathBuf>(id).ok().flatten().into_iter().flatten().cloned();
    let files: Vec<PathBuf> = paths("filename").chain(paths("paths")).collect();
    // Standard input is the terminal of somebody who is typing.
    let stdin = files.iter().any(|path| path.as_os_str() == "-");
    let input = Input { files, recursive: flag(verb), kustomize: paths("kustomize").next(), rev: revision(verb) };
    (!stdin && (!input.files.is_empty() || input.kustomize.is_some())).then_some(input)
}

fn flag(verb: &ArgMatches) -> bool {
    verb.try_get_one::<bool>("recursive").ok().flatten().copied().unwrap_or_default()
}

fn revision(verb: &ArgMatches) -> Option<String> {
    verb.try_get_one::<String>("rev").ok().flatten().cloned()
}

fn read(input: &Input) -> Names {
    let mut sources = SourceMap::default();
    // A completion is no place for complaints: the verb will make them.
    let _ = input.read(&mut sources, &mut std::io::empty());
    Names::of(&pipeline::read(sources, &Options::default()).reading.resources)
}

impl Names {
    fn of(resources: &[Resource]) -> Self {
        let mut names = Self::default();
        for resource in resources {
            names.namespaces.insert(resource.namespace.clone());
            if resource.kind == Kind::Mapping {
                let service = resource.spec.get("service").and_then(Node::text).unwrap_or_default();
                names.mappings.insert((resource.name.clone(), service.to_owned()));
                names.services.insert(service.to_owned());
            }
        }
        names.services.remove("");
        names
    }
}
