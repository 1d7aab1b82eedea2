//! The Module named `ambassador`, read into [`Settings`] with Emissary's checks in their order.

use std::time::Duration;

use super::fields::{self, Fields};
use super::filter::{Filter, GrpcStats, Gzip, IpRange, IpRules};
use super::policies;
use super::problem::{Effect, Problems};
use super::settings::{LogShape, Settings, Underscores};
use crate::edition::Edition;
use crate::resource::{Kind, Resource};
use crate::source::Span;
use crate::yaml::{Dialect, Meaning, Node};

/// What the Module says besides [`Settings`].
#[derive(Debug, Default)]
pub(crate) struct ModuleReading<'a> {
    /// The settings.
    pub(crate) settings: Settings,
    /// The filters that the Module asks for, in order; they come before CORS.
    pub(crate) filters: Vec<Filter>,
    /// `defaults`, where Mappings look for what they lack.
    defaults: Option<Fields<'a>>,
    /// `default_labels`
    pub(crate) default_labels: Option<Fields<'a>>,
    /// The internal Mappings that are on: readiness, liveness, diagnostics.
    pub(crate) internal: [Internal; 3],
    /// Whether there is a Module at all.
    pub(crate) exists: bool,
}

/// One of the gateway's own Mappings.
#[derive(Clone, Debug)]
pub(crate) struct Internal {
    pub(crate) name: &'static str,
    pub(crate) prefix: String,
    pub(crate) rewrite: String,
    pub(crate) service: String,
    pub(crate) enabled: bool,
}

impl Default for Internal {
    fn default() -> Self {
        Self {
            name: "",
            prefix: String::new(),
            rewrite: String::new(),
            service: "127.0.0.1:8877".to_owned(),
            enabled: true,
        }
    }
}

impl<'a> ModuleReading<'a> {
    /// What a Mapping without this field takes from the Module: `defaults.httpmapping.FIELD`, else `defaults.FIELD`.
    pub(crate) fn default_for(&self, field: &str) -> Option<&'a Node> {
        let defaults = self.defaults?;
        defaults.map("httpmapping").and_then(|own| own.node(field)).or_else(|| defaults.node(field))
    }
}

/// Reads the Module, if there is one among the resources.
pub(crate) fn read<'a>(resources: &'a [Resource], edition: Edition, problems: &mut Problems) -> ModuleReading<'a> {
    let mut reading = ModuleReading { internal: internals(), ..ModuleReading::default() };
    let Some(module) = resources.iter().find(|found| found.kind == Kind::Module && found.name == "ambassador") else {
        return reading;
    };
    reading.exists = true;
    let Some(config) = module.spec.get("config") else { return reading };
    let mut reader = Reader { edition, module, config: Fields::of(config), problems };
    reader.plain(&mut reading.settings);
    reading.defaults = reader.config.map("defaults");
    reading.default_labels = reader.config.map("default_labels");
    reader.internal(&mut reading.internal);
    // Emissary stops at the first check that fails; what comes after it has no effect.
    let _ = reader.checked(&mut reading.settings, &mut reading.filters);
    reading
}

fn internals() -> [Internal; 3] {
    let probe = |name: &'static str, path: &str| Internal {
        name,
        prefix: format!("/ambassador/v0/{path}"),
        rewrite: format!("/ambassador/v0/{path}"),
        ..Internal::default()
    };
    [
        probe("internal_readiness_probe_mapping", "check_ready"),
        probe("internal_liveness_probe_mapping", "check_alive"),
        probe("internal_diagnostics_probe_mapping", ""),
    ]
}

struct Reader<'a, 'p> {
    edition: Edition,
    module: &'a Resource,
    config: Fields<'a>,
    problems: &'p mut Problems,
}

impl Reader<'_, '_> {
    fn post(&mut self, effect: Effect, code: &'static str, span: Span, message: impl Into<String>) {
        self.problems.post(effect, code, self.module.key.clone(), span, message);
    }

