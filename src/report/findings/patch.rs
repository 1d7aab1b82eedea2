//! What fixes would change, as `diff -u` has it.

use similar::TextDiff;

use crate::report::Style;

/// The lines in which a text changes; without colour `patch` takes it.
pub fn patch(file: &str, before: &str, after: &str, style: Style) -> String {
    let diff = TextDiff::from_lines(before, after);
    let text = diff.unified_diff().context_radius(3).header(file, file).to_string();
    if !style.colour {
        return text;
    }
    let painted = text.split_inclusive('\n').enumerate().map(|(at, line)| match line.bytes().next() {
        _ if at < 2 => style.strong(line),
        Some(b'@') => style.name(line),
        Some(b'-') => style.bad(line),
        Some(b'+') => style.good(line),
        _ => line.to_owned(),
    });
    painted.collect()
}
