//! CORS that lets every page use the credentials of the user.

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB806"),
    name: "cors-for-everybody",
    summary: "every page in the world may use the user's credentials here",
    why: "With `origins: [\"*\"]` and `credentials: true`, Envoy answers every page with its own origin and lets it \
          read what the user's cookies open.",
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\ncors: {origins: ['*'], credentials: true}\n",
        "prefix: /cart/\nservice: cart\ncors: {origins: ['https://shop.example.com'], credentials: true}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let cors = mapping.fields.map("cors");
    let any = cors.texts("origins").find(|origin| origin.value == "*");
    if let Some(any) = any.filter(|_| cors.is_true("credentials")) {
        out.report(any.span, "every page may read here what the user's cookies open")
            .also(cors.span("credentials"), "with the user's credentials");
    }
}
