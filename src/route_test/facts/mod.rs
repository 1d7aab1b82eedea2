//! The effective route table as plain facts, in the order in which it is tried.
//!
//! The vocabulary is that of the recorded truth (`routes.yaml`), with the Mapping and its place added: on a Listener
//! that counts requests as https by `x-forwarded-proto`, each Mapping stands twice, for https and for the rest.

mod action;
mod matching;
mod reach;

use std::sync::Arc;

use serde::Serialize;

use super::place::{MappingRef, mapping_ref};
use crate::model::{Cleartext, Cluster, Discovery, LbPolicy, MappingId, Role, SecurityModel};
use crate::pipeline::Compilation;
use crate::routing::{Chain, Listener, RouteId, Serves, Treatment, VirtualHost};

pub use action::{ActionFacts, CorsFacts, MirrorFacts, RedirectFacts, RegexRewriteFacts, RetryFacts};
pub use matching::{ConditionFacts, MatchFacts};
pub use reach::{LossFacts, ReachFacts};

/// The effective route table.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// Whose rules were applied.
    pub edition: u8,
    /// Bound ports, in Emissary's order.
    pub listeners: Vec<ListenerFacts>,
    /// Where traffic goes.
    pub clusters: Vec<ClusterFacts>,
    /// Why nothing at all is served, if something makes it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What was assumed or chosen.
    pub notes: Vec<String>,
}

/// A bound port.
#[derive(Clone, Debug, Serialize)]
pub struct ListenerFacts {
    /// The port.
    pub port: u16,
    /// The Listener's name.
    pub name: String,
    /// What counts as secure: `XFP`, `SECURE` or `INSECURE`.
    pub security_model: &'static str,
    /// One for cleartext, one for each set of TLS server names.
    pub chains: Vec<ChainFacts>,
}

/// What a connection is taken to.
#[derive(Clone, Debug, Serialize)]
pub struct ChainFacts {
    /// Whether it ends TLS.
    pub tls: bool,
    /// The server names that lead here; empty takes any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub server_names: Vec<String>,
    /// The HTTP filters in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub http_filters: Vec<&'static str>,
    /// Virtual hosts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vhosts: Vec<HostFacts>,
    /// Services that get the bytes, of a TCPMapping.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tcp: Vec<TcpFacts>,
}

/// A service and its weight.
#[derive(Clone, Debug, Serialize)]
pub struct TcpFacts {
    /// The service.
    pub service: Arc<str>,
    /// Its weight, relative to the sum.
    pub weight: u32,
}

/// Routes for a set of authorities.
#[derive(Clone, Debug, Serialize)]
pub struct HostFacts {
    /// The authorities.
    pub domains: Vec<Arc<str>>,
    /// What happens to requests that do not count as https: `route`, `redirect` or `reject`.
    pub cleartext: &'static str,
    /// In the order in which they are tried.
    pub routes: Vec<RouteFacts>,
}

/// One route.
#[derive(Clone, Debug, Serialize)]
pub struct RouteFacts {
    /// What it takes.
    #[serde(rename = "match")]
    pub matches: MatchFacts,
    /// What it does.
    #[serde(flatten)]
    pub action: ActionFacts,
    /// The Mapping that it comes from; none for the gateway's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping: Option<MappingRef>,
    /// Whether it can be reached, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<Arc<ReachFacts>>,
    /// Its place in the table.
    #[serde(skip)]
    id: RouteId,
    /// Whether it only takes requests that count as https, or only the others; `None` takes both.
    #[serde(skip)]
    pub secure: Option<bool>,
    /// Whether it is one that the gateway makes for itself.
    #[serde(skip)]
    pub internal: bool,
}

/// Where traffic goes.
#[derive(Clone, Debug, Serialize)]
pub struct ClusterFacts {
    /// The service that it was first made for.
    pub service: Arc<str>,
    /// What it is for, unless for Mappings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    /// Host and port, where DNS finds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Whose endpoints it has, where they are looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoints_of: Option<String>,
    /// Whether TLS is used towards it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tls: bool,
    /// Whether HTTP/2 is used towards it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub http2: bool,
    /// How an endpoint is chosen, unless in turns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lb: Option<&'static str>,
}

impl Facts {
    /// The facts of a compilation. Where nothing is served at all, they are what would be.
    pub fn of(compilation: &Compilation) -> Self {
        let table = &compilation.table;
        let used = |cluster: &&Cluster| !matches!(cluster.role, Role::Log | Role::Tracing) && !is_own(cluster);
        Self {
            edition: compilation.snapshot.edition.number(),
            listeners: table.listeners().iter().map(|listener| listener_facts(compilation, listener)).collect(),
            clusters: table.clusters().iter().filter(used).map(cluster_facts).collect(),
            refused: compilation.refusal().map(|refusal| refusal.why),
            notes: compilation.notes.clone(),
        }
    }

    /// Every route with the port and the domain under which it is found.
    pub fn routes(&self) -> impl Iterator<Item = (&ListenerFacts, &HostFacts, &RouteFacts)> {
        self.listeners.iter().flat_map(|listener| {
            let hosts = listener.chains.iter().flat_map(|chain| &chain.vhosts);
            hosts.flat_map(move |host| host.routes.iter().map(move |route| (listener, host, route)))
        })
    }
}

