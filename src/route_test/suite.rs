//! The file that users write: requests, and what should become of them.

use std::path::{Path, PathBuf};

use super::ask::Ask;
use super::expect::Expectation;
use super::url::Scheme;
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::outcome::request::Version;
use crate::source::{SourceId, SourceMap, Span};
use crate::yaml::{self, Dialect, Entry, Node};

/// A suite: what is given, and the cases.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// The manifests, relative to the suite's own folder.
    pub given: Vec<PathBuf>,
    /// Whose rules, where it says so.
    pub edition: Option<Edition>,
    /// Whether the cluster serves v1 and v2, where it says so.
    pub legacy_versions: Option<bool>,
    /// The gateway's `ambassador_id`, where it says so.
    pub ambassador_id: Option<String>,
    /// The gateway's namespace, where it says so.
    pub ambassador_namespace: Option<String>,
    /// Whether nothing is assumed, where it says so.
    pub strict: Option<bool>,
    /// The cases, in order.
    pub cases: Vec<SuiteCase>,
}

/// A request and what should become of it.
#[derive(Clone, Debug)]
pub struct SuiteCase {
    /// Its name.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// The request.
    pub ask: Ask<'static>,
    /// The canary draw, where it is fixed.
    pub draw: Option<u8>,
    /// What should become of it.
    pub expect: Vec<Expectation>,
}

const SUITE_KEYS: &str =
    "given, edition, legacy_versions, ambassador_id, ambassador_namespace, strict, description and cases";
const CASE_KEYS: &str =
    "name, request, headers, body, listener, sni, client_ip, http_version, draw, description and expect";

/// Reads the suites of a text, one a document. Without diagnostics nothing is wrong with them.
pub fn read(source: SourceId, sources: &SourceMap) -> (Vec<Suite>, Vec<Diagnostic>) {
    let parsed = yaml::parse(source, &sources.get(source).text);
    let mut reader = Reader { wrong: parsed.diagnostics };
    let suites: Vec<Suite> = parsed.documents.iter().map(|document| reader.suite(&document.root)).collect();
    if suites.is_empty() && reader.wrong.is_empty() {
        reader.wrong("suite-empty", Span::new(source, 0, 0), "this file holds no suite");
    }
    (suites, reader.wrong)
}

impl Suite {
    /// The manifests as paths from where the program runs.
    pub fn given_from(&self, suite_file: &Path) -> Vec<PathBuf> {
        let folder = suite_file.parent().unwrap_or(Path::new(""));
        self.given.iter().map(|path| folder.join(path)).collect()
    }
}

struct Reader {
    wrong: Vec<Diagnostic>,
}

impl Reader {
    fn wrong(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.wrong.push(Diagnostic::error(code, span, message));
    }

    fn unknown(&mut self, entry: &Entry, known: &str) {
        let key = entry.key.text().unwrap_or_default();
        let diagnostic = Diagnostic::error("suite-key", entry.key.span, format!("`{key}` is no key of a suite here"));
        self.wrong.push(diagnostic.note(format!("Known are {known}.")));
    }

    fn suite(&mut self, root: &Node) -> Suite {
        let mut suite = Suite::default();
        let Some(map) = root.as_map() else {
            self.wrong("suite-shape", root.span, "a suite is a map with `cases`");
            return suite;
        };
        for entry in map.entries() {
            let value = &entry.value;
            match entry.key.text() {
                Some("given") => suite.given = self.texts(value).into_iter().map(PathBuf::from).collect(),
                Some("edition") if value.text() == Some("auto") => {}
                Some("edition") => suite.edition = self.parsed(value, "an edition is 4, 3, 2, 1 or auto"),
                Some("legacy_versions") if value.text() == Some("auto") => {}
                Some("legacy_versions") => suite.legacy_versions = self.flag(value),
                Some("ambassador_id") => suite.ambassador_id = self.text(value),
                Some("ambassador_namespace") => suite.ambassador_namespace = self.text(value),
                Some("strict") => suite.strict = self.flag(value),
                Some("description" | "$schema") => {}
                Some("cases") => match value.as_list() {
                    Some(items) => suite.cases = items.iter().filter_map(|item| self.case(item)).collect(),
                    None => self.wrong("suite-shape", value.span, "`cases` is a list"),
                },
                _ => self.unknown(entry, SUITE_KEYS),
            }
        }
        if map.get("cases").is_none() {
            self.wrong("suite-shape", root.span, "a suite has `cases`");
        }
        suite
    }

