//! What is remembered of an exchange until it ends: told to the access log and the counters always, and once.

use std::borrow::Cow;
use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use http::HeaderMap;
use http::header::HeaderValue;

use super::access_log::LogPlan;
use super::downstream::Downstream;
use super::filters::grpc_stats::Call;
use super::metrics::Counters;
use super::tracing::Trace;
use super::upload::Progress;
use super::worker::Worker;
use crate::outcome::request::Version;

/// What went wrong or was special, in Envoy's letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    /// No endpoint is healthy.
    NoHealthyUpstream,
    /// Connecting failed.
    UpstreamFailure,
    /// A circuit breaker is open.
    UpstreamOverflow,
    /// No route takes the request.
    NoRoute,
    /// The retries are used up.
    RetryLimit,
    /// The client went away.
    DownstreamTermination,
    /// The client reset the stream.
    DownstreamReset,
    /// The upstream closed the connection.
    UpstreamTermination,
    /// The upstream took too long.
    UpstreamTimeout,
    /// The upstream reset the stream.
    UpstreamReset,
    /// The client sent what is no HTTP.
    DownstreamProtocol,
    /// The upstream sent what is no HTTP.
    UpstreamProtocol,
    /// Nothing moved for too long.
    StreamIdle,
    /// The RateLimitService said no.
    RateLimited,
    /// The AuthService said no.
    Unauthorised,
    /// The RateLimitService could not be asked.
    RateLimitService,
}

impl Flag {
    /// Envoy's letters.
    pub(crate) fn letters(self) -> &'static str {
        match self {
            Self::NoHealthyUpstream => "UH",
            Self::UpstreamFailure => "UF",
            Self::UpstreamOverflow => "UO",
            Self::NoRoute => "NR",
            Self::RetryLimit => "URX",
            Self::DownstreamTermination => "DC",
            Self::DownstreamReset => "DR",
            Self::UpstreamTermination => "UC",
            Self::UpstreamTimeout => "UT",
            Self::UpstreamReset => "UR",
            Self::DownstreamProtocol => "DPE",
            Self::UpstreamProtocol => "UPE",
            Self::StreamIdle => "SI",
            Self::RateLimited => "RL",
            Self::Unauthorised => "UAEX",
            Self::RateLimitService => "RLSE",
        }
    }

    /// Envoy's words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::NoHealthyUpstream => "NoHealthyUpstream",
            Self::UpstreamFailure => "UpstreamConnectionFailure",
            Self::UpstreamOverflow => "UpstreamOverflow",
            Self::NoRoute => "NoRouteFound",
            Self::RetryLimit => "UpstreamRetryLimitExceeded",
            Self::DownstreamTermination => "DownstreamConnectionTermination",
            Self::DownstreamReset => "DownstreamRemoteReset",
            Self::UpstreamTermination => "UpstreamConnectionTermination",
            Self::UpstreamTimeout => "UpstreamRequestTimeout",
            Self::UpstreamReset => "UpstreamRemoteReset",
            Self::DownstreamProtocol => "DownstreamProtocolError",
            Self::UpstreamProtocol => "UpstreamProtocolError",
            Self::StreamIdle => "StreamIdleTimeout",
            Self::RateLimited => "RateLimited",
            Self::Unauthorised => "UnauthorizedExternalService",
            Self::RateLimitService => "RateLimitServiceError",
        }
    }
}