/// The gateway's own diagnostics service.
fn is_own(cluster: &Cluster) -> bool {
    &*cluster.service == "127.0.0.1:8877"
}

fn listener_facts(compilation: &Compilation, listener: &Listener) -> ListenerFacts {
    ListenerFacts {
        port: listener.port,
        name: listener.name.clone(),
        security_model: match listener.security {
            SecurityModel::Xfp => "XFP",
            SecurityModel::Secure => "SECURE",
            SecurityModel::Insecure => "INSECURE",
        },
        chains: listener.chains.iter().map(|chain| chain_facts(compilation, listener, chain)).collect(),
    }
}

fn chain_facts(compilation: &Compilation, listener: &Listener, chain: &Chain) -> ChainFacts {
    let table = &compilation.table;
    let mut facts = ChainFacts {
        tls: chain.tls.is_some(),
        server_names: chain.server_names.clone(),
        http_filters: Vec::new(),
        vhosts: Vec::new(),
        tcp: Vec::new(),
    };
    match &chain.serves {
        Serves::Http(hosts) => {
            facts.http_filters = table.filters.chain.iter().map(crate::model::Filter::name).collect();
            facts.vhosts = hosts.iter().map(|host| host_facts(compilation, listener, host)).collect();
        }
        Serves::Tcp(clusters) => {
            let service = |id| Arc::clone(&table.cluster(id).service);
            facts.tcp =
                clusters.iter().map(|(id, weight)| TcpFacts { service: service(*id), weight: *weight }).collect();
        }
    }
    facts
}

fn host_facts(compilation: &Compilation, listener: &Listener, host: &VirtualHost) -> HostFacts {
    let variants: &[bool] = match listener.security {
        SecurityModel::Xfp => &[true, false],
        SecurityModel::Secure => &[true],
        SecurityModel::Insecure => &[false],
    };
    let routes = host.routes.ranked().iter().flat_map(|&id| {
        let route = compilation.table.route(id);
        let variant = |secure: &bool| Some(route_facts(compilation, id, host.treatment(route, *secure)?, *secure));
        let by_header = listener.security == SecurityModel::Xfp;
        variants.iter().filter_map(variant).map(move |facts| facts.judged_by_header(by_header)).collect::<Vec<_>>()
    });
    HostFacts {
        domains: vec![Arc::clone(&host.domain)],
        cleartext: match host.cleartext {
            Cleartext::Route => "route",
            Cleartext::Redirect => "redirect",
            Cleartext::Reject => "reject",
        },
        routes: routes.collect(),
    }
}

fn route_facts(compilation: &Compilation, id: RouteId, treatment: Treatment, secure: bool) -> RouteFacts {
    let route = compilation.table.route(id);
    let action = match treatment {
        Treatment::RedirectToHttps => ActionFacts::to_https(),
        Treatment::Serve => ActionFacts::of(compilation, route),
    };
    RouteFacts {
        matches: MatchFacts::of(&route.tests),
        action,
        mapping: mapping_ref(compilation, route.mapping),
        reached: None,
        id,
        secure: Some(secure),
        internal: is_internal(compilation, route.mapping),
    }
}

impl HostFacts {
    /// Whether nothing here takes requests that count as https.
    pub fn only_insecure(&self) -> bool {
        !self.routes.iter().any(|route| route.secure != Some(false))
    }
}

fn is_internal(compilation: &Compilation, mapping: MappingId) -> bool {
    compilation.snapshot.mappings[mapping].from.is_none()
}

impl RouteFacts {
    /// On a Listener that goes by `x-forwarded-proto`, the variant for https has a condition on it.
    fn judged_by_header(mut self, by_header: bool) -> Self {
        if !by_header {
            self.secure = None;
        } else if self.secure == Some(true) {
            self.matches.headers.push(ConditionFacts::exact("x-forwarded-proto", "https"));
        }
        self
    }
}

fn cluster_facts(cluster: &Cluster) -> ClusterFacts {
    let endpoints_of = match &cluster.discovery {
        Discovery::Dns => None,
        Discovery::Kubernetes { namespace, service } => Some(format!("k8s/{namespace}/{service}/{}", cluster.port)),
        Discovery::Consul { datacenter } => Some(format!("consul/{datacenter}/{}", cluster.host)),
    };
    ClusterFacts {
        service: Arc::clone(&cluster.service),
        role: match cluster.role {
            Role::Auth => Some("auth"),
            Role::RateLimit => Some("ratelimit"),
            Role::Upstream | Role::Log | Role::Tracing => None,
        },
        endpoint: endpoints_of.is_none().then(|| cluster.endpoint()),
        endpoints_of,
        tls: cluster.tls.is_some(),
        http2: cluster.http2,
        lb: match cluster.lb {
            LbPolicy::RoundRobin => None,
            LbPolicy::LeastRequest => Some("LEAST_REQUEST"),
            LbPolicy::RingHash => Some("RING_HASH"),
            LbPolicy::Maglev => Some("MAGLEV"),
        },
    }
}
