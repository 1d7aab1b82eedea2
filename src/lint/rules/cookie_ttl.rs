//! The life of a cookie that is not in seconds.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB371"),
    name: "cookie-ttl",
    severity: Severity::Error,
    summary: "the `ttl` of a cookie is not in seconds",
    why: "Envoy takes seconds with an `s`, such as `60s`, and refuses the whole configuration over anything else.",
    facts: &["A20"],
    fix: FixKind::Unsafe("write it in seconds"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart.default:80\nresolver: kubernetes-endpoint\nload_balancer: {policy: ring_hash, cookie: {name: sid, ttl: '60'}}\n",
        "prefix: /cart/\nservice: cart.default:80\nresolver: kubernetes-endpoint\nload_balancer: {policy: ring_hash, cookie: {name: sid, ttl: 60s}}\n",
    )],
    check: Check::Told(&["cookie-ttl"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(told.span).trim_matches(['"', '\'']);
    let is_number = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
    out.pass_on(told).mend(is_number.then(|| vec![Edit::new(told.span, format!("{written}s"))]));
}
