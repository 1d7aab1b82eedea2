//! Every candidate in the order tried, and the Mappings that are not there.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::routes::match_words;
use crate::report::Style;
use crate::report::format::{Columns, Folder};
use crate::route_test::{Absence, Candidate, Says, Trace};

/// So many Mappings that are not there are told one by one; JSON has them all.
const ABSENT: usize = 30;

/// Below so many columns a verdict stands under its candidate instead of beside it.
const BESIDE: usize = 120;

/// An explanation as text.
pub fn write(trace: &Trace<'_>, style: Style) -> String {
    let mut out = String::from("\n");
    if let Some(host) = trace.virtual_host {
        let others = match trace.passed_over.as_slice() {
            [] => String::new(),
            others => style.dim(&format!("  more exact than {}", others.join(", "))),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}{others}", style.strong(&format!("Tried on Host {host}, in this order")));
    } else if !trace.domains.is_empty() {
        let _ = writeln!(out, "{}", style.strong(&format!("No Host fits: there are {}", trace.domains.join(", "))));
    }
    let candidates = trace.candidates.iter().filter_map(|one| one.mapping).map(|mapping| &mapping.source);
    let places = candidates.chain(trace.absent.iter().map(|absence| &absence.source));
    let folder = Folder::of(places, style);
    if !trace.candidates.is_empty() {
        out.push_str(&candidates_text(trace, &folder, style));
    }
    out.push_str(&absent(&trace.absent, &folder, style));
    out.push_str(&folder.line(style));
    out
}

fn candidates_text(trace: &Trace<'_>, folder: &Folder, style: Style) -> String {
    // The gateway's own routes are told where they take the request.
    let is_told =
        |candidate: &Candidate<'_>| candidate.mapping.is_some() || !matches!(candidate.verdict, Says::Refuses(_));
    let numbers: Vec<usize> = trace
        .candidates
        .iter()
        .scan(0, |number, one| {
            *number += usize::from(is_told(one));
            Some(*number)
        })
        .collect();
    let number = |place: usize| place.checked_sub(1).and_then(|at| numbers.get(at)).copied().unwrap_or(place);
    let beside = style.width.is_none_or(|width| width >= BESIDE);
    let headings: &[&str] = match beside {
        true => &["#", "MAPPING", "MATCH", "VERDICT", "SOURCE"],
        false => &["#", "MAPPING", "MATCH", "SOURCE"],
    };
    let mut columns = Columns::new(headings, 2, style);
    for (place, candidate) in (1..).zip(&trace.candidates).filter(|(_, one)| is_told(one)) {
        let mut cells = cells(candidate, trace.virtual_host.unwrap_or("*"), folder, style);
        cells.insert(0, style.dim(&number(place).to_string()));
        let verdict = verdict(&candidate.verdict, &candidate.target, &number, style);
        match cells.get_mut(2) {
            Some(matches) if !beside => matches.push_str(&format!("\n{verdict}")),
            _ => cells.insert(3, verdict),
        }
        columns.row(cells);
    }
    let mut out = columns.into_text();
    let hidden = trace.candidates.iter().filter(|one| !is_told(one)).count();
    if hidden > 0 {
        let _ = writeln!(out, "  {}", style.dim(&format!("and {hidden} of the gateway's own, which refuse it")));
    }
    out
}

/// A candidate's Mapping with its namespace.
pub(super) fn name_of(candidate: &Candidate<'_>) -> String {
    match candidate.mapping {
        Some(mapping) => format!("{}.{}", mapping.name, mapping.namespace),
        None => "the gateway's own".to_owned(),
    }
}

fn cells(candidate: &Candidate<'_>, domain: &str, folder: &Folder, style: Style) -> Vec<String> {
    let name = match candidate.mapping {
        Some(_) => style.name(&name_of(candidate)),
        None => style.dim("(gateway)"),
    };
    let source = candidate.mapping.map_or(String::new(), |mapping| folder.tell(&mapping.source));
    vec![name, match_words(&candidate.matches, domain), style.dim(&source)]
}

fn verdict(says: &Says, target: &str, number_of: &dyn Fn(usize) -> usize, style: Style) -> String {
    match says {
        Says::Wins { share, to_https } => {
            let share = if *share < 100 { format!(" {share} %") } else { String::new() };
            let target = if *to_https { "301 to https" } else { target };
            format!("{} {target}", style.good(&format!("WINS{share} →")))
        }
        Says::Later { than, by } => format!("{} {} comes first: {by}", style.odd("later"), number_of(*than)),
        Says::Refuses(reasons) => {
            let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            format!("{} {}", style.dim("no"), reasons.join("; "))
        }
    }
}

fn absent(all: &[Absence], folder: &Folder, style: Style) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", style.strong("Not there"));
    let mut columns = Columns::new(&["MAPPING", "WHY", "SOURCE"], 2, style);
    for absence in all.iter().take(ABSENT) {
        columns.row([style.name(&absence.mapping), absence.why.clone(), style.dim(&folder.tell(&absence.source))]);
    }
    out.push_str(&columns.into_text());
    if all.len() > ABSENT {
        let _ = writeln!(out, "  {}", style.dim(&format!("and {} more, with -o json", all.len() - ABSENT)));
    }
    out
}

/// An explanation as JSON.
pub fn json(trace: &Trace<'_>) -> String {
    let candidates: Value = trace.candidates.iter().map(candidate_json).collect();
    let absent: Value = trace
        .absent
        .iter()
        .map(|absence| json!({"mapping": absence.mapping, "source": absence.source, "why": absence.why}))
        .collect();
    json!({
        "connection": trace.connection,
        "virtual_host": trace.virtual_host,
        "passed_over": trace.passed_over,
        "candidates": candidates,
        "absent": absent,
    })
    .to_string()
}

fn candidate_json(candidate: &Candidate<'_>) -> Value {
    let mut value = json!({"mapping": candidate.mapping, "match": candidate.matches, "target": candidate.target});
    match &candidate.verdict {
        Says::Wins { share, to_https } => {
            value["verdict"] = "wins".into();
            value["share"] = (f64::from(*share) / 100.0).into();
            value["to_https"] = (*to_https).into();
        }
        Says::Later { than, by } => {
            value["verdict"] = "later".into();
            value["than"] = (*than).into();
            value["decided_by"] = (*by).into();
        }
        Says::Refuses(reasons) => {
            value["verdict"] = "refuses".into();
            let one = |reason: &crate::route_test::Refuses| json!({"test": reason.test, "want": reason.want, "got": reason.got});
            value["reasons"] = reasons.iter().map(one).collect();
        }
    }
    value
}
