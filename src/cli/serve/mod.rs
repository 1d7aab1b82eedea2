//! `serve`: the whole gateway in one process.

mod cluster;
mod endpoints;
mod forwards;
mod installation;
mod pages;
mod secrets;
mod upstreams;
mod watch;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use clap::ValueEnum;

use self::cluster::Cluster;
use self::installation::Whereabouts;
use self::pages::Documents;
use self::upstreams::UpstreamFlag;
use super::args::{GatewayArgs, InputArgs};
use super::exit::Failure;
use super::{Exit, Ran, World, load};
use crate::gateway::{Gateway, LogChoice, Options, Pages};
use crate::model::Filter;
use crate::pipeline::{Compilation, Recompiler};

/// Serve the configuration: the whole gateway in one process
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    gateway: GatewayArgs,

    /// Where a Listener's port is bound; without it, the same port on 127.0.0.1
    #[arg(long = "listen", value_name = "PORT=ADDR:PORT", value_parser = listen)]
    listen: Vec<(u16, SocketAddr)>,

    /// This service is reached there; SERVICE[header=value]=ADDR: for requests with that header
    #[arg(long = "upstream", value_name = "SERVICE=ADDR|URL")]
    upstream: Vec<UpstreamFlag>,

    /// Reach services of the cluster through the API server
    ///
    /// Forwards are opened when needed, spread over ready pods and replaced when they die. Always so where no paths
    /// are given.
    #[arg(long)]
    port_forward: bool,

    /// Where the admin pages are
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8877")]
    admin: SocketAddr,

    /// The access log; without it, as the Module says
    #[arg(long, value_name = "FORMAT", value_enum)]
    access_log: Option<AccessLog>,

    /// Tell the Mapping in the header x-ambassador-mapping of answers
    #[arg(long)]
    debug_header: bool,

    /// Leave out Mappings over which Envoy would refuse everything, and serve the others
    #[arg(long)]
    skip_invalid: bool,

    /// How many threads serve; without it, one for each core
    #[arg(long, value_name = "N")]
    workers: Option<usize>,

    /// How long exchanges may take to end when the gateway stops, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    drain_timeout: u64,

    /// Documents keep their empty values, as a compiler that reads files gets them: for recordings made without a cluster
    #[arg(long, hide = true)]
    unserialised: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AccessLog {
    /// Emissary's lines
    Text,
    /// Emissary's JSON objects
    Json,
    /// None
    Off,
}

impl From<AccessLog> for LogChoice {
    fn from(choice: AccessLog) -> Self {
        match choice {
            AccessLog::Text => Self::Text,
            AccessLog::Json => Self::Json,
            AccessLog::Off => Self::Off,
        }
    }
}

fn listen(text: &str) -> Result<(u16, SocketAddr), String> {
    let (port, address) = text.split_once('=').ok_or("want PORT=ADDR:PORT")?;
    let port = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    let address = address.parse().map_err(|_| format!("`{address}` is no address with a port"))?;
    Ok((port, address))
}

/// A configuration that cannot be served.
#[derive(Debug, thiserror::Error)]
enum Unserved {
    #[error("Emissary's Envoy would refuse all of this: {0}")]
    Refused(String),
    #[error("the Module's lua_scripts are not run by this gateway: take them out, or serve with Emissary")]
    Lua,
}

/// What the running gateway is told.
enum Told {
    /// Something may have changed.
    Changed,
    /// Read everything anew.
    Reload,
    /// Something to know.
    Note(String),
    /// Stop.
    Stop,
}

/// How long changes settle before they are read.
const SETTLES: Duration = Duration::from_millis(25);

impl Args {
    pub(super) fn run(self, world: &mut World<'_, '_>) -> Ran {
        let (sender, told) = channel();
        let cluster = Cluster::follow(&self, &sender, world)?;
        let mut recompiler = self.recompiler();
        let compilation = self.compile(&mut recompiler, cluster.as_ref(), world)?;
        world.tell_notes(&compilation.notes)?;
        world.tell_diagnostics(&compilation)?;
        check(&compilation)?;
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let options = Options {
            workers: self.workers.unwrap_or_else(cores),
            listen: self.listen.iter().copied().collect::<BTreeMap<_, _>>(),
            drain_timeout: Duration::from_secs(self.drain_timeout),
            debug_header: self.debug_header,
            log: self.access_log.map(LogChoice::from),
        };
        let installation = self.installation(&compilation, cluster.as_ref());
        let gateway = Gateway::start(options, installation, log_sink()?)?;
        watch::files(&self.input, sender.clone())?;
        watch::signals(sender)?;
        for listener in compilation.table.listeners() {
            if let Some(address) = gateway.address(listener.port) {
                writeln!(world.env.stderr, "listening on {address} for port {}", listener.port)?;
            }
        }
        let pages = Arc::new(Documents::new(compilation));
        match gateway.serve_admin(self.admin, Arc::clone(&pages) as Arc<dyn Pages>) {
            Ok(address) => writeln!(world.env.stderr, "admin pages on http://{address}/")?,
            // Two gateways on one machine are no mistake: the traffic does not need the pages.
            Err(error) => drop(Failure::from(error).tell(world.env.stderr, "warning")),
        }
        writeln!(world.env.stderr, "serving")?;
        self.follow(&gateway, &told, (cluster.as_ref(), &mut recompiler), &pages, world)?;
        gateway.drain();
        Ok(Exit::Clean)
    }

