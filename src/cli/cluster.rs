//! From kubectl's flags to an API server, and what it has to tell.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::World;
use super::args::ClusterArgs;
use super::exit::Failure;
use crate::input::{
    Ask, Client, Connection, FollowAsk, Follower, Happened, InputError, KubeApi, KubeError, LiveInput, read_live,
};
use crate::source::SourceMap;

impl ClusterArgs {
    /// How the API server is reached; `vars` is the environment.
    pub(super) fn connection(&self, vars: &BTreeMap<String, String>) -> Connection {
        Connection {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            cluster: self.cluster.clone(),
            user: self.user.clone(),
            act_as: self.act_as.clone(),
            act_as_groups: self.act_as_group.clone(),
            request_timeout: self.request_timeout.0,
            vars: vars.clone(),
        }
    }

    /// What of it is read; `beneath_files` where files are laid over it.
    pub(super) fn ask(&self, beneath_files: bool) -> Ask {
        let namespace = self.namespace.clone().filter(|_| !self.all_namespaces);
        Ask { namespace, contents: false, beneath_files }
    }

    /// The API server.
    pub(super) fn api(&self, world: &World<'_, '_>) -> Result<Arc<dyn KubeApi>, Failure> {
        let connected = runtime()?.block_on(Client::connect(&self.connection(&world.env.vars)));
        Ok(Arc::new(connected.map_err(crate::input::InputError::from)?))
    }

    /// Reads the cluster once.
    pub(super) fn read(&self, beneath_files: bool, world: &World<'_, '_>) -> Result<LiveInput, Failure> {
        let runtime = runtime()?;
        let read = runtime.block_on(async {
            let client = Client::connect(&self.connection(&world.env.vars)).await?;
            read_live(&client, &self.ask(beneath_files)).await
        })?;
        Ok(read)
    }
}

/// A cluster that is followed for its configuration.
pub(super) struct Followed {
    follower: Follower,
    happened: Receiver<Happened>,
}

impl ClusterArgs {
    /// Follows what [`ClusterArgs::read`] reads.
    pub(super) fn follow(&self, beneath_files: bool, world: &mut World<'_, '_>) -> Result<Followed, Failure> {
        let (teller, happened) = channel();
        // Who does not listen any more has ended.
        let tell = Arc::new(move |what| drop(teller.send(what)));
        let ask = FollowAsk { configuration: true, endpoints: false, ask: self.ask(beneath_files) };
        let follower = Follower::start(self.api(world)?, ask, tell)?;
        world.tell_notes(&follower.notes)?;
        Ok(Followed { follower, happened })
    }
}

impl Followed {
    /// The objects of now.
    pub(super) fn sources(&self) -> SourceMap {
        self.follower.sources()
    }

    /// Waits until they are others, or `other` says that something else is.
    pub(super) fn wait(&self, mut other: impl FnMut() -> bool, world: &mut World<'_, '_>) -> Result<(), Failure> {
        loop {
            match self.happened.recv_timeout(LOOKS) {
                // What comes together is taken together.
                Ok(Happened::Objects) => {
                    std::thread::sleep(LOOKS);
                    let rest: Vec<Happened> = self.happened.try_iter().collect();
                    return rest.into_iter().try_for_each(|what| told(what, world));
                }
                Ok(what) => told(what, world)?,
                Err(RecvTimeoutError::Timeout) if other() => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(InputError::from(KubeError::Other("following the API server ended".to_owned())).into());
                }
            }
        }
    }
}

fn told(what: Happened, world: &mut World<'_, '_>) -> Result<(), Failure> {
    match what {
        Happened::Note(note) => world.tell_notes(&[note]),
        Happened::Objects | Happened::Endpoints(_) => Ok(()),
    }
}

/// How long one look for changes takes.
const LOOKS: Duration = Duration::from_millis(100);

/// What waits for answers.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
