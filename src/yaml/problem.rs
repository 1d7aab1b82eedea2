//! What is wrong with a text that is no YAML, in words.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Why a document is given up.
pub(super) type Fault = Box<Diagnostic>;

/// A document that breaks the rules of YAML.
pub(super) fn syntax(message: String, note: &str, at: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error("yaml-syntax", at, message);
    if note.is_empty() { diagnostic } else { diagnostic.note(note) }
}

/// A tab where only spaces may stand.
pub(super) fn tab(at: Span) -> Diagnostic {
    Diagnostic::error("yaml-tab", at, "a tab stands in the indentation, where YAML takes only spaces")
        .label("a tab")
        .note("Replace the tab by spaces.")
}

/// The first tab among the blanks that begin the line of a place.
pub(super) fn tab_in_indentation(at: Span, text: &str) -> Option<Span> {
    let before = text.get(..at.range().start)?;
    let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let rest = text.get(line..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let tab = line + rest.get(..blanks)?.find('\t')?;
    Some(Span::new(at.source, tab as u32, tab as u32 + 1))
}

/// The first tab behind a place.
pub(super) fn tab_behind(at: Span, text: &str) -> Option<Span> {
    let tab = at.range().start + text.get(at.range().start..)?.find('\t')?;
    Some(Span::new(at.source, tab as u32, tab as u32 + 1))
}

/// A character that YAML does not know.
pub(super) fn control_character(c: char, at: Span) -> Diagnostic {
    let message = format!("the control character U+{:04X} cannot stand in YAML", u32::from(c));
    Diagnostic::error("yaml-syntax", at, message)
        .note("In double quotes it can be written as an escape, such as `\\x07`.")
}

/// Lists and maps in each other beyond the limit.
pub(super) fn too_deep(at: Span) -> Diagnostic {
    let message = format!("lists and maps lie in each other more than {} deep", super::build::MAX_DEPTH);
    Diagnostic::error("yaml-depth", at, message)
}

/// An alias of nothing.
pub(super) fn unknown_anchor(name: &str, at: Span) -> Diagnostic {
    Diagnostic::error("yaml-alias", at, format!("there is no anchor `{name}` before this alias in its document"))
        .label("refers to nothing")
        .note("An anchor ends with its document: what stands before `---` cannot be used after it.")
}

/// A value that is not what its tag says.
pub(super) fn tag(tag: &str, value: &str, at: Span) -> Diagnostic {
    let shown: String = value.chars().take(40).collect();
    let more = if shown.len() < value.len() { "…" } else { "" };
    Diagnostic::error("yaml-tag", at, format!("`{shown}{more}` cannot be read as {tag}"))
}

/// Text behind the end of a document that no separator introduces.
pub(super) fn after_end(at: Span) -> Diagnostic {
    Diagnostic::warning("yaml-after-end", at, "this stands behind the end of the document and is not read")
        .note("kubectl and Emissary read one document between two `---` lines and pass over the rest.")
}

/// A directive.
pub(super) fn directive(at: Span) -> Diagnostic {
    Diagnostic::warning("yaml-directive", at, "kubectl and Emissary do not read a text with a `%` directive")
        .note("Remove the line: what they read is YAML 1.1 without directives.")
}

/// More than a comment on the line of a separator.
pub(super) fn separator(at: Span) -> Diagnostic {
    Diagnostic::warning("yaml-separator", at, "kubectl and Emissary take nothing but a comment behind `---`")
        .note("Begin the document on the next line.")
}

/// A text too large to be read.
pub(super) fn too_large(at: Span) -> Diagnostic {
    Diagnostic::error("yaml-size", at, "the text is larger than 1 GiB and is not read")
}
