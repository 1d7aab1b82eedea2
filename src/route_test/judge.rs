//! One compilation, ready to be asked about any number of requests.

use std::sync::{Arc, OnceLock};

use super::absent::{Absence, absences};
use super::place::{MappingRef, SourceRef, mapping_ref, tcp_mapping_ref};
use crate::model::{ClusterId, MappingId, Table, TcpMappingId, TlsContext, TlsId};
use crate::outcome::reply::Why;
use crate::outcome::request::Request;
use crate::outcome::{Decision, Outcome, Spare, decide, each_outcome};
use crate::pipeline::{Compilation, Refusal};
use crate::routing::{Draw, RouteTable};

/// So many Mappings are named that would take a request if they were there.
const HINTS: usize = 5;

/// A compilation, ready to be asked.
pub struct Judge<'c> {
    pub(super) compilation: &'c Compilation,
    table: &'c RouteTable,
    refusal: Option<(Refusal, Option<SourceRef>)>,
    mappings: Arc<[Option<MappingRef>]>,
    tcp_mappings: Arc<[MappingRef]>,
    nowhere: OnceLock<Vec<Absence>>,
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
    /// What would help, a sentence each; only where the request got nowhere.
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
        decision: Decision<'a, 'a>,
        /// The service that a request goes to; empty where it goes to none.
        service: &'a str,
        /// The service that gets copies.
        mirror: Option<(&'a str, u32)>,
    },
    /// Nothing is served at all.
    Refused {
        /// Why.
        refusal: &'a Refusal,
        /// The place that did it.
        place: Option<&'a SourceRef>,
    },
}

impl<'c> Judge<'c> {
    /// Makes ready.
    pub fn new(compilation: &'c Compilation) -> Self {
        let snapshot = &compilation.snapshot;
        let place = |refusal: &Refusal| refusal.span.map(|span| compilation.sources.place(span).into());
        Self {
            compilation,
            table: &compilation.table,
            refusal: compilation.refusal().map(|refusal| {
                let place = place(&refusal);
                (refusal, place)
            }),
            mappings: snapshot.mappings.iter().map(|(id, _)| mapping_ref(compilation, id)).collect(),
            tcp_mappings: snapshot.tcp_mappings.iter().map(|(id, _)| tcp_mapping_ref(compilation, id)).collect(),
            nowhere: OnceLock::new(),
        }
    }

    /// The table that is asked.
    pub fn table(&self) -> &'c RouteTable {
        self.table
    }

    /// TLS settings, which the table only names.
    pub fn tls(&self) -> &'c Table<TlsId, TlsContext> {
        &self.compilation.snapshot.tls
    }

    /// The same, but asking a variant of the table: one with the same Mappings.
    pub fn over<'t>(&self, table: &'t RouteTable) -> Judge<'t>
    where
        'c: 't,
    {
        Judge {
            compilation: self.compilation,
            table,
            refusal: self.refusal.clone(),
            mappings: Arc::clone(&self.mappings),
            tcp_mappings: Arc::clone(&self.tcp_mappings),
            nowhere: OnceLock::new(),
        }
    }

    /// What happens to a request: every possible outcome, or that of one draw.
    pub fn answer<'a>(&'a self, request: &'a Request<'a>, draw: Option<Draw>) -> Answer<'a> {
        self.answer_next(request, draw, &mut Spare::default())
    }

    /// The same for one of many requests, with what an earlier one left.
    pub fn answer_next<'a>(&'a self, request: &'a Request<'a>, draw: Option<Draw>, spare: &mut Spare) -> Answer<'a> {
        let notes = &self.compilation.notes;
        if let Some((refusal, place)) = &self.refusal {
            let what = What::Refused { refusal, place: place.as_ref() };
            let told = Told { share: 1.0, mapping: None, what };
            return Answer { request, virtual_host: None, outcomes: vec![told], notes, hints: Vec::new() };
        }
        let mut answer =
            Answer { request, virtual_host: None, outcomes: Vec::with_capacity(1), notes, hints: Vec::new() };
        let mut tell = |share, decision| self.tell(&mut answer, share, decision);
        match draw {
            Some(draw) => tell(1.0, decide(self.table, request, draw)),
            None => each_outcome(self.table, request, spare, tell),
        }
        answer
    }

    /// Adds an outcome.
    fn tell<'a>(&'a self, answer: &mut Answer<'a>, share: f64, decision: Decision<'a, 'a>) {
        if let Some(host) = decision.virtual_host {
            answer.virtual_host = Some(&host.domain);
        }
        if answer.hints.is_empty() {
            answer.hints = self.hints(answer.request, &decision).unwrap_or_default();
        }
        answer.outcomes.push(self.told(answer.request, share, decision));
    }

    fn told<'a>(&'a self, request: &Request<'_>, share: f64, decision: Decision<'a, 'a>) -> Told<'a> {
        let table = self.table;
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
        Told { share, mapping, what: What::Decided { decision, service, mirror } }
    }

    /// The Mapping of an id; `None` for the gateway's own.
    pub(super) fn mapping(&self, id: MappingId) -> Option<&MappingRef> {
        self.mappings.get(id.0 as usize)?.as_ref()
    }

    fn tcp_mapping(&self, port: u16, cluster: ClusterId) -> Option<&MappingRef> {
        let service = &self.table.cluster(cluster).service;
        let mut all = self.compilation.snapshot.tcp_mappings.iter();
        let (TcpMappingId(at), _) = all.find(|(_, mapping)| {
            mapping.port == port && (mapping.service == *service || mapping.normal_service == *service)
        })?;
        self.tcp_mappings.get(at as usize)
    }

    /// What would help a request that got nowhere: Mappings that are nowhere and whose path would fit, or a certificate.
    fn hints(&self, request: &Request<'_>, decision: &Decision<'_, '_>) -> Option<Vec<&str>> {
        if matches!(decision.outcome, Outcome::NoChain) && request.is_tls() {
            return Some(vec![
                "TLS is ended by a Host with a `tlsSecret` whose hostname fits; without one, ask with http://",
            ]);
        }
        if !is_unrouted(decision) {
            return None;
        }
        let nowhere = self.nowhere.get_or_init(|| absences(self, None));
        let fitting = nowhere.iter().filter(|absence| absence.path_fits(&request.target));
        Some(fitting.map(|absence| absence.sentence.as_str()).take(HINTS).collect())
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
    /// Whether it came so far as to look for a Mapping, and none took it.
    pub fn is_unrouted(&self) -> bool {
        matches!(&self.what, What::Decided { decision, .. } if is_unrouted(decision))
    }

    /// Whether the request got nowhere: no Mapping took it, or nothing is there to take it.
    pub fn is_lost(&self) -> bool {
        match &self.what {
            What::Refused { .. } => true,
            What::Decided { decision, .. } => {
                is_unrouted(decision) || matches!(decision.outcome, Outcome::NoListener | Outcome::NoChain)
            }
        }
    }
}

impl Answer<'_> {
    /// Leaves what the next request can use.
    pub fn leave(self, spare: &mut Spare) {
        for told in self.outcomes {
            if let What::Decided { decision: Decision { outcome: Outcome::Forward(forwarded), .. }, .. } = told.what {
                spare.give_headers(forwarded.upstream.headers);
            }
        }
    }

    /// Whether some of these requests get nowhere.
    pub fn is_lost(&self) -> bool {
        self.outcomes.iter().any(Told::is_lost)
    }
}
