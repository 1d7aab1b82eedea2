//! Custom error responses of the Module.

use crate::edition::Edition;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule, Told};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB624"),
    name: "module-error-responses",
    summary: "`error_response_overrides` is gone",
    why: "Before 4.0, Emissary came with an Envoy of its own that knew it. Now it posts an error for the Module's \
          and ignores it.",
    editions: Editions::since(Edition::Four),
    examples: &[Example::spec(
        "Module",
        "error_response_overrides: [{on_status_code: 404, body: {text_format: none}}]\n",
        "diagnostics: {enabled: false}\n",
    )],
    check: Check::Told(&["error-response-overrides"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    if told.entry.is_some_and(|entry| entry.kind == Some(Kind::Module)) {
        out.pass_on(told);
    }
}