/// What is remembered of an exchange.
pub(crate) struct Entry {
    pub(crate) worker: Rc<Worker>,
    pub(crate) down: Rc<Downstream>,
    pub(crate) version: Version,
    pub(crate) began: Instant,
    pub(crate) at: SystemTime,
    pub(crate) method: String,
    /// The path as the client sees it.
    pub(crate) path: String,
    pub(crate) authority: String,
    /// Values of the request headers that the log wants, in its order.
    pub(crate) wanted: Vec<Option<HeaderValue>>,
    /// Values of the response headers and trailers that the log wants.
    pub(crate) answered: Vec<Option<HeaderValue>>,
    /// The counters of the Mapping that took it.
    pub(crate) counters: Option<Arc<Counters>>,
    /// The Mapping that took it.
    pub(crate) mapping: Option<Arc<str>>,
    pub(crate) cluster: Option<Arc<str>>,
    pub(crate) upstream: Option<SocketAddr>,
    pub(crate) client: Option<std::net::IpAddr>,
    pub(crate) attempts: u32,
    pub(crate) status: u16,
    pub(crate) details: Cow<'static, str>,
    pub(crate) flags: Vec<Flag>,
    pub(crate) progress: Option<Rc<Progress>>,
    pub(crate) sent: Cell<u64>,
    pub(crate) service_time: Option<Duration>,
    pub(crate) grpc_status: Option<HeaderValue>,
    /// The answer's trailers that the log wants.
    pub(crate) trailers: HeaderMap,
    /// The log that values were noted for, if any were.
    pub(crate) log: Option<Arc<LogPlan>>,
    /// The trace that it belongs to, where there is a TracingService.
    pub(crate) trace: Option<Box<Trace>>,
    /// The gRPC call that it is, where calls are counted.
    pub(crate) call: Option<Box<Call>>,
    pub(crate) transport_failure: Option<String>,
}

impl Entry {
    /// Our own address of the connection to the upstream.
    pub(crate) fn upstream_local(&self) -> Option<SocketAddr> {
        self.progress.as_ref().and_then(|progress| progress.local.get())
    }
}

/// An exchange's account; when it is dropped before the end, the client went away.
pub(crate) struct Account(Option<Box<Entry>>);

impl Account {
    /// An account that is told at its end.
    pub(crate) fn new(entry: Entry) -> Self {
        Self(Some(Box::new(entry)))
    }

    /// No account: there is nothing more to tell.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Changes what is remembered.
    pub(crate) fn note(&mut self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = &mut self.0 {
            change(entry);
        }
    }

    /// Looks at what is remembered.
    pub(crate) fn look(&self, look: impl FnOnce(&Entry)) {
        if let Some(entry) = &self.0 {
            look(entry);
        }
    }

    /// Notes a flag.
    pub(crate) fn flag(&mut self, flag: Flag) {
        self.note(|entry| {
            if !entry.flags.contains(&flag) {
                entry.flags.push(flag);
            }
        });
    }

    /// Counts bytes of the answer.
    pub(crate) fn sent(&self, bytes: usize) {
        if let Some(entry) = &self.0 {
            entry.sent.set(entry.sent.get() + bytes as u64);
        }
    }

    /// Counts bytes that pass from the upstream to the client.
    pub(crate) fn passed(&self, bytes: &[u8]) {
        self.sent(bytes.len());
        self.look(|entry| {
            if let Some(call) = &entry.call {
                call.answered.see(bytes);
            }
        });
    }

    /// Looks at an answer's trailers.
    pub(crate) fn trailers(&mut self, trailers: Option<&HeaderMap>) {
        let (Some(entry), Some(trailers)) = (&mut self.0, trailers) else { return };
        if let Some(status) = trailers.get("grpc-status") {
            entry.grpc_status = Some(status.clone());
        }
        if let Some(sink) = entry.log.as_ref().and_then(|log| log.sink()) {
            entry.trailers = sink.of_trailers(trailers);
        }
    }

    /// The client went away.
    pub(crate) fn leave(&mut self) {
        let mut is_http2 = false;
        self.note(|entry| {
            is_http2 = entry.version == Version::Http2;
            entry.details = Cow::Borrowed(if is_http2 { "http2.remote_reset" } else { "downstream_remote_disconnect" });
        });
        self.flag(if is_http2 { Flag::DownstreamReset } else { Flag::DownstreamTermination });
        self.complete();
    }

    /// Tells the end.
    pub(crate) fn complete(&mut self) {
        if let Some(entry) = self.0.take() {
            let worker = Rc::clone(&entry.worker);
            worker.tell(&entry);
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if self.0.is_some() {
            self.leave();
        }
    }
}
