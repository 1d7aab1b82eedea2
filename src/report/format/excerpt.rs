//! Diagnostics with the source they are about, and carets under it.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::report::Style;
use crate::source::{self, SourceId, SourceMap};

/// Longer lines are cut around what they are shown for.
const LONGEST_LINE: usize = 400;

/// A label whose span is in the text that the user opens.
type Lifted<'a> = (AnnotationKind, Range<usize>, &'a str);

/// A diagnostic over several lines, the way compilers show it.
pub fn write(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    write_with(diagnostic, diagnostic.code, None, sources, style)
}

/// The same under another name than its code, and with a way to mend it.
pub fn write_with(
    diagnostic: &Diagnostic,
    name: &str,
    help: Option<&str>,
    sources: &SourceMap,
    style: Style,
) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(name);
    let (elements, fields) = elements(diagnostic, sources);
    let notes = diagnostic.notes.iter().map(|note| Element::from(Level::NOTE.message(note.as_str())));
    let help = help.map(|help| Element::from(Level::HELP.message(help)));
    let group: Group<'_> = title.elements(elements.into_iter().chain(notes).chain(help));
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.term_width(style.columns(140)).render(&[group]);
    for field in fields {
        text = without_position(&text, &field);
    }
    text.push('\n');
    text
}

/// A heading with the path of a field, without the line and column that the renderer puts behind every path: nobody can
/// open a line of an object of an API server.
fn without_position(text: &str, field: &str) -> String {
    let Some((before, after)) = text.split_once(&format!(" {field}:")) else { return text.to_owned() };
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':');
    format!("{before} {field}{rest}")
}

/// One excerpt for each source: the lines from its first label to its last, never more of the text.
/// Those of live objects are headed by a field, which is told too.
fn elements<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> (Vec<Element<'a>>, Vec<String>) {
    let mut by_source: BTreeMap<(bool, SourceId), Vec<Lifted<'a>>> = BTreeMap::new();
    let primary = sources.outermost(diagnostic.primary.span).source;
    let mut add = |kind: AnnotationKind, label: &'a Label| {
        let span = sources.outermost(label.span);
        by_source.entry((span.source != primary, span.source)).or_default().push((kind, span.range(), &label.text));
    };
    add(AnnotationKind::Primary, &diagnostic.primary);
    for label in &diagnostic.labels {
        add(AnnotationKind::Context, label);
    }
    let (mut elements, mut fields) = (Vec::new(), Vec::new());
    for ((_, id), labels) in by_source {
        let excerpt = snippet(id, &labels, sources);
        if let source::Origin::Live(_) = sources.get(id).origin {
            let of = |label: &&Label| sources.outermost(label.span).source == id;
            let label = std::iter::once(&diagnostic.primary).chain(&diagnostic.labels).find(of);
            let place = label.map(|label| sources.place(label.span).to_string()).unwrap_or_default();
            elements.push(Element::from(excerpt.path(place.clone())));
            fields.push(place);
        } else {
            elements.push(Element::from(excerpt.path(sources.get(id).origin.to_string())));
        }
    }
    (elements, fields)
}

