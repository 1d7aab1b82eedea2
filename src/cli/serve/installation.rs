//! From a compilation to what the gateway is given.

use std::sync::Arc;

use super::forwards::{Forwards, ServiceOf};
use super::upstreams::UpstreamFlag;
use super::{endpoints, secrets};
use crate::gateway::{Endpoints, Installation, Place};
use crate::model::{Cluster, Discovery};
use crate::pipeline::Compilation;

/// Where clusters are.
pub(super) struct Whereabouts<'a> {
    /// What the user says.
    pub(super) flags: &'a [UpstreamFlag],
    /// Forwards to the Services of an API server, with what gives a Service's text.
    pub(super) forwards: Option<(&'a Forwards, &'a ServiceOf<'a>)>,
    /// The gateway's own namespace.
    pub(super) namespace: &'a str,
}

/// What the gateway is given.
pub(super) fn installation(compilation: &Compilation, whereabouts: &Whereabouts<'_>) -> Installation {
    let Whereabouts { flags, forwards, namespace } = *whereabouts;
    let snapshot = &compilation.snapshot;
    let objects = &compilation.reading.objects;
    let place = |cluster: &Cluster| {
        let fits = |of_header: bool| {
            let fitting = flags.iter().filter(move |flag| flag.header.is_some() == of_header);
            fitting.filter_map(|flag| Some((flag.fits(cluster, namespace)?, flag)))
        };
        let chosen = fits(false).max_by_key(|(fit, _)| *fit).map(|(_, flag)| flag);
        let forwarded = forwards.filter(|_| chosen.is_none());
        let forwarded = forwarded.and_then(|(forwards, service_of)| forwards.endpoints(cluster, service_of, namespace));
        let endpoints = match (chosen, forwarded, &cluster.discovery) {
            (Some(flag), ..) => flag.to.clone(),
            (None, Some(forwarded), _) => forwarded,
            (None, None, Discovery::Kubernetes { namespace, service }) => {
                Endpoints::Fixed(endpoints::of(objects, namespace, service, cluster.port))
            }
            (None, None, Discovery::Dns | Discovery::Consul { .. }) => {
                Endpoints::Name { host: Arc::clone(&cluster.host), port: cluster.port }
            }
        };
        let detours = fits(true).filter_map(|(_, flag)| {
            let (name, value) = flag.header.clone()?;
            Some((name, value, flag.to.clone()))
        });
        Place { endpoints, tls: chosen.and_then(|flag| flag.tls), detours: detours.collect() }
    };
    Installation {
        table: Arc::clone(&compilation.table),
        mappings: snapshot
            .mappings
            .values()
            .map(|mapping| format!("{}.{}", mapping.name, mapping.namespace).into())
            .collect(),
        tls: snapshot.tls.values().map(|context| secrets::material(context, objects)).collect(),
        places: compilation.table.clusters().iter().map(place).collect(),
        source_cluster: format!("ambassador-{namespace}").into(),
        log: snapshot.log.clone(),
        tracing: snapshot.tracing.clone(),
    }
}
