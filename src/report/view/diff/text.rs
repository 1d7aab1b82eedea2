//! What changes, as text for people.

use std::fmt::Write as _;

use super::words::{self, Tone};
use super::{Level, Told};
use crate::diff::{Behaviour, Change, FieldChange, ObjectChange};
use crate::report::Style;
use crate::report::format::patch;
use crate::report::style::wrap;
use crate::report::view::route_test::request_line;
use crate::route_test::Answer;

/// So many classes are told one by one; JSON has them all.
const SHOWN: usize = 60;
/// Columns in front of what is told of a class.
const INDENT: usize = 4;
/// Columns of its titles.
const TITLES: usize = 9;

/// What came of a comparison.
pub fn write(told: &Told<'_, '_>, style: Style) -> String {
    match (told.level, told.behaviour) {
        (Level::Text, _) => patch::write(told.texts, style),
        (Level::Behaviour, Some(behaviour)) => Text { out: String::new(), style }.behaviour(told, behaviour),
        (Level::Fields | Level::Behaviour, _) => objects(told, style),
    }
}

struct Text {
    out: String,
    style: Style,
}

impl Text {
    fn behaviour(mut self, told: &Told<'_, '_>, behaviour: &Behaviour<'_, '_>) -> String {
        let style = self.style;
        if let [Some(before), Some(after)] = &behaviour.refused {
            self.line(&style.bad("Nothing is served, neither before nor after"));
            self.fact("before", before);
            self.fact("after", after);
            return self.out;
        }
        let requests = behaviour.requests();
        let changes: Vec<Change<'_>> = behaviour.changes(&requests).take(SHOWN).collect();
        if behaviour.is_equal() {
            let objects = told.objects.iter().count();
            let although = match objects {
                0 => String::new(),
                1 => style.dim(", although 1 object differs: see --level fields"),
                more => style.dim(&format!(", although {more} objects differ: see --level fields")),
            };
            self.line(&format!("{}: proved{although}", style.good("No request changes")));
        } else if behaviour.classes() > 0 {
            self.line(&style.strong(&words::count(behaviour.classes())));
        }
        for group in words::groups(&changes) {
            self.out.push('\n');
            if let Some(reason) = group.reason {
                self.wrapped(reason, 0);
            }
            for cause in group.causes {
                self.wrapped(&words::cause(cause), 0);
                for place in words::places(cause) {
                    self.wrapped(&style.dim(&place), 2);
                }
            }
            let (own, changes): (Vec<_>, Vec<_>) = group.changes.iter().partition(|(_, change)| words::is_own(change));
            for (_, change) in changes {
                self.change(change);
            }
            if !own.is_empty() {
                let count = format!("{} of the gateway's own routes, with -o json", own.len());
                self.line(&format!("\n  {}", style.dim(&count)));
            }
        }
        if behaviour.classes() > changes.len() {
            let more = behaviour.classes() - changes.len();
            self.line(&style.dim(&format!("\nand {more} more classes, with -o json")));
        }
        self.around(behaviour);
        self.undecided(behaviour);
        self.out
    }

    fn change(&mut self, change: &Change<'_>) {
        let style = self.style;
        self.out.push('\n');
        self.line(&format!("  {}", style.strong(&request_line(&change.after))));
        for words in words::beside(change) {
            self.line(&format!("  {words}"));
        }
        self.ending("before", &change.before);
        self.ending("after", &change.after);
        for (at, difference) in words::differences(change).iter().enumerate() {
            self.fact(if at == 0 { "differs" } else { "" }, difference);
        }
        // What is to be copied stays on one line.
        if let Some(curl) = &change.curl {
            self.raw("try", curl);
        }
        if let Some(case) = change.case.as_ref().and_then(|case| serde_json::to_string(case).ok()) {
            self.raw("suite", &format!("- {case}"));
        }
    }

    fn ending(&mut self, title: &str, answer: &Answer<'_>) {
        let style = self.style;
        let (tone, text) = words::ending(answer);
        let sign = match tone {
            Tone::Served => style.good("→"),
            Tone::Sent => style.odd("↪"),
            Tone::Failed => style.bad("✗"),
        };
        self.fact(title, &format!("{sign} {text}"));
        if let Some((mapping, place)) = words::taker(answer) {
            self.fact("", &format!("{}  {}", style.name(&mapping), style.dim(&place.to_string())));
        }
    }

