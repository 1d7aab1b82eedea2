//! A setting of the Module that ends the reading of others.

use super::module_value::is_refused;
use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB614"),
    name: "module-check",
    summary: "a check of the Module fails, and what comes after it is not read",
    why: "Emissary checks gRPC, Lua, gzip, buffer, CORS, retries, addresses, load balancing, circuit breakers, \
          logging and client certificates, in this order. The first that fails ends it: limits on addresses may \
          then be missing.",
    facts: &["S26"],
    examples: &[Example::spec(
        "Module",
        "retry_policy: {num_retries: 3}\nip_allow: [{peer: 10.0.0.0/8}]\n",
        "retry_policy: {retry_on: 5xx, num_retries: 3}\nip_allow: [{peer: 10.0.0.0/8}]\n",
    )],
    check: Check::Told(&["module-check"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    if !is_refused(told, cx) {
        out.pass_on(told);
    }
}
