//! `--upstream SERVICE=ADDR`: which services are reached elsewhere.

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

use crate::gateway::Endpoints;
use crate::model::Cluster;

/// One `--upstream`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UpstreamFlag {
    /// The service: as in the Mapping, or `name.namespace[:port]`.
    service: String,
    /// Only requests with this header.
    pub(super) header: Option<(http::HeaderName, Arc<str>)>,
    /// Where it is.
    pub(super) to: Endpoints,
    /// Whether TLS is started, where a URL says so.
    pub(super) tls: Option<bool>,
}

impl FromStr for UpstreamFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (service, header, to) = split(text)?;
        let header = match header {
            None => None,
            Some(header) => {
                let (name, value) = header.split_once('=').ok_or("the header wants a value: [name=value]")?;
                let name = name.parse().map_err(|_| format!("`{name}` is no header name"))?;
                Some((name, value.into()))
            }
        };
        let (to, tls) = match to.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (rest, Some(false)),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (rest, Some(true)),
            Some((scheme, _)) => return Err(format!("`{scheme}` is neither http nor https")),
            None => (to, None),
        };
        let to = to.trim_end_matches('/');
        let default_port = match tls {
            Some(true) => 443,
            _ => 80,
        };
        Ok(Self { service: service.to_owned(), header, to: place(to, default_port)?, tls })
    }
}

type Parts<'t> = (&'t str, Option<&'t str>, &'t str);

/// `SERVICE[header]=TO` in its parts.
fn split(text: &str) -> Result<Parts<'_>, String> {
    let wants = || "want SERVICE=ADDR:PORT or SERVICE=URL".to_owned();
    let bracket = text.find('[').filter(|at| text.find('=').is_none_or(|equals| *at < equals) && *at > 0);
    // A bracket may also belong to an IPv6 address in the service.
    if let Some(open) = bracket
        && let Some(close) = text.get(open..).and_then(|rest| rest.find("]=")).map(|at| open + at)
        && text.get(open + 1..close).is_some_and(|inside| inside.contains('='))
    {
        let header = text.get(open + 1..close);
        return Ok((text.get(..open).ok_or_else(wants)?, header, text.get(close + 2..).ok_or_else(wants)?));
    }
    let (service, to) = text.split_once('=').ok_or_else(wants)?;
    // A Mapping's service may be empty; Emissary serves it all the same.
    if to.is_empty() { Err(wants()) } else { Ok((service, None, to)) }
}

fn place(text: &str, default_port: u16) -> Result<Endpoints, String> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(Endpoints::Fixed([address].into()));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| format!("`{port}` is no port"))?),
        None => (text, default_port),
    };
    if host.is_empty() {
        return Err("the address has no host".to_owned());
    }
    Ok(Endpoints::Name { host: host.into(), port })
}

impl UpstreamFlag {
    /// How well it fits a cluster: the text of the Mapping best, then host and port, then the host alone.
    pub(super) fn fits(&self, cluster: &Cluster, namespace: &str) -> Option<u8> {
        let wanted = without_scheme(&self.service);
        let service = without_scheme(&cluster.service);
        if *cluster.service == self.service {
            Some(4)
        } else if service.eq_ignore_ascii_case(wanted) {
            Some(3)
        } else if cluster.host.contains(':') && cluster.endpoint().eq_ignore_ascii_case(wanted)
            || is_name(&cluster.host, wanted, Some(cluster.port), namespace)
        {
            Some(2)
        } else if cluster.host.eq_ignore_ascii_case(wanted) || is_name(&cluster.host, wanted, None, namespace) {
            Some(1)
        } else {
            None
        }
    }
}

fn without_scheme(text: &str) -> &str {
    text.split_once("://").map_or(text, |(_, rest)| rest)
}

/// Whether a host is `name.namespace`, in one of the forms that Kubernetes' DNS knows to a gateway in `namespace`.
fn is_name(host: &str, wanted: &str, port: Option<u16>, namespace: &str) -> bool {
    let wanted = match (wanted.rsplit_once(':'), port) {
        (Some((name, text)), Some(port)) if text.parse() == Ok(port) => name,
        (None, None) => wanted,
        _ => return false,
    };
    let is_one_of = |rest: &str, of: &[&str]| of.iter().any(|one| rest.eq_ignore_ascii_case(one));
    behind(host, wanted).is_some_and(|rest| is_one_of(rest, &["", ".svc", ".svc.cluster.local"]))
        || !host.contains('.')
            && behind(wanted, host)
                .and_then(|rest| rest.strip_prefix('.'))
                .is_some_and(|rest| is_one_of(rest, &[namespace]))
}

/// What stands behind a name, whatever its letter case.
fn behind<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (begin, rest) = text.split_at_checked(name.len())?;
    begin.eq_ignore_ascii_case(name).then_some(rest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn flag(text: &str) -> UpstreamFlag {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_and_urls_are_read() {
        let address = |text: &str| Endpoints::Fixed([text.parse().unwrap()].into());
        assert_eq!(flag("cart.shop=127.0.0.1:3000").to, address("127.0.0.1:3000"));
        assert_eq!(flag("a:8080=[::1]:9").to, address("[::1]:9"));
        let url = flag("https://a=http://localhost:3000/");
        assert_eq!((url.service.as_str(), url.tls), ("https://a", Some(false)));
        assert_eq!(url.to, Endpoints::Name { host: "localhost".into(), port: 3000 });
        for bad in ["a", "a=", "a=ftp://b", "a=b:x"] {
            assert!(bad.parse::<UpstreamFlag>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_header_limits_which_requests_go_there() {
        let limited = flag("cart[x-dev=me]=127.0.0.1:3000");
        assert_eq!(limited.service, "cart");
        assert_eq!(limited.header, Some((http::HeaderName::from_static("x-dev"), "me".into())));
    }
}
