//! Findings that somebody allowed, with a reason; and allowances that allow nothing.
//!
//! A comment `# ambassador-lint: allow AMB204 because …` speaks of its line, or of the next one where it stands alone;
//! above the first line of a document it speaks of all of it. The annotation `getambassador.io/lint-allow` has the same
//! words behind "allow", a line each, and speaks of its object with all that the object carries.

use super::context::Context;
use super::findings::{Finding, Findings};
use super::registry::find;
use super::rule::Rule;
use super::rules::{allow_without_reason, mistyped_allow, unused_allow};
use crate::source::{Edit, SourceId, Span};
use crate::yaml::{Comment, Node};

/// What a comment begins with; a colon follows.
const COMMENT: &str = "ambassador-lint";

/// The annotation.
const ANNOTATION: &str = "getambassador.io/lint-allow";

/// A finding that somebody allowed.
#[derive(Clone, Debug)]
pub struct Silenced {
    /// The finding.
    pub finding: Finding,
    /// Why it is allowed; empty where nobody says.
    pub reason: String,
}

/// One allowance.
struct Allow {
    /// The rules, each with its place and whether it was of use.
    rules: Vec<(Result<&'static Rule, String>, Span, bool)>,
    reason: String,
    /// All of it.
    span: Span,
    over: Over,
    /// Whether nothing else stands on its line, so that the line goes with it.
    own_line: bool,
}

/// What an allowance speaks of.
enum Over {
    /// A line of a text.
    Line(SourceId, u32),
    /// A range of a text with everything that is embedded in it.
    Range(Span),
}

/// Parts what was found into what stands and what is allowed, and adds what is wrong with the allowances.
pub(super) fn part(found: Vec<Finding>, cx: &Context<'_>) -> (Vec<Finding>, Vec<Silenced>) {
    let (mut allows, mistyped) = allows(cx);
    if allows.is_empty() && mistyped.is_empty() {
        return (found, Vec::new());
    }
    let (mut standing, mut silenced) = (Vec::new(), Vec::new());
    for finding in found {
        let mut reason = None;
        for allow in allows.iter_mut().filter(|allow| allow.over.holds(finding.span(), cx)) {
            let named = allow
                .rules
                .iter_mut()
                .filter(|(rule, ..)| rule.as_ref().is_ok_and(|rule| rule.code == finding.rule.code));
            for (_, _, used) in named {
                *used = true;
                reason = Some(allow.reason.clone());
            }
        }
        match reason {
            Some(reason) => silenced.push(Silenced { finding, reason }),
            None => standing.push(finding),
        }
    }
    let mut out = Findings::new(&unused_allow::RULE);
    allows.iter().for_each(|allow| allow.judge(cx, &mut out));
    for span in mistyped {
        out.ask(&mistyped_allow::RULE)
            .report(span, "this allows nothing: lint does not understand it")
            .note("The words are `ambassador-lint: allow AMB204 because …`, with the rule's code or name.");
    }
    standing.extend(out.into_inner());
    (standing, silenced)
}

impl Over {
    fn holds(&self, span: Span, cx: &Context<'_>) -> bool {
        let sources = cx.sources();
        let in_source = |id: SourceId| if span.source == id { span } else { sources.outermost(span) };
        match self {
            Self::Line(id, line) => {
                let span = in_source(*id);
                let source = sources.get(*id);
                span.source == *id && source.lines().position(&source.text, span.start).0 == *line
            }
            Self::Range(range) => {
                let span = in_source(range.source);
                span.source == range.source && range.start <= span.start && span.start < range.end
            }
        }
    }
}

impl Allow {
    /// What is wrong with it.
    fn judge(&self, cx: &Context<'_>, out: &mut Findings) {
        let is_unused = self.rules.iter().all(|(.., used)| !used);
        for (rule, span, used) in &self.rules {
            let message = match rule {
                Ok(_) if *used => continue,
                Ok(rule) => format!("{} {} finds nothing here that could be allowed", rule.code, rule.name),
                Err(name) => format!("there is no rule `{name}` that could be allowed"),
            };
            let finding = out.ask(&unused_allow::RULE).report(*span, message);
            if is_unused && self.rules.len() == 1 {
                finding.mend(self.removal(cx));
            }
        }
        if self.reason.is_empty() && !is_unused {
            out.ask(&allow_without_reason::RULE)
                .report(self.span, "nobody says why this is allowed")
                .note("Add `because …`: who finds it in a year wants to know.");
        }
    }

