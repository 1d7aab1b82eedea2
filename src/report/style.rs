//! Colour and width: decided once, never needed to understand.

use std::sync::Once;

use colored::Colorize as _;

/// How text for people looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether there is colour. Only the terminal's own sixteen are used, so that it reads on light and dark.
    pub colour: bool,
    /// How many columns there are; `None` where nobody reads on a terminal.
    pub width: Option<usize>,
}

macro_rules! paints {
    ($($(#[$doc:meta])* $name:ident: |$text:ident| $painted:expr;)*) => {$(
        $(#[$doc])*
        pub fn $name(self, text: &str) -> String {
            if !self.colour || text.is_empty() {
                return text.to_owned();
            }
            let $text = text;
            FORCE.call_once(|| colored::control::set_override(true));
            $painted.to_string()
        }
    )*};
}

/// Whether there is colour is decided here alone: not by `colored`, which looks at the environment.
static FORCE: Once = Once::new();

impl Style {
    paints! {
        /// What the eye should find first.
        strong: |text| text.bold();
        /// What may be passed over.
        dim: |text| text.dimmed();
        /// Good news.
        good: |text| text.green().bold();
        /// Bad news.
        bad: |text| text.red().bold();
        /// News to look at.
        odd: |text| text.yellow().bold();
        /// What was there.
        lost: |text| text.red();
        /// What is there now.
        gained: |text| text.green();
        /// A name that can be looked up.
        name: |text| text.cyan();
    }

    /// A remark beside the answer; on a terminal it breaks at blanks, and its lines stand under each other.
    pub fn note(self, text: &str) -> String {
        const WORD: &str = "note:";
        let columns = self.width.map_or(usize::MAX, |width| width.max(40) - WORD.len() - 1);
        let indent = format!("\n{}", " ".repeat(WORD.len() + 1));
        format!("{} {}", self.dim(WORD), wrap(text, columns).join(&indent))
    }

    /// The columns that text may take; `otherwise` where nobody reads on a terminal.
    pub fn columns(self, otherwise: usize) -> usize {
        self.width.unwrap_or(otherwise).max(40)
    }
}

/// The columns that a text takes; colour takes none.
pub(super) fn width_of(text: &str) -> usize {
    let mut columns = 0;
    let mut is_colour = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => is_colour = true,
            'm' if is_colour => is_colour = false,
            _ if is_colour => {}
            _ => columns += 1,
        }
    }
    columns
}

/// Breaks a text at blanks into lines of at most so many columns; a longer word stays whole.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && width_of(&line) + 1 + width_of(word) > columns {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_nothing_is_added() {
        assert_eq!(Style::default().bad("no"), "no");
        assert_eq!(Style { colour: true, width: None }.strong("x"), "\u{1b}[1mx\u{1b}[0m");
    }

    #[test]
    fn a_note_breaks_at_blanks_where_somebody_reads_it() {
        let words = "the cluster is taken to serve v1 and v2: there are objects";
        assert_eq!(Style::default().note(words), format!("note: {words}"));
        let narrow = Style { colour: false, width: Some(40) }.note(words);
        assert_eq!(narrow, "note: the cluster is taken to serve v1\n      and v2: there are objects");
    }

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a-very-long-word b", 5), ["a-very-long-word", "b"]);
        assert_eq!(wrap("\u{1b}[1mone\u{1b}[0m two three", 7), ["\u{1b}[1mone\u{1b}[0m two", "three"]);
        assert_eq!(wrap("one  three", 7), ["one", "three"]);
        assert_eq!(wrap("", 5), Vec::<String>::new());
    }
}
