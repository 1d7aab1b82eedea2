//! One compilation, ready to be asked about any number of requests.

use std::cell::OnceCell;

use super::absent::{Absence, absences};
use super::place::{MappingRef, mapping_ref, tcp_mapping_ref};
use crate::model::{ClusterId, MappingId, TcpMappingId};
use crate::outcome::reply::Why;
use crate::outcome::request::Request;
use crate::outcome::{Decision, Outcome, decide, outcomes};
use crate::pipeline::{Compilation, Refusal};
use crate::routing::Draw;

/// A compilation, ready to be asked.
pub struct Judge<'c> {
    pub(super) compilation: &'c Compilation,
    refusal: Option<Refusal>,
    mappings: Vec<Option<MappingRef>>,
    tcp_mappings: Vec<MappingRef>,
    nowhere: OnceCell<Vec<Absence>>,
}

/// What happens to one request.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The request.
    pub request: &'a Request<'a>,
    /// The domain of the virtual host, if the request came so far.
    pub virtual_host: Option<&'a str>,
    /// Every possible outcome; their shares add up to 1.
    pub outcomes: Vec<Told<'a>>,
    /// What was assumed or chosen for all requests.
    pub notes: &'a [String],
    /// Mappings that would take this request if they were anywhere, a sentence each; only where none took it.
    pub hints: Vec<&'a str>,
}

/// One outcome.
#[derive(Debug)]
pub struct Told<'a> {
    /// Of all such requests which part.
    pub share: f64,
    /// The Mapping or TCPMapping that took it; `None` for the gateway's own, or where none did.
    pub mapping: Option<&'a MappingRef>,
    /// What happens.
    pub what: What<'a>,
}

/// What happens.
#[derive(Debug)]
pub enum What<'a> {
    /// What the table decided, with names for what it speaks of by number.
    Decided {
        /// The decision.
        decision: Box<Decision<'a, 'a>>,
        /// The service that a request goes to; empty where it goes to none.
        service: &'a str,
        /// The service that gets copies.
        mirror: Option<(&'a str, u32)>,
    },
    /// Nothing is served at all.
    Refused(&'a Refusal),
}

impl<'c> Judge<'c> {
    /// Makes ready.
    pub fn new(compilation: &'c Compilation) -> Self {
        let snapshot = &compilation.snapshot;
        Self {
            compilation,
            refusal: compilation.refusal(),
            mappings: snapshot.mappings.iter().map(|(id, _)| mapping_ref(compilation, id)).collect(),
            tcp_mappings: snapshot.tcp_mappings.iter().map(|(id, _)| tcp_mapping_ref(compilation, id)).collect(),
            nowhere: OnceCell::new(),
        }
    }

    /// What happens to a request: every possible outcome, or that of one draw.
    pub fn answer<'a>(&'a self, request: &'a Request<'a>, draw: Option<Draw>) -> Answer<'a> {
        let notes = &self.compilation.notes;
        if let Some(refusal) = &self.refusal {
            let told = Told { share: 1.0, mapping: None, what: What::Refused(refusal) };
            return Answer { request, virtual_host: None, outcomes: vec![told], notes, hints: Vec::new() };
        }
        let table = &self.compilation.table;
        let decisions = match draw {
            Some(draw) => vec![(1.0, decide(table, request, draw))],
            None => outcomes(table, request),
        };
        let host = decisions.first().and_then(|(_, decision)| decision.virtual_host);
        let virtual_host = host.map(|host| &*host.domain);
        let unrouted = decisions.iter().any(|(_, decision)| is_unrouted(decision));
        let hints = if unrouted { self.hints(request) } else { Vec::new() };
        let outcomes = decisions.into_iter().map(|(share, decision)| self.told(request, share, decision)).collect();
        Answer { request, virtual_host, outcomes, notes, hints }
    }

    fn told<'a>(&'a self, request: &Request<'_>, share: f64, decision: Decision<'a, 'a>) -> Told<'a> {
        let table = &self.compilation.table;
        let service_of = |cluster: ClusterId| &*table.cluster(cluster).service;
        let mut mapping = decision.route.and_then(|(_, id)| self.mapping(id));
        let (service, mirror) = match (&decision.outcome, decision.route) {
            (Outcome::Forward(forwarded), Some((_, id))) => {
                let service = &*self.compilation.snapshot.mappings[id].service;
                (service, forwarded.mirror.map(|(cluster, percent)| (service_of(cluster), percent)))
            }
            (Outcome::Tcp(cluster), _) => {
                mapping = self.tcp_mapping(request.listener, *cluster);
                (service_of(*cluster), None)
            }
            _ => ("", None),
        };
        Told { share, mapping, what: What::Decided { decision: Box::new(decision), service, mirror } }
    }

    /// The Mapping of an id; `None` for the gateway's own.
    pub(super) fn mapping(&self, id: MappingId) -> Option<&MappingRef> {
        self.mappings.get(id.0 as usize)?.as_ref()
    }

    fn tcp_mapping(&self, port: u16, cluster: ClusterId) -> Option<&MappingRef> {
        let service = &self.compilation.table.cluster(cluster).service;
        let mut all = self.compilation.snapshot.tcp_mappings.iter();
        let (TcpMappingId(at), _) = all.find(|(_, mapping)| {
            mapping.port == port && (mapping.service == *service || mapping.normal_service == *service)
        })?;
        self.tcp_mappings.get(at as usize)
    }

    /// Mappings that are nowhere and whose path would fit.
    fn hints(&self, request: &Request<'_>) -> Vec<&str> {
        let nowhere = self.nowhere.get_or_init(|| absences(self, None));
        let fitting = nowhere.iter().filter(|absence| absence.path_fits(&request.target));
        fitting.map(|absence| absence.sentence.as_str()).take(5).collect()
    }
}

/// Whether no Mapping took the request.
fn is_unrouted(decision: &Decision<'_, '_>) -> bool {
    match &decision.outcome {
        Outcome::Reply(reply) => matches!(reply.why, Why::NoRoute | Why::NoVirtualHost),
        _ => false,
    }
}

impl Told<'_> {
    /// Whether the request got nowhere: no Mapping took it, or nothing is there to take it.
    pub fn is_lost(&self) -> bool {
        match &self.what {
            What::Refused(_) => true,
            What::Decided { decision, .. } => {
                is_unrouted(decision) || matches!(decision.outcome, Outcome::NoListener | Outcome::NoChain)
            }
        }
    }
}

impl Answer<'_> {
    /// Whether some of these requests get nowhere.
    pub fn is_lost(&self) -> bool {
        self.outcomes.iter().any(Told::is_lost)
    }
}
