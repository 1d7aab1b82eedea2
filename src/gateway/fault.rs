//! What went wrong towards an upstream, and the answer that the client gets for it.

use std::borrow::Cow;

use http::StatusCode;

use super::account::Flag;
use super::supply::Unopened;

/// What went wrong towards an upstream, before there was an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No endpoint is there, or none is healthy.
    NoHealthyUpstream,
    /// Connecting failed; what was said about it.
    ConnectFailed(Refused),
    /// Connecting took too long.
    ConnectTimeout,
    /// A circuit breaker is open.
    Overflow,
    /// The connection was closed before the answer.
    Termination,
    /// What came is no HTTP.
    Protocol,
    /// The stream was reset.
    Reset,
    /// The stream was refused.
    RefusedStream,
    /// The whole exchange took too long.
    Timeout,
    /// A try took too long.
    PerTryTimeout,
    /// Nothing moved for too long.
    Idle,
    /// The client's own request broke.
    Client,
}

/// Why a connection could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// In the system's words.
    System(String),
    /// In TLS's words.
    Tls(String),
    /// In the words of who opens tunnels.
    Tunnel(Unopened),
}

impl Refused {
    /// In Envoy's words.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::System(why) => format!("delayed connect error: {why}"),
            Self::Tls(why) => format!("TLS_error:{why}"),
            Self::Tunnel(unopened) => unopened.why.clone(),
        }
    }
}

impl Fault {
    /// Whose side, in the access log.
    pub(crate) fn flag(&self) -> Flag {
        match self {
            Self::NoHealthyUpstream => Flag::NoHealthyUpstream,
            Self::ConnectFailed(_) | Self::ConnectTimeout => Flag::UpstreamFailure,
            Self::Overflow => Flag::UpstreamOverflow,
            Self::Termination => Flag::UpstreamTermination,
            Self::Protocol => Flag::UpstreamProtocol,
            Self::Reset | Self::RefusedStream => Flag::UpstreamReset,
            Self::Timeout | Self::PerTryTimeout => Flag::UpstreamTimeout,
            Self::Idle => Flag::StreamIdle,
            Self::Client => Flag::DownstreamProtocol,
        }
    }

    /// Envoy's reason for a reset.
    fn reason(&self) -> Option<&'static str> {
        Some(match self {
            Self::ConnectFailed(_) => "remote connection failure",
            Self::ConnectTimeout => "connection timeout",
            Self::Overflow => "overflow",
            Self::Termination => "connection termination",
            Self::Protocol => "protocol error",
            Self::Reset => "remote reset",
            Self::RefusedStream => "remote refused stream reset",
            _ => return None,
        })
    }

    /// Status, body and details for the client; `retried` tells that there was more than one try.
    pub(crate) fn answer(&self, retried: bool) -> (StatusCode, Cow<'static, str>, Cow<'static, str>) {
        match self {
            Self::NoHealthyUpstream => (
                StatusCode::SERVICE_UNAVAILABLE,
                Cow::Borrowed("no healthy upstream"),
                Cow::Borrowed("no_healthy_upstream"),
            ),
            Self::Timeout => (
                StatusCode::GATEWAY_TIMEOUT,
                Cow::Borrowed("upstream request timeout"),
                Cow::Borrowed("response_timeout"),
            ),
            Self::PerTryTimeout => {
                let details = Cow::Borrowed("upstream_per_try_timeout");
                (StatusCode::GATEWAY_TIMEOUT, Cow::Borrowed("upstream request timeout"), details)
            }
            Self::Idle => {
                (StatusCode::GATEWAY_TIMEOUT, Cow::Borrowed("stream timeout"), Cow::Borrowed("stream_idle_timeout"))
            }
            Self::Client => (StatusCode::BAD_REQUEST, Cow::Borrowed("Bad Request"), Cow::Borrowed("http1.codec_error")),
            _ => {
                let latest = if retried { "retried and the latest reset reason" } else { "reset reason" };
                let reason = self.reason().unwrap_or_default();
                let failure = match self {
                    Self::ConnectFailed(why @ (Refused::Tls(_) | Refused::Tunnel(_))) => {
                        format!(", transport failure reason: {}", why.reason())
                    }
                    _ => String::new(),
                };
                let body =
                    format!("upstream connect error or disconnect/reset before headers. {latest}: {reason}{failure}");
                let status = match self {
                    Self::Protocol => StatusCode::BAD_GATEWAY,
                    _ => StatusCode::SERVICE_UNAVAILABLE,
                };
                (status, Cow::Owned(body), self.details())
            }
        }
    }

    fn details(&self) -> Cow<'static, str> {
        if let Self::ConnectFailed(why) = self {
            let why = why.reason().replace(' ', "_");
            return Cow::Owned(format!("upstream_reset_before_response_started{{remote_connection_failure|{why}}}"));
        }
        Cow::Borrowed(match self {
            Self::Overflow => "upstream_reset_before_response_started{overflow}",
            Self::Termination => "upstream_reset_before_response_started{connection_termination}",
            Self::Protocol => "upstream_reset_before_response_started{protocol_error}",
            Self::Reset => "upstream_reset_before_response_started{remote_reset}",
            Self::RefusedStream => "upstream_reset_before_response_started{remote_refused_stream_reset}",
            Self::ConnectTimeout => "upstream_reset_before_response_started{connection_timeout}",
            _ => "upstream_reset_before_response_started{remote_connection_failure}",
        })
    }
}
