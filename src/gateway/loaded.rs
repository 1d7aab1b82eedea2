//! A configuration as workers use it: the table, living clusters, TLS, what is worked out once.

use std::collections::HashMap;
use std::sync::Arc;

use http::header::HeaderValue;
use rustc_hash::FxHashMap;

use super::Options;
use super::access_log::LogPlan;
use super::error::GatewayError;
use super::metrics::Counters;
use super::supply::{Endpoints, Installation, Place, TlsMaterial};
use super::tls::ServerTls;
use super::tracing::Tracer;
use super::upstream::Upstream;
use super::upstream::tls::{ClientTls, client, print};
use crate::model::{Cluster, ClusterId, Id as _, TlsId};
use crate::routing::{Route, RouteTable};

/// A configuration as workers use it.
pub(crate) struct Loaded {
    /// Its number: the first is 1.
    pub(crate) version: u64,
    /// Where requests go.
    pub(crate) table: Arc<RouteTable>,
    /// `name.namespace` of Mappings, by id.
    pub(crate) mappings: Vec<Arc<str>>,
    /// The `server` header.
    pub(crate) server: HeaderValue,
    /// The access log.
    pub(crate) log: Arc<LogPlan>,
    /// The gateway's own service cluster.
    pub(crate) source_cluster: Arc<str>,
    /// Counters of Mappings, by id.
    pub(crate) counters: Vec<Arc<Counters>>,
    /// The TracingService, if it is one that is spoken here.
    pub(crate) tracer: Option<Tracer>,
    upstreams: Vec<Arc<Upstream>>,
    tls: HashMap<TlsId, ServerTls>,
}

impl Loaded {
    /// Prepares a configuration. Clusters that are as before go on living.
    pub(crate) fn new(installed: Installation, before: Option<&Self>, options: &Options) -> Result<Self, GatewayError> {
        let table = installed.table;
        let mut tls = HashMap::new();
        for chain in table.listeners().iter().flat_map(|listener| &listener.chains) {
            if let Some((id, material)) = chain.tls.and_then(|id| Some((id, installed.tls.get(id.index())?)))
                && !tls.contains_key(&id)
            {
                tls.insert(id, ServerTls::new(material)?);
            }
        }
        let upstreams = Clusters::new(&installed.tls, before).all(table.clusters(), &installed.places)?;
        let known: HashMap<&str, &Arc<Counters>> = before
            .map(|before| before.mappings.iter().map(|name| &**name).zip(&before.counters).collect())
            .unwrap_or_default();
        let counters = installed
            .mappings
            .iter()
            .map(|name| known.get(&**name).map_or_else(Arc::default, |known| Arc::clone(known)))
            .collect();
        let settings = &table.settings;
        Ok(Self {
            version: before.map_or(1, |before| before.version + 1),
            mappings: installed.mappings,
            server: HeaderValue::from_str(&settings.server_name).unwrap_or_else(|_| HeaderValue::from_static("envoy")),
            log: Arc::new(LogPlan::new(&settings.log, options.log, installed.log.as_ref())),
            tracer: installed.tracing.and_then(|wish| Tracer::new(&wish, &installed.source_cluster)),
            source_cluster: installed.source_cluster,
            counters,
            upstreams,
            tls,
            table,
        })
    }

    /// A cluster as it lives.
    pub(crate) fn upstream(&self, id: ClusterId) -> Option<&Arc<Upstream>> {
        self.upstreams.get(id.index())
    }

    /// All clusters as they live.
    pub(crate) fn upstreams(&self) -> &[Arc<Upstream>] {
        &self.upstreams
    }

    /// The TLS of a chain.
    pub(crate) fn tls(&self, id: TlsId) -> Option<&ServerTls> {
        self.tls.get(&id)
    }

    /// The Mapping of a route.
    pub(crate) fn mapping(&self, route: &Route) -> Option<&Arc<str>> {
        self.mappings.get(route.mapping.index())
    }
}

/// Makes clusters live.
struct Clusters<'a> {
    materials: &'a [TlsMaterial],
    before: HashMap<&'a str, &'a Arc<Upstream>>,
    configs: FxHashMap<(Option<TlsId>, bool), ClientTls>,
}

impl<'a> Clusters<'a> {
    fn new(materials: &'a [TlsMaterial], before: Option<&'a Loaded>) -> Self {
        let before = before.map(|before| {
            before.upstreams.iter().map(|upstream| (&*upstream.cluster.name, upstream)).collect::<HashMap<_, _>>()
        });
        Self { materials, before: before.unwrap_or_default(), configs: FxHashMap::default() }
    }

    fn all(&mut self, clusters: &[Cluster], places: &[Place]) -> Result<Vec<Arc<Upstream>>, GatewayError> {
        clusters
            .iter()
            .enumerate()
            .map(|(at, cluster)| {
                let place = places.get(at).cloned().unwrap_or_else(|| Place {
                    endpoints: Endpoints::Name { host: Arc::clone(&cluster.host), port: cluster.port },
                    tls: None,
                    detours: Vec::new(),
                });
                self.one(cluster, place)
            })
            .collect()
    }

    fn one(&mut self, cluster: &Cluster, place: Place) -> Result<Arc<Upstream>, GatewayError> {
        let context = cluster.tls.and_then(|origination| origination.context);
        let starts_tls = place.tls.unwrap_or(cluster.tls.is_some());
        let material = context.and_then(|id| self.materials.get(id.index()));
        let tls_print = print(material, starts_tls);
        if let Some(known) = self.before.get(&*cluster.name)
            && known.is_same(cluster, &place, tls_print)
        {
            return Ok(Arc::clone(known));
        }
        let tls = match starts_tls {
            false => None,
            true => Some(match self.configs.get(&(context, cluster.http2)) {
                Some(known) => known.clone(),
                None => {
                    let made = client(material, cluster.http2)?;
                    self.configs.insert((context, cluster.http2), made.clone());
                    made
                }
            }),
        };
        let detours = place.detours.iter().map(|(name, value, endpoints)| {
            let elsewhere = Place { endpoints: endpoints.clone(), tls: place.tls, detours: Vec::new() };
            (
                name.clone(),
                Arc::clone(value),
                Arc::new(Upstream::new(cluster.clone(), elsewhere, tls.clone(), tls_print)),
            )
        });
        let detours = detours.collect();
        let mut upstream = Upstream::new(cluster.clone(), place, tls, tls_print);
        upstream.detours = detours;
        Ok(Arc::new(upstream))
    }
}

impl Loaded {
    /// The ports that are bound. Those over UDP are not: HTTP/3 is not served.
    pub(crate) fn ports(&self) -> Vec<u16> {
        let listeners = self.table.listeners().iter().filter(|listener| !listener.stack.udp);
        listeners.map(|listener| listener.port).collect()
    }
}
