//! A document for another gateway.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Entry, Example, Findings, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB114"),
    name: "other-gateway",
    severity: Severity::Info,
    summary: "the document is for another gateway than the one that is asked about",
    why: "A gateway reads what names its `ambassador_id`, and passes over everything else without a word. If no \
          gateway has this id, nobody reads it.",
    facts: &["B14"],
    examples: &[Example::mapping(
        "ambassador_id: [blue]\nprefix: /cart/\nservice: cart\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, cx: &Context<'_>, out: &mut Findings) {
    let own = cx.compilation().options.ambassador_id.as_str();
    let fields = entry.fields();
    let Some(node) = fields.get("ambassador_id").filter(|_| entry.is_converted() && entry.resource.is_none()) else {
        return;
    };
    let names = fields.texts("ambassador_id").chain(fields.text("ambassador_id")).map(|id| id.value);
    let mut ids = names.map(|id| id.trim_start_matches("--apiVersion-v3alpha1-only--")).peekable();
    if ids.peek().is_none() || ids.any(|id| id == own || id == "_automatic_") {
        return;
    }
    let span = node.span;
    out.report(span, format!("gateway `{own}` does not read this {}: it is for another one", entry.result.kind))
        .note("`--ambassador-id` says which gateway is asked about.");
}