    fn case(&mut self, node: &Node) -> Option<SuiteCase> {
        let Some(map) = node.as_map() else {
            self.wrong("suite-shape", node.span, "a case is a map with `request` and `expect`");
            return None;
        };
        let Some(request) = map.get("request") else {
            self.wrong("suite-shape", node.span, "a case has a `request`, such as GET https://shop.example.com/cart/7");
            return None;
        };
        let words = self.text(request)?;
        let mut ask = match Ask::words(&words) {
            Ok(ask) => ask.into_owned(),
            Err(error) => {
                self.wrong("suite-request", request.span, error.to_string());
                return None;
            }
        };
        let has_method = words.trim().contains([' ', '\t']);
        let mut case = SuiteCase { name: words, span: node.span, ask: Ask::default(), draw: None, expect: Vec::new() };
        for entry in map.entries() {
            let value = &entry.value;
            match entry.key.text() {
                Some("request" | "description" | "body") => {}
                Some("name") => case.name = self.text(value).unwrap_or_default(),
                Some("headers") => self.headers(value, &mut ask),
                Some("listener") => ask.listener = self.parsed(value, "a listener is a port from 1 to 65535"),
                Some("sni") if value.is_null(Dialect::Kubernetes) => ask.sni = Some(None),
                Some("sni") => ask.sni = self.text(value).map(|name| Some(name.into())),
                Some("client_ip") => {
                    ask.client = self.parsed(value, "a client has an address such as 10.0.0.7").unwrap_or(ask.client);
                }
                Some("http_version") => match value.text().and_then(Version::parse) {
                    Some(version) => ask.version = version,
                    None => self.wrong("suite-value", value.span, "a version of HTTP is 1.0, 1.1 or 2"),
                },
                Some("draw") => {
                    case.draw = self.parsed(value, "a draw is a number from 0 to 99").filter(|draw| *draw <= 100)
                }
                Some("expect") => case.expect = self.expectations(value),
                _ => self.unknown(entry, CASE_KEYS),
            }
        }
        if let Some(body) = map.get("body").and_then(|body| self.text(body)) {
            ask.set_body(body.len() as u64, has_method);
        }
        if map.get("expect").is_none() {
            self.wrong("suite-shape", node.span, "a case has an `expect`");
        }
        case.ask = ask;
        Some(case)
    }

    /// Headers as a map (a list of values repeats one), or as lines `name: value`.
    fn headers(&mut self, node: &Node, ask: &mut Ask<'static>) {
        let mut pairs: Vec<(String, String, Span)> = Vec::new();
        if let Some(map) = node.as_map() {
            for entry in map.entries() {
                let name = self.text(&entry.key).unwrap_or_default();
                let values = self.texts(&entry.value);
                pairs.extend(values.into_iter().map(|value| (name.clone(), value, entry.key.span)));
            }
        } else if let Some(items) = node.as_list() {
            for item in items {
                let line = self.text(item).unwrap_or_default();
                match line.split_once(':') {
                    Some((name, value)) => pairs.push((name.trim().into(), value.trim().into(), item.span)),
                    None => {
                        self.wrong("suite-header", item.span, "a colon stands between a header's name and its value")
                    }
                }
            }
        } else {
            self.wrong("suite-shape", node.span, "`headers` is a map of names and values");
        }
        for (name, value, span) in pairs {
            if let Err(error) = ask.add_header(name, value) {
                self.wrong("suite-header", span, error.to_string());
            }
        }
    }

    fn expectations(&mut self, node: &Node) -> Vec<Expectation> {
        let Some(map) = node.as_map() else {
            self.wrong("suite-shape", node.span, "`expect` is a map, such as { service: cart.shop:8080 }");
            return Vec::new();
        };
        if map.is_empty() {
            self.wrong("suite-shape", node.span, "`expect` is empty: such a case can never fail");
        }
        let mut expected = Vec::new();
        for entry in map.entries() {
            let Some(want) = self.text(&entry.value) else { continue };
            match Expectation::new(entry.key.text().unwrap_or_default(), &want) {
                Ok(one) => expected.push(one),
                Err(error) => self.wrong("suite-expect", entry.key.span.to(entry.value.span), error.to_string()),
            }
        }
        expected
    }