    /// The settings that nothing checks.
    fn plain(&mut self, settings: &mut Settings) {
        let config = self.config;
        let on = |key: &str, default: bool| config.node(key).map_or(default, policies::truthy);
        let ms = |key: &str| config.int(key).and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
        settings.add_linkerd_headers = on("add_linkerd_headers", false);
        settings.allow_chunked_length = on("allow_chunked_length", false);
        settings.buffer_limit_bytes = config.int("buffer_limit_bytes").and_then(|bytes| u32::try_from(bytes).ok());
        settings.cluster_idle_timeout = ms("cluster_idle_timeout_ms").filter(|time| !time.is_zero());
        settings.cluster_max_connection_lifetime =
            ms("cluster_max_connection_lifetime_ms").filter(|time| !time.is_zero());
        settings.enable_http10 = on("enable_http10", false);
        settings.enable_ipv4 = on("enable_ipv4", true);
        settings.enable_ipv6 = on("enable_ipv6", false);
        settings.listener_idle_timeout = ms("listener_idle_timeout_ms");
        settings.merge_slashes = on("merge_slashes", false);
        settings.preserve_external_request_id = on("preserve_external_request_id", false);
        settings.proper_case = on("proper_case", false);
        settings.reject_requests_with_escaped_slashes = on("reject_requests_with_escaped_slashes", false);
        settings.strip_matching_host_port = on("strip_matching_host_port", false);
        settings.suppress_envoy_headers = on("suppress_envoy_headers", false);
        settings.use_ambassador_namespace = on("use_ambassador_namespace_for_service_resolution", false);
        settings.use_remote_address = on("use_remote_address", true);
        settings.x_forwarded_proto_redirect = on("x_forwarded_proto_redirect", false);
        settings.service_port = config.int("service_port");
        if let Some(keepalive) = config.map("keepalive") {
            settings.keepalive = Some(policies::keepalive(keepalive));
        }
        for (key, field) in [
            ("default_label_domain", &mut settings.default_label_domain),
            ("resolver", &mut settings.resolver),
            ("server_name", &mut settings.server_name),
        ] {
            if let Some(text) = config.filled(key) {
                text.clone_into(field);
            }
        }
        self.numbers(settings);
        self.enums(settings);
    }

    fn numbers(&mut self, settings: &mut Settings) {
        let config = self.config;
        if let Some(node) = config.node("cluster_request_timeout_ms") {
            match fields::int(node) {
                Some(ms) if ms >= 0 => {
                    settings.request_timeout = (ms > 0).then(|| Duration::from_millis(ms as u64));
                }
                Some(ms) => self.post(
                    Effect::Reject,
                    "negative-timeout",
                    node.span,
                    format!("cluster_request_timeout_ms {ms} is negative: Envoy refuses the whole configuration"),
                ),
                None => self.post(
                    Effect::Abort,
                    "module-type",
                    node.span,
                    "cluster_request_timeout_ms is no number: Emissary's compiler aborts",
                ),
            }
        }
        if let Some(node) = config.node("max_request_headers_kb") {
            match fields::int(node).and_then(|kb| u32::try_from(kb).ok()).filter(|kb| (1..=8192).contains(kb)) {
                Some(kb) => settings.max_request_headers_kb = kb,
                None => self.post(
                    Effect::Reject,
                    "module-range",
                    node.span,
                    "max_request_headers_kb must be 1 to 8192: Envoy refuses the whole configuration",
                ),
            }
        }
        if let Some(size) = config.int("regex_max_size").and_then(|size| u32::try_from(size).ok()) {
            settings.regex_max_size = size;
        }
    }

    fn enums(&mut self, settings: &mut Settings) {
        let config = self.config;
        if let Some(node) = config.node("headers_with_underscores_action") {
            match fields::text(node) {
                Some("ALLOW") => settings.underscores = Underscores::Allow,
                Some("REJECT_REQUEST") => settings.underscores = Underscores::RejectRequest,
                Some("DROP_HEADER") => settings.underscores = Underscores::DropHeader,
                _ => self.post(
                    Effect::Reject,
                    "module-enum",
                    node.span,
                    "headers_with_underscores_action must be ALLOW, REJECT_REQUEST or DROP_HEADER: \
                     Envoy refuses the whole configuration",
                ),
            }
        }
        if self.edition.refuses_header_case_overrides()
            && config.list("header_case_overrides").is_some_and(|names| !names.is_empty())
        {
            self.post(
                Effect::Reject,
                "header-case-overrides",
                config.span_of("header_case_overrides"),
                "header_case_overrides needs a patched Envoy: the stock one refuses the whole configuration",
            );
        }
        if self.edition.drops_error_response_overrides() && config.has("error_response_overrides") {
            self.post(
                Effect::Kept,
                "error-response-overrides",
                config.span_of("error_response_overrides"),
                "error_response_overrides is gone: Emissary ignores it with an error",
            );
        }
        if config.has("tls") {
            self.post(
                Effect::Kept,
                "module-tls",
                config.span_of("tls"),
                "tls in the Module is deprecated and ignored: use Host and TLSContext",
            );
        }
    }