    fn recompiler(&self) -> Recompiler {
        Recompiler::new(crate::pipeline::Options {
            serialised: !self.unserialised,
            skip_invalid: self.skip_invalid,
            ..self.gateway.options()
        })
    }

    fn compile(
        &self,
        recompiler: &mut Recompiler,
        cluster: Option<&Cluster>,
        world: &mut World<'_, '_>,
    ) -> Result<Compilation, Failure> {
        let mut sources = cluster.map(Cluster::sources).unwrap_or_default();
        if self.input.is_given() {
            self.input.input(&[]).read(&mut sources, world.env.stdin)?;
        }
        load::recompile(sources, recompiler)
    }

    fn installation(&self, compilation: &Compilation, cluster: Option<&Cluster>) -> crate::gateway::Installation {
        let service_of = cluster.map(|cluster| cluster.services(compilation));
        let forwards = cluster.and_then(Cluster::forwards).zip(service_of.as_deref());
        let namespace = &self.gateway.ambassador_namespace;
        installation::installation(compilation, &Whereabouts { flags: &self.upstream, forwards, namespace })
    }

    /// Whether the configuration of the cluster is served.
    fn serves_live(&self) -> bool {
        self.input.live || !self.input.is_given()
    }

    /// Whether services are reached through the API server.
    fn forwards(&self) -> bool {
        self.port_forward || !self.input.is_given()
    }

    /// Follows changes until it is told to stop.
    fn follow(
        &self,
        gateway: &Gateway,
        told: &Receiver<Told>,
        (cluster, recompiler): (Option<&Cluster>, &mut Recompiler),
        pages: &Documents,
        world: &mut World<'_, '_>,
    ) -> Result<(), Failure> {
        while let Ok(first) = told.recv() {
            let mut notes = Vec::new();
            let next = settle(first, told, &mut notes);
            world.tell_notes(&notes)?;
            match next {
                Next::Stop => break,
                Next::Nothing => continue,
                Next::Read => {}
            }
            let began = Instant::now();
            let installed = self.compile(recompiler, cluster, world).and_then(|compilation| {
                check(&compilation)?;
                gateway.install(self.installation(&compilation, cluster))?;
                pages.replace(compilation);
                Ok(())
            });
            match installed {
                Ok(()) => {
                    let took = began.elapsed().as_millis();
                    writeln!(world.env.stderr, "table {} is in force after {took} ms", gateway.version())?;
                }
                Err(failure) => {
                    let version = gateway.version();
                    gateway.count_refused();
                    pages.refuse(failure.chain());
                    failure.tell(world.env.stderr, "error");
                    writeln!(world.env.stderr, "the change is not installed: table {version} goes on")?;
                }
            }
        }
        Ok(())
    }
}

/// What is to be done next.
enum Next {
    Stop,
    Nothing,
    Read,
}

/// Waits until nothing more changes.
fn settle(first: Told, told: &Receiver<Told>, notes: &mut Vec<String>) -> Next {
    let mut next = Next::Nothing;
    let mut latest: Option<Instant> = None;
    let mut heard = Some(first);
    while let Some(told_now) = heard {
        match told_now {
            Told::Stop => return Next::Stop,
            Told::Note(note) => notes.push(note),
            // Whoever asks for it is done with writing; one reading answers all who have asked by now.
            Told::Reload => {
                next = Next::Read;
                latest = Some(Instant::now());
            }
            Told::Changed => {
                next = Next::Read;
                latest = latest.or_else(|| Some(Instant::now() + SETTLES * 8));
            }
        }
        // A note is told at once.
        heard = match latest {
            None => told.try_recv().ok(),
            Some(latest) if Instant::now() < latest => told.recv_timeout(SETTLES).ok(),
            Some(_) => told.try_recv().ok(),
        };
    }
    next
}

/// Whether a configuration can be served.
fn check(compilation: &Compilation) -> Result<(), Failure> {
    if let Some(refusal) = compilation.refusal() {
        let place = refusal.span.map(|span| format!("{}: ", compilation.sources.place(span))).unwrap_or_default();
        return Err(Unserved::Refused(format!("{place}{}", refusal.why)).into());
    }
    if compilation.table.filters.chain.iter().any(|filter| matches!(filter, Filter::Lua(_))) {
        return Err(Unserved::Lua.into());
    }
    Ok(())
}

/// The standard output, for the thread that writes the access log: the usual one is locked by this thread.
fn log_sink() -> Result<Option<Box<dyn Write + Send>>, Failure> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd as _;
        let own = std::io::stdout().as_fd().try_clone_to_owned()?;
        Ok(Some(Box::new(std::fs::File::from(own))))
    }
    #[cfg(not(unix))]
    Ok(None)
}

/// Tells that something happened; the receiver is gone only when the gateway stops.
fn tell(sender: &Sender<Told>, told: Told) {
    let _ = sender.send(told);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(told: impl IntoIterator<Item = Told>) -> (Next, usize) {
        let (sender, receiver) = channel();
        told.into_iter().for_each(|told| tell(&sender, told));
        let first = receiver.recv().unwrap_or(Told::Stop);
        let next = settle(first, &receiver, &mut Vec::new());
        (next, receiver.try_iter().count())
    }

    #[test]
    fn one_reading_answers_all_who_asked_before_it() {
        assert!(matches!(settled([Told::Reload, Told::Changed, Told::Reload]), (Next::Read, 0)));
    }

    #[test]
    fn a_stop_does_not_wait_behind_reloads() {
        assert!(matches!(settled([Told::Reload, Told::Reload, Told::Stop]), (Next::Stop, 0)));
    }
}
