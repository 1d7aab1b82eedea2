//! Mappings read from resources, with the checks of Emissary's compiler in its order.

use std::sync::Arc;
use std::time::Duration;

use super::action::{HostRewrite, Rewrite};
use super::fields::{self, Fields};
use super::headers;
use super::labels::Labels;
use super::mapping::{
    ClusterWish, Condition, ConditionValue, GroupWish, Hostname, Mapping, Match, OwnWish, RedirectWish,
};
use super::module::ModuleReading;
use super::objection::{Objection, Part};
use super::policies::{self, Rejected};
use super::policy::HeaderValue;
use super::problem::{Effect, Problems};
use super::resolver::Resolvers;
use super::service::{Qualifier, Service};
use super::table::ResourceId;
use crate::edition::Edition;
use crate::resource::Resource;
use crate::routing::regex::Regex;
use crate::source::Span;
use crate::yaml::{Dialect, Meaning};

/// What Mappings are read with.
pub(crate) struct MappingReader<'a> {
    pub(crate) edition: Edition,
    pub(crate) ambassador_namespace: &'a str,
    pub(crate) module: &'a ModuleReading<'a>,
    pub(crate) resolvers: &'a Resolvers,
    pub(crate) labels: Labels<'a>,
}

/// A Mapping, and what Envoy would refuse in it.
#[derive(Debug)]
pub(crate) struct ReadMapping {
    pub(crate) mapping: Mapping,
    pub(crate) objections: Vec<Objection>,
}

/// The service as users know it: as written, unless Emissary cut something off or completed the name.
pub(crate) fn shown(written: &str, plain: &Service, normal: &Service) -> Arc<str> {
    let is_as_written = normal == plain && written.eq_ignore_ascii_case(&plain.text);
    if is_as_written { written.into() } else { Arc::clone(&normal.text) }
}

/// The size limit of redirect regexes, which no setting changes.
const REDIRECT_REGEX_SIZE: u32 = 200;

struct Reading<'a, 'r> {
    reader: &'r MappingReader<'a>,
    resource: &'r Resource,
    fields: Fields<'r>,
    problems: &'r mut Problems,
    objections: Vec<Objection>,
}

impl<'a> MappingReader<'a> {
    /// Reads a Mapping; `None` where Emissary drops it.
    pub(crate) fn read(&self, id: ResourceId, resource: &Resource, problems: &mut Problems) -> Option<ReadMapping> {
        let mut reading =
            Reading { reader: self, resource, fields: Fields::of(&resource.spec), problems, objections: Vec::new() };
        let mapping = reading.mapping(id)?;
        Some(ReadMapping { mapping, objections: reading.objections })
    }
}

