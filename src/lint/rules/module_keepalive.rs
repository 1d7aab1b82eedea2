//! The idle time of keepalive, which has another name in the Module.

use super::unknown_module_key::config;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB619"),
    name: "module-keepalive",
    summary: "`idle_time` is called `time` in the Module",
    why: "Emissary's documentation says `idle_time`; the Module's compiler reads `time`.",
    fix: FixKind::Unsafe("call it `time`"),
    examples: &[Example::spec(
        "Module",
        "keepalive: {idle_time: 60, interval: 10, probes: 3}\n",
        "keepalive: {time: 60, interval: 10, probes: 3}\n",
    )],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    if let Some(entry) = config(module).map("keepalive").entry("idle_time") {
        out.report(entry.key.span, "nobody reads `idle_time` in the Module: it is called `time` there")
            .mend(module.mend(cx).rename_in(&["config", "keepalive"], "idle_time", "time"));
    }
}
