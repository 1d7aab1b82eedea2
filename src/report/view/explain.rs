//! Every candidate in the order tried, and the Mappings that are not there.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::routes::match_words;
use crate::report::Style;
use crate::report::format::Columns;
use crate::route_test::{Absence, Candidate, Says, Trace};

/// So many Mappings that are not there are told one by one; JSON has them all.
const ABSENT: usize = 30;

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
    if !trace.candidates.is_empty() {
        let domain = trace.virtual_host.unwrap_or("*");
        let mut columns = Columns::new(&["#", "MAPPING", "MATCH", "VERDICT", "SOURCE"], 2, style);
        // The gateway's own routes are told where they take the request.
        let is_told =
            |candidate: &Candidate<'_>| candidate.mapping.is_some() || !matches!(candidate.verdict, Says::Refuses(_));
        let number = |place: usize| trace.candidates.iter().take(place).filter(|one| is_told(one)).count();
        for (place, candidate) in (1..).zip(&trace.candidates).filter(|(_, one)| is_told(one)) {
            columns.row(row(number(place), candidate, domain, &number, style));
        }
        out.push_str(&columns.into_text());
        let hidden = trace.candidates.iter().filter(|one| !is_told(one)).count();
        if hidden > 0 {
            let _ = writeln!(out, "  {}", style.dim(&format!("and {hidden} of the gateway's own, which refuse it")));
        }
    }
    out.push_str(&absent(&trace.absent, style));
    out
}

/// A candidate's Mapping with its namespace.
pub(super) fn name_of(candidate: &Candidate<'_>) -> String {
    match candidate.mapping {
        Some(mapping) => format!("{}.{}", mapping.name, mapping.namespace),
        None => "the gateway's own".to_owned(),
    }
}

fn row(
    number: usize,
    candidate: &Candidate<'_>,
    domain: &str,
    number_of: &dyn Fn(usize) -> usize,
    style: Style,
) -> Vec<String> {
    let source = candidate.mapping.map_or(String::new(), |mapping| mapping.source.to_string());
    let name = match candidate.mapping {
        Some(_) => style.name(&name_of(candidate)),
        None => style.dim("(gateway)"),
    };
    vec![
        style.dim(&number.to_string()),
        name,
        match_words(&candidate.matches, domain),
        verdict(&candidate.verdict, &candidate.target, number_of, style),
        style.dim(&source),
    ]
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

fn absent(all: &[Absence], style: Style) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", style.strong("Not there"));
    let mut columns = Columns::new(&["MAPPING", "WHY", "SOURCE"], 2, style);
    for absence in all.iter().take(ABSENT) {
        columns.row([style.name(&absence.mapping), absence.why.clone(), style.dim(&absence.source.to_string())]);
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