    fn internal(&mut self, internal: &mut [Internal; 3]) {
        for (key, probe) in ["readiness_probe", "liveness_probe", "diagnostics"].into_iter().zip(internal) {
            let Some(node) = self.config.node(key) else { continue };
            if node.as_map().is_none() {
                self.post(
                    Effect::Abort,
                    "module-type",
                    node.span,
                    format!("{key} must be a mapping such as `{{enabled: false}}`: Emissary's compiler aborts"),
                );
                continue;
            }
            let fields = Fields::of(node);
            probe.enabled = fields.node("enabled").is_none_or(policies::truthy);
            for (field, place) in
                [("prefix", &mut probe.prefix), ("rewrite", &mut probe.rewrite), ("service", &mut probe.service)]
            {
                if let Some(text) = fields.filled(field) {
                    text.clone_into(place);
                }
            }
        }
    }

    /// The settings that Emissary checks, in its order; `Err` where a check ends the reading.
    fn checked(&mut self, settings: &mut Settings, filters: &mut Vec<Filter>) -> Result<(), ()> {
        let config = self.config;
        // Their mere presence switches these on.
        if config.has("enable_grpc_http11_bridge") {
            filters.push(Filter::GrpcHttp1Bridge);
        }
        if config.has("enable_grpc_web") {
            filters.push(Filter::GrpcWeb);
        }
        if let Some(stats) = config.map("grpc_stats") {
            filters.push(Filter::GrpcStats(grpc_stats(stats)));
        }
        if let Some(script) = config.filled("lua_scripts") {
            filters.push(Filter::Lua(script.into()));
        }
        if self.must_be_map("gzip")
            && let Some(gzip) = config.map("gzip")
        {
            let gzip = self.gzip(gzip);
            filters.push(Filter::Gzip(gzip));
        }
        if self.must_be_map("buffer")
            && let Some(buffer) = config.map("buffer")
        {
            filters.push(self.buffer(buffer)?);
        }
        if self.must_be_map("cors")
            && let Some(cors) = config.map("cors")
        {
            settings.cors = Some(policies::cors(cors));
        }
        if self.must_be_map("retry_policy")
            && let Some(retry) = config.map("retry_policy")
        {
            match policies::retry(retry) {
                Ok((policy, rejected)) => {
                    settings.retry_policy = Some(policy);
                    self.reject(retry.span(), rejected);
                }
                Err(why) => return self.fail(retry.span(), why.0),
            }
        }
        if let Some(rules) = self.ip_rules() {
            filters.push(Filter::IpRules(rules));
        }
        if let Some(balancer) = config.map("load_balancer") {
            match policies::load_balancer(balancer) {
                Ok((policy, rejected)) => {
                    settings.load_balancer = Some(policy);
                    self.reject(balancer.span(), rejected);
                }
                Err(why) => return self.fail(balancer.span(), why.0),
            }
        }
        if let Some(node) = config.node("circuit_breakers") {
            match policies::circuit_breakers(node) {
                Ok((breakers, rejected)) => {
                    settings.circuit_breakers = breakers;
                    self.reject(node.span, rejected);
                }
                Err(why) => {
                    settings.circuit_breakers_broken = true;
                    return self.fail(node.span, format!("{}: every Mapping is dropped", why.0));
                }
            }
        }
        self.logging(settings)?;
        self.client_certs(settings)
    }

    fn fail(&mut self, span: Span, message: String) -> Result<(), ()> {
        self.post(Effect::Kept, "module-check", span, format!("{message}; settings checked after it have no effect"));
        Err(())
    }

    fn reject(&mut self, span: Span, rejected: Vec<policies::Rejected>) {
        for why in rejected {
            let message = format!("{}: Envoy refuses the whole configuration", why.0);
            self.post(Effect::Reject, "module-range", span, message);
        }
    }

