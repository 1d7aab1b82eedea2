//! AuthService, RateLimitService, LogService and TracingService: which one counts, and what makes it useless.

use std::sync::Arc;
use std::time::Duration;

use super::cluster::Role;
use super::clusters::{ClusterMaker, Wanted};
use super::fields::{self, Fields};
use super::filter::{Auth, AuthBody, AuthProtocol, Filter, LogSink, RateLimit, TraceTag, Tracing};
use super::mapping::ClusterWish;
use super::policies;
use super::problem::{Effect, Problems};
use super::settings::Settings;
use super::table::{ClusterId, ResourceId};
use crate::edition::Edition;
use crate::resource::{Kind, Resource};

/// Reads the services of the gateway.
pub(crate) struct ServiceReader<'a, 'm> {
    pub(crate) edition: Edition,
    pub(crate) settings: &'a Settings,
    pub(crate) resources: &'a [(ResourceId, &'a Resource)],
    pub(crate) maker: &'m mut ClusterMaker<'a>,
    pub(crate) problems: &'m mut Problems,
}

impl<'a> ServiceReader<'a, '_> {
    fn of_kind(&self, kind: Kind) -> Vec<&'a Resource> {
        self.resources.iter().filter(|(_, resource)| resource.kind == kind).map(|(_, resource)| *resource).collect()
    }

    fn error(&mut self, resource: &Resource, code: &'static str, field: &str, message: String) {
        let span = Fields::of(&resource.spec).span_of(field);
        self.problems.post(Effect::Dropped, code, resource.key.clone(), span, message);
    }

    fn reject(&mut self, resource: &Resource, code: &'static str, field: &str, what: &str) {
        let span = Fields::of(&resource.spec).span_of(field);
        let message = format!("{what}: Envoy refuses the whole configuration over {} {}", resource.kind, resource.name);
        self.problems.post(Effect::Reject, code, resource.key.clone(), span, message);
    }

    fn cluster(
        &mut self,
        resource: &Resource,
        role: Role,
        marker: &'static str,
        service: &str,
        http2: bool,
    ) -> Option<ClusterId> {
        let fields = Fields::of(&resource.spec);
        let circuit_breakers = match fields.node("circuit_breakers").map(policies::circuit_breakers) {
            Some(Ok((breakers, rejected))) => {
                rejected.iter().for_each(|why| self.reject(resource, why.code, "circuit_breakers", &why.what));
                breakers
            }
            _ => Vec::new(),
        };
        let wish = ClusterWish {
            resolver: self.settings.resolver.as_str().into(),
            tls: fields.filled("tls").map(Arc::from),
            forces_tls: fields.is_true("tls"),
            tag: None,
            grpc: http2,
            logical_dns: false,
            respect_dns_ttl: false,
            enable_ipv4: self.settings.enable_ipv4,
            enable_ipv6: self.settings.enable_ipv6,
            stats_name: fields.filled("stats_name").map(Arc::from),
            health_checks: Vec::new(),
            connect_timeout: None,
            idle_timeout: None,
            max_connection_lifetime: None,
            circuit_breakers,
            load_balancer: None,
            own_load_balancer: false,
            keepalive: None,
        };
        let shown: Arc<str> = service.into();
        self.maker.make(
            Wanted {
                role,
                marker: Some(marker),
                service: &shown,
                normal_service: service,
                namespace: &resource.namespace,
                wish: &wish,
                host_rewrite: None,
                span: Some(fields.span()),
                owner: &format_args!("{} {}", resource.kind, resource.name),
            },
            self.problems,
        )
    }

    /// The filter of the AuthService, if there is one.
    pub(crate) fn auth(&mut self) -> Option<Filter> {
        let services = self.of_kind(Kind::AuthService);
        let (first, others) = services.split_first()?;
        let fields = Fields::of(&first.spec);
        self.compare_auth_services(first, others);
        // Later ones are complained of, and what they say counts all the same; the prefix of the path is the first one's.
        let said = |field: &str| {
            let mut latest = services.iter().rev().map(|service| Fields::of(&service.spec));
            latest.find(|fields| fields.node(field).is_some_and(policies::truthy)).unwrap_or(fields)
        };
        let is_grpc = said("proto").text("proto") == Some("grpc");
        let version = fields.text("protocol_version").unwrap_or("v2");
        if is_grpc && version != "v3" {
            let what = format!("AuthService {} speaks gRPC with protocol_version {version}", first.name);
            if self.edition.requires_protocol_v3() {
                self.error(
                    first,
                    "auth-protocol",
                    "protocol_version",
                    format!("{what}: every request is answered 500"),
                );
                return Some(Filter::AuthBroken(first.key.as_str().into()));
            }
            self.reject(first, "auth-protocol", "protocol_version", "gRPC with protocol_version v2");
        }
        let include = fields.map("include_body");
        let allow_body = said("allow_request_body").is_true("allow_request_body");
        if include.is_some() && allow_body {
            let message = format!(
                "AuthService {} has include_body and allow_request_body: every request is answered 500",
                first.name
            );
            self.error(first, "auth-body", "allow_request_body", message);
            return Some(Filter::AuthBroken(first.key.as_str().into()));
        }
        let body = match include {
            Some(include) => Some(AuthBody {
                max_bytes: include.int("max_bytes").and_then(|bytes| u32::try_from(bytes).ok()).unwrap_or(0),
                allow_partial: include.is_true("allow_partial"),
            }),
            None => allow_body.then_some(AuthBody { max_bytes: 4096, allow_partial: true }),
        };
        let status = fields.map("status_on_error").and_then(|status| status.int("code")).unwrap_or(403);
        if !is_envoy_status(status) {
            self.reject(
                first,
                "auth-status",
                "status_on_error",
                &format!("status_on_error {status} is no HTTP status"),
            );
        }
        let service = fields.text("auth_service")?;
        let cluster = self.cluster(first, Role::Auth, "extauth", service, is_grpc)?;
        let protocol = if is_grpc { AuthProtocol::Grpc } else { self.http_auth(first, fields, cluster) };
        Some(Filter::Auth(Box::new(Auth {
            cluster,
            service: service.into(),
            protocol,
            timeout: milliseconds(said("timeout_ms"), "timeout_ms", 5000),
            body,
            failure_mode_allow: fields.is_true("failure_mode_allow"),
            status_on_error: u16::try_from(status).unwrap_or(403),
        })))
    }

    fn http_auth(&mut self, resource: &Resource, fields: Fields<'_>, cluster: ClusterId) -> AuthProtocol {
        let lower = |key: &str| {
            fields.texts(key).unwrap_or_default().into_iter().map(str::to_ascii_lowercase).collect::<Vec<_>>()
        };
        let path_prefix = fields.filled("path_prefix").map(str::to_owned);
        if path_prefix.as_ref().is_some_and(|prefix| !prefix.starts_with('/')) {
            self.reject(resource, "auth-path-prefix", "path_prefix", "path_prefix does not begin with a slash");
        }
        let mut add: Vec<(String, String)> = fields
            .entries("add_auth_headers")
            .iter()
            .filter_map(|entry| Some((entry.key.text()?.to_owned(), fields::text(&entry.value)?.to_owned())))
            .collect();
        add.sort();
        if fields.bool("add_linkerd_headers").unwrap_or(self.settings.add_linkerd_headers) {
            add.push(("l5d-dst-override".to_owned(), self.maker.get(cluster).endpoint()));
        }
        AuthProtocol::Http {
            path_prefix,
            request_headers: lower("allowed_request_headers"),
            authorization_headers: lower("allowed_authorization_headers"),
            add,
        }
    }

    /// Only the first AuthService is asked; others that say otherwise are complained of.
    fn compare_auth_services(&mut self, first: &Resource, others: &[&Resource]) {
        let own = Fields::of(&first.spec);
        for other in others {
            let theirs = Fields::of(&other.spec);
            for field in ["path_prefix", "timeout_ms", "proto", "allow_request_body"] {
                let text = |fields: Fields<'_>| fields.node(field).map(fields::plain_text);
                if text(own) != text(theirs) && theirs.has(field) {
                    let message = format!("AuthService {} has another {field} than {}", other.name, first.name);
                    self.problems.post(
                        Effect::Kept,
                        "auth-services-differ",
                        other.key.clone(),
                        theirs.span_of(field),
                        message,
                    );
                }
            }
        }
    }

    /// The filter of the RateLimitService, if one is active.
    pub(crate) fn rate_limit(&mut self) -> Option<Filter> {
        let service = self.only_one(Kind::RateLimitService, "there is no rate limiting")?;
        let fields = Fields::of(&service.spec);
        let version = fields.text("protocol_version").unwrap_or("v2");
        if version != "v3" {
            if self.edition.requires_protocol_v3() {
                let message = format!(
                    "RateLimitService {} has protocol_version {version}: there is no rate limiting",
                    service.name
                );
                self.error(service, "ratelimit-protocol", "protocol_version", message);
                return None;
            }
            self.reject(service, "ratelimit-protocol", "protocol_version", "protocol_version v2");
        }
        let name = fields.text("service")?;
        let cluster = self.cluster(service, Role::RateLimit, "ratelimit", name, true)?;
        Some(Filter::RateLimit(RateLimit {
            cluster,
            service: name.into(),
            domain: fields.filled("domain").unwrap_or(&self.settings.default_label_domain).into(),
            timeout: milliseconds(fields, "timeout_ms", 20),
            failure_mode_deny: fields.is_true("failure_mode_deny"),
        }))
    }

    /// The resource of a kind of which there must be one; with several none counts.
    fn only_one(&mut self, kind: Kind, consequence: &str) -> Option<&'a Resource> {
        let found = self.of_kind(kind);
        match found.as_slice() {
            [] => None,
            [only] => Some(only),
            [_, second, ..] => {
                let message = format!("{} {kind}s, and one at most may be: {consequence}", found.len());
                self.problems.post(Effect::Dropped, "one-at-most", second.key.clone(), second.name_span, message);
                None
            }
        }
    }

    /// Where access logs go, if a LogService works.
    pub(crate) fn log(&mut self) -> Option<LogSink> {
        let services = self.of_kind(Kind::LogService);
        let mut sink = None;
        for service in services {
            let fields = Fields::of(&service.spec);
            if sink.is_some() {
                let message = format!("LogService {} is the second one: Emissary drops it", service.name);
                self.error(service, "second-log-service", "service", message);
                continue;
            }
            let version = fields.text("protocol_version").unwrap_or("v2");
            if version != "v3" && self.edition.requires_protocol_v3() {
                let message = format!("LogService {} has protocol_version {version}: Emissary drops it", service.name);
                self.error(service, "log-protocol", "protocol_version", message);
                continue;
            }
            let Some(config) = fields.map("driver_config") else {
                let message = format!("LogService {} has no driver_config: Emissary's compiler aborts", service.name);
                self.problems.post(
                    Effect::Abort,
                    "log-without-driver-config",
                    service.key.clone(),
                    fields.span(),
                    message,
                );
                continue;
            };
            let http_entries = fields.text("driver") != Some("tcp");
            let Some(additional_headers) = additional_headers(config, http_entries) else {
                let message = format!(
                    "LogService {} has additional_log_headers that do not fit: Emissary drops it",
                    service.name
                );
                self.error(service, "log-headers", "driver_config", message);
                continue;
            };
            let Some(name) = fields.text("service") else { continue };
            let Some(cluster) = self.cluster(service, Role::Log, "logging", name, fields.is_true("grpc")) else {
                continue;
            };
            sink = Some(LogSink {
                cluster,
                service: name.into(),
                http_entries,
                additional_headers,
                flush_interval: Duration::from_secs(
                    fields.int("flush_interval_time").and_then(|s| u64::try_from(s).ok()).unwrap_or(1),
                ),
                flush_bytes: fields
                    .int("flush_interval_byte_size")
                    .and_then(|n| u32::try_from(n).ok())
                    .unwrap_or(16_384),
            });
        }
        sink
    }

    /// Where spans go, if a TracingService works.
    pub(crate) fn tracing(&mut self) -> Option<Tracing> {
        let service = self.only_one(Kind::TracingService, "there is no tracing")?;
        let fields = Fields::of(&service.spec);
        let driver = fields.text("driver").unwrap_or_default();
        let config = fields.map("config");
        let version = config.and_then(|config| config.text("collector_endpoint_version"));
        let supported = match driver {
            "zipkin" => version != Some("HTTP_JSON_V1") || !self.edition.requires_protocol_v3(),
            "datadog" | "opentelemetry" => true,
            _ => false,
        };
        if !supported {
            let message =
                format!("TracingService {} has a driver or version that is gone: there is no tracing", service.name);
            self.error(service, "tracing-driver", "driver", message);
            return None;
        }
        let name = fields.text("service")?;
        let cluster = self.cluster(service, Role::Tracing, "tracing", name, driver == "opentelemetry")?;
        let sampling = fields.map("sampling");
        let said = |key: &str| config.and_then(|config| config.filled(key)).map(str::to_owned);
        let percent = |key: &str| {
            let asked = sampling.and_then(|sampling| sampling.int(key));
            asked.and_then(|percent| u32::try_from(percent).ok()).unwrap_or(100)
        };
        Some(Tracing {
            cluster,
            service: name.into(),
            driver: driver.to_owned(),
            sampling: [percent("client"), percent("random"), percent("overall")],
            endpoint: said("collector_endpoint").unwrap_or_else(|| "/api/v2/spans".to_owned()),
            hostname: said("collector_hostname"),
            service_name: said("service_name"),
            wide_ids: config.and_then(|config| config.bool("trace_id_128bit")).unwrap_or(true),
            shares_spans: config.and_then(|config| config.bool("shared_span_context")).unwrap_or(true),
            tags: tags(fields),
        })
    }
}

