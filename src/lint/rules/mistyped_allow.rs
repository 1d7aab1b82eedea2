//! A comment that speaks to lint and is not understood.

use crate::lint::{Check, Code, Example, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB092"),
    name: "mistyped-allow",
    summary: "a comment speaks to lint and allows nothing",
    why: "The words are `ambassador-lint: allow AMB204 because …`. With any others the comment is passed over, and what it \
          was meant to allow is reported all the same.",
    examples: &[Example::mapping(
        "prefix: /cart/  # ambassador-lint: ignore AMB201\nservice: cart\n",
        "prefix: /cart/\nservice: cart\n",
    )],
    check: Check::Allow,
    ..Rule::BASE
};
