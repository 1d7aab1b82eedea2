//! What a Mapping does with a request, by itself and for its group.

use std::sync::Arc;

use super::action::{HostRewrite, Rewrite};
use super::fields;
use super::format;
use super::headers;
use super::mapping::{GroupWish, OwnWish, RedirectWish};
use super::mappings::Reading;
use super::objection::Part;
use super::policies;
use super::policy::HeaderValue;
use super::problem::Effect;

/// The size limit of redirect regexes, which no setting changes.
const REDIRECT_REGEX_SIZE: u32 = 200;

impl Reading<'_, '_> {
    pub(crate) fn redirect(&mut self) -> Option<RedirectWish> {
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

    pub(crate) fn own(&mut self) -> OwnWish {
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

    pub(crate) fn group(&mut self) -> Option<GroupWish> {
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
                    self.rejected(Part::Forward, rejected);
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

    pub(crate) fn upgrades(&mut self) -> Option<Arc<[Arc<str>]>> {
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

    pub(crate) fn added(&mut self, field: &str) -> Option<Vec<HeaderValue>> {
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
            } else if let Err(why) = format::check(&value.value) {
                self.objection(Part::Forward, "header-format", entry.value.span, format!("{field}: {name}: {why}"));
            }
            added.push(value);
        }
        Some(added)
    }

    pub(crate) fn removed(&mut self, field: &str) -> Option<Arc<[Arc<str>]>> {
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
