//! Who the client is and whether it came by https: what is believed of `x-forwarded-*`, and what of the client's
//! `x-envoy-*` falls away.

use std::net::{IpAddr, Ipv4Addr};

use http::header::{Entry, HeaderMap, HeaderName, HeaderValue};

/// `x-forwarded-for`
pub const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// `x-forwarded-proto`
pub const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// `x-request-id`
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// `x-envoy-external-address`
pub const EXTERNAL_ADDRESS: HeaderName = HeaderName::from_static("x-envoy-external-address");
/// `x-forwarded-client-cert`
pub const CLIENT_CERT: HeaderName = HeaderName::from_static("x-forwarded-client-cert");

/// What is believed of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The client's address is that of the connection (`use_remote_address`): we are the edge.
    pub use_remote_address: bool,
    /// Trusted proxies in front (`l7Depth`).
    pub trusted_hops: u32,
    /// A client's `x-request-id` is kept.
    pub preserve_request_id: bool,
}

/// Whence a request comes, as far as it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The address of the connection.
    pub peer: IpAddr,
    /// The client's address.
    pub client: IpAddr,
    /// Whether `:scheme` is https; `None` where the client sent an empty `x-forwarded-proto` that is believed, and no
    /// route takes the request.
    pub https: Option<bool>,
}

impl Trust {
    /// Sets the headers that tell the origin, and drops what a client may not say.
    ///
    /// `request_id` is asked only when one is needed. Repeated headers must have been joined.
    pub fn receive(
        self,
        headers: &mut HeaderMap,
        peer: IpAddr,
        is_tls: bool,
        request_id: impl FnOnce() -> HeaderValue,
    ) -> Origin {
        self.drop_control(headers);
        let hops = self.trusted_hops as usize;
        let client = if !self.use_remote_address {
            nth_from_right(headers.get(FORWARDED_FOR), hops)
        } else if hops > 0 {
            nth_from_right(headers.get(FORWARDED_FOR), hops - 1)
        } else {
            None
        }
        .unwrap_or(peer);
        if self.use_remote_address {
            let address = address_value(peer);
            append_forwarded(headers, &address);
            headers.insert(EXTERNAL_ADDRESS, if client == peer { address } else { address_value(client) });
        }
        let is_edge_proto = self.use_remote_address && hops == 0;
        let own = HeaderValue::from_static(if is_tls { "https" } else { "http" });
        let https = match headers.entry(FORWARDED_PROTO) {
            Entry::Occupied(proto) if !is_edge_proto => {
                let said = Some(proto.get()).filter(|said| !said.is_empty());
                said.map(|said| said.as_bytes().eq_ignore_ascii_case(b"https"))
            }
            Entry::Occupied(mut proto) => {
                proto.insert(own);
                Some(is_tls)
            }
            Entry::Vacant(proto) => {
                proto.insert(own);
                Some(is_tls)
            }
        };
        let keeps_id = self.preserve_request_id || !self.use_remote_address;
        if !(keeps_id && headers.get(REQUEST_ID).is_some_and(|id| !id.is_empty())) {
            headers.insert(REQUEST_ID, request_id());
        }
        Origin { peer, client, https }
    }

    /// Drops the headers by which a client would steer the gateway.
    fn drop_control(self, headers: &mut HeaderMap) {
        let is_envoys = |name: &HeaderName| name.as_str().starts_with("x-envoy-");
        if !headers.keys().any(is_envoys) {
            return;
        }
        let dropped: Vec<HeaderName> = headers
            .keys()
            .filter(|name| name.as_str().strip_prefix("x-envoy-").is_some_and(|rest| self.is_dropped(rest)))
            .cloned()
            .collect();
        for name in dropped {
            headers.remove(name);
        }
    }

    /// Whether `x-envoy-REST` of a client falls away.
    fn is_dropped(self, rest: &str) -> bool {
        match rest {
            "expected-rq-timeout-ms"
            | "force-trace"
            | "hedge-on-per-try-timeout"
            | "internal"
            | "ip-tags"
            | "max-retries"
            | "original-url"
            | "retriable-header-names"
            | "retriable-status-codes"
            | "retry-grpc-on"
            | "retry-on"
            | "upstream-alt-stat-name"
            | "upstream-rq-per-try-timeout-ms"
            | "upstream-rq-timeout-alt-response"
            | "upstream-rq-timeout-ms"
            | "upstream-stream-duration-ms" => true,
            "decorator-operation"
            | "downstream-service-cluster"
            | "downstream-service-node"
            | "original-host"
            | "original-path" => self.use_remote_address,
            _ => false,
        }
    }
}