    fn text(&mut self, node: &Node) -> Option<String> {
        if node.text().is_none() {
            self.wrong("suite-value", node.span, "a text belongs here");
        }
        node.text().map(str::to_owned)
    }

    fn texts(&mut self, node: &Node) -> Vec<String> {
        match node.as_list() {
            Some(items) => items.iter().filter_map(|item| self.text(item)).collect(),
            None => self.text(node).into_iter().collect(),
        }
    }

    fn parsed<T: std::str::FromStr>(&mut self, node: &Node, what: &str) -> Option<T> {
        let value = node.text().and_then(|text| text.parse().ok());
        if value.is_none() {
            self.wrong("suite-value", node.span, what);
        }
        value
    }

    fn flag(&mut self, node: &Node) -> Option<bool> {
        match node.text() {
            Some("true" | "yes") => Some(true),
            Some("false" | "no") => Some(false),
            _ => {
                self.wrong("suite-value", node.span, "this is `true` or `false`");
                None
            }
        }
    }
}

impl SuiteCase {
    /// The request in one line, as it is written.
    pub fn request_line(&self) -> String {
        let ask = &self.ask;
        let authority = ask.authority.iter().flatten().next();
        let scheme = if ask.scheme == Scheme::Https { "https://" } else { "http://" };
        match authority {
            Some(authority) => format!("{} {scheme}{authority}{}", ask.method, ask.target),
            None => format!("{} {}", ask.method, ask.target),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::route_test::expect::Key;
    use crate::source::Origin;

    fn suites(text: &str) -> (Vec<Suite>, Vec<String>) {
        let mut sources = SourceMap::default();
        let id = sources.add(Origin::File("suite.yaml".into()), text);
        let (suites, wrong) = read(id, &sources);
        let told = |one: &Diagnostic| format!("{}: {}", sources.place(one.primary.span).line, one.message);
        (suites, wrong.iter().map(told).collect())
    }

    #[test]
    fn a_suite_is_read_whole() {
        let (suites, wrong) = suites(
            "given: ../manifests/shop
edition: 4
cases:
  - name: the canary takes only marked traffic
    request: GET https://shop.example.com/cart/7
    headers: { x-canary: always, x-more: [a, b] }
    draw: 5
    expect: { mapping: cart-canary, upstream: cart-v2.shop:8080, path: /7 }
  - request: /x
    headers: ['Host: a.b']
    body: a=1
    expect: { status: 404, share: 10% }
",
        );
        assert_eq!(wrong, Vec::<String>::new());
        let suite = &suites[0];
        assert_eq!(suite.given_from(Path::new("routing/shop.yaml")), [PathBuf::from("routing/../manifests/shop")]);
        assert_eq!(suite.edition, Some(Edition::Four));
        let [first, second] = suite.cases.as_slice() else { panic!() };
        assert_eq!(first.request_line(), "GET https://shop.example.com/cart/7");
        assert_eq!((first.ask.headers.len(), first.draw), (3, Some(5)));
        assert_eq!(first.expect.iter().map(|one| one.key).collect::<Vec<_>>(), [Key::Mapping, Key::Service, Key::Path]);
        assert_eq!((second.name.as_str(), &*second.ask.method), ("/x", "POST"));
        assert_eq!(second.request_line(), "POST http://a.b/x");
    }

    #[test]
    fn mistakes_have_their_line() {
        let (_, wrong) = suites(
            "givn: x
cases:
- request: GET http://
  expect: {}
- request: /x
  headers: { 'a b': c }
  expect: { servce: x, status: ok }
- expect: { status: 404 }
- request: /y
  listener: http
",
        );
        assert_eq!(
            wrong,
            [
                "1: `givn` is no key of a suite here",
                "3: `http://` is no URL: it has no host",
                "6: `a b` is no header name",
                "7: `servce` cannot be expected of: known are mapping, service, kind, status, method, path, host, \
                 location, mirror, share",
                "7: `status` cannot be `ok`: a status is a number from 100 to 599",
                "8: a case has a `request`, such as GET https://shop.example.com/cart/7",
                "10: a listener is a port from 1 to 65535",
                "9: a case has an `expect`",
            ]
        );
    }

    #[test]
    fn an_empty_file_is_no_suite() {
        assert_eq!(suites("").1, ["1: this file holds no suite"]);
        assert_eq!(suites("- a\n").1, ["1: a suite is a map with `cases`"]);
    }
}
