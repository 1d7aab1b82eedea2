//! Diagnostics with the source they are about, and carets under it.

use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::report::Style;
use crate::report::style::wrap;
use crate::source::{self, SourceId, SourceMap};

/// Longer lines are cut around what they are shown for.
const LONGEST_LINE: usize = 400;

/// More labels than these are told in words.
const MOST_LABELS: usize = 3;

/// So many places are named.
const MOST_PLACES: usize = 4;

/// What the renderer puts beside a line: its number and a bar.
const GUTTER: usize = 8;

/// What stands before a note: its line's gutter and the word.
const NOTE: usize = 14;

/// Lines do not break before these columns, however narrow the terminal is.
const NARROWEST: usize = 30;

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
    let (level, word) = match diagnostic.severity {
        Severity::Error => (Level::ERROR, "error"),
        Severity::Warning => (Level::WARNING, "warning"),
        Severity::Info => (Level::INFO, "info"),
    };
    let message = wrapped(&diagnostic.message, word.len() + name.len() + "[]: ".len(), style);
    let title = level.primary_title(message.as_str()).id(name);
    let count = diagnostic.labels.len();
    // Beside a line that is wider than the terminal, short ones would be cut too.
    let fits = |label: &Label| is_shorter(label, style.columns(140), sources);
    let is_shown = count <= MOST_LABELS && diagnostic.labels.iter().chain([&diagnostic.primary]).all(fits);
    let (labels, more) = diagnostic.labels.split_at(if is_shown { count } else { 0 });
    let Excerpts { elements, headings } = elements(&diagnostic.primary, labels, sources);
    let more: Vec<String> =
        more.chunk_by(|one, next| one.text == next.text).map(|alike| places(alike, sources)).collect();
    let notes: Vec<String> = more.iter().chain(&diagnostic.notes).map(|note| wrapped(note, NOTE, style)).collect();
    let help = help.map(|help| wrapped(help, NOTE, style));
    let notes = notes.iter().map(|note| Element::from(Level::NOTE.message(note.as_str())));
    let help = help.as_deref().map(|help| Element::from(Level::HELP.message(help)));
    let group: Group<'_> = title.elements(elements.into_iter().chain(notes).chain(help));
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.term_width(style.columns(140)).render(&[group]);
    for heading in headings {
        text = heading.put_right(&text);
    }
    text.push('\n');
    text
}

/// A text whose lines break at blanks on a terminal, beside `beside` columns of other things.
fn wrapped(text: &str, beside: usize, style: Style) -> String {
    let Some(width) = style.width else { return text.to_owned() };
    wrap(text, width.saturating_sub(beside).max(NARROWEST)).join("\n")
}

/// Whether the line that a label stands in takes fewer columns.
fn is_shorter(label: &Label, columns: usize, sources: &SourceMap) -> bool {
    let span = sources.outermost(label.span);
    let source = sources.get(span.source);
    let (line, _) = source.lines().position(&source.text, span.start);
    source.lines().line(&source.text, line).len() + GUTTER < columns
}

/// Places of which the same is said, in words.
fn places(labels: &[Label], sources: &SourceMap) -> String {
    let what = labels.first().map(|label| label.text.as_str()).filter(|text| !text.is_empty()).unwrap_or("also");
    let named: Vec<String> =
        labels.iter().take(MOST_PLACES).map(|label| sources.place(label.span).to_string()).collect();
    let rest = match labels.len().saturating_sub(MOST_PLACES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{what}: {}{rest}", named.join(", "))
}

/// What the renderer writes behind a path, and what should stand there.
enum Heading {
    /// The path of a field: nobody can open a line of an object of an API server.
    Field(String),
    /// A place in a line of which only a part is shown: the renderer counts from where the part begins.
    Column {
        /// The path and the line.
        line: String,
        column: u32,
    },
}

impl Heading {
    fn put_right(&self, text: &str) -> String {
        let is_digit = |c: char| c.is_ascii_digit();
        match self {
            Self::Field(field) => {
                let Some((before, after)) = text.split_once(&format!(" {field}:")) else { return text.to_owned() };
                format!("{before} {field}{}", after.trim_start_matches(|c| is_digit(c) || c == ':'))
            }
            Self::Column { line, column } => {
                let Some((before, after)) = text.split_once(line.as_str()) else { return text.to_owned() };
                format!("{before}{line}{column}{}", after.trim_start_matches(is_digit))
            }
        }
    }
}

struct Excerpts<'a> {
    elements: Vec<Element<'a>>,
    headings: Vec<Heading>,
}