/// The address that stands so many places from the right.
fn nth_from_right(forwarded: Option<&HeaderValue>, nth: usize) -> Option<IpAddr> {
    let text = forwarded?.to_str().ok()?;
    text.rsplit(',').nth(nth)?.trim_matches([' ', '\t']).parse().ok()
}

/// Puts an address at the end of `x-forwarded-for`.
pub fn append_address(headers: &mut HeaderMap, address: IpAddr) {
    append_forwarded(headers, &address_value(address));
}

/// Puts a text at the end of `x-forwarded-for`.
pub fn append_forwarded(headers: &mut HeaderMap, text: &HeaderValue) {
    match headers.entry(FORWARDED_FOR) {
        Entry::Vacant(entry) => {
            entry.insert(text.clone());
        }
        Entry::Occupied(mut entry) if entry.get().is_empty() => {
            entry.insert(text.clone());
        }
        Entry::Occupied(mut entry) => {
            let bytes = [entry.get().as_bytes(), b",", text.as_bytes()].concat();
            entry.insert(HeaderValue::from_maybe_shared(bytes).unwrap_or_else(|_| text.clone()));
        }
    }
}

fn address_value(address: IpAddr) -> HeaderValue {
    let text = match address {
        // Requests that people describe come from there.
        IpAddr::V4(Ipv4Addr::LOCALHOST) => return HeaderValue::from_static("127.0.0.1"),
        // By hand: every request has one, and formatting is slow for what it does.
        IpAddr::V4(address) => {
            let mut text = String::with_capacity("255.255.255.255".len());
            for (at, part) in address.octets().into_iter().enumerate() {
                if at > 0 {
                    text.push('.');
                }
                let digits = [part / 100, part / 10 % 10, part % 10].map(|digit| char::from(b'0' + digit));
                let leading = usize::from(part < 100) + usize::from(part < 10);
                text.extend(digits.iter().skip(leading));
            }
            text
        }
        IpAddr::V6(address) => address.to_string(),
    };
    // An address has digits, dots and colons only.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("-"))
}

