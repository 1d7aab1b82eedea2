//! A redirect beside another Mapping with the same match.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB240"),
    name: "redirect-conflict",
    severity: Severity::Error,
    summary: "a match either redirects or forwards, and redirects to one place",
    why: "A redirecting Mapping is alone in its group: a second one with the same match, redirecting or not, is refused.",
    facts: &["M30"],
    examples: &[Example::mapping(
        "prefix: /old/\nservice: shop\n---\nprefix: /old/\nservice: shop.example.com\nhost_redirect: true\n",
        "prefix: /old/\nservice: shop.example.com\nhost_redirect: true\n",
    )],
    check: Check::Told(&["redirect-conflict", "shadow-redirect"], pass_on),
    ..Rule::BASE
};