    /// Takes a comment away; an annotation is for a person to edit.
    fn removal(&self, cx: &Context<'_>) -> Option<Vec<Edit>> {
        if matches!(self.over, Over::Range(_)) && !self.own_line {
            return None;
        }
        let text = &cx.sources().get(self.span.source).text;
        let before = text.get(..self.span.range().start)?;
        let start = before.trim_end_matches([' ', '\t']).len();
        let mut end = self.span.range().end;
        let rest = text.get(end..)?;
        if self.own_line {
            end += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        }
        Some(vec![Edit::new(Span { start: start as u32, end: end as u32, ..self.span }, "")])
    }
}

/// All allowances of the input, and the comments that were meant to be some.
fn allows(cx: &Context<'_>) -> (Vec<Allow>, Vec<Span>) {
    let (mut allows, mut mistyped) = (Vec::new(), Vec::new());
    for document in &cx.compilation().documents {
        let comments: Vec<&Comment> = document.comments.iter().collect();
        of_comments(&comments, document.root.span, cx, &mut allows, &mut mistyped);
        let items = document.root.get("items").and_then(Node::as_list).unwrap_or_default();
        for object in std::iter::once(&document.root).chain(items) {
            of_annotation(object, cx, &mut allows);
        }
    }
    for entry in cx.entries().iter().filter(|entry| entry.is_annotation()) {
        let comments: Vec<&Comment> = entry.result.written.iter().flat_map(|written| &written.comments).collect();
        of_comments(&comments, entry.span(), cx, &mut allows, &mut mistyped);
    }
    (allows, mistyped)
}

fn of_comments(
    comments: &[&Comment],
    document: Span,
    cx: &Context<'_>,
    allows: &mut Vec<Allow>,
    mistyped: &mut Vec<Span>,
) {
    for comment in comments {
        let Some(rest) = comment.text.trim_start().strip_prefix(COMMENT) else { continue };
        let Some(said) = rest.strip_prefix(':') else {
            // Prose may begin with the tool's name, too.
            if rest.trim_start().starts_with("allow ") {
                mistyped.push(comment.span);
            }
            continue;
        };
        let source = cx.sources().get(comment.span.source);
        let line_of = |offset: u32| source.lines().position(&source.text, offset).0;
        let over = if !comment.own_line {
            Over::Line(comment.span.source, line_of(comment.span.start))
        } else if comment.span.start < document.start {
            Over::Range(document)
        } else {
            Over::Line(comment.span.source, next_line(&source.text, source.lines(), line_of(comment.span.start)))
        };
        let offset = comment.span.end - said.len() as u32;
        match parse(said, Span { start: offset, ..comment.span }, over, comment.span, comment.own_line) {
            Some(allow) => allows.push(allow),
            None => mistyped.push(comment.span),
        }
    }
}

/// The next line that is neither blank nor a comment.
fn next_line(text: &str, lines: &crate::source::Lines, line: u32) -> u32 {
    let is_content = |line: &u32| {
        let line = text.get(lines.line(text, *line)).unwrap_or_default().trim();
        !line.is_empty() && !line.starts_with('#')
    };
    (line + 1..=lines.count()).find(is_content).unwrap_or(line)
}

fn of_annotation(object: &Node, cx: &Context<'_>, allows: &mut Vec<Allow>) {
    let Some(node) = object.path(&["metadata", "annotations", ANNOTATION]) else { return };
    let Some(text) = node.text() else { return };
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let said = format!("allow {line}");
        // The place of a word in a folded or quoted text is not worth more than that of the value.
        let within = cx.sources().text(node.span).find(line.trim());
        let span = match within {
            Some(at) => {
                let start = node.span.start + at as u32;
                Span { start, end: start + line.trim().len() as u32, ..node.span }
            }
            None => node.span,
        };
        let whole = Span { start: span.start, ..span };
        if let Some(mut allow) = parse(&said, whole, Over::Range(object.span), span, false) {
            allow.rules.iter_mut().for_each(|(_, place, _)| *place = span);
            allows.push(allow);
        }
    }
}

