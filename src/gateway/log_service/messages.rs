//! Messages of `envoy.service.accesslog.v3` and `envoy.data.accesslog.v3`, by their public field numbers; what is not
//! told is left out.

use std::collections::HashMap;

use prost::Message;

#[derive(Clone, PartialEq, Message)]
pub(crate) struct StreamAccessLogs {
    #[prost(message, optional, tag = "1")]
    pub(crate) identifier: Option<Identifier>,
    #[prost(message, optional, tag = "2")]
    pub(crate) http: Option<HttpEntries>,
    #[prost(message, optional, tag = "3")]
    pub(crate) tcp: Option<TcpEntries>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Identifier {
    #[prost(message, optional, tag = "1")]
    pub(crate) node: Option<Node>,
    #[prost(string, tag = "2")]
    pub(crate) log_name: String,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Node {
    #[prost(string, tag = "1")]
    pub(crate) id: String,
    #[prost(string, tag = "2")]
    pub(crate) cluster: String,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HttpEntries {
    #[prost(message, repeated, tag = "1")]
    pub(crate) entries: Vec<HttpEntry>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TcpEntries {
    #[prost(message, repeated, tag = "1")]
    pub(crate) entries: Vec<TcpEntry>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TcpEntry {
    #[prost(message, optional, tag = "1")]
    pub(crate) common: Option<Common>,
    #[prost(message, optional, tag = "2")]
    pub(crate) connection: Option<Connection>,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Connection {
    #[prost(uint64, tag = "1")]
    pub(crate) received_bytes: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) sent_bytes: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct HttpEntry {
    #[prost(message, optional, tag = "1")]
    pub(crate) common: Option<Common>,
    #[prost(int32, tag = "2")]
    pub(crate) protocol_version: i32,
    #[prost(message, optional, tag = "3")]
    pub(crate) request: Option<Request>,
    #[prost(message, optional, tag = "4")]
    pub(crate) response: Option<Response>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Common {
    #[prost(message, optional, tag = "2")]
    pub(crate) downstream_remote_address: Option<Address>,
    #[prost(message, optional, tag = "3")]
    pub(crate) downstream_local_address: Option<Address>,
    #[prost(message, optional, tag = "4")]
    pub(crate) tls: Option<Tls>,
    #[prost(message, optional, tag = "5")]
    pub(crate) start_time: Option<Span>,
    #[prost(message, optional, tag = "9")]
    pub(crate) time_to_first_upstream_rx_byte: Option<Span>,
    #[prost(message, optional, tag = "12")]
    pub(crate) time_to_last_downstream_tx_byte: Option<Span>,
    #[prost(message, optional, tag = "13")]
    pub(crate) upstream_remote_address: Option<Address>,
    #[prost(message, optional, tag = "14")]
    pub(crate) upstream_local_address: Option<Address>,
    #[prost(string, tag = "15")]
    pub(crate) upstream_cluster: String,
    #[prost(message, optional, tag = "16")]
    pub(crate) flags: Option<Flags>,
    #[prost(string, tag = "18")]
    pub(crate) upstream_transport_failure_reason: String,
    #[prost(message, optional, tag = "20")]
    pub(crate) downstream_direct_remote_address: Option<Address>,
    #[prost(message, optional, tag = "23")]
    pub(crate) duration: Option<Span>,
    #[prost(uint32, tag = "24")]
    pub(crate) upstream_request_attempt_count: u32,
}

/// `google.protobuf.Timestamp` and `google.protobuf.Duration`, which are written alike.
#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Span {
    #[prost(int64, tag = "1")]
    pub(crate) seconds: i64,
    #[prost(int32, tag = "2")]
    pub(crate) nanos: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Address {
    #[prost(message, optional, tag = "1")]
    pub(crate) socket: Option<Socket>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Socket {
    #[prost(string, tag = "2")]
    pub(crate) address: String,
    #[prost(uint32, tag = "3")]
    pub(crate) port: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Tls {
    #[prost(int32, tag = "1")]
    pub(crate) version: i32,
    #[prost(string, tag = "3")]
    pub(crate) sni_hostname: String,
}

/// Envoy's response flags, as far as we know them.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Flags {
    #[prost(bool, tag = "2")]
    pub(crate) no_healthy_upstream: bool,
    #[prost(bool, tag = "3")]
    pub(crate) upstream_request_timeout: bool,
    #[prost(bool, tag = "5")]
    pub(crate) upstream_remote_reset: bool,
    #[prost(bool, tag = "6")]
    pub(crate) upstream_connection_failure: bool,
    #[prost(bool, tag = "7")]
    pub(crate) upstream_connection_termination: bool,
    #[prost(bool, tag = "8")]
    pub(crate) upstream_overflow: bool,
    #[prost(bool, tag = "9")]
    pub(crate) no_route_found: bool,
    #[prost(bool, tag = "12")]
    pub(crate) rate_limited: bool,
    #[prost(message, optional, tag = "13")]
    pub(crate) unauthorized: Option<Unauthorized>,
    #[prost(bool, tag = "14")]
    pub(crate) rate_limit_service_error: bool,
    #[prost(bool, tag = "15")]
    pub(crate) downstream_connection_termination: bool,
    #[prost(bool, tag = "16")]
    pub(crate) upstream_retry_limit_exceeded: bool,
    #[prost(bool, tag = "17")]
    pub(crate) stream_idle_timeout: bool,
    #[prost(bool, tag = "19")]
    pub(crate) downstream_protocol_error: bool,
    #[prost(bool, tag = "24")]
    pub(crate) upstream_protocol_error: bool,
    #[prost(bool, tag = "28")]
    pub(crate) downstream_remote_reset: bool,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Unauthorized {
    #[prost(int32, tag = "1")]
    pub(crate) reason: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Request {
    #[prost(int32, tag = "1")]
    pub(crate) method: i32,
    #[prost(string, tag = "2")]
    pub(crate) scheme: String,
    #[prost(string, tag = "3")]
    pub(crate) authority: String,
    #[prost(string, tag = "5")]
    pub(crate) path: String,
    #[prost(string, tag = "6")]
    pub(crate) user_agent: String,
    #[prost(string, tag = "7")]
    pub(crate) referer: String,
    #[prost(string, tag = "8")]
    pub(crate) forwarded_for: String,
    #[prost(string, tag = "9")]
    pub(crate) request_id: String,
    #[prost(string, tag = "10")]
    pub(crate) original_path: String,
    #[prost(uint64, tag = "12")]
    pub(crate) body_bytes: u64,
    #[prost(map = "string, string", tag = "13")]
    pub(crate) headers: HashMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Response {
    #[prost(message, optional, tag = "1")]
    pub(crate) code: Option<Code>,
    #[prost(uint64, tag = "3")]
    pub(crate) body_bytes: u64,
    #[prost(map = "string, string", tag = "4")]
    pub(crate) headers: HashMap<String, String>,
    #[prost(map = "string, string", tag = "5")]
    pub(crate) trailers: HashMap<String, String>,
    #[prost(string, tag = "6")]
    pub(crate) details: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Code {
    #[prost(uint32, tag = "1")]
    pub(crate) value: u32,
}