/// What becomes of `x-forwarded-client-cert`, by the Module's word for it; `ours` tells of the certificate that the
/// client showed, if it showed one.
pub fn forward_certificate(headers: &mut HeaderMap, mode: Option<&str>, ours: Option<&HeaderValue>) {
    match (mode, ours) {
        (Some("ALWAYS_FORWARD_ONLY"), _) | (Some("FORWARD_ONLY"), Some(_)) => {}
        (Some("APPEND_FORWARD"), Some(ours)) => {
            let value = match headers.get(CLIENT_CERT) {
                Some(before) => {
                    HeaderValue::from_maybe_shared([before.as_bytes(), b",", ours.as_bytes()].concat()).ok()
                }
                None => None,
            };
            headers.insert(CLIENT_CERT, value.unwrap_or_else(|| ours.clone()));
        }
        (Some("SANITIZE_SET"), Some(ours)) => {
            headers.insert(CLIENT_CERT, ours.clone());
        }
        // Names are few: looking along them is cheaper than asking the map.
        _ if headers.keys().any(|name| *name == CLIENT_CERT) => {
            headers.remove(CLIENT_CERT);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_are_written_as_usual() {
        for text in ["127.0.0.1", "10.0.0.255", "1.20.100.9", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::7"] {
            assert_eq!(address_value(text.parse().unwrap()), text);
        }
    }

    const EDGE: Trust = Trust { use_remote_address: true, trusted_hops: 0, preserve_request_id: false };

    fn map(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn receive(trust: Trust, pairs: &[(&'static str, &str)]) -> (Origin, HeaderMap) {
        let mut headers = map(pairs);
        let id = || HeaderValue::from_static("fresh");
        let origin = trust.receive(&mut headers, "192.0.2.9".parse().unwrap(), false, id);
        (origin, headers)
    }

    fn client(trust: Trust, forwarded: &str) -> String {
        receive(trust, &[("x-forwarded-for", forwarded)]).0.client.to_string()
    }

    #[test]
    fn the_edge_believes_nothing() {
        let sent = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-proto", "https"), ("x-request-id", "mine")];
        let (origin, headers) = receive(EDGE, &sent);
        assert_eq!((origin.client, origin.https), (origin.peer, Some(false)));
        assert_eq!(headers["x-forwarded-for"], "1.1.1.1,192.0.2.9");
        assert_eq!(headers["x-envoy-external-address"], "192.0.2.9");
        assert_eq!(headers["x-forwarded-proto"], "http");
        assert_eq!(headers["x-request-id"], "fresh");
    }

    #[test]
    fn a_trusted_hop_tells_client_and_scheme() {
        let trust = Trust { trusted_hops: 1, ..EDGE };
        for (forwarded, believed) in [
            ("1.1.1.1", "1.1.1.1"),
            ("1.1.1.1, 2.2.2.2", "2.2.2.2"),
            ("1.1.1.1, junk", "192.0.2.9"),
            ("1.1.1.1:80", "192.0.2.9"),
            ("fe80::1, 2001:db8::1", "2001:db8::1"),
            ("", "192.0.2.9"),
        ] {
            assert_eq!(client(trust, forwarded), believed, "{forwarded}");
        }
        let (origin, headers) = receive(trust, &[("x-forwarded-proto", "HTTPS")]);
        assert_eq!(origin.https, Some(true));
        assert_eq!(headers["x-forwarded-proto"], "HTTPS");
        assert_eq!(receive(trust, &[("x-forwarded-proto", "gopher")]).0.https, Some(false));
        assert_eq!(receive(trust, &[("x-forwarded-proto", "")]).0.https, None);
        assert_eq!(client(Trust { trusted_hops: 2, ..EDGE }, "1.1.1.1, 2.2.2.2"), "1.1.1.1");
        assert_eq!(client(Trust { trusted_hops: 2, ..EDGE }, "1.1.1.1"), "192.0.2.9");
    }

    #[test]
    fn without_the_remote_address_all_is_believed_and_nothing_appended() {
        let trust = Trust { use_remote_address: false, ..EDGE };
        let (origin, headers) = receive(trust, &[("x-forwarded-for", "1.1.1.1,2.2.2.2"), ("x-request-id", "mine")]);
        assert_eq!(origin.client.to_string(), "2.2.2.2");
        assert_eq!(headers["x-forwarded-for"], "1.1.1.1,2.2.2.2");
        assert_eq!(headers["x-request-id"], "mine");
        assert!(!headers.contains_key("x-envoy-external-address"));
        assert_eq!(client(Trust { trusted_hops: 1, ..trust }, "1.1.1.1,2.2.2.2"), "1.1.1.1");
    }

    #[test]
    fn clients_do_not_steer_the_gateway() {
        let sent = [("x-envoy-retry-on", "5xx"), ("x-envoy-original-path", "/evil"), ("x-envoy-unknown", "z")];
        let (_, headers) = receive(EDGE, &sent);
        assert!(!headers.contains_key("x-envoy-retry-on") && !headers.contains_key("x-envoy-original-path"));
        assert!(headers.contains_key("x-envoy-unknown"));
        let (_, headers) = receive(Trust { use_remote_address: false, ..EDGE }, &sent);
        assert!(!headers.contains_key("x-envoy-retry-on") && headers.contains_key("x-envoy-original-path"));
    }

    #[test]
    fn a_request_id_is_kept_where_the_module_says() {
        let trust = Trust { preserve_request_id: true, ..EDGE };
        assert_eq!(receive(trust, &[("x-request-id", "mine")]).1["x-request-id"], "mine");
        assert_eq!(receive(trust, &[]).1["x-request-id"], "fresh");
    }

    #[test]
    fn a_claimed_certificate_is_dropped_unless_told() {
        let ours = HeaderValue::from_static("Hash=1");
        for (mode, shown, after) in [
            (None, true, None),
            (Some("FORWARD_ONLY"), true, Some("claimed")),
            (Some("FORWARD_ONLY"), false, None),
            (Some("ALWAYS_FORWARD_ONLY"), false, Some("claimed")),
            (Some("APPEND_FORWARD"), true, Some("claimed,Hash=1")),
            (Some("SANITIZE_SET"), true, Some("Hash=1")),
        ] {
            let mut headers = map(&[("x-forwarded-client-cert", "claimed")]);
            forward_certificate(&mut headers, mode, shown.then_some(&ours));
            let got = headers.get(CLIENT_CERT).map(|value| value.to_str().unwrap());
            assert_eq!(got, after, "{mode:?} {shown}");
        }
    }
}
