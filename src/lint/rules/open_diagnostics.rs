//! Diagnostics that anybody may read.

use super::unknown_module_key::config;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB801"),
    name: "open-diagnostics",
    summary: "Emissary's diagnostics are open to whoever reaches the gateway",
    why: "`/ambassador/v0/diag/` lists every route, upstream and error of the gateway. It is on where nothing is \
          said, on every Host, and asks the AuthService only where there is one.",
    facts: &["S28"],
    fix: FixKind::Unsafe("switch it off"),
    examples: &[Example::spec(
        "Module",
        "diagnostics: {enabled: true, allow_non_local: true}\n",
        "diagnostics: {enabled: false}\n",
    )],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let diagnostics = config(module).map("diagnostics");
    let is_off = diagnostics.bool("enabled").is_some_and(|enabled| !enabled.value);
    let has_auth = cx.resources(Kind::AuthService).next().is_some();
    if is_off || has_auth || !diagnostics.is_true("allow_non_local") {
        return;
    }
    let span = diagnostics.span("allow_non_local").unwrap_or(module.name_span());
    out.report(span, "whoever reaches the gateway can read `/ambassador/v0/diag/`: all routes and upstreams")
        .mend(module.mend(cx).set_in(&["config", "diagnostics"], "enabled", false));
}
