//! What reading and compiling told already, in one shape.
//!
//! | codes | told by |
//! |---|---|
//! | `yaml-…` | `yaml`, of files and of documents in annotations |
//! | `missing-field`, `wrong-type`, `unknown-value`, `out-of-range`, `wrong-count`, `refused-field`, `version-not-served`, `bad-name` | the schema of the document's version ([`By::Violation`]) |
//! | `unknown-field` | fields that fall away without a word ([`By::Violation`]) |
//! | `annotation-lost`, `unreadable`, `schema`, `unknown-version`, `not-an-object`, `gateway-ends`, `compiler-aborts`, `not-a-carrier`, `unnamed` | `resource`, of whole documents ([`By::Remark`]) |
//! | all others | the codes of [`model::Problem`](crate::model::Problem) and [`model::Objection`](crate::model::Objection) |

use rustc_hash::FxHashSet;

use super::context::Context;
use super::entry::Entry;
use super::findings::{Finding, Findings};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::model::{Effect, MappingId, Objection, Problem};
use crate::resource::{Harm, Problem as Unfit, Violation};
use crate::source::Span;

/// One thing that was told.
#[derive(Clone, Debug)]
pub struct Told<'v> {
    /// What kind of thing; stable.
    pub code: &'static str,
    /// The place.
    pub span: Span,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Words beside the caret.
    pub label: String,
    /// Other places.
    pub labels: Vec<Label>,
    /// Consequences.
    pub notes: Vec<String>,
    /// The document of Emissary's that it is about.
    pub entry: Option<&'v Entry<'v>>,
    /// Who told it.
    pub by: By<'v>,
}

