//! A header that is added to one that is there already.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

/// Headers that Envoy itself sets on every request.
const ENVOYS: [&str; 4] = ["x-forwarded-for", "x-forwarded-proto", "x-request-id", "x-envoy-external-address"];

/// Headers of which a message has one at most.
const SINGLE: [&str; 12] = [
    "authorization",
    "content-type",
    "content-disposition",
    "content-security-policy",
    "strict-transport-security",
    "access-control-allow-origin",
    "location",
    "referer",
    "user-agent",
    "x-frame-options",
    "x-content-type-options",
    "x-real-ip",
];

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB355"),
    name: "appended-header",
    summary: "this header is added beside one that may be there already",
    why: "Unless `append: false` stands beside the value, a header is added to those that came with the message or that \
          Envoy has set: the other side then sees two values.",
    facts: &["U36", "U37"],
    fix: FixKind::Unsafe("set `append: false`"),
    examples: &[
        Example::mapping(
            "prefix: /cart/\nservice: cart\nadd_request_headers:\n  x-request-id: {value: cart}\n",
            "prefix: /cart/\nservice: cart\nadd_request_headers:\n  x-request-id: {value: cart, append: false}\n",
        ),
        Example::mapping(
            "prefix: /cart/\nservice: cart\nadd_response_headers:\n  x-frame-options: {value: DENY}\n",
            "prefix: /cart/\nservice: cart\nadd_response_headers:\n  x-frame-options: {value: DENY, append: false}\n",
        ),
    ],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    for field in ["add_request_headers", "add_response_headers"] {
        for entry in mapping.fields.entries(field) {
            let Some(name) = entry.key.text() else { continue };
            let is = |names: &[&str]| names.iter().any(|one| name.eq_ignore_ascii_case(one));
            let is_envoys = field == "add_request_headers" && is(&ENVOYS);
            let value = crate::lint::Fields::of(&entry.value);
            // The short form of older versions says nothing of it, and is not this rule's matter.
            if !(is_envoys || is(&SINGLE))
                || value.as_node().and_then(|node| node.as_map()).is_none()
                || value.has("append")
            {
                continue;
            }
            let why = if is_envoys { "Envoy sets it on every request" } else { "a message has one of it at most" };
            out.report(entry.key.span, format!("`{name}` gets a second value: {why}")).mend(mapping.mend(cx).set_in(
                &[field, name],
                "append",
                false,
            ));
        }
    }
}
