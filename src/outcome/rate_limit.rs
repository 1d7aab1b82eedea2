//! What the RateLimitService is asked about a request.

use std::borrow::Cow;
use std::net::IpAddr;

use super::head::Head;
use crate::model::{Descriptor, DescriptorEntry};

/// One question: keys and values in order.
pub type Entries<'a> = Vec<(&'a str, Cow<'a, str>)>;

/// What descriptors may tell beside the request.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The gateway's own service cluster.
    pub source_cluster: &'a str,
    /// The name of the cluster that the request goes to.
    pub destination_cluster: &'a str,
    /// The client's address.
    pub client: IpAddr,
}

/// The descriptors for a request. One that needs a header which is not there is left out; without any, nothing is
/// asked.
pub fn descriptors<'a>(wanted: &'a [Descriptor], head: &'a Head<'_>, around: Around<'a>) -> Vec<Entries<'a>> {
    wanted.iter().filter_map(|descriptor| entries(descriptor, head, around)).collect()
}

fn entries<'a>(descriptor: &'a Descriptor, head: &'a Head<'_>, around: Around<'a>) -> Option<Entries<'a>> {
    descriptor
        .entries
        .iter()
        .map(|entry| {
            Some(match entry {
                DescriptorEntry::SourceCluster => ("source_cluster", Cow::Borrowed(around.source_cluster)),
                DescriptorEntry::DestinationCluster => {
                    ("destination_cluster", Cow::Borrowed(around.destination_cluster))
                }
                DescriptorEntry::RemoteAddress => ("remote_address", Cow::Owned(around.client.to_string())),
                DescriptorEntry::GenericKey { key, value } => (&**key, Cow::Borrowed(&**value)),
                DescriptorEntry::RequestHeader { key, header } => (&**key, header_value(head, header)?),
            })
        })
        .collect()
}

/// The first value of a header; pseudo-headers too.
fn header_value<'a>(head: &'a Head<'_>, name: &str) -> Option<Cow<'a, str>> {
    Some(match name.to_ascii_lowercase().as_str() {
        ":path" => Cow::Borrowed(&head.path),
        ":method" => Cow::Borrowed(&head.method),
        ":authority" | "host" => Cow::Borrowed(&head.authority),
        ":scheme" => Cow::Borrowed(head.scheme()),
        _ => String::from_utf8_lossy(head.headers.get(name)?.as_bytes()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use http::HeaderMap;

    fn asked(wanted: &[Descriptor], user: Option<&str>) -> Vec<Vec<(String, String)>> {
        let mut headers = HeaderMap::new();
        if let Some(user) = user {
            headers.insert("x-user", user.parse().unwrap());
        }
        let head = Head { method: "GET".into(), https: false, authority: "a".into(), path: "/".into(), headers };
        let around = Around {
            source_cluster: "default-default",
            destination_cluster: "cluster_foo_default",
            client: "203.0.113.5".parse().unwrap(),
        };
        descriptors(wanted, &head, around)
            .into_iter()
            .map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value.into_owned())).collect())
            .collect()
    }

    #[test]
    fn a_descriptor_with_an_absent_header_is_left_out_whole() {
        let by_user = Descriptor {
            entries: vec![
                DescriptorEntry::GenericKey { key: "plan".into(), value: "free".into() },
                DescriptorEntry::RequestHeader { key: "user".into(), header: "X-User".into() },
            ],
        };
        let by_address = Descriptor { entries: vec![DescriptorEntry::RemoteAddress] };
        let wanted = [by_user, by_address];
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(asked(&wanted, None), [vec![pair("remote_address", "203.0.113.5")]]);
        assert_eq!(asked(&wanted, Some("ann"))[0], [pair("plan", "free"), pair("user", "ann")]);
        assert_eq!(asked(&wanted, Some(""))[0], [pair("plan", "free"), pair("user", "")]);
    }
}
