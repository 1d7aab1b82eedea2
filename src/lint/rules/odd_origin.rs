//! A CORS origin that no browser sends.

use crate::lint::{Check, Code, Context, Example, FieldView, Findings, FixKind, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB350"),
    name: "odd-origin",
    summary: "no browser sends this origin",
    why: "Origins are compared letter by letter: only a lone `*` stands for all, and an origin is a scheme, a host and \
          perhaps a port, with no slash at its end.",
    facts: &["U31"],
    fix: FixKind::Unsafe("remove the slash"),
    examples: &[
        Example::mapping(
            "prefix: /cart/\nservice: cart\ncors: {origins: ['https://shop.example.com/']}\n",
            "prefix: /cart/\nservice: cart\ncors: {origins: ['https://shop.example.com']}\n",
        ),
        Example::mapping(
            "prefix: /cart/\nservice: cart\ncors: {origins: ['https://*.example.com']}\n",
            "prefix: /cart/\nservice: cart\ncors: {origins: ['https://shop.example.com', 'https://m.example.com']}\n",
        ),
    ],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(origin) = field.value.text().filter(|_| field.path().contains("cors.origins[")) else { return };
    if origin != "*" && origin.contains('*') {
        out.report(field.value.span, format!("`{origin}` allows no origin: it is compared letter by letter"));
    } else if origin.ends_with('/') {
        let plain = origin.trim_end_matches('/');
        out.report(field.value.span, format!("no browser sends `{origin}`: an origin has no slash at its end"))
            .mend(field.entry.mend(cx).replace(field.value.span, quoted(plain)));
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