fn snippet<'a>(id: SourceId, labels: &[Lifted<'a>], sources: &'a SourceMap) -> Snippet<'a, Annotation<'a>> {
    let source = sources.get(id);
    let text: &str = &source.text;
    let lines = source.lines();
    let line_of = |offset: usize| lines.position(text, offset as u32).0;
    // What spans many lines is shown by its first.
    let first = labels.iter().map(|(_, range, _)| line_of(range.start)).min().unwrap_or(1);
    let last = labels.iter().map(|(_, range, _)| line_of(range.start)).max().unwrap_or(first);
    let mut window = lines.line(text, first).start..lines.line(text, last).end;
    if window.len() > LONGEST_LINE * 50 || (first == last && window.len() > LONGEST_LINE) {
        let middle = labels.first().map_or(window.start, |(_, range, _)| range.start);
        let from = middle.saturating_sub(LONGEST_LINE / 4).max(window.start);
        window = boundary(text, from)..boundary(text, (from + LONGEST_LINE).min(window.end));
    }
    if window.start == 0 && text.starts_with('\u{feff}') {
        window.start = '\u{feff}'.len_utf8().min(window.end);
    }
    let shown = text.get(window.clone()).unwrap_or_default();
    let annotations = labels.iter().filter_map(|(kind, range, words)| {
        let start = range.start.saturating_sub(window.start);
        let line_end = start + shown.get(start..)?.find('\n').unwrap_or(shown.len() - start);
        let end = range.end.saturating_sub(window.start).clamp(start, line_end);
        Some(kind.span(start..end).label((!words.is_empty()).then_some(*words)))
    });
    let first_line = line_of(window.start) as usize;
    Snippet::source(shown).line_start(first_line).annotations(annotations.collect::<Vec<_>>())
}

/// The nearest place at or before an offset where a character begins.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Origin, Span};

    fn sources(text: &str) -> (SourceMap, SourceId) {
        let mut sources = SourceMap::default();
        let id = sources.add(Origin::File("shop.yaml".into()), text);
        (sources, id)
    }

    #[test]
    fn the_caret_stands_under_the_value() {
        let (sources, id) = sources("apiVersion: x\nkind: Mapping\nspec:\n  prefix: cart/\n  service: cart\n");
        let diagnostic = Diagnostic::warning("prefix-slash", Span::new(id, 44, 49), "this prefix never matches")
            .label("begins without a slash")
            .also(Span::new(id, 20, 27), "in this Mapping")
            .note("Paths begin with a slash.");
        insta::assert_snapshot!(write(&diagnostic, &sources, Style::default()), @r"
        warning[prefix-slash]: this prefix never matches
         --> shop.yaml:4:11
          |
        2 | kind: Mapping
          |       ------- in this Mapping
        3 | spec:
        4 |   prefix: cart/
          |           ^^^^^ begins without a slash
          |
          = note: Paths begin with a slash.
        ");
    }

    #[test]
    fn a_live_object_is_named_by_its_field() {
        let object = source::ObjectRef { kind: "Mapping".into(), name: "cart".into(), namespace: "shop".into() };
        let mut sources = SourceMap::default();
        let field = |_: &str, _: Span, _: bool| "spec.prefix".to_owned();
        let live = source::Live { object, field, last_applied: None, home: "default".into() };
        let id = sources.add(Origin::Live(live), "kind: Mapping\nspec:\n  prefix: cart/\n");
        let diagnostic = Diagnostic::warning("prefix-slash", Span::new(id, 30, 35), "this prefix never matches");
        insta::assert_snapshot!(write(&diagnostic, &sources, Style::default()), @r"
        warning[prefix-slash]: this prefix never matches
         --> Mapping/cart.shop:spec.prefix
          |
        3 |   prefix: cart/
          |           ^^^^^
        ");
    }

    #[test]
    fn long_lines_and_long_spans_cost_little() {
        let text = format!("a: \"{}\"\n{}", "x".repeat(1 << 20), "b: 1\n".repeat(100_000));
        let (sources, id) = sources(&text);
        let long = Diagnostic::error("long", Span::new(id, 500_000, text.len() as u32), "too long");
        let shown = write(&long, &sources, Style::default());
        assert!(shown.len() < 2_000, "{}", shown.len());
        assert!(shown.contains("shop.yaml:1:"), "{shown}");
    }

    #[test]
    fn odd_places_do_not_panic() {
        let (sources, id) = sources("\u{feff}é: ü\r\n");
        for (start, end) in [(0, 0), (0, 3), (3, 5), (9, 9), (10, 12), (11, 11), (4, 8)] {
            write(&Diagnostic::error("odd", Span::new(id, start, end), "odd"), &sources, Style::default());
        }
    }
}
