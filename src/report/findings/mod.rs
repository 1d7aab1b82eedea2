//! Findings in every format: all say the same.

mod ci;
mod json;
mod junit;
mod rdjson;
mod sarif;
mod text;

use std::hash::{Hash as _, Hasher as _};

use rustc_hash::FxHasher;

pub use ci::{github, gitlab};
pub use json::{json, jsonl};
pub use junit::junit;
pub use rdjson::rdjson;
pub use sarif::sarif;
pub use text::{concise, statistics, text};

use crate::diagnostic::Severity;
use crate::lint::baseline::{Earlier, Since};
use crate::lint::{Finding, Fix, Silenced};
use crate::source::{Origin, SourceMap, Span};

/// What a run found.
#[derive(Clone, Copy, Debug)]
pub struct Findings<'r> {
    /// What was found, in order of place.
    pub findings: &'r [Finding],
    /// What was found and is allowed.
    pub silenced: &'r [Silenced],
    /// What has become of an earlier run's findings, if there is one to compare with.
    pub since: Option<&'r Since>,
    /// The texts.
    pub sources: &'r SourceMap,
}

/// A place as other programs take it: lines and columns from 1, the end behind the last character.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Location {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    /// In an object of a cluster: the object and the field. Its lines are those of a text that nobody can open.
    live: Option<String>,
}

impl Location {
    fn of(span: Span, sources: &SourceMap) -> Self {
        let place = sources.place(span);
        let live = place.live.as_ref().map(|_| place.to_string());
        let span = sources.outermost(span);
        let source = sources.get(span.source);
        let (end_line, end_column) = source.lines().position(&source.text, span.end.max(span.start));
        Self { file: place.file, line: place.line, column: place.column, end_line, end_column, live }
    }
}

impl<'r> Findings<'r> {
    fn location(&self, finding: &Finding) -> Location {
        Location::of(finding.span(), self.sources)
    }

    /// How it is mended, where it is in a text that can be: not in a cluster.
    fn fix(&self, finding: &'r Finding) -> Option<&'r Fix> {
        let source = self.sources.outermost(finding.span()).source;
        finding.fix.as_ref().filter(|_| !matches!(self.sources.get(source).origin, Origin::Live(_)))
    }

    /// Whether an earlier run found it too.
    fn is_unchanged(&self, at: usize) -> bool {
        self.since.is_some_and(|since| since.unchanged.get(at) == Some(&true))
    }

    /// The findings that an earlier run did not have; all where there is none.
    fn introduced(&self) -> impl Iterator<Item = &'r Finding> {
        let since = self.since;
        let is_old = move |at: usize| since.is_some_and(|since| since.unchanged.get(at) == Some(&true));
        self.findings.iter().enumerate().filter(move |(at, _)| !is_old(*at)).map(|(_, finding)| finding)
    }
}

/// A number by which a finding is known from one run to the next: lines do not count.
fn fingerprint(finding: &Finding, sources: &SourceMap) -> String {
    let Earlier { rule, file, subject, message } = Earlier::of(finding, sources);
    let mut hasher = FxHasher::default();
    (rule, file, subject, message).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// The message with its notes, as one text. It begins with the place where that is a field of a cluster's object, for
/// which the formats of other programs have no words.
fn whole_message(finding: &Finding, sources: &SourceMap) -> String {
    let live = Location::of(finding.span(), sources).live.map(|live| format!("{live}: "));
    let message = format!("{}{}", live.unwrap_or_default(), finding.diagnostic.message);
    std::iter::once(&message).chain(&finding.diagnostic.notes).cloned().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::diagnostic::Diagnostic;
    use crate::lint::{RULES, Trust};
    use crate::source::{Edit, Live, ObjectRef};

    /// A finding in an object of a cluster, in a format.
    fn live(format: fn(Findings<'_>) -> String) -> String {
        let object = ObjectRef { kind: "Mapping".into(), name: "cart".into(), namespace: "shop".into() };
        let field = |_: &str, _: Span, _: bool| "spec.prefix".to_owned();
        let mut sources = SourceMap::default();
        let origin = Origin::Live(Live { object, field, last_applied: None, home: "default".into() });
        let id = sources.add(origin, "kind: Mapping\nspec:\n  prefix: cart/\n");
        let (rule, span) = (RULES.iter().find(|rule| rule.code.as_str() == "AMB201").unwrap(), Span::new(id, 30, 35));
        let diagnostic = Diagnostic::warning("AMB201", span, "this prefix never matches").also(span, "here");
        let edits = vec![Edit { span, text: "/cart/".to_owned() }];
        let fix = Some(Fix { title: "add the slash", edits, trust: Trust::Safe });
        let findings = [Finding { rule, diagnostic, fix, subject: None }];
        format(Findings { findings: &findings, silenced: &[], since: None, sources: &sources })
    }

    #[test]
    fn findings_in_a_cluster_name_object_and_field_and_no_line() {
        let place = "Mapping/cart.shop:spec.prefix";
        for format in [github, gitlab, junit, rdjson, sarif] {
            let shown = live(format);
            assert!(shown.contains(place) && !shown.contains("add the slash"), "{shown}");
            assert!(!shown.contains("\"startLine\"") && !shown.contains("\"range\""), "{shown}");
        }
        let command = live(github);
        assert!(command.starts_with("::warning title=AMB201 "), "{command}");
        assert!(command.ends_with(&format!("::{place}: this prefix never matches\n")), "{command}");
    }
}
