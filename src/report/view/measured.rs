//! How much a suite exercises, and what it would not notice.

use std::fmt::Write as _;

use crate::report::Style;
use crate::route_test::WitnessText;
use crate::route_test::exercise::{Coverage, Part};
use crate::route_test::mutate::Mutation;

/// So many things that are missing are told; JSON has them all.
const SHOWN: usize = 10;

/// What a suite comes to and sees.
pub(super) fn coverage(out: &mut String, coverage: &Coverage, style: Style) {
    line(out, "routes", &part(coverage.routes, "reached", style));
    line(out, "conditions", &part(coverage.conditions, "seen", style));
    if coverage.undecided > 0 {
        line(out, "", &style.odd(&format!("{} more could not be decided", coverage.undecided)));
    }
    for unseen in coverage.unseen.iter().take(SHOWN) {
        let mapping = style.name(&format!("{}.{}", unseen.mapping.name, unseen.mapping.namespace));
        let what = match &unseen.test {
            None => "never reached".to_owned(),
            Some(test) => format!("{test} never says {}", unseen.never),
        };
        line(out, "", &format!("{} {mapping}: {what}, as by {}", style.odd("-"), witness(&unseen.by)));
    }
    more(out, coverage.unseen.len(), style);
}

/// Which mistakes a suite notices.
pub(super) fn mutation(out: &mut String, mutation: &Mutation, style: Style) {
    let mut text = part(mutation.noticed, "noticed", style);
    if mutation.equivalent > 0 {
        text.push_str(&style.dim(&format!(", {} more change no request", mutation.equivalent)));
    }
    line(out, "mistakes", &text);
    if mutation.undecided > 0 {
        line(out, "", &style.odd(&format!("{} more could not be decided", mutation.undecided)));
    }
    for unnoticed in mutation.unnoticed.iter().take(SHOWN) {
        let mapping = style.name(&format!("{}.{}", unnoticed.mapping.name, unnoticed.mapping.namespace));
        let by = unnoticed.by.as_ref().map_or(String::new(), |by| format!(", which {} tells", witness(by)));
        line(out, "", &format!("{} {mapping}: {}{by}", style.odd("-"), unnoticed.mistake));
    }
    more(out, mutation.unnoticed.len(), style);
}

fn part(part: Part, word: &str, style: Style) -> String {
    let text = format!("{} of {} {word} ({:.1} %)", part.seen, part.of, floor(part.percent()));
    if part.seen == part.of { style.good(&text) } else { style.strong(&text) }
}

/// One digit, never rounded up: 100 % is all.
fn floor(percent: f64) -> f64 {
    (percent * 10.0).floor() / 10.0
}

fn witness(by: &WitnessText) -> String {
    let draw = if by.draw == 0 { String::new() } else { format!(" with draw {}", by.draw) };
    format!("{}{draw}", by.curl.as_ref().unwrap_or(&by.words))
}

fn more(out: &mut String, count: usize, style: Style) {
    if count > SHOWN {
        line(out, "", &style.dim(&format!("and {} more, with -o json", count - SHOWN)));
    }
}

fn line(out: &mut String, title: &str, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "  {title:<11}{text}");
}
