//! TRACING
//!
//! - *takes*: requests, with what they say of a trace that they belong to
//! - *gives*: headers by which upstreams go on with the trace; spans to the TracingService, in batches
//! - *never*: waits for the service: what it does not take is lost
//! - *start*: [`Tracer`]

mod context;
mod messages;
mod send;
mod span;

use http::HeaderMap;

use self::context::Context;
pub(crate) use self::send::Spans;
pub(crate) use self::span::Trace;
use super::exchange::Exchange;
use super::loaded::Loaded;
use crate::model::{ClusterId, TraceTag, Tracing};
use crate::outcome::forwarded::REQUEST_ID;

/// How spans are written, and how a trace is handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driver {
    /// JSON for Zipkin, and B3's headers.
    Zipkin,
    /// OTLP over gRPC, and the header of W3C.
    OpenTelemetry,
}

/// The TracingService of a configuration.
#[derive(Debug)]
pub(crate) struct Tracer {
    driver: Driver,
    wish: Tracing,
    /// Names of tags with their values, where the environment gives them.
    tags: Vec<(String, TagValue)>,
    /// The gateway in traces.
    service: String,
}

#[derive(Debug)]
enum TagValue {
    Text(String),
    Header { name: String, or: Option<String> },
}

/// Why a request is traced, as its id tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Drawn,
    ByClient,
    ByService,
}

impl Reason {
    fn letter(self) -> u8 {
        match self {
            Self::Drawn => b'9',
            Self::ByService => b'a',
            Self::ByClient => b'b',
        }
    }
}

impl Tracer {
    /// The tracer for a TracingService; `None` where its driver is not spoken here.
    pub(crate) fn new(wish: &Tracing, source_cluster: &str) -> Option<Self> {
        let (driver, default) = match &*wish.driver {
            "zipkin" => (Driver::Zipkin, source_cluster),
            "opentelemetry" => (Driver::OpenTelemetry, "ambassador"),
            _ => return None,
        };
        let tags = wish.tags.iter().filter_map(|(name, tag)| {
            let value = match tag {
                TraceTag::Literal(text) => TagValue::Text(text.clone()),
                TraceTag::Environment { name, or } => TagValue::Text(std::env::var(name).ok().or(or.clone())?),
                TraceTag::RequestHeader { name, or } => TagValue::Header { name: name.clone(), or: or.clone() },
            };
            Some((name.clone(), value))
        });
        Some(Self {
            driver,
            tags: tags.collect(),
            service: wish.service_name.clone().unwrap_or_else(|| default.to_owned()),
            wish: wish.clone(),
        })
    }

    fn cluster(&self) -> ClusterId {
        self.wish.cluster
    }

    /// Why a request is traced, if it is.
    fn reason(&self, headers: &HeaderMap) -> Option<Reason> {
        let [client, random, overall] = self.wish.sampling;
        let is_drawn = |percent: u32| fastrand::u32(..100) < percent;
        let reason = if headers.contains_key("x-client-trace-id") && is_drawn(client) {
            Some(Reason::ByClient)
        } else if headers.contains_key("x-envoy-force-trace") {
            Some(Reason::ByService)
        } else {
            is_drawn(random).then_some(Reason::Drawn)
        };
        reason.filter(|_| is_drawn(overall))
    }
}

/// Begins the trace of a request, or goes on with the one that it tells.
pub(crate) fn begin(exchange: &mut Exchange, loaded: &Loaded) {
    let Some(tracer) = &loaded.tracer else { return };
    let reason = tracer.reason(&exchange.head.headers);
    if let Some(reason) = reason {
        tell_reason(&mut exchange.head.headers, reason);
    }
    let context = Context::of(tracer, &exchange.head.headers, reason.is_some());
    let trace = Trace::new(tracer, context, &exchange.head);
    exchange.account.note(|entry| entry.trace = Some(Box::new(trace)));
}

/// Tells an upstream of the trace that its request belongs to.
pub(crate) fn hand_on(exchange: &mut Exchange, loaded: &Loaded) {
    let Some(tracer) = &loaded.tracer else { return };
    let mut context = None;
    exchange.account.note(|entry| {
        if let Some(trace) = &mut entry.trace {
            context = Some(trace.forwarded());
        }
    });
    if let Some(context) = context {
        context.write(tracer.driver, &mut exchange.head.headers);
    }
}

/// The id of a request tells why it is traced, in the place of its version.
fn tell_reason(headers: &mut HeaderMap, reason: Reason) {
    const PLACE: usize = 14;
    let Some(id) = headers.get_mut(REQUEST_ID) else { return };
    let mut bytes = id.as_bytes().to_vec();
    // Only our own ids, or such as look like them.
    if bytes.len() == 36
        && let Some(place @ b'4') = bytes.get_mut(PLACE)
    {
        *place = reason.letter();
        if let Ok(told) = http::HeaderValue::from_bytes(&bytes) {
            *id = told;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_id_tells_why_its_request_is_traced() {
        for (before, reason, after) in [
            ("6b0e5d1c-0000-4000-8000-000000000000", Reason::Drawn, "6b0e5d1c-0000-9000-8000-000000000000"),
            ("6b0e5d1c-0000-4000-8000-000000000000", Reason::ByClient, "6b0e5d1c-0000-b000-8000-000000000000"),
            ("mine", Reason::Drawn, "mine"),
        ] {
            let mut headers = HeaderMap::from_iter([(REQUEST_ID, before.parse().unwrap())]);
            tell_reason(&mut headers, reason);
            assert_eq!(headers[REQUEST_ID], after);
        }
    }

    pub(super) fn tracer(driver: &str, sampling: [u32; 3]) -> Tracer {
        use crate::model::Id as _;
        let wish = Tracing {
            cluster: ClusterId::new(0),
            service: "t".into(),
            driver: driver.to_owned(),
            sampling,
            endpoint: "/api/v2/spans".to_owned(),
            hostname: None,
            service_name: None,
            wide_ids: true,
            shares_spans: true,
            tags: Vec::new(),
        };
        Tracer::new(&wish, "ambassador-default").unwrap()
    }

    #[test]
    fn who_is_traced_is_drawn_or_asked_for() {
        let none = HeaderMap::new();
        let asks = HeaderMap::from_iter([("x-client-trace-id".parse().unwrap(), "1".parse().unwrap())]);
        assert_eq!(tracer("zipkin", [100, 100, 100]).reason(&none), Some(Reason::Drawn));
        assert_eq!(tracer("zipkin", [100, 0, 100]).reason(&none), None);
        assert_eq!(tracer("zipkin", [100, 0, 100]).reason(&asks), Some(Reason::ByClient));
        assert_eq!(tracer("zipkin", [0, 0, 100]).reason(&asks), None);
        assert_eq!(tracer("zipkin", [100, 100, 0]).reason(&asks), None);
    }
}
