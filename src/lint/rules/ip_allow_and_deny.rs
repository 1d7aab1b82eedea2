//! ip_allow beside ip_deny.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB616"),
    name: "ip-allow-and-deny",
    summary: "`ip_deny` is ignored beside `ip_allow`",
    why: "Emissary posts an error and goes by `ip_allow` alone: nobody is denied.",
    facts: &["S23"],
    examples: &[Example::spec(
        "Module",
        "ip_allow: [{peer: 10.0.0.0/8}]\nip_deny: [{peer: 10.1.0.0/16}]\n",
        "ip_allow: [{peer: 10.0.0.0/8}]\n",
    )],
    check: Check::Told(&["ip-allow-and-deny"], pass_on),
    ..Rule::BASE
};
