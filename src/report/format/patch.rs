//! Texts, before and after, as `diff -u` has them.

use similar::TextDiff;

use crate::diff::TextPair;
use crate::report::Style;

/// Lines shown around a change.
const CONTEXT: usize = 3;

/// The pairs that differ, one after the other; without colour `patch` takes it.
pub fn write(pairs: &[TextPair], style: Style) -> String {
    pairs.iter().filter(|pair| pair.differs()).map(|pair| one(pair, style)).collect()
}

fn one(pair: &TextPair, style: Style) -> String {
    let (before, after) = (pair.before.as_deref().unwrap_or_default(), pair.after.as_deref().unwrap_or_default());
    let diff = TextDiff::from_lines(before, after);
    let text = diff.unified_diff().context_radius(CONTEXT).header(&pair.before_name, &pair.after_name).to_string();
    if !style.colour {
        return text;
    }
    let painted = text.split_inclusive('\n').enumerate().map(|(at, line)| {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        let line = match line.bytes().next() {
            _ if at < 2 => style.strong(line),
            Some(b'@') => style.name(line),
            Some(b'-') => style.lost(line),
            Some(b'+') => style.gained(line),
            _ => line.to_owned(),
        };
        format!("{line}{end}")
    });
    painted.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(before: Option<&str>, after: Option<&str>) -> TextPair {
        TextPair {
            before_name: "a/x.yaml".to_owned(),
            after_name: "b/x.yaml".to_owned(),
            before: before.map(Into::into),
            after: after.map(Into::into),
        }
    }

    #[test]
    fn what_is_the_same_is_left_out() {
        let pairs = [pair(Some("a\n"), Some("a\n")), pair(Some("1\n2\n"), Some("1\n3"))];
        let text = write(&pairs, Style::default());
        assert_eq!(text, "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n\\ No newline at end of file\n");
    }

    #[test]
    fn colour_changes_no_text() {
        let pairs = [pair(None, Some("- x\n--- y\n")), pair(Some("a\n"), None)];
        let painted = write(&pairs, Style { colour: true, width: None });
        let plain: String = {
            let mut rest = painted.as_str();
            let mut plain = String::new();
            while let Some((before, after)) = rest.split_once('\u{1b}') {
                plain.push_str(before);
                rest = after.split_once('m').map_or("", |(_, rest)| rest);
            }
            plain + rest
        };
        assert_eq!(plain, write(&pairs, Style::default()));
    }
}
