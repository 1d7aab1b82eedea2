//! Mappings read from resources, with the checks of Emissary's compiler in its order.

use std::sync::Arc;
use std::time::Duration;

use super::fields::{self, Fields};
use super::labels::Labels;
use super::mapping::Mapping;
use super::module::ModuleReading;
use super::objection::{Objection, Part};
use super::policies::Rejected;
use super::problem::{Effect, Problems};
use super::resolver::{ResolverKind, Resolvers};
use super::service::{Address, Qualifier, Service};
use super::table::ResourceId;
use crate::edition::Edition;
use crate::resource::Resource;
use crate::routing::regex::Regex;
use crate::source::Span;

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
    pub(crate) mapping: Arc<Mapping>,
    pub(crate) objections: Vec<Objection>,
}

/// The service as users know it: as written, unless Emissary cut something off or completed the name.
pub(crate) fn shown(written: &str, plain: &Service, normal: &Service) -> Arc<str> {
    let is_as_written = normal == plain && written.eq_ignore_ascii_case(&plain.text);
    if is_as_written { written.into() } else { Arc::clone(&normal.text) }
}

/// A Mapping that is being read.
pub(crate) struct Reading<'a, 'r> {
    pub(crate) reader: &'r MappingReader<'a>,
    pub(crate) resource: &'r Resource,
    pub(crate) fields: Fields<'r>,
    pub(crate) problems: &'r mut Problems,
    objections: Vec<Objection>,
}

impl<'a> MappingReader<'a> {
    /// Reads a Mapping; `None` where Emissary drops it.
    pub(crate) fn read(&self, id: ResourceId, resource: &Resource, problems: &mut Problems) -> Option<ReadMapping> {
        let mut reading =
            Reading { reader: self, resource, fields: Fields::of(&resource.spec), problems, objections: Vec::new() };
        let mapping = Arc::new(reading.mapping(id)?);
        Some(ReadMapping { mapping, objections: reading.objections })
    }
}

impl<'r> Reading<'_, 'r> {
    fn mapping(&mut self, id: ResourceId) -> Option<Mapping> {
        let fields = self.fields;
        let Some(prefix) = fields.text("prefix") else {
            return self.abort("empty-field", "prefix", "prefix is missing or empty");
        };
        let Some(service) = fields.text("service") else {
            return self.abort("empty-field", "service", "service is missing or empty");
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
            return self.abort("unbalanced-bracket", "service", "service has an unbalanced bracket");
        };
        let is_consul = matches!(self.reader.resolvers.find(&cluster.resolver), Some(ResolverKind::Consul { .. }));
        if is_consul && Address::of(&normal.text).is_ok_and(|address| address.host.contains('.')) {
            let span = fields.span_of("service");
            return self.dropped("consul-dot", span, format!("service {service} has a dot, and Consul's have none"));
        }
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

    pub(crate) fn abort<T>(&mut self, code: &'static str, field: &str, what: &str) -> Option<T> {
        let message = format!("{what}: Emissary's compiler aborts over Mapping {}", self.resource.name);
        let span = self.fields.span_of(field);
        self.problems.post(Effect::Abort, code, self.resource.key.clone(), span, message);
        None
    }

    pub(crate) fn dropped<T>(&mut self, code: &'static str, span: Span, what: impl Into<String>) -> Option<T> {
        let message = format!("{}: Emissary drops Mapping {}", what.into(), self.resource.name);
        self.problems.post(Effect::Dropped, code, self.resource.key.clone(), span, message);
        None
    }

    pub(crate) fn objection(&mut self, part: Part, code: &'static str, span: Span, what: String) {
        let message = format!("{what}: Envoy refuses the whole configuration over Mapping {}", self.resource.name);
        self.objections.push(Objection { part, code, message, span });
    }

    pub(crate) fn rejected(&mut self, part: Part, rejected: Vec<Rejected>) {
        for Rejected { code, span, what } in rejected {
            self.objection(part, code, span, what);
        }
    }

    /// A regex as Envoy takes it; `None` where it refuses it, which is noted.
    pub(crate) fn regex(&mut self, part: Part, span: Span, pattern: &str, max_size: u32) -> Option<Regex> {
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

    pub(crate) fn max_size(&self) -> u32 {
        self.reader.module.settings.regex_max_size
    }

    /// Milliseconds that must not be negative.
    pub(crate) fn ms(&mut self, key: &str, part: Part, least: i64) -> Option<Duration> {
        let ms = self.fields.int(key)?;
        if ms < least {
            let span = self.fields.span_of(key);
            self.objection(part, "timeout-range", span, format!("{key} {ms} is out of range"));
        }
        Some(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
    }
}
