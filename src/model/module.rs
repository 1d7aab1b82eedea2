//! The Module named `ambassador`, read into [`Settings`] with Emissary's checks in their order.

use std::sync::Arc;
use std::time::Duration;

use super::fields::{self, Fields};
use super::filter::Filter;
use super::policies;
use super::problem::{Effect, Problems};
use super::settings::{Settings, Underscores};
use crate::edition::Edition;
use crate::resource::{Kind, Resource};
use crate::source::Span;
use crate::yaml::Node;

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
pub(crate) fn read<'a>(resources: &'a [Arc<Resource>], edition: Edition, problems: &mut Problems) -> ModuleReading<'a> {
    let mut reading = ModuleReading { internal: internals(), ..ModuleReading::default() };
    let Some(module) = resources.iter().find(|found| found.kind == Kind::Module && found.name == "ambassador") else {
        return reading;
    };
    reading.exists = true;
    let Some(config) = module.spec.get("config") else { return reading };
    let mut reader = Reader { edition, module, config: Fields::of(config), is_checking: true, problems };
    reader.plain(&mut reading.settings);
    reading.defaults = reader.config.map("defaults");
    reading.default_labels = reader.config.map("default_labels");
    reader.internal(&mut reading.internal);
    reader.checked(&mut reading.settings, &mut reading.filters);
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

/// A Module that is being read.
pub(crate) struct Reader<'a, 'p> {
    pub(crate) edition: Edition,
    pub(crate) module: &'a Resource,
    pub(crate) config: Fields<'a>,
    /// Whether no check has failed yet.
    pub(crate) is_checking: bool,
    pub(crate) problems: &'p mut Problems,
}

impl Reader<'_, '_> {
    pub(crate) fn post(&mut self, effect: Effect, code: &'static str, span: Span, message: impl Into<String>) {
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
}
