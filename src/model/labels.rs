//! Rate-limit labels of Mappings as questions to the RateLimitService.

use std::sync::Arc;

use super::fields::{self, Fields};
use super::filter::{Descriptor, DescriptorEntry};
use crate::source::Span;
use crate::yaml::Node;

/// What labels are read with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Labels<'a> {
    /// The domain of the RateLimitService; `None` where there is none: labels have no effect then.
    pub(crate) domain: Option<&'a str>,
    /// The Module's `default_labels`.
    pub(crate) defaults: Option<Fields<'a>>,
    /// The domain in which a Mapping without labels gets the defaults.
    pub(crate) default_domain: &'a str,
}

impl<'a> Labels<'a> {
    /// A default that is no map, as v2 writes them: Emissary's compiler looks into it all the same.
    pub(crate) fn unconverted_default(&self) -> Option<&'a Node> {
        let defaults = self.defaults?.map(self.domain?)?.list("defaults")?;
        defaults.iter().find(|label| label.as_map().is_none())
    }

    /// The descriptors of a Mapping with these labels; what Envoy refuses in them is noted.
    pub(crate) fn descriptors(
        &self,
        labels: Option<Fields<'_>>,
        objections: &mut Vec<(Span, String)>,
    ) -> Arc<[Descriptor]> {
        let Some(domain) = self.domain else { return Arc::default() };
        let defaults: &[Node] = self
            .defaults
            .and_then(|defaults| defaults.map(domain))
            .and_then(|defaults| defaults.list("defaults"))
            .unwrap_or_default();
        let groups: Vec<&[Node]> = match labels {
            Some(labels) => labels
                .list(domain)
                .unwrap_or_default()
                .iter()
                .flat_map(|group| Fields::of(group).all())
                .map(|group| group.value.as_list().unwrap_or_default())
                .collect(),
            None if domain == self.default_domain && !defaults.is_empty() => vec![&[]],
            None => Vec::new(),
        };
        groups
            .into_iter()
            .map(|group| Descriptor {
                entries: defaults.iter().chain(group).filter_map(|label| entry(label, objections)).collect(),
            })
            .filter(|descriptor| !descriptor.entries.is_empty())
            .collect()
    }
}

fn entry(label: &Node, objections: &mut Vec<(Span, String)>) -> Option<DescriptorEntry> {
    let fields = Fields::of(label);
    if fields.has("source_cluster") {
        Some(DescriptorEntry::SourceCluster)
    } else if fields.has("destination_cluster") {
        Some(DescriptorEntry::DestinationCluster)
    } else if fields.has("remote_address") {
        Some(DescriptorEntry::RemoteAddress)
    } else if let Some(generic) = fields.map("generic_key") {
        let key = generic.filled("key").unwrap_or("generic_key");
        Some(DescriptorEntry::GenericKey { key: key.into(), value: generic.text("value").unwrap_or_default().into() })
    } else {
        let header = fields.map("request_headers")?;
        let Some(name) = header.filled("header_name") else {
            objections.push((header.span(), "a request_headers label has no header_name".to_owned()));
            return None;
        };
        let key = header.node("key").and_then(fields::text).unwrap_or_default();
        Some(DescriptorEntry::RequestHeader { key: key.into(), header: name.into() })
    }
}
