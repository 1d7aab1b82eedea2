//! Two Mappings share a match and differ in what a group has only one of.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB210"),
    name: "other-core-attribute",
    severity: Severity::Error,
    summary: "shares a match with another Mapping, and differs from it in a core attribute",
    why: "Mappings with the same match form a group and share its traffic. The first one lends the group its core \
          attributes; a later one that sets one of them otherwise is refused, and gets no traffic at all.",
    facts: &["M14", "M17"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\n---\nprefix: /cart/\nservice: cart-next\nbypass_auth: true\n",
        "prefix: /cart/\nservice: cart\nbypass_auth: true\n---\nprefix: /cart/\nservice: cart-next\nbypass_auth: true\n",
    )],
    check: Check::Told(&["group-mismatch"], |told, cx, out| {
        if super::explicit_false::is_false(told) || super::colliding_match::collides(told, cx) {
            return;
        }
        let finding = out.pass_on(told);
        if !told.field().is_empty() {
            finding.note(format!("Set `{}` to the same in both, or give one of them a precedence.", told.field()));
        }
    }),
    ..Rule::BASE
};
