//! A rule about addresses that is none.

use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};
use crate::model::Filter;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB611"),
    name: "ip-rule",
    summary: "an entry of `ip_allow` or `ip_deny` is no rule",
    why: "Entries are `peer: CIDR` or `remote: CIDR`. A mere text makes Emissary's compiler give up; any other \
          entry is skipped with an error, and where none is left nobody is kept out.",
    facts: &["A10", "S24"],
    examples: &[
        Example::spec("Module", "ip_allow: [10.0.0.0/8]\n", "ip_allow: [{peer: 10.0.0.0/8}]\n"),
        Example::spec("Module", "ip_allow: [{peer: internal}]\n", "ip_allow: [{peer: 10.0.0.0/8}]\n"),
    ],
    check: Check::Told(&["ip-rule"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let restricts = cx.snapshot().filters.chain.iter().any(|filter| matches!(filter, Filter::IpRules(_)));
    let finding = out.pass_on(told);
    if !restricts {
        finding.note("No entry is left: nobody is kept out.");
    }
}
