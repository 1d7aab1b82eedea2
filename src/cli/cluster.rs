//! From kubectl's flags to an API server, and what it has to tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::World;
use super::args::ClusterArgs;
use super::exit::Failure;
use crate::input::{Ask, Client, Connection, KubeApi, LiveInput, read_live};

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

/// What waits for answers.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
