//! A request that can really be sent, and what becomes of it.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::Reason;
use super::space::Point;
use crate::outcome::exchange::receive;
use crate::outcome::request::{Request, Version};
use crate::outcome::target;
use crate::routing::{Draw, Listener, RouteId, RouteTable, Selection, Serves, Treatment, VirtualHost};

/// How a request comes in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Way {
    /// The Listener's port.
    pub port: u16,
    /// The server name that TLS asks for; `None` outside for cleartext, inside for none.
    pub tls: Option<Option<Arc<str>>>,
    /// What the client says in `x-forwarded-proto`.
    pub forwarded_proto: Option<&'static str>,
}

/// A request that can really be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// How it comes in.
    pub way: Way,
    /// What it is.
    pub point: Point,
}

/// Where a request ends.
#[derive(Clone, Copy, Debug)]
pub enum Landing<'t> {
    /// No such port, or no chain for the connection.
    Nowhere,
    /// The connection is carried as bytes.
    Tcp,
    /// No virtual host.
    NoHost,
    /// A virtual host, but no route of it.
    NoRoute(&'t VirtualHost),
    /// A route.
    Route(&'t VirtualHost, RouteId, Treatment),
}

impl<'t> Landing<'t> {
    /// The route, and what becomes of the request there.
    pub fn route(&self) -> Option<(RouteId, Treatment)> {
        match self {
            Self::Route(_, id, treatment) => Some((*id, *treatment)),
            _ => None,
        }
    }

    /// The virtual host.
    pub fn host(&self) -> Option<&'t VirtualHost> {
        match self {
            Self::NoRoute(host) | Self::Route(host, ..) => Some(host),
            _ => None,
        }
    }
}

/// The request in a line: `GET https://shop.example.com/cart/7 with x-canary: always`.
impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { way, point } = self;
        let scheme = if way.tls.is_some() { "https" } else { "http" };
        write!(f, "{} {scheme}://{}{}", point.method, point.authority, self.target())?;
        let forwarded = way.forwarded_proto.map(|proto| ("x-forwarded-proto", proto.as_bytes()));
        let headers = point.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        for (at, (name, value)) in forwarded.into_iter().chain(headers).enumerate() {
            let before = if at == 0 { " with" } else { "," };
            write!(f, "{before} {name}: {}", String::from_utf8_lossy(value))?;
        }
        Ok(())
    }
}

impl Witness {
    /// The request as a client sends it. Methods that HTTP/1 does not know need HTTP/2.
    pub fn request(&self) -> Request<'_> {
        let Self { way, point } = self;
        let version = if target::is_method(&point.method) { Version::Http11 } else { Version::Http2 };
        let forwarded = way.forwarded_proto.map(|proto| (Cow::Borrowed("x-forwarded-proto"), Cow::Borrowed(proto)));
        let headers = point.headers.iter().filter_map(|(name, value)| {
            Some((Cow::Borrowed(name.as_str()), Cow::Borrowed(std::str::from_utf8(value.as_bytes()).ok()?)))
        });
        Request {
            listener: way.port,
            tls: way.tls.as_ref().map(|name| name.as_deref().map(Cow::Borrowed)),
            version,
            method: Cow::Borrowed(&point.method),
            authority: Some(Cow::Borrowed(&point.authority)),
            target: Cow::Owned(self.target()),
            headers: forwarded.into_iter().chain(headers).collect(),
            body: None,
            client: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    /// The path with its query.
    pub fn target(&self) -> String {
        match &self.point.query {
            None => self.point.path.clone(),
            Some(query) => format!("{}?{query}", self.point.path),
        }
    }

    /// The canary draw with which it shows what it shows.
    pub fn draw(&self) -> Draw {
        self.point.draw
    }

    /// Sends it: the way that every request goes, up to its route. Tells also how it arrived there.
    ///
    /// # Errors
    ///
    /// It is answered before it comes to a route.
    pub fn send<'t>(&self, table: &'t RouteTable) -> Result<(Landing<'t>, Point), Reason> {
        let (landing, arrived) = land(table, &self.request(), self.point.draw)?;
        Ok((landing, arrived.unwrap_or_else(|| self.point.clone())))
    }

    /// Whether a listener counts it as secure; `None` where it is answered at once.
    pub(super) fn is_secure(&self, table: &RouteTable, listener: &Listener) -> Option<bool> {
        receive(&table.settings, listener, &self.request()).ok().map(|received| received.secure)
    }
}

/// Sends any request: where it ends, and how it arrives there if it comes to virtual hosts at all.
///
/// # Errors
///
/// It is answered before it comes to a route.
pub fn land<'t>(
    table: &'t RouteTable,
    request: &Request<'_>,
    draw: Draw,
) -> Result<(Landing<'t>, Option<Point>), Reason> {
    let Some(listener) = table.listener(request.listener) else { return Ok((Landing::Nowhere, None)) };
    let chain = listener.chain(request.tls.as_ref().map(Option::as_deref));
    let hosts = match chain.map(|chain| &chain.serves) {
        None => return Ok((Landing::Nowhere, None)),
        Some(Serves::Tcp(_)) => return Ok((Landing::Tcp, None)),
        Some(Serves::Http(hosts)) => hosts,
    };
    let received = receive(&table.settings, listener, request).map_err(|_| Reason::NotReproduced)?;
    let view = received.head.view(received.secure, draw);
    let landing = match hosts.choose(view.authority) {
        None => Landing::NoHost,
        Some(host) => match table.select(host, &view) {
            None => Landing::NoRoute(host),
            Some(Selection { id, treatment, .. }) => Landing::Route(host, id, treatment),
        },
    };
    let arrived = Point {
        secure: view.secure,
        authority: view.authority.to_owned(),
        method: view.method.to_owned(),
        path: view.path.to_owned(),
        query: view.query.map(str::to_owned),
        headers: received.head.headers.clone(),
        draw,
    };
    Ok((landing, Some(arrived)))
}