    /// Whether a setting may be read; one that is there and no mapping makes the compiler abort.
    fn must_be_map(&mut self, key: &str) -> bool {
        let Some(node) = self.module.spec.path(&["config", key]) else { return false };
        if node.as_map().is_some() {
            return true;
        }
        let message = format!("{key} must be a mapping: Emissary's compiler aborts");
        self.post(Effect::Abort, "module-type", node.span, message);
        false
    }

    fn buffer(&mut self, fields: Fields<'_>) -> Result<Filter, ()> {
        match fields.int("max_request_bytes") {
            Some(bytes) if bytes > 0 && bytes <= i64::from(u32::MAX) => {
                Ok(Filter::Buffer { max_request_bytes: bytes as u32 })
            }
            Some(bytes) => {
                let message =
                    format!("buffer.max_request_bytes {bytes} is out of range: Envoy refuses the whole configuration");
                self.post(Effect::Reject, "module-range", fields.span(), message);
                Err(())
            }
            None => {
                self.fail(fields.span(), "buffer needs max_request_bytes".to_owned())?;
                Err(())
            }
        }
    }

    fn gzip(&mut self, fields: Fields<'_>) -> Gzip {
        const LEVELS: [&str; 12] = [
            "DEFAULT_COMPRESSION",
            "BEST_SPEED",
            "COMPRESSION_LEVEL_1",
            "COMPRESSION_LEVEL_2",
            "COMPRESSION_LEVEL_3",
            "COMPRESSION_LEVEL_4",
            "COMPRESSION_LEVEL_5",
            "COMPRESSION_LEVEL_6",
            "COMPRESSION_LEVEL_7",
            "COMPRESSION_LEVEL_8",
            "COMPRESSION_LEVEL_9",
            "BEST_COMPRESSION",
        ];
        const STRATEGIES: [&str; 5] = ["DEFAULT_STRATEGY", "FILTERED", "HUFFMAN_ONLY", "RLE", "FIXED"];
        let mut refuse = |key: &str| {
            let message = format!("gzip.{key} has no value that Envoy knows: it refuses the whole configuration");
            self.post(Effect::Reject, "module-enum", fields.span_of(key), message);
        };
        for (key, known) in [("compression_level", &LEVELS[..]), ("compression_strategy", &STRATEGIES[..])] {
            if fields.has(key) && !fields.text(key).is_some_and(|word| known.contains(&word)) {
                refuse(key);
            }
        }
        let mut number = |key: &str, range: std::ops::RangeInclusive<i64>| {
            let found = fields.int(key);
            if fields.has(key) && !found.is_some_and(|number| range.contains(&number)) {
                refuse(key);
            }
            found.and_then(|number| u32::try_from(number).ok())
        };
        Gzip {
            memory_level: number("memory_level", 1..=9),
            window_bits: number("window_bits", 9..=15),
            min_content_length: number("min_content_length", 0..=i64::from(u32::MAX)),
            content_type: fields.texts("content_type").map(|types| types.into_iter().map(str::to_owned).collect()),
            compression_level: fields.text("compression_level").map(str::to_owned),
            compression_strategy: fields.text("compression_strategy").map(str::to_owned),
            disable_on_etag_header: fields.is_true("disable_on_etag_header"),
            remove_accept_encoding_header: fields.is_true("remove_accept_encoding_header"),
        }
    }

    fn ip_rules(&mut self) -> Option<IpRules> {
        let config = self.config;
        let (allow, deny) = (config.node("ip_allow"), config.node("ip_deny"));
        if allow.is_some()
            && let Some(deny) = deny
        {
            self.post(
                Effect::Kept,
                "ip-allow-and-deny",
                deny.span,
                "ip_allow and ip_deny together: only ip_allow is used",
            );
        }
        let (node, is_allow) = allow.map(|node| (node, true)).or_else(|| deny.map(|node| (node, false)))?;
        let mut ranges = Vec::new();
        for item in node.as_list().unwrap_or_default() {
            if item.as_map().is_none() {
                let message =
                    "an entry of ip_allow or ip_deny must be `peer:` or `remote:`: Emissary's compiler aborts";
                self.post(Effect::Abort, "ip-rule", item.span, message);
                continue;
            }
            match ip_range(Fields::of(item)) {
                Some(range) => ranges.push(range),
                None => self.post(Effect::Kept, "ip-rule", item.span, "this is no address range: the entry is skipped"),
            }
        }
        // Without a single good entry there is no restriction at all.
        (!ranges.is_empty()).then_some(IpRules { allow: is_allow, ranges })
    }