/// The tags of spans; the old names of headers count where there are no tags.
fn tags(fields: Fields<'_>) -> Vec<(String, TraceTag)> {
    let tag = |tag: Fields<'_>| {
        let named = |place: &str| {
            let place = tag.map(place)?;
            Some((place.text("name")?.to_owned(), place.text("default_value").map(str::to_owned)))
        };
        let value = if let Some(literal) = tag.map("literal") {
            TraceTag::Literal(literal.text("value")?.to_owned())
        } else if let Some((name, or)) = named("environment") {
            TraceTag::Environment { name, or }
        } else {
            let (name, or) = named("request_header")?;
            TraceTag::RequestHeader { name, or }
        };
        Some((tag.text("tag")?.to_owned(), value))
    };
    match fields.list("custom_tags") {
        Some(tags) => tags.iter().map(Fields::of).filter_map(tag).collect(),
        None => {
            let names = fields.texts("tag_headers").unwrap_or_default().into_iter();
            names.map(|name| (name.to_owned(), TraceTag::RequestHeader { name: name.to_owned(), or: None })).collect()
        }
    }
}

fn additional_headers(config: Fields<'_>, http_entries: bool) -> Option<Vec<(String, [bool; 3])>> {
    let headers = config.list("additional_log_headers").unwrap_or_default();
    if !headers.is_empty() && !http_entries {
        return None;
    }
    headers
        .iter()
        .map(Fields::of)
        .map(|header| {
            let during = |key: &str| header.bool(key).unwrap_or(true);
            let when = [during("during_request"), during("during_response"), during("during_trailer")];
            Some((header.filled("header_name")?.to_owned(), when))
        })
        .collect()
}

fn milliseconds(fields: Fields<'_>, key: &str, default: u64) -> Duration {
    Duration::from_millis(fields.int(key).and_then(|ms| u64::try_from(ms).ok()).unwrap_or(default))
}

/// The statuses that Envoy has names for.
fn is_envoy_status(status: i64) -> bool {
    matches!(status, 100 | 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=417 | 421..=424 | 426 | 428 | 429 | 431 | 500..=508 | 510 | 511)
}