    fn around(&mut self, behaviour: &Behaviour<'_, '_>) {
        let style = self.style;
        for (at, around) in behaviour.around().enumerate() {
            if at == 0 {
                let title = if behaviour.classes() == 0 { "" } else { "\n" };
                self.line(&format!("{title}{}", style.strong("For all requests")));
            }
            let surrounding = around.surrounding;
            let side = |text: &Option<String>| text.as_deref().map_or("as usual".to_owned(), words::value);
            let (before, after) = (side(&surrounding.before), side(&surrounding.after));
            self.wrapped(&format!("{}: {before} → {after}", surrounding.what), 2);
            for cause in &around.causes {
                self.fact("because", &words::cause(cause));
                for place in words::places(cause) {
                    self.fact("", &style.dim(&place));
                }
            }
        }
    }

    fn undecided(&mut self, behaviour: &Behaviour<'_, '_>) {
        let style = self.style;
        for (at, undecided) in behaviour.undecided().enumerate() {
            if at == 0 {
                let title = if self.out.is_empty() { "" } else { "\n" };
                self.line(&format!("{title}{}", style.odd("Not decided")));
            }
            let side = |mapping: &Option<(String, crate::route_test::SourceRef)>| match mapping {
                Some((name, place)) => format!("{name} ({place})"),
                None => "no Mapping".to_owned(),
            };
            let (before, after) = (side(&undecided.before), side(&undecided.after));
            self.wrapped(&format!("whether requests of {before} come to {after}: {}", undecided.reason), 2);
        }
    }

    fn line(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{text}");
    }

    fn wrapped(&mut self, text: &str, indent: usize) {
        let room = self.style.width.map_or(usize::MAX, |width| width.saturating_sub(indent + 2).max(24));
        for (at, line) in wrap(text, room).iter().enumerate() {
            let indent = if at == 0 { indent } else { indent + 2 };
            let _ = writeln!(self.out, "{:indent$}{line}", "");
        }
    }

    /// A title and a text that wraps under itself.
    fn fact(&mut self, title: &str, text: &str) {
        let room = self.style.width.map_or(usize::MAX, |width| width.saturating_sub(INDENT + TITLES).max(24));
        for (at, line) in wrap(text, room).iter().enumerate() {
            self.raw(if at == 0 { title } else { "" }, line);
        }
    }

    fn raw(&mut self, title: &str, text: &str) {
        let title = self.style.dim(&format!("{title:TITLES$}"));
        let _ = writeln!(self.out, "{:INDENT$}{title}{text}", "");
    }
}

/// Objects and fields.
fn objects(told: &Told<'_, '_>, style: Style) -> String {
    let mut out = String::new();
    if told.objects.is_empty() {
        return format!("{}\n", style.good("No object differs"));
    }
    for change in told.objects.iter() {
        out.push_str(&object(change, style));
    }
    out
}

fn object(change: &ObjectChange, style: Style) -> String {
    let object = &change.object;
    let name = format!("{} {}.{}", object.kind, object.name, object.namespace);
    let mut out = String::new();
    let _ = match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            let places = if before == after { before.to_string() } else { format!("{before} → {after}") };
            writeln!(out, "{} {}  {}", style.odd("~"), style.name(&name), style.dim(&places))
        }
        (Some(place), None) => writeln!(out, "{}  {}", style.lost(&format!("- {name}")), style.dim(&place.to_string())),
        (None, Some(place)) => {
            writeln!(out, "{}  {}", style.gained(&format!("+ {name}")), style.dim(&place.to_string()))
        }
        (None, None) => Ok(()),
    };
    if let Some(why) = &change.lost {
        let side = if change.after.is_none() { "is not there after" } else { "was not there before" };
        let _ = writeln!(out, "    {side}: {why}");
    }
    for field in &change.fields {
        out.push_str(&field_text(field, style));
    }
    out
}

fn field_text(field: &FieldChange, style: Style) -> String {
    let mut out = format!("    {}\n", field.path);
    let sides = [("-", &field.before), ("+", &field.after)];
    for (sign, written) in sides {
        if let Some(written) = written {
            let text = format!("{sign} {}", words::value(&written.value));
            let text = if sign == "-" { style.lost(&text) } else { style.gained(&text) };
            let _ = writeln!(out, "      {text}  {}", style.dim(&written.source.to_string()));
        }
    }
    out
}
