//! An allowance of something that is not there.

use crate::lint::{Check, Code, Example, FixKind, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB090"),
    name: "unused-allow",
    summary: "a comment or annotation allows what is not found",
    why: "What it allowed has been mended, moved or never been there. Left in place it would hide the next mistake.",
    fix: FixKind::Safe("remove the comment"),
    examples: &[Example::mapping(
        "prefix: /cart/  # ambassador-lint: allow AMB201 because clients send no slash\nservice: cart\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Allow,
    ..Rule::BASE
};
