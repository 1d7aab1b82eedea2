//! The names that there are: in the configuration at hand, in the cluster, in the kubeconfig.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use super::super::args::ClusterArgs;
use super::super::{Cli, cluster};
use crate::input::{ApiKind, Ask, Client, Connection, Input, KubeApi as _, KubeconfigNames, Scope, read_live};
use crate::pipeline::{self, Options};
use crate::resource::Kind;
use crate::source::SourceMap;
use crate::yaml::Node;

/// Who waits for a completion waits no longer. An exec plugin alone may take a second.
const LIMIT: Duration = Duration::from_secs(3);

/// What the command line points at, as far as it has been typed.
pub(super) struct Pointed {
    /// Files, if it points at some.
    input: Option<Input>,
    /// The cluster, if the verb can read one.
    cluster: Option<(Connection, Ask)>,
}

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

impl Pointed {
    /// Reads the words before the cursor; `vars` is the environment.
    pub(super) fn at(before: &[String], vars: &BTreeMap<String, String>) -> Self {
        let words = std::iter::once("kubectl-ambassador").chain(before.iter().map(String::as_str));
        let matches = Cli::command().ignore_errors(true).try_get_matches_from(words).ok();
        let Some((_, verb)) = matches.as_ref().and_then(ArgMatches::subcommand) else {
            return Self { input: None, cluster: None };
        };
        Self { input: input(verb), cluster: reached(verb, vars) }
    }

    /// The names in the files, or else in the cluster; none where that cannot be told in time.
    pub(super) fn names(self) -> Names {
        match (self.input, self.cluster) {
            (Some(input), _) => in_time(move || Some(read(&input))),
            (None, Some((connection, ask))) => in_time(move || live(&connection, &ask)),
            (None, None) => Names::default(),
        }
    }

    /// The namespaces of the cluster.
    pub(super) fn namespaces(self) -> Vec<String> {
        let Some((connection, _)) = self.cluster else { return Vec::new() };
        in_time(move || {
            let kind = ApiKind::new("", "v1", "Namespace", "namespaces");
            let listed = cluster::runtime().ok()?.block_on(async {
                let client = Client::connect(&connection).await.ok()?;
                client.list(&kind, &Scope::All).await.ok()
            })?;
            Some(listed.into_iter().map(|found| found.object.name).collect())
        })
    }

    /// What the kubeconfig has to choose from.
    pub(super) fn kubeconfig(self) -> KubeconfigNames {
        self.cluster.and_then(|(connection, _)| connection.names().ok()).unwrap_or_default()
    }
}

/// What is worked out within the limit; nothing where that fails or takes longer.
fn in_time<T: Default + Send + 'static>(work: impl FnOnce() -> Option<T> + Send + 'static) -> T {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || send.send(work()));
    receive.recv_timeout(LIMIT).ok().flatten().unwrap_or_default()
}

fn input(verb: &ArgMatches) -> Option<Input> {
    let paths = |id| verb.try_get_many::<PathBuf>(id).ok().flatten().into_iter().flatten().cloned();
    let files: Vec<PathBuf> = paths("filename").chain(paths("paths")).collect();
    // Standard input is the terminal of somebody who is typing.
    let stdin = files.iter().any(|path| path.as_os_str() == "-");
    let input = Input {
        files,
        recursive: verb.try_get_one::<bool>("recursive").ok().flatten().copied().unwrap_or_default(),
        kustomize: paths("kustomize").next(),
        rev: verb.try_get_one::<String>("rev").ok().flatten().cloned(),
    };
    (!stdin && (!input.files.is_empty() || input.kustomize.is_some())).then_some(input)
}

fn reached(verb: &ArgMatches, vars: &BTreeMap<String, String>) -> Option<(Connection, Ask)> {
    // A verb that reads no cluster has none of these flags.
    verb.try_contains_id("kubeconfig").ok()?;
    let flags = ClusterArgs::from_arg_matches(verb).ok()?;
    Some((flags.connection(vars), flags.ask(false)))
}

fn live(connection: &Connection, ask: &Ask) -> Option<Names> {
    let live = cluster::runtime().ok()?.block_on(async {
        let client = Client::connect(connection).await.ok()?;
        read_live(&client, ask).await.ok()
    })?;
    let mut sources = SourceMap::default();
    live.add_to(&mut sources);
    Some(Names::in_sources(sources))
}

fn read(input: &Input) -> Names {
    let mut sources = SourceMap::default();
    // A completion is no place for complaints: the verb will make them.
    let _ = input.read(&mut sources, &mut std::io::empty());
    Names::in_sources(sources)
}

impl Names {
    fn in_sources(sources: SourceMap) -> Self {
        let resources = pipeline::read(sources, &Options::default()).reading.resources;
        let mut names = Self::default();
        for resource in resources {
            if resource.kind == Kind::Mapping {
                let service = resource.spec.get("service").and_then(Node::text).unwrap_or_default();
                names.services.insert(service.to_owned());
                names.mappings.insert((resource.name.clone(), service.to_owned()));
            }
            names.namespaces.insert(resource.namespace.clone());
        }
        names.services.remove("");
        names
    }
}
