//! Keys of the Module that mean nothing any more.

use super::unknown_module_key::{DEAD, config};
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB603"),
    name: "dead-module-key",
    summary: "this key of the Module has no effect",
    why: "Ports, PROXY protocol and trusted hops have been a Listener's matter since Emissary 2; `regex_type` and \
          `statsd` went with it. `v2` would not let them pass either: nobody checks a Module.",
    facts: &["S20"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove it"),
    examples: &[Example::spec(
        "Module",
        "use_proxy_proto: true\ndiagnostics: {enabled: false}\n",
        "diagnostics: {enabled: false}\n",
    )],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    for entry in config(module).all() {
        let Some((name, instead)) = DEAD.iter().find(|(name, _)| Some(*name) == entry.key.text()) else { continue };
        out.report(entry.key.span, format!("`{name}` has no effect since Emissary 2{instead}"))
            .mend(module.mend(cx).remove_in(&["config"], name));
    }
}
