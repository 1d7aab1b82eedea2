//! Admin pages about the documents: the routes, what was left out and why, and where a request would go.

use std::sync::{Arc, RwLock};

use crate::diagnostic::Severity;
use crate::gateway::{Page, Pages};
use crate::pipeline::Compilation;
use crate::report::Style;
use crate::report::view;
use crate::route_test::facts::Facts;
use crate::route_test::{Ask, Judge};

/// As a browser shows it.
const PLAIN: Style = Style { colour: false, width: None };

/// The documents of the table in force, and why those that came later are not.
pub(super) struct Documents {
    current: RwLock<Arc<Compilation>>,
    refused: RwLock<Option<String>>,
}

impl Documents {
    /// Pages about a compilation.
    pub(super) fn new(compilation: Compilation) -> Self {
        Self { current: RwLock::new(Arc::new(compilation)), refused: RwLock::default() }
    }

    /// Another compilation is in force.
    pub(super) fn replace(&self, compilation: Compilation) {
        if let (Ok(mut current), Ok(mut refused)) = (self.current.write(), self.refused.write()) {
            *current = Arc::new(compilation);
            *refused = None;
        }
    }

    /// A change was not installed.
    pub(super) fn refuse(&self, why: String) {
        if let Ok(mut refused) = self.refused.write() {
            *refused = Some(why);
        }
    }
}

impl Pages for Documents {
    fn page(&self, path: &str, query: Option<&str>) -> Option<Page> {
        let compilation = Arc::clone(&*self.current.read().ok()?);
        match path {
            "/routes" => Some(plain(200, view::routes::write(&Facts::of(&compilation), true, PLAIN))),
            "/config" => {
                let refused = self.refused.read().ok()?;
                Some(plain(200, configuration(&compilation, refused.as_deref())))
            }
            "/explain" => Some(explain(&compilation, query.unwrap_or_default())),
            _ => None,
        }
    }

    fn problem(&self) -> Option<String> {
        let refused = self.refused.read().ok()?;
        refused.as_deref().map(not_installed)
    }
}

fn not_installed(why: &str) -> String {
    format!("the latest change is not installed: {why}")
}

fn plain(status: u16, body: String) -> Page {
    Page { status, content_type: "text/plain; charset=utf-8", body }
}

/// What is loaded, and what was left out and why.
fn configuration(compilation: &Compilation, refused: Option<&str>) -> String {
    let snapshot = &compilation.snapshot;
    let mut out = refused.map(|why| format!("{}\n\n", not_installed(why))).unwrap_or_default();
    out.push_str(&format!(
        "edition {}: {} Listeners, {} Hosts, {} Mappings, {} TCPMappings, {} clusters\n",
        snapshot.edition,
        snapshot.listeners.len(),
        snapshot.hosts.len(),
        snapshot.mappings.values().filter(|mapping| mapping.from.is_some()).count(),
        snapshot.tcp_mappings.len(),
        snapshot.clusters.len(),
    ));
    for note in &compilation.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    for left_out in &compilation.left_out {
        let place = left_out.refusal.span.map(|span| format!("{}: ", compilation.sources.place(span)));
        let (place, why) = (place.unwrap_or_default(), &left_out.refusal.why);
        out.push_str(&format!("left out: {place}Mapping {}: {why}\n", left_out.name));
    }
    for diagnostic in compilation.diagnostics.iter().filter(|one| one.severity >= Severity::Warning) {
        let place = compilation.sources.place(diagnostic.primary.span);
        let word = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        out.push_str(&format!("{word}: {place}: {}\n", diagnostic.message));
    }
    out
}

/// Where a request would go: `?url=…&method=…`.
fn explain(compilation: &Compilation, query: &str) -> Page {
    let value = |name: &str| {
        let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        pair.map(decoded).filter(|text| !text.is_empty())
    };
    let Some(url) = value("url") else { return plain(400, "ask with ?url=…&method=GET\n".to_owned()) };
    let mut ask = match Ask::get(&url) {
        Ok(ask) => ask,
        Err(error) => return plain(400, format!("{error}\n")),
    };
    if let Err(error) = ask.set_method(value("method").unwrap_or_else(|| "GET".to_owned())) {
        return plain(400, format!("{error}\n"));
    }
    let judge = Judge::new(compilation);
    let request = ask.settle(judge.table());
    let (answer, trace) = (judge.answer(&request, None), judge.trace(&request, None, true));
    plain(200, view::route_test::write(&answer, &trace, false, PLAIN) + &view::explain::write(&trace, PLAIN))
}

/// A form's text: plus signs are blanks, escapes are decoded.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let ahead = rest.clone();
                let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (hex(rest.next()), hex(rest.next())) {
                    (Some(high), Some(low)) => bytes.push((high << 4 | low) as u8),
                    _ => {
                        bytes.push(b'%');
                        rest = ahead;
                    }
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        assert_eq!(decoded("http%3A%2F%2Fa%2Fb+c%3Fx%zz%"), "http://a/b c?x%zz%");
    }
}
