//! A request and what becomes of it, as a case of a suite: what is asked for again tomorrow.

use serde::Serialize;
use serde_json::{Map, Value};

use super::ask::Ask;
use super::curl;
use super::judge::{Answer, Told, What};
use super::url::split_port;
use crate::analysis::Witness;
use crate::outcome::Outcome;
use crate::outcome::request::{Request, Version};
use crate::routing::{Draw, RouteTable};

/// A case of a suite, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseText {
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Method and URL.
    pub request: String,
    /// Lines `name: value`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<String>,
    /// The port, where the URL does not lead there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listener: Option<u16>,
    /// The server name, where it is not the URL's host; null is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sni: Option<Value>,
    /// The version of HTTP, where it is not 1.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_version: Option<&'static str>,
    /// The canary draw, where the outcome hangs on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draw: Option<u8>,
    /// What should become of it.
    pub expect: Map<String, Value>,
}

impl CaseText {
    /// The case that expects what was answered. `None` where a suite cannot say the request.
    pub fn of(answer: &Answer<'_>, draw: Option<Draw>, table: &RouteTable) -> Option<Self> {
        let mut case = Self::of_request(answer.request, table)?;
        case.draw = draw.map(Draw::number);
        case.expect = answer.outcomes.first().map(expectations).unwrap_or_default();
        Some(case)
    }

    fn of_request(request: &Request<'_>, table: &RouteTable) -> Option<Self> {
        let authority = request.authority.as_deref()?;
        let scheme = if request.is_tls() { "https" } else { "http" };
        let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        let mut case = Self {
            name: None,
            request: format!("{} {scheme}://{authority}{}", request.method, request.target),
            headers: headers.collect(),
            listener: None,
            sni: None,
            http_version: match request.version {
                Version::Http10 => Some("1.0"),
                Version::Http11 => None,
                Version::Http2 => Some("2"),
            },
            draw: None,
            expect: Map::new(),
        };
        if case.settled(table).is_none_or(|settled| settled.authority != request.authority) {
            // An authority that no URL has is said by a header.
            let (name, _) = split_port(authority);
            let name = if Ask::get(name).is_ok() && !name.starts_with('/') { name } else { "example.com" };
            case.request = format!("{} {scheme}://{name}{}", request.method, request.target);
            case.headers.insert(0, format!("Host: {authority}"));
        }
        let settled = case.settled(table)?;
        case.listener = (settled.listener != request.listener).then_some(request.listener);
        case.sni = match &request.tls {
            Some(name) if settled.tls.as_ref() != Some(name) => {
                Some(name.as_deref().map_or(Value::Null, |name| name.into()))
            }
            _ => None,
        };
        let same = settled.target == request.target
            && settled.method == request.method
            && settled.authority == request.authority
            && settled.headers == request.headers;
        same.then_some(case)
    }

    /// The request that the words and headers alone ask for.
    fn settled(&self, table: &RouteTable) -> Option<Request<'static>> {
        let mut ask = Ask::words(&self.request).ok()?.into_owned();
        for line in &self.headers {
            ask.add_header_line(line).ok()?;
        }
        ask.version = self.http_version.and_then(Version::parse).unwrap_or_default();
        Some(ask.settle(table))
    }
}

/// What to expect, so that another outcome is noticed.
pub fn expectations(told: &Told<'_>) -> Map<String, Value> {
    let mut expect = Map::new();
    let mut put = |key: &str, value: String| expect.insert(key.to_owned(), value.into());
    if let Some(mapping) = told.mapping {
        put("mapping", format!("{}.{}", mapping.name, mapping.namespace));
    }
    let What::Decided { decision, service, .. } = &told.what else {
        put("kind", "refused".to_owned());
        return expect;
    };
    match &decision.outcome {
        Outcome::Forward(forwarded) => {
            put("service", (*service).to_owned());
            put("path", forwarded.upstream.path.to_string());
        }
        Outcome::Tcp(_) => {
            put("service", (*service).to_owned());
        }
        Outcome::Redirect(redirected) => {
            expect.insert("status".to_owned(), redirected.status.into());
            expect.insert("location".to_owned(), redirected.location.clone().into());
        }
        Outcome::Reply(reply) => {
            expect.insert("status".to_owned(), reply.status.into());
        }
        Outcome::NoListener | Outcome::NoChain => {
            put("kind", "no-listener".to_owned());
        }
    }
    expect
}

/// A request that shows something, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessText {
    /// Method, path and query, and headers.
    pub words: String,
    /// The canary draw with which it shows it.
    pub draw: u8,
    /// The request as a command; none where curl cannot say it.
    pub curl: Option<String>,
}

impl WitnessText {
    pub(super) fn of(witness: &Witness, table: &RouteTable) -> Self {
        let request = witness.request();
        let mut words = format!("{} {}", request.method, request.target);
        for (name, value) in &request.headers {
            words.push_str(&format!(" {name}: {value}"));
        }
        Self { words, draw: witness.draw().number(), curl: curl::write(&request, &[table]) }
    }
}
