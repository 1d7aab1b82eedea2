//! A text of origins in the Module.

use super::unknown_module_key::config;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, ResourceView, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB605"),
    name: "origins-as-text",
    summary: "a text of origins in the Module is taken letter by letter",
    why: "The Module is not converted as Mappings are. Where `cors.origins` is a text, each of its characters \
          becomes an origin, and no browser is let in.",
    facts: &["S21"],
    fix: FixKind::Unsafe("write a list"),
    examples: &[Example::spec(
        "Module",
        "cors:\n  origins: https://a.com,https://b.com\n",
        "cors:\n  origins: [https://a.com, https://b.com]\n",
    )],
    check: Check::Resource(Kind::Module, check),
    ..Rule::BASE
};

fn check(module: &ResourceView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(origins) = config(module).map("cors").text("origins") else { return };
    let list: Vec<&str> = origins.value.split(',').map(str::trim).collect();
    out.report(origins.span, "a text of origins is taken letter by letter here: write a list")
        .mend(module.mend(cx).set_in(&["config", "cors"], "origins", list));
}
