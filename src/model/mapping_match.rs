//! What a Mapping matches: its path, hostname, headers and query.

use super::fields;
use super::mapping::{Condition, ConditionValue, Hostname, Match};
use super::mappings::Reading;
use super::objection::Part;
use crate::yaml::{Dialect, Meaning};

impl Reading<'_, '_> {
    pub(crate) fn matches(&mut self, prefix: &str) -> Option<Match> {
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

    pub(crate) fn regex_conditions(&mut self, field: &str, part: Part, conditions: &mut Vec<Condition>) {
        for entry in self.fields.entries(field) {
            let (Some(name), Some(pattern)) = (entry.key.text(), fields::text(&entry.value)) else { continue };
            self.regex(part, entry.value.span, pattern, self.max_size());
            conditions.push(Condition { name: name.into(), value: ConditionValue::Regex(pattern.into()) });
        }
    }

    /// The hostname, and the `:authority` condition that it makes; the outer `None` where Emissary drops the Mapping.
    pub(crate) fn hostname(
        &mut self,
        authority: Option<&str>,
        headers: &mut Vec<Condition>,
    ) -> Option<Option<Hostname>> {
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
}
