//! The cluster that is served: its configuration, its Services and their pods, followed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::forwards::Forwards;
use super::{Args, Told, tell};
use crate::cli::World;
use crate::cli::exit::Failure;
use crate::input::{Ask, FollowAsk, Follower, Happened};
use crate::pipeline::Compilation;
use crate::source::{ObjectRef, Origin, SourceMap};
use crate::yaml::{self, Node};

/// A cluster that is followed.
pub(super) struct Cluster {
    follower: Follower,
    forwards: Option<Forwards>,
    is_served: bool,
}

/// Gives a Service, by namespace and name.
type ServiceOf<'a> = Box<dyn Fn(&str, &str) -> Option<Node> + 'a>;

impl Cluster {
    /// Follows the cluster, if the flags want anything of it.
    pub(super) fn follow(
        args: &Args,
        teller: &Sender<Told>,
        world: &mut World<'_, '_>,
    ) -> Result<Option<Self>, Failure> {
        let is_served = args.serves_live();
        if !is_served && !args.forwards() {
            return Ok(None);
        }
        let api = args.input.api(world)?;
        let forwards = args.forwards().then(|| Forwards::new(Arc::clone(&api), teller.clone()));
        let ask = Ask { contents: true, ..args.input.cluster.ask(args.input.is_given()) };
        let ask = FollowAsk { configuration: is_served, endpoints: forwards.is_some(), ask };
        let (of_endpoints, teller) = (forwards.clone(), teller.clone());
        let tell = move |happened: Happened| match happened {
            Happened::Objects => tell(&teller, Told::Changed),
            Happened::Note(note) => tell(&teller, Told::Note(note)),
            Happened::Endpoints(change) => {
                if let Some(forwards) = &of_endpoints {
                    forwards.take(change);
                }
            }
        };
        let follower = Follower::start(api, ask, Arc::new(tell))?;
        world.tell_notes(&follower.notes)?;
        Ok(Some(Self { follower, forwards, is_served }))
    }

    /// The configuration of now.
    pub(super) fn sources(&self) -> SourceMap {
        if self.is_served { self.follower.sources() } else { SourceMap::default() }
    }

    /// Forwards to its pods.
    pub(super) fn forwards(&self) -> Option<&Forwards> {
        self.forwards.as_ref()
    }

    /// Its Services: as compiled, where the configuration is the cluster's too, or as they are there.
    pub(super) fn services<'a>(&'a self, compilation: &Compilation) -> ServiceOf<'a> {
        let objects = compilation.reading.objects.iter().filter(|one| one.object.kind == "Service");
        let compiled: HashMap<(String, String), Node> =
            objects.map(|one| ((one.object.namespace.clone(), one.object.name.clone()), one.root.clone())).collect();
        Box::new(move |namespace, name| {
            if self.is_served
                && let Some(known) = compiled.get(&(namespace.to_owned(), name.to_owned()))
            {
                return Some(known.clone());
            }
            let object =
                ObjectRef { kind: "Service".to_owned(), name: name.to_owned(), namespace: namespace.to_owned() };
            let text = self.follower.text(&object)?;
            let source = SourceMap::default().add(Origin::Assumed, "");
            yaml::parse(source, &text).documents.into_iter().next().map(|document| document.root)
        })
    }
}
