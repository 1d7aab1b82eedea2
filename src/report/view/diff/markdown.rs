//! What changes, as a comment on a pull request.

use std::fmt::Write as _;

use super::words;
use super::{Level, Told};
use crate::diff::{Behaviour, Change, ObjectChange, Written};
use crate::report::Style;
use crate::report::format::patch;
use crate::report::view::route_test::request_line;
use crate::route_test::Answer;

/// So many classes are told; a comment has an end.
const SHOWN: usize = 40;

/// A comment.
pub fn write(told: &Told<'_, '_>) -> String {
    match (told.level, told.behaviour) {
        (Level::Text, _) => texts(told),
        (Level::Behaviour, Some(found)) => behaviour(told, found),
        (Level::Fields | Level::Behaviour, _) => format!("{}\n{}", title(told), objects(told)),
    }
}

fn title(told: &Told<'_, '_>) -> String {
    let [before, after] = told.sides.map(|side| code(&side.name));
    format!("#### {before} → {after}\n")
}

fn texts(told: &Told<'_, '_>) -> String {
    let patch = patch::write(told.texts, Style::default());
    match patch.as_str() {
        "" => format!("{}\nNo text differs.\n", title(told)),
        patch => format!("{}\n{}", title(told), fenced("diff", patch)),
    }
}

fn behaviour(told: &Told<'_, '_>, behaviour: &Behaviour<'_, '_>) -> String {
    let mut out = title(told);
    out.push('\n');
    // Writing to a String cannot fail.
    if let [Some(before), Some(after)] = &behaviour.refused {
        let _ = writeln!(out, "**Nothing is served**, before: {}, after: {}", text(before), text(after));
        return out;
    }
    if behaviour.is_equal() {
        let _ = writeln!(out, "**No request changes**: proved.");
    } else if behaviour.classes() > 0 {
        let _ = writeln!(out, "**{}**", words::count(behaviour.classes()));
    }
    let requests = behaviour.requests();
    let changes: Vec<Change<'_>> = behaviour.changes(&requests).take(SHOWN).collect();
    for group in words::groups(&changes) {
        out.push('\n');
        if let Some(reason) = group.reason {
            let _ = writeln!(out, "- {}", text(reason));
        }
        for cause in group.causes {
            let places: Vec<String> = words::places(cause).iter().map(|place| code(place)).collect();
            let places = if places.is_empty() { String::new() } else { format!(" ({})", places.join(", ")) };
            let _ = writeln!(out, "- {}{places}", text(&words::cause(cause)));
        }
        let _ = writeln!(out, "\n| request | before | after |\n| --- | --- | --- |");
        for (_, change) in group.changes.iter().filter(|(_, change)| !words::is_own(change)) {
            let mut request = code(&request_line(&change.after));
            for words in words::beside(change) {
                let _ = write!(request, "<br>{}", code(&words));
            }
            let _ = writeln!(out, "| {request} | {} | {} |", ending(&change.before), ending(&change.after));
        }
    }
    if behaviour.classes() > changes.len() {
        let _ = writeln!(out, "\nand {} more classes", behaviour.classes() - changes.len());
    }
    for around in behaviour.around() {
        let side =
            |side: &Option<String>| side.as_deref().map_or("as usual".to_owned(), |side| code(&words::value(side)));
        let surrounding = around.surrounding;
        let (before, after) = (side(&surrounding.before), side(&surrounding.after));
        let _ = writeln!(out, "\n- For all requests, {}: {before} → {after}", text(&surrounding.what));
    }
    for undecided in behaviour.undecided() {
        let side =
            |mapping: &Option<(String, _)>| mapping.as_ref().map_or("no Mapping".to_owned(), |(name, _)| code(name));
        let (before, after) = (side(&undecided.before), side(&undecided.after));
        let _ =
            writeln!(out, "\n- Not decided: requests of {before} that come to {after}: {}", text(&undecided.reason));
    }
    out.push_str(&to_try(&changes));
    out
}

/// Commands and a suite, folded away.
fn to_try(changes: &[Change<'_>]) -> String {
    let mut commands: Vec<String> = changes.iter().filter_map(|change| change.curl.clone()).collect();
    // Requests that differ in their draws alone are one command.
    commands.dedup();
    let commands: String = commands.iter().map(|line| format!("{line}\n")).collect();
    let cases = changes.iter().filter_map(|change| serde_json::to_string(change.case.as_ref()?).ok());
    let cases: String = cases.map(|case| format!("  - {case}\n")).collect();
    if commands.is_empty() && cases.is_empty() {
        return String::new();
    }
    let (commands, cases) = (fenced("sh", &commands), fenced("yaml", &format!("cases:\n{cases}")));
    format!("\n<details><summary>Try them</summary>\n\n{commands}\n{cases}\n</details>\n")
}

fn ending(answer: &Answer<'_>) -> String {
    let (_, ending) = words::ending(answer);
    let taker = words::taker(answer).map(|(name, place)| format!("<br>{} {}", text(&name), code(&place.to_string())));
    format!("{}{}", code(&ending), taker.unwrap_or_default())
}

fn objects(told: &Told<'_, '_>) -> String {
    if told.objects.is_empty() {
        return "No object differs.\n".to_owned();
    }
    let mut out = "| object | field | before | after |\n| --- | --- | --- | --- |\n".to_owned();
    for change in told.objects.iter() {
        out.push_str(&object(change));
    }
    out
}

fn object(change: &ObjectChange) -> String {
    let one = &change.object;
    let name = text(&format!("{} {}.{}", one.kind, one.name, one.namespace));
    let mut out = String::new();
    if change.fields.is_empty() {
        let side = |place: &Option<crate::route_test::SourceRef>| {
            place.as_ref().map_or("–".to_owned(), |place| code(&place.to_string()))
        };
        let _ = writeln!(out, "| {name} | | {} | {} |", side(&change.before), side(&change.after));
    }
    for field in &change.fields {
        let side = |written: &Option<Written>| match written {
            Some(written) => {
                format!("{}<br>{}", code(&words::value(&written.value)), code(&written.source.to_string()))
            }
            None => "–".to_owned(),
        };
        let (before, after) = (side(&field.before), side(&field.after));
        let _ = writeln!(out, "| {name} | {} | {before} | {after} |", code(&field.path));
    }
    out
}

/// A block that nothing in it can end.
fn fenced(language: &str, content: &str) -> String {
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if content.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{content}{end}{fence}\n")
}

/// A text that stays as it is, in a table too.
fn code(content: &str) -> String {
    let content = content.replace('|', "\\|").replace(['\n', '\r'], " ");
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if content.starts_with('`') || content.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{content}{blank}{fence}")
}

/// A text in which nothing is taken for a mark.
fn text(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    for c in content.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_a_cell() {
        assert_eq!(code("a|b`c\nd"), "``a\\|b`c d``");
        assert_eq!(code("`x`"), "`` `x` ``");
        assert_eq!(text("<b> *x* |"), "&lt;b&gt; \\*x\\* \\|");
        assert_eq!(fenced("sh", "a\n```\n"), "````sh\na\n```\n````\n");
    }
}
