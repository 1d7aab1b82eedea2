//! Rules about the client's address where the proxy's is seen.

use super::unknown_module_key::config;
use crate::lint::{Check, Code, Context, Editions, Example, Fields, Findings, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB617"),
    name: "remote-address",
    summary: "without `l7Depth`, `remote` is the address of whoever connects",
    why: "`remote` is the client as `x-forwarded-for` has it, as far as trusted hops go. With `l7Depth: 0` there \
          are none: behind a balancer everybody has the balancer's address.",
    facts: &["S25"],
    editions: Editions::LATER,
    examples: &[Example::spec("Module", "ip_allow: [{remote: 10.0.0.0/8}]\n", "ip_allow: [{peer: 10.0.0.0/8}]\n")],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let listeners = &cx.snapshot().listeners;
    let trusts = listeners.iter().any(|listener| listener.l7_depth > 0 || listener.stack.proxy.is_some());
    if trusts || !cx.snapshot().settings.use_remote_address {
        return;
    }
    for list in ["ip_allow", "ip_deny"] {
        let remote = config(module).list(list).iter().find_map(|item| Fields::of(item).text("remote"));
        if let Some(remote) = remote {
            out.report(remote.span, "no Listener trusts a proxy: `remote` is whoever connects, as `peer` is")
                .note("Behind a balancer, give the Listener `l7Depth` or PROXY, or write `peer`.");
        }
    }
}
