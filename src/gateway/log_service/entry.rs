//! An exchange as an entry of the log.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, UNIX_EPOCH};

use http::HeaderValue;

use super::Columns;
use super::messages::{
    Address, Code, Common, Connection, Flags, HttpEntry, Request, Response, Socket, Span, TcpEntry, Tls, Unauthorized,
};
use crate::gateway::account::{Entry, Flag};
use crate::outcome::request::Version;

/// A TCP entry for an exchange.
pub(super) fn tcp(entry: &Entry) -> TcpEntry {
    let connection = Connection { received_bytes: received(entry), sent_bytes: entry.sent.get() };
    TcpEntry { common: Some(common(entry)), connection: Some(connection) }
}

impl Columns {
    /// The HTTP entry of an exchange.
    pub(super) fn http(&self, entry: &Entry) -> HttpEntry {
        let text = |at: usize| {
            let column = self.request.get(at).and_then(|column| entry.wanted.get(*column));
            column.and_then(Option::as_ref).map(told).unwrap_or_default()
        };
        let all = |columns: &[(String, usize)], values: &[Option<HeaderValue>]| -> HashMap<String, String> {
            let found = columns.iter().filter_map(|(name, at)| Some((name.clone(), told(values.get(*at)?.as_ref()?))));
            found.collect()
        };
        HttpEntry {
            common: Some(common(entry)),
            protocol_version: match entry.version {
                Version::Http10 => 1,
                Version::Http11 => 2,
                Version::Http2 => 3,
            },
            request: Some(Request {
                method: method(&text(0)),
                scheme: text(1),
                authority: text(2),
                path: text(3),
                user_agent: text(4),
                referer: text(5),
                forwarded_for: text(6),
                request_id: text(7),
                original_path: text(8),
                body_bytes: received(entry),
                headers: all(&self.more_of_request, &entry.wanted),
            }),
            response: Some(Response {
                code: (entry.status > 0).then(|| Code { value: u32::from(entry.status) }),
                body_bytes: entry.sent.get(),
                headers: all(&self.more_of_response, &entry.answered),
                trailers: entry.trailers.iter().map(|(name, value)| (name.to_string(), told(value))).collect(),
                details: entry.details.to_string(),
            }),
        }
    }
}

fn told(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn received(entry: &Entry) -> u64 {
    entry.progress.as_ref().map_or(0, |progress| progress.received())
}

/// Envoy's number of a method.
fn method(name: &str) -> i32 {
    const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    METHODS.iter().zip(1..).find(|(known, _)| **known == name).map_or(0, |(_, number)| number)
}

fn common(entry: &Entry) -> Common {
    let peer = entry.down.peer;
    let client = entry.client.filter(|client| *client != peer.ip());
    let duration = span(entry.began.elapsed());
    let since = entry.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Common {
        downstream_remote_address: Some(address(client.map_or(peer, |client: IpAddr| SocketAddr::new(client, 0)))),
        downstream_local_address: Some(address(entry.down.local)),
        tls: entry.down.tls.as_ref().map(|tls| Tls {
            version: if tls.version == "TLSv1.3" { 4 } else { 3 },
            sni_hostname: tls.server_name.as_deref().unwrap_or_default().to_owned(),
        }),
        start_time: Some(span(since)),
        time_to_first_upstream_rx_byte: entry.service_time.map(span),
        time_to_last_downstream_tx_byte: Some(duration),
        upstream_remote_address: entry.upstream.map(address),
        upstream_local_address: entry.upstream_local().map(address),
        upstream_cluster: entry.cluster.as_deref().unwrap_or_default().to_owned(),
        flags: (!entry.flags.is_empty()).then(|| flags(&entry.flags)),
        upstream_transport_failure_reason: entry.transport_failure.clone().unwrap_or_default(),
        downstream_direct_remote_address: Some(address(peer)),
        duration: Some(duration),
        upstream_request_attempt_count: entry.attempts,
    }
}

fn address(address: SocketAddr) -> Address {
    Address { socket: Some(Socket { address: address.ip().to_string(), port: u32::from(address.port()) }) }
}

fn span(time: Duration) -> Span {
    Span {
        seconds: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(time.subsec_nanos()).unwrap_or(0),
    }
}

fn flags(raised: &[Flag]) -> Flags {
    let mut flags = Flags::default();
    for flag in raised {
        match flag {
            Flag::NoHealthyUpstream => flags.no_healthy_upstream = true,
            Flag::UpstreamFailure => flags.upstream_connection_failure = true,
            Flag::UpstreamOverflow => flags.upstream_overflow = true,
            Flag::NoRoute => flags.no_route_found = true,
            Flag::RetryLimit => flags.upstream_retry_limit_exceeded = true,
            Flag::DownstreamTermination => flags.downstream_connection_termination = true,
            Flag::DownstreamReset => flags.downstream_remote_reset = true,
            Flag::UpstreamTermination => flags.upstream_connection_termination = true,
            Flag::UpstreamTimeout => flags.upstream_request_timeout = true,
            Flag::UpstreamReset => flags.upstream_remote_reset = true,
            Flag::DownstreamProtocol => flags.downstream_protocol_error = true,
            Flag::UpstreamProtocol => flags.upstream_protocol_error = true,
            Flag::StreamIdle => flags.stream_idle_timeout = true,
            Flag::RateLimited => flags.rate_limited = true,
            Flag::Unauthorised => flags.unauthorized = Some(Unauthorized { reason: 1 }),
            Flag::RateLimitService => flags.rate_limit_service_error = true,
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_have_envoys_numbers() {
        assert_eq!(["GET", "PATCH", "BREW"].map(method), [1, 9, 0]);
    }

    #[test]
    fn every_flag_is_told() {
        let all = flags(&[Flag::Unauthorised, Flag::UpstreamTimeout, Flag::DownstreamReset]);
        let expected = Flags {
            unauthorized: Some(Unauthorized { reason: 1 }),
            upstream_request_timeout: true,
            downstream_remote_reset: true,
            ..Flags::default()
        };
        assert_eq!(all, expected);
    }
}
