//! The settings of the Module that Emissary checks, in its order.

use super::fields::Fields;
use super::filter::{Filter, GrpcStats, Gzip, IpRange, IpRules};
use super::module::Reader;
use super::policies;
use super::problem::Effect;
use super::settings::Settings;
use crate::source::Span;

impl Reader<'_, '_> {
    /// The settings that Emissary checks, in its order.
    ///
    /// It ends at the first check that fails: filters that come later are not made. Values that it copies before all
    /// checks are in force all the same, and Envoy comes to see them.
    pub(crate) fn checked(&mut self, settings: &mut Settings, filters: &mut Vec<Filter>) {
        if self.created(settings, filters).is_err() {
            self.is_checking = false;
        }
        self.load_balancer(settings);
        self.circuit_breakers(settings);
        let _ = self.logging(settings);
        let _ = self.client_certs(settings);
    }

    /// What is made where its check is reached; `Err` where a check ends the reading.
    fn created(&mut self, settings: &mut Settings, filters: &mut Vec<Filter>) -> Result<(), ()> {
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
                    self.reject(rejected);
                }
                Err(why) => return self.fail(retry.span(), why.0),
            }
        }
        if let Some(rules) = self.ip_rules() {
            filters.push(Filter::IpRules(rules));
        }
        Ok(())
    }

    fn load_balancer(&mut self, settings: &mut Settings) {
        let Some(balancer) = self.config.map("load_balancer") else { return };
        match policies::load_balancer(balancer) {
            Ok((policy, rejected)) => {
                settings.load_balancer = Some(policy);
                self.reject(rejected);
            }
            Err(why) => {
                settings.load_balancer = policies::load_balancer_in_part(balancer);
                let _ = self.fail(balancer.span(), why.0);
            }
        }
    }

    fn circuit_breakers(&mut self, settings: &mut Settings) {
        let Some(node) = self.config.node("circuit_breakers") else { return };
        match policies::circuit_breakers(node) {
            Ok((breakers, rejected)) => {
                settings.circuit_breakers = breakers;
                self.reject(rejected);
            }
            Err(why) => {
                settings.circuit_breakers_broken = true;
                if std::mem::replace(&mut self.is_checking, false) {
                    let message = format!("{}: every Mapping is dropped", why.0);
                    self.post(Effect::Kept, "module-circuit-breakers", node.span, message);
                }
            }
        }
    }

    pub(crate) fn fail(&mut self, span: Span, message: String) -> Result<(), ()> {
        if std::mem::replace(&mut self.is_checking, false) {
            let message = format!("{message}; settings checked after it have no effect");
            self.post(Effect::Kept, "module-check", span, message);
        }
        Err(())
    }

    pub(crate) fn reject(&mut self, rejected: Vec<policies::Rejected>) {
        for why in rejected {
            let message = format!("{}: Envoy refuses the whole configuration", why.what);
            self.post(Effect::Reject, why.code, why.span, message);
        }
    }

    /// Whether a setting may be read; one that is there and no mapping makes the compiler abort.
    pub(crate) fn must_be_map(&mut self, key: &str) -> bool {
        let Some(node) = self.module.spec.path(&["config", key]) else { return false };
        if node.as_map().is_some() {
            return true;
        }
        let message = format!("{key} must be a mapping: Emissary's compiler aborts");
        self.post(Effect::Abort, "module-type", node.span, message);
        false
    }

    pub(crate) fn buffer(&mut self, fields: Fields<'_>) -> Result<Filter, ()> {
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

    pub(crate) fn gzip(&mut self, fields: Fields<'_>) -> Gzip {
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

    pub(crate) fn ip_rules(&mut self) -> Option<IpRules> {
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