/// `allow CODE, name because reason`; `None` for anything else.
fn parse(said: &str, span: Span, over: Over, whole: Span, own_line: bool) -> Option<Allow> {
    let named = said.trim_start().strip_prefix("allow")?;
    if !named.starts_with([' ', '\t']) {
        return None;
    }
    let (named, reason) = named.split_once(" because").unwrap_or((named, ""));
    let offset = said.len() - said.trim_start().len() + "allow".len();
    let mut rules = Vec::new();
    let mut at = 0;
    for word in named.split_inclusive([' ', ',', '\t']) {
        let name = word.trim_matches([' ', ',', '\t']);
        if !name.is_empty() {
            let start = span.start + (offset + at + word.find(name).unwrap_or(0)) as u32;
            let place = Span { start, end: start + name.len() as u32, ..span };
            rules.push((find(name).ok_or_else(|| name.to_owned()), place, false));
        }
        at += word.len();
    }
    let reason = reason.trim_start_matches(':').trim().to_owned();
    (!rules.is_empty()).then_some(Allow { rules, reason, span: whole, over, own_line })
}

#[cfg(test)]
mod tests {
    use crate::lint::testing::{self, annotation, manifests};

    const MAPPING: &str =
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata:\n  name: a\nspec:\n  hostname: '*'\n";

    fn with(lines: &str) -> Vec<String> {
        manifests(&format!("{MAPPING}{lines}  service: a\n"))
    }

    #[test]
    fn a_comment_allows_on_its_line_and_on_the_next() {
        assert!(with("  prefix: a/  # ambassador-lint: allow AMB201 because it is a test\n").is_empty());
        assert!(
            with("  # ambassador-lint: allow relative-prefix because it is a test\n  # more words\n  prefix: a/\n")
                .is_empty()
        );
        assert_eq!(
            with("  prefix: a/\n  # ambassador-lint: allow AMB201 because it is late\n"),
            ["AMB201 a/", "AMB090 AMB201"]
        );
    }

    #[test]
    fn a_comment_that_is_not_understood_is_told() {
        for comment in ["ambassador-lint: ignore AMB201", "ambassador-lint: allow", "ambassador-lint allow AMB201"] {
            let found = with(&format!("  prefix: a/  # {comment}\n"));
            assert_eq!(found, ["AMB201 a/".to_owned(), format!("AMB092 # {comment}")]);
        }
        assert_eq!(with("  prefix: a/  # ambassador-lint is run before every merge\n"), ["AMB201 a/"]);
    }

    #[test]
    fn above_a_document_it_allows_in_all_of_it() {
        let comment = "# ambassador-lint: allow AMB201 because it is a test\n";
        assert!(manifests(&format!("{comment}{MAPPING}  prefix: a/\n  service: a\n")).is_empty());
    }

    #[test]
    fn other_rules_still_speak() {
        let found = with("  prefix: a/  # ambassador-lint: allow AMB102 because it is a test\n");
        assert_eq!(found, ["AMB201 a/", "AMB090 AMB102"]);
    }

    #[test]
    fn comments_in_annotations_count() {
        let found = annotation(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: a\nhostname: '*'\n# ambassador-lint: allow AMB201 because it is a test\nprefix: a/\nservice: a\n",
        );
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn an_annotation_allows_in_its_object() {
        let text = MAPPING.replace(
            "  name: a\n",
            "  name: a\n  annotations:\n    getambassador.io/lint-allow: AMB201, AMB102 because it is a test\n",
        );
        assert_eq!(
            manifests(&format!("{text}  prefix: a/\n  service: a\n")),
            ["AMB090 AMB201, AMB102 because it is a test"]
        );
    }

    #[test]
    fn what_is_allowed_is_kept_with_its_reason() {
        let text =
            format!("{MAPPING}  prefix: a/  # ambassador-lint: allow AMB201 because it is a test\n  service: a\n");
        let linted = testing::lint(&text);
        let reasons: Vec<_> = linted.silenced.iter().map(|one| one.reason.as_str()).collect();
        assert_eq!(reasons, ["it is a test"]);
    }
}
