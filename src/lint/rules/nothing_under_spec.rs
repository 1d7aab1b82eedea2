//! An object whose fields do not stand under spec.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, FixKind, Rule, Told};
use crate::source::{Edit, Span};
use crate::yaml;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB111"),
    name: "nothing-under-spec",
    severity: Severity::Error,
    summary: "there is nothing under `spec`",
    why: "No schema asks for `spec`, so such an object is applied, and Emissary's compiler gives the whole \
          configuration up over it. Fields beside `spec` are cut off by the cluster.",
    facts: &["A48"],
    editions: Editions::LATER,
    examples: &[
        Example::manifests(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nhostname: '*'\n# The cart.\nprefix: /cart/\nservice: cart\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec:\n  hostname: '*'\n  # The cart.\n  prefix: /cart/\n  service: cart\n",
        ),
        Example::manifests(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
        ),
    ],
    fix: FixKind::Unsafe("move the fields under `spec`"),
    check: Check::Told(&["empty-field", "compiler-aborts", "missing-field"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    if let Some(entry) = told.entry.filter(|entry| entry.has_no_spec()) {
        let finding = out.pass_on(told).note("The fields of an object belong under `spec`.");
        let root = entry.root.and_then(|root| root.as_map());
        for field in root.into_iter().flat_map(|root| root.entries()).filter(|field| !is_name(field)) {
            finding.also(field.key.span, "cut off by the cluster");
        }
        finding.mend(under_spec(entry, cx));
    }
}

/// The lines of the fields beside `spec`, put under it, where they stand one after the other.
fn under_spec(entry: &Entry<'_>, cx: &Context<'_>) -> Option<Vec<Edit>> {
    let entries = entry.root?.as_map()?.entries();
    let fields: Vec<usize> = (0..).zip(entries).filter(|(_, field)| !is_name(field)).map(|(at, _)| at).collect();
    let (first, last) = (*fields.first()?, *fields.last()?);
    let has_spec = entry.root?.get("spec").is_some();
    if has_spec || last - first + 1 != fields.len() {
        return None;
    }
    let text = &*cx.sources().get(entry.source()).text;
    let begin = entries.get(first)?.key.span.range().start;
    let line = text.get(..begin)?.rfind('\n').map_or(0, |end| end + 1);
    // On a line with something before it, it stands in braces or in a list.
    let column = text.get(line..begin)?;
    let end = entries.get(last)?.value.span.range().end.max(begin);
    if !column.trim().is_empty() {
        return None;
    }
    let moved = text.get(line..end)?.split_inclusive('\n');
    let moved = moved.map(|line| if line.trim().is_empty() { line.to_owned() } else { format!("  {line}") });
    let span = Span::new(entry.source(), line as u32, end as u32);
    Some(vec![Edit::new(span, format!("{column}spec:\n{}", moved.collect::<String>()))])
}

/// Whether it is one of the keys that every object has.
fn is_name(field: &yaml::Entry) -> bool {
    field.key.text().is_some_and(|key| matches!(key, "apiVersion" | "kind" | "metadata" | "spec" | "status"))
}