/// One excerpt for each source: the lines from its first label to its last, never more of the text.
fn elements<'a>(first: &'a Label, others: &'a [Label], sources: &'a SourceMap) -> Excerpts<'a> {
    let mut by_source: BTreeMap<(bool, SourceId), Vec<Lifted<'a>>> = BTreeMap::new();
    let primary = sources.outermost(first.span).source;
    let mut add = |kind: AnnotationKind, label: &'a Label| {
        let span = sources.outermost(label.span);
        by_source.entry((span.source != primary, span.source)).or_default().push((kind, span.range(), &label.text));
    };
    add(AnnotationKind::Primary, first);
    for label in others {
        add(AnnotationKind::Context, label);
    }
    let mut excerpts = Excerpts { elements: Vec::new(), headings: Vec::new() };
    for ((_, id), labels) in by_source {
        let excerpt = snippet(id, &labels, sources);
        let origin = &sources.get(id).origin;
        let of = |label: &&Label| sources.outermost(label.span).source == id;
        let place = std::iter::once(first).chain(others).find(of).map(|label| sources.place(label.span));
        let (path, heading) = match (origin, place) {
            (source::Origin::Live(_), place) => {
                let path = place.map(|place| place.to_string()).unwrap_or_default();
                (path.clone(), Heading::Field(path))
            }
            (_, Some(place)) => {
                let path = origin.to_string();
                (path.clone(), Heading::Column { line: format!("{path}:{}:", place.line), column: place.column })
            }
            (_, None) => continue,
        };
        excerpts.elements.push(Element::from(excerpt.path(path)));
        excerpts.headings.push(heading);
    }
    excerpts
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
    fn many_places_are_told_in_words() {
        let (sources, id) = sources("a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n");
        let of = |line: u32| Span::new(id, line * 5, line * 5 + 1);
        let many = (1..6).fold(Diagnostic::warning("odd", of(0), "odd"), |odd, line| odd.also(of(line), "with it"));
        insta::assert_snapshot!(write(&many, &sources, Style::default()), @r"
        warning[odd]: odd
         --> shop.yaml:1:1
          |
        1 | a: 1
          | ^
          |
          = note: with it: shop.yaml:2:1, shop.yaml:3:1, shop.yaml:4:1, shop.yaml:5:1 and 1 more
        ");
    }

    #[test]
    fn places_in_long_lines_are_told_in_words() {
        let text = format!("a: 1\nb: {}\n", "x".repeat(200));
        let (sources, id) = sources(&text);
        let odd = Diagnostic::warning("odd", Span::new(id, 0, 1), "odd").also(Span::new(id, 5, 6), "and this");
        insta::assert_snapshot!(write(&odd, &sources, Style::default()), @r"
        warning[odd]: odd
         --> shop.yaml:1:1
          |
        1 | a: 1
          | ^
          |
          = note: and this: shop.yaml:2:1
        ");
    }

    #[test]
    fn a_part_of_a_line_is_headed_by_its_place_in_the_line() {
        let text = format!("a: 1\nb: \"{}\", c: 5}}\n", "x".repeat(1_000));
        let (sources, id) = sources(&text);
        let at = text.find("c: 5").unwrap_or_default() as u32;
        let shown = write(&Diagnostic::error("odd", Span::new(id, at, at + 1), "odd"), &sources, Style::default());
        assert!(shown.contains("shop.yaml:2:1008\n"), "{shown}");
    }

    #[test]
    fn on_a_terminal_lines_break_at_blanks() {
        let (sources, id) = sources("prefix: cart/\n");
        let long = Diagnostic::warning(
            "prefix",
            Span::new(id, 8, 13),
            "no path begins with this: the Mapping matches nothing at all",
        )
        .note("Paths begin with a slash, and a prefix without one is compared with them as it stands.");
        let shown = write(&long, &sources, Style { colour: false, width: Some(60) });
        assert!(shown.lines().all(|line| line.chars().count() <= 60), "{shown}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let whole = words(&shown);
        assert!(words(&long.message).iter().all(|word| whole.contains(word)), "{shown}");
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