    fn logging(&mut self, settings: &mut Settings) -> Result<(), ()> {
        let config = self.config;
        if let Some(path) = config.filled("envoy_log_path") {
            path.clone_into(&mut settings.log.path);
        }
        let kind = config.text("envoy_log_type").unwrap_or("text");
        let format = config.node("envoy_log_format");
        match kind {
            "text" => {
                if let Some(node) = format {
                    let Some(text) = fields::text(node) else {
                        return self
                            .fail(node.span, "envoy_log_format must be a text with envoy_log_type text".to_owned());
                    };
                    settings.log.shape = LogShape::Text(Some(text.to_owned()));
                }
            }
            "json" | "typed_json" => {
                let keys = match format {
                    None => None,
                    Some(node) => match node.as_map() {
                        Some(map) => Some(
                            map.entries()
                                .iter()
                                .filter_map(|entry| {
                                    Some((entry.key.text()?.to_owned(), entry.value.text()?.to_owned()))
                                })
                                .collect(),
                        ),
                        None => {
                            let message = format!("envoy_log_format must be a mapping with envoy_log_type {kind}");
                            return self.fail(node.span, message);
                        }
                    },
                };
                settings.log.shape = LogShape::Json { format: keys, typed: kind == "typed_json" };
            }
            other => {
                let message = format!("envoy_log_type `{other}` is neither text, json nor typed_json");
                return self.fail(config.span_of("envoy_log_type"), message);
            }
        }
        Ok(())
    }

    fn client_certs(&mut self, settings: &mut Settings) -> Result<(), ()> {
        const DETAILS: [&str; 5] =
            ["SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"];
        let config = self.config;
        if let Some(node) = config.node("forward_client_cert_details") {
            match fields::text(node).filter(|word| DETAILS.contains(word)) {
                Some(word) => settings.forward_client_cert_details = Some(word.to_owned()),
                None => {
                    let message = "forward_client_cert_details must be SANITIZE, FORWARD_ONLY, APPEND_FORWARD, \
                                   SANITIZE_SET or ALWAYS_FORWARD_ONLY: Envoy refuses the whole configuration";
                    self.post(Effect::Kept, "module-check", node.span, message);
                    self.post(Effect::Reject, "module-enum", node.span, message);
                    return Err(());
                }
            }
        }
        let Some(node) = config.node("set_current_client_cert_details") else { return Ok(()) };
        if node.as_map().is_none() {
            let message = "set_current_client_cert_details must be a mapping: Emissary's compiler aborts";
            self.post(Effect::Abort, "module-type", node.span, message);
            return Err(());
        }
        for entry in Fields::of(node).all() {
            let key = entry.key.text().unwrap_or_default();
            if !["subject", "cert", "chain", "dns", "uri"].contains(&key) {
                let message =
                    format!("`{key}` is no part of a client certificate: Envoy refuses the whole configuration");
                self.post(Effect::Kept, "module-check", entry.key.span, message.clone());
                self.post(Effect::Reject, "module-enum", entry.key.span, message);
                return Err(());
            }
            let on = entry.value.meaning(Dialect::Kubernetes) == Some(Meaning::Bool(true));
            settings.set_current_client_cert_details.push((key.to_owned(), on));
        }
        Ok(())
    }
}

fn ip_range(fields: Fields<'_>) -> Option<IpRange> {
    let parse = |text: &str| -> Option<ipnet::IpNet> {
        text.parse().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(ipnet::IpNet::from))
    };
    if let Some(peer) = fields.text("peer") {
        return parse(peer).map(IpRange::Peer);
    }
    parse(fields.text("remote")?).map(IpRange::Remote)
}

fn grpc_stats(fields: Fields<'_>) -> GrpcStats {
    let services = fields.list("services").unwrap_or_default();
    GrpcStats {
        all_methods: fields.is_true("all_methods"),
        upstream_stats: fields.is_true("upstream_stats"),
        services: services
            .iter()
            .map(Fields::of)
            .filter_map(|service| {
                let methods = service.texts("method_names").unwrap_or_default();
                Some((service.text("name")?.to_owned(), methods.into_iter().map(str::to_owned).collect()))
            })
            .collect(),
    }
}