/// Who told something.
#[derive(Clone, Copy, Debug)]
pub enum By<'v> {
    /// The reader of YAML, or of documents.
    Remark(&'v Diagnostic),
    /// A schema.
    Violation(&'v Violation),
    /// Emissary's compiler, or Envoy.
    Problem(&'v Problem),
    /// Envoy, if it came to see this Mapping, which no Host wants.
    Objection(MappingId, &'v Objection),
}

impl<'v> Told<'v> {
    /// The path of the field that a schema spoke about, such as `spec.cors.origins[1]`; the field in which two Mappings
    /// differ; else nothing.
    pub fn field(&self) -> &'v str {
        match self.by {
            By::Violation(violation) => &violation.path,
            By::Problem(problem) => problem.field.unwrap_or_default(),
            By::Remark(_) | By::Objection(..) => "",
        }
    }

    /// The last name of that path, without an index.
    pub fn name(&self) -> &'v str {
        let last = self.field().rsplit('.').next().unwrap_or_default();
        last.split('[').next().unwrap_or_default()
    }

    fn new(code: &'static str, severity: Severity, span: Span, message: String, by: By<'v>) -> Self {
        let (label, labels, notes) = (String::new(), Vec::new(), Vec::new());
        Self { code, span, severity, message, label, labels, notes, entry: None, by }
    }
}

/// All that was told.
pub(super) fn all<'v>(cx: &'v Context<'_>) -> Vec<Told<'v>> {
    let compilation = cx.compilation();
    let mut told: Vec<Told<'v>> = Vec::new();
    let yaml = compilation.diagnostics.iter().filter(|one| one.code.starts_with("yaml-"));
    told.extend(yaml.map(remark));
    for entry in cx.entries() {
        let remarks = entry.result.written.iter().flat_map(|written| &written.remarks);
        told.extend(remarks.map(remark));
        told.extend(entry.result.violations.iter().map(|one| violation(one, entry)));
        told.extend(entry.result.unknown.iter().map(|one| unknown(one, entry)));
    }
    let aborted: FxHashSet<Span> = problems(cx)
        .filter(|problem| problem.effect == Effect::Abort)
        .filter_map(|problem| Some(cx.entry_at(problem.span?)?.span()))
        .collect();
    for diagnostic in &compilation.reading.diagnostics {
        let entry = cx.entry_at(diagnostic.primary.span);
        let is_told = entry.is_some_and(|entry| match diagnostic.code {
            "schema" | "unknown-version" => !entry.result.violations.is_empty(),
            // The compiler names the field.
            "compiler-aborts" => aborted.contains(&entry.span()),
            _ => false,
        });
        if !is_told {
            told.push(remark(diagnostic));
        }
    }
    let mut posted: FxHashSet<(&'static str, Span)> = FxHashSet::default();
    for problem in problems(cx).filter(|problem| !CONSEQUENCES.contains(&problem.code)) {
        posted.extend(problem.span.map(|span| (problem.code, span)));
        told.extend(posted_problem(problem));
    }
    let mut silent: Vec<(MappingId, &Objection)> = Vec::new();
    for (id, objections) in &compilation.snapshot.objections {
        silent.extend(objections.iter().map(|objection| (*id, objection)));
    }
    silent.retain(|(_, objection)| !posted.contains(&(objection.code, objection.span)));
    silent.sort_by_key(|(id, objection)| (*id, objection.span));
    told.extend(silent.into_iter().map(|(id, objection)| unseen(id, objection)));
    for one in &mut told {
        if one.entry.is_none() {
            one.entry = cx.entry_at(one.span);
        }
    }
    // That fields stand beside `spec` is told once, with what follows from there being none.
    let has_no_spec = |one: &Told<'_>| one.entry.filter(|entry| entry.has_no_spec()).map(Entry::span);
    let ends = |one: &&Told<'_>| matches!(one.code, "empty-field" | "compiler-aborts" | "missing-field");
    let without_spec: FxHashSet<Span> = told.iter().filter(ends).filter_map(has_no_spec).collect();
    told.retain(|one| one.code != "unknown-field" || has_no_spec(one).is_none_or(|at| !without_spec.contains(&at)));
    told
}

/// What follows for Mappings from a Module that is wrong: the finding at the Module names them all.
const CONSEQUENCES: [&str; 2] = ["circuit-breakers-of-module", "resolver-of-module"];

/// Names the Mappings that are dropped over a Module, in the one finding at the Module.
pub(super) fn dropped_with_module(code: &'static str, cx: &Context<'_>, finding: &mut Finding) {
    for place in problems(cx).filter(|problem| problem.code == code).filter_map(|problem| problem.span) {
        finding.also(place, "dropped with it");
    }
}

fn problems<'v>(cx: &'v Context<'_>) -> impl Iterator<Item = &'v Problem> {
    cx.compilation().snapshot.problems.iter()
}

fn remark(diagnostic: &Diagnostic) -> Told<'_> {
    Told {
        label: diagnostic.primary.text.clone(),
        labels: diagnostic.labels.clone(),
        notes: diagnostic.notes.clone(),
        ..Told::new(
            diagnostic.code,
            diagnostic.severity,
            diagnostic.primary.span,
            diagnostic.message.clone(),
            By::Remark(diagnostic),
        )
    }
}

fn violation<'v>(violation: &'v Violation, entry: &'v Entry<'v>) -> Told<'v> {
    let code = match &violation.problem {
        Unfit::Missing => "missing-field",
        Unfit::Type { .. } => "wrong-type",
        Unfit::Value { .. } => "unknown-value",
        Unfit::Range { .. } => "out-of-range",
        Unfit::Count { .. } => "wrong-count",
        Unfit::Unknown => "refused-field",
        Unfit::NotServed => "version-not-served",
        Unfit::Name { .. } => "bad-name",
    };
    let kind = &entry.result.kind;
    let what = match &violation.problem {
        Unfit::NotServed => {
            format!("the cluster has no {kind} in `{}`: it cannot be applied", entry.result.api_version)
        }
        _ if entry.is_annotation() => format!("{violation}: Emissary drops this {kind}"),
        _ => format!("{violation}: the cluster refuses this {kind}"),
    };
    let mut told = Told::new(code, Severity::Error, violation.span, what, By::Violation(violation));
    told.entry = Some(entry);
    match entry.result.harm {
        Harm::None => {}
        Harm::Kind => told.notes.push(format!("No {kind} can then be listed any more: everything stays as it was.")),
        Harm::All => told.notes.push("Nothing else is read as long as this is there.".to_owned()),
    }
    told
}

fn unknown<'v>(violation: &'v Violation, entry: &'v Entry<'v>) -> Told<'v> {
    let path = violation.path.strip_prefix("spec.").unwrap_or(&violation.path);
    let message = format!("`{path}` is no field of a {}: it is ignored", entry.result.kind);
    let told = Told::new("unknown-field", Severity::Warning, violation.span, message, By::Violation(violation));
    Told { entry: Some(entry), ..told }
}

fn posted_problem(problem: &Problem) -> Option<Told<'_>> {
    let severity = match problem.effect {
        Effect::Notice => Severity::Info,
        Effect::Silent | Effect::Kept => Severity::Warning,
        Effect::Dropped | Effect::Reject | Effect::Abort | Effect::Crash => Severity::Error,
    };
    let mut told = Told::new(problem.code, severity, problem.span?, problem.message.clone(), By::Problem(problem));
    told.labels.extend(problem.other.map(|span| Label { span, text: "the other one".to_owned() }));
    Some(told)
}

fn unseen(id: MappingId, objection: &Objection) -> Told<'_> {
    let by = By::Objection(id, objection);
    let mut told = Told::new(objection.code, Severity::Warning, objection.span, objection.message.clone(), by);
    told.notes.push("As no Host serves this Mapping, Envoy does not see it now.".to_owned());
    told
}

/// Reports what was told as it was told: all that most rules of the shape [`Check::Told`](super::Check::Told) do.
pub fn pass_on(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    out.pass_on(told);
}