impl<'r> Reading<'_, 'r> {
    fn mapping(&mut self, id: ResourceId) -> Option<Mapping> {
        let fields = self.fields;
        let Some(prefix) = fields.text("prefix") else {
            return self.abort("prefix", "prefix is missing or empty");
        };
        let Some(service) = fields.text("service") else {
            return self.abort("service", "service is missing or empty");
        };
        let cluster = self.cluster_wish()?;
        let completes = self.reader.resolvers.find(&cluster.resolver).is_none_or(|kind| kind.completes_names())
            && !self.reader.module.settings.use_ambassador_namespace;
        let qualifier = Qualifier {
            namespace: &self.resource.namespace,
            ambassador_namespace: self.reader.ambassador_namespace,
            completes,
        };
        let at_home = Qualifier { completes: false, ..qualifier };
        let (Ok(normal), Ok(plain)) = (Service::normalise(service, qualifier), Service::normalise(service, at_home))
        else {
            return self.abort("service", "service has an unbalanced bracket");
        };
        let shown = shown(service, &plain, &normal);
        let matches = self.matches(prefix)?;
        let redirect = self.redirect();
        let own = self.own();
        let group = self.group()?;
        let weight = fields.int("weight");
        if weight.is_some_and(|weight| weight < 0) {
            self.objection(Part::Forward, "negative-weight", fields.span_of("weight"), "weight is negative".to_owned());
        }
        Some(Mapping {
            from: Some(id),
            name: self.resource.name.as_str().into(),
            namespace: self.resource.namespace.as_str().into(),
            key: self.resource.key.as_str().into(),
            labels: self.resource.labels.clone(),
            matches,
            label_text: fields.node("labels").map(|labels| fields::plain_text(labels).into()),
            weight,
            shadow: fields.is_true("shadow"),
            redirect,
            service: shown,
            normal_service: normal.text,
            cluster,
            own,
            group,
        })
    }

    fn abort<T>(&mut self, field: &str, what: &str) -> Option<T> {
        let message = format!("{what}: Emissary's compiler aborts over Mapping {}", self.resource.name);
        let span = self.fields.span_of(field);
        self.problems.post(Effect::Abort, "compiler-abort", self.resource.key.clone(), span, message);
        None
    }

    fn dropped<T>(&mut self, code: &'static str, span: Span, what: impl Into<String>) -> Option<T> {
        let message = format!("{}: Emissary drops Mapping {}", what.into(), self.resource.name);
        self.problems.post(Effect::Dropped, code, self.resource.key.clone(), span, message);
        None
    }

    fn objection(&mut self, part: Part, code: &'static str, span: Span, what: String) {
        let message = format!("{what}: Envoy refuses the whole configuration over Mapping {}", self.resource.name);
        self.objections.push(Objection { part, code, message, span });
    }

    fn rejected(&mut self, part: Part, span: Span, rejected: Vec<Rejected>) {
        for why in rejected {
            self.objection(part, "envoy-range", span, why.0);
        }
    }

    /// A regex as Envoy takes it; `None` where it refuses it, which is noted.
    fn regex(&mut self, part: Part, span: Span, pattern: &str, max_size: u32) -> Option<Regex> {
        match Regex::new(pattern) {
            Err(refusal) => {
                self.objection(part, "bad-regex", span, format!("`{pattern}` is no regex to RE2: {refusal}"));
                None
            }
            Ok(regex) if regex.program_size() > max_size => {
                let size = regex.program_size();
                self.objection(
                    part,
                    "regex-too-large",
                    span,
                    format!("`{pattern}` has a program size of {size}, over {max_size}"),
                );
                None
            }
            Ok(regex) => Some(regex),
        }
    }

    fn max_size(&self) -> u32 {
        self.reader.module.settings.regex_max_size
    }

    fn matches(&mut self, prefix: &str) -> Option<Match> {
        let fields = self.fields;
        let is_regex = fields.bool("prefix_regex");
        let mut headers = Vec::new();
        let mut authority = None;
        for entry in fields.entries("headers") {
            let name = entry.key.text().unwrap_or_default();
            let moves_to_hostname =
                self.reader.edition.attaches_by_hostname() && name.eq_ignore_ascii_case(":authority");
            match entry.value.meaning(Dialect::Kubernetes) {
                Some(Meaning::Bool(true)) => {
                    headers.push(Condition { name: name.into(), value: ConditionValue::Present });
                }
                Some(Meaning::Str(value)) if moves_to_hostname => {
                    if value.contains('*') {
                        return self.dropped(
                            "authority-glob",
                            entry.value.span,
                            ":authority with a `*` matches nothing",
                        );
                    }
                    authority = Some(value);
                }
                Some(Meaning::Str(value)) => {
                    headers.push(Condition { name: name.into(), value: ConditionValue::Exact(value.into()) });
                }
                _ => {}
            }
        }
        self.regex_conditions("regex_headers", Part::Tests, &mut headers);
        let hostname = self.hostname(authority, &mut headers)?;
        if let Some(method) = fields.filled("method") {
            let value = if fields.is_true("method_regex") {
                let span = fields.span_of("method");
                self.regex(Part::Tests, span, method, self.max_size());
                ConditionValue::Regex(method.into())
            } else {
                ConditionValue::Exact(method.into())
            };
            headers.push(Condition { name: ":method".into(), value });
        }
        if is_regex == Some(true) {
            self.regex(Part::Tests, fields.span_of("prefix"), prefix, self.max_size());
        }
        let mut query = Vec::new();
        for entry in fields.entries("query_parameters") {
            let name = entry.key.text().unwrap_or_default();
            match entry.value.meaning(Dialect::Kubernetes) {
                Some(Meaning::Bool(true)) => {
                    query.push(Condition { name: name.into(), value: ConditionValue::Present })
                }
                Some(Meaning::Str(value)) => {
                    query.push(Condition { name: name.into(), value: ConditionValue::Exact(value.into()) });
                }
                _ => {}
            }
        }
        self.regex_conditions("regex_query_parameters", Part::Query, &mut query);
        Some(Match {
            prefix: prefix.into(),
            exact: fields.bool("prefix_exact"),
            regex: is_regex,
            case_sensitive: fields.bool("case_sensitive"),
            hostname,
            headers,
            query,
            precedence: fields.int("precedence").unwrap_or(0),
        })
    }

    fn regex_conditions(&mut self, field: &str, part: Part, conditions: &mut Vec<Condition>) {
        for entry in self.fields.entries(field) {
            let (Some(name), Some(pattern)) = (entry.key.text(), fields::text(&entry.value)) else { continue };
            self.regex(part, entry.value.span, pattern, self.max_size());
            conditions.push(Condition { name: name.into(), value: ConditionValue::Regex(pattern.into()) });
        }
    }

    /// The hostname, and the `:authority` condition that it makes; the outer `None` where Emissary drops the Mapping.
    fn hostname(&mut self, authority: Option<&str>, headers: &mut Vec<Condition>) -> Option<Option<Hostname>> {
        let fields = self.fields;
        let host_regex = fields.is_true("host_regex");
        if !self.reader.edition.attaches_by_hostname() {
            if let Some(host) = fields.text("host") {
                let value = if host_regex {
                    self.regex(Part::Tests, fields.span_of("host"), host, self.max_size());
                    ConditionValue::Regex(host.into())
                } else {
                    ConditionValue::Exact(host.into())
                };
                headers.push(Condition { name: ":authority".into(), value });
            }
            return Some(None);
        }
        let (text, value) = if let Some(hostname) = fields.filled("hostname") {
            (hostname, ConditionValue::Glob(hostname.into()))
        } else if let Some(host) = fields.filled("host") {
            if host_regex {
                self.regex(Part::Tests, fields.span_of("host"), host, self.max_size());
                (host, ConditionValue::Regex(host.into()))
            } else if host.contains('*') {
                return self.dropped(
                    "host-glob",
                    fields.span_of("host"),
                    "host with a `*` needs host_regex, or hostname",
                );
            } else {
                (host, ConditionValue::Glob(host.into()))
            }
        } else if let Some(authority) = authority {
            (authority, ConditionValue::Glob(authority.into()))
        } else {
            return Some(host_regex.then(|| Hostname { text: "".into(), attaches_to_all: true }));
        };
        headers.push(Condition { name: ":authority".into(), value });
        Some(Some(Hostname { text: text.into(), attaches_to_all: host_regex }))
    }

    fn redirect(&mut self) -> Option<RedirectWish> {
        let fields = self.fields;
        if !fields.is_true("host_redirect") {
            return None;
        }
        let given: Vec<&str> =
            ["path_redirect", "prefix_redirect", "regex_redirect"].into_iter().filter(|key| fields.has(key)).collect();
        if given.len() > 1 {
            let message = format!("{} exclude each other: the first of them counts", given.join(" and "));
            let span = fields.span_of(given[1]);
            self.problems.post(Effect::Kept, "redirects-exclude", self.resource.key.clone(), span, message);
        }
        let path = fields.filled("path_redirect").map(Arc::from);
        let prefix = fields.filled("prefix_redirect").map(Arc::from);
        let regex = match (&path, &prefix, fields.map("regex_redirect")) {
            (None, None, Some(redirect)) => {
                let pattern = redirect.text("pattern").unwrap_or_default();
                let span = redirect.span_of("pattern");
                let regex = self.regex(Part::Redirect, span, pattern, REDIRECT_REGEX_SIZE);
                regex.map(|regex| (regex, Arc::from(redirect.text("substitution").unwrap_or_default())))
            }
            _ => None,
        };
        let code = fields.int("redirect_response_code").and_then(|code| u16::try_from(code).ok()).unwrap_or(301);
        Some(RedirectWish { path, prefix, regex, code })
    }

    /// Milliseconds that must not be negative.
    fn ms(&mut self, key: &str, part: Part, least: i64) -> Option<Duration> {
        let ms = self.fields.int(key)?;
        if ms < least {
            let span = self.fields.span_of(key);
            self.objection(part, "timeout-range", span, format!("{key} {ms} is out of range"));
        }
        Some(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
    }

    fn own(&mut self) -> OwnWish {
        let fields = self.fields;
        let rewrite = match fields.text("rewrite") {
            None => Rewrite::Prefix("/".into()),
            Some("") => Rewrite::Keep,
            Some(text) => Rewrite::Prefix(text.into()),
        };
        let host = match (fields.filled("host_rewrite"), fields.bool("auto_host_rewrite")) {
            (Some(host), auto) => {
                if auto.is_some() {
                    let span = fields.span_of("auto_host_rewrite");
                    self.objection(
                        Part::Forward,
                        "host-rewrites",
                        span,
                        "host_rewrite and auto_host_rewrite together".to_owned(),
                    );
                }
                HostRewrite::Literal(host.into())
            }
            (None, Some(true)) => HostRewrite::Auto,
            (None, _) => HostRewrite::Keep,
        };
        let timeout = match self.ms("timeout_ms", Part::Forward, 0) {
            Some(timeout) => (!timeout.is_zero()).then_some(timeout),
            None => self.reader.module.settings.request_timeout,
        };
        let idle_timeout = self.ms("idle_timeout_ms", Part::Forward, 0);
        let extensions = fields.entries("auth_context_extensions").iter();
        OwnWish {
            rewrite,
            host,
            timeout,
            idle_timeout,
            bypass_auth: fields.bool("bypass_auth"),
            auth_extensions: extensions
                .filter_map(|entry| Some((entry.key.text()?.into(), fields::text(&entry.value)?.into())))
                .collect(),
        }
    }

    fn cluster_wish(&mut self) -> Option<ClusterWish> {
        let fields = self.fields;
        let settings = &self.reader.module.settings;
        let resolver = fields.filled("resolver").unwrap_or(&settings.resolver);
        let span = if fields.has("resolver") { fields.span_of("resolver") } else { self.resource.name_span };
        let Some(kind) = self.reader.resolvers.find(resolver) else {
            return self.dropped("unknown-resolver", span, format!("there is no resolver {resolver}"));
        };
        if fields.has("outlier_detection") {
            return self.dropped(
                "outlier-detection",
                fields.span_of("outlier_detection"),
                "outlier_detection is not supported",
            );
        }
        if fields.has("error_response_overrides") && self.reader.edition.drops_error_response_overrides() {
            let span = fields.span_of("error_response_overrides");
            return self.dropped("error-response-overrides", span, "error_response_overrides is gone");
        }
        let circuit_breakers = match fields.node("circuit_breakers") {
            Some(node) => match policies::circuit_breakers(node) {
                Ok((breakers, rejected)) => {
                    self.rejected(Part::Cluster, node.span, rejected);
                    breakers
                }
                Err(why) => return self.dropped("circuit-breakers", node.span, why.0),
            },
            None if settings.circuit_breakers_broken => {
                return self.dropped("circuit-breakers", span, "the Module's circuit_breakers are no list");
            }
            None => settings.circuit_breakers.clone(),
        };
        let own_balancer = match fields.map("load_balancer") {
            None => None,
            Some(balancer) if !kind.knows_endpoints() => {
                let what = format!("load_balancer does not work with resolver {resolver}");
                return self.dropped("load-balancer-resolver", balancer.span(), what);
            }
            Some(balancer) => match policies::load_balancer(balancer) {
                Ok((policy, rejected)) => {
                    self.rejected(Part::Forward, balancer.span(), rejected);
                    Some(policy)
                }
                Err(why) => return self.dropped("load-balancer", balancer.span(), why.0),
            },
        };
        let text = |key: &str| fields.filled(key).map(Arc::from);
        let health_checks = if kind.knows_endpoints() && self.reader.edition.has_health_checks() {
            let (checks, objections) = super::health::read(fields.list("health_checks").unwrap_or_default());
            for (span, what) in objections {
                self.objection(Part::Cluster, "health-check", span, what);
            }
            checks
        } else {
            Vec::new()
        };
        Some(ClusterWish {
            resolver: resolver.into(),
            tls: text("tls"),
            forces_tls: fields.is_true("tls"),
            tag: text("cluster_tag"),
            grpc: fields.is_true("grpc"),
            logical_dns: fields.text("dns_type").is_some_and(|kind| kind.eq_ignore_ascii_case("logical_dns")),
            respect_dns_ttl: fields.is_true("respect_dns_ttl"),
            enable_ipv4: fields.bool("enable_ipv4").unwrap_or(settings.enable_ipv4),
            enable_ipv6: fields.bool("enable_ipv6").unwrap_or(settings.enable_ipv6),
            stats_name: text("stats_name"),
            health_checks,
            connect_timeout: self.ms("connect_timeout_ms", Part::Cluster, 1),
            idle_timeout: self.ms("cluster_idle_timeout_ms", Part::Cluster, 0),
            max_connection_lifetime: self.ms("cluster_max_connection_lifetime_ms", Part::Cluster, 0),
            circuit_breakers,
            own_load_balancer: own_balancer.is_some(),
            load_balancer: own_balancer.or_else(|| settings.load_balancer.clone()),
            keepalive: fields.map("keepalive").map(policies::keepalive),
        })
    }

    fn group(&mut self) -> Option<GroupWish> {
        let fields = self.fields;
        let settings = &self.reader.module.settings;
        let regex_rewrite = match fields.map("regex_rewrite") {
            None => None,
            Some(rewrite) => match rewrite.filled("pattern") {
                None => {
                    self.objection(
                        Part::Forward,
                        "regex-rewrite-pattern",
                        rewrite.span(),
                        "regex_rewrite has no pattern".to_owned(),
                    );
                    None
                }
                Some(pattern) => self
                    .regex(Part::Forward, rewrite.span_of("pattern"), pattern, self.max_size())
                    .map(|regex| (regex, Arc::from(rewrite.text("substitution").unwrap_or_default()))),
            },
        };
        let retry = match fields.map("retry_policy") {
            None => settings.retry_policy.clone(),
            Some(retry) => match policies::retry(retry) {
                Ok((policy, rejected)) => {
                    self.rejected(Part::Forward, retry.span(), rejected);
                    Some(policy)
                }
                Err(why) => return self.dropped("retry-policy", retry.span(), why.0),
            },
        };
        let priority = match fields.filled("priority") {
            None => None,
            Some(word) => {
                let priority = policies::priority(word);
                if priority.is_none() {
                    let span = fields.span_of("priority");
                    self.objection(
                        Part::Forward,
                        "priority",
                        span,
                        format!("priority `{word}` is neither default nor high"),
                    );
                }
                priority
            }
        };
        let mut label_objections = Vec::new();
        let rate_limits = self.reader.labels.descriptors(fields.map("labels"), &mut label_objections);
        for (span, what) in label_objections {
            self.objection(Part::Forward, "rate-limit-label", span, what);
        }
        Some(GroupWish {
            regex_rewrite,
            cors: fields.map("cors").map(policies::cors).or_else(|| settings.cors.clone()).map(Arc::new),
            retry,
            upgrades: self.upgrades(),
            priority,
            add_request_headers: self.added("add_request_headers")?,
            add_response_headers: self.added("add_response_headers")?,
            remove_request_headers: self.removed("remove_request_headers"),
            remove_response_headers: self.removed("remove_response_headers"),
            add_linkerd_headers: Some(fields.bool("add_linkerd_headers").unwrap_or(settings.add_linkerd_headers)),
            rate_limits,
        })
    }

    fn upgrades(&mut self) -> Option<Arc<[Arc<str>]>> {
        let fields = self.fields;
        let mut names: Vec<Arc<str>> = Vec::new();
        for item in fields.list("allow_upgrade").unwrap_or_default() {
            let Some(name) = fields::text(item).map(str::to_ascii_lowercase) else { continue };
            if names.iter().any(|known| **known == *name) {
                self.objection(
                    Part::Forward,
                    "duplicate-upgrade",
                    item.span,
                    format!("allow_upgrade names {name} twice"),
                );
                continue;
            }
            names.push(name.into());
        }
        // The mere presence of use_websocket switches it on.
        if fields.has("use_websocket") && !names.iter().any(|name| **name == *"websocket") {
            names.push("websocket".into());
        }
        (!names.is_empty()).then(|| names.into())
    }

    fn added(&mut self, field: &str) -> Option<Vec<HeaderValue>> {
        let default = self.reader.module.default_for(field);
        let Some(node) = self.fields.node(field).or(default) else { return Some(Vec::new()) };
        let mut added = Vec::new();
        for (entry, value) in headers::values(node) {
            let Some(value) = value else {
                let what = format!("{field}: header {} has no value", entry.key.text().unwrap_or_default());
                let message = format!("{what}: Emissary's compiler aborts over Mapping {}", self.resource.name);
                let key = self.resource.key.clone();
                self.problems.post(Effect::Abort, "header-without-value", key, entry.key.span, message);
                return None;
            };
            let name = &value.name;
            if headers::is_fixed(name) {
                let what = format!("{field}: {name} cannot be added");
                self.objection(Part::Forward, "header-not-editable", entry.key.span, what);
            } else if let Err(why) = super::format::check(&value.value) {
                self.objection(Part::Forward, "header-format", entry.value.span, format!("{field}: {name}: {why}"));
            }
            added.push(value);
        }
        Some(added)
    }

    fn removed(&mut self, field: &str) -> Option<Arc<[Arc<str>]>> {
        let node = self.fields.node(field).or(self.reader.module.default_for(field))?;
        let names = headers::names(node);
        for (name, span) in &names {
            if headers::is_fixed(name) {
                let what = format!("{field}: {name} cannot be removed");
                self.objection(Part::Forward, "header-not-editable", *span, what);
            }
        }
        Some(names.into_iter().map(|(name, _)| name).collect())
    }
}
