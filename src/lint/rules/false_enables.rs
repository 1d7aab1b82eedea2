//! A switch that false switches on.

use super::unknown_module_key::config;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB606"),
    name: "false-enables",
    summary: "`false` switches this on",
    why: "`enable_grpc_web` and `enable_grpc_http11_bridge` are on as soon as they are there, whatever they say.",
    facts: &["S22"],
    fix: FixKind::Unsafe("remove it"),
    examples: &[Example::spec(
        "Module",
        "enable_grpc_web: false\ndiagnostics: {enabled: false}\n",
        "diagnostics: {enabled: false}\n",
    )],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    for name in ["enable_grpc_web", "enable_grpc_http11_bridge"] {
        if let Some(flag) = config(module).bool(name).filter(|flag| !flag.value) {
            out.report(flag.span, format!("`{name}` is on as soon as it is there, also with `false`"))
                .mend(module.mend(cx).remove_in(&["config"], name));
        }
    }
}
