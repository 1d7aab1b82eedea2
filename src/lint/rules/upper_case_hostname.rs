//! Upper-case letters in a hostname.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB416"),
    name: "upper-case-hostname",
    summary: "a hostname with upper-case letters matches no client's",
    why: "Hostnames of Mappings are compared letter by letter, and clients send names in lower case. \
          `Shop.example.com` is also another name than the Host's `shop.example.com`.",
    facts: &["H12"],
    fix: FixKind::Unsafe("write it in lower case"),
    examples: &[Example::mapping(
        "hostname: Shop.example.com\nprefix: /cart/\nservice: cart\n",
        "hostname: shop.example.com\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let fields = mapping.entry.fields();
    let key = if fields.has("hostname") { "hostname" } else { "host" };
    let Some(name) = fields.filled(key).filter(|_| !fields.is_true("host_regex")) else { return };
    if name.value.bytes().any(|byte| byte.is_ascii_uppercase()) {
        out.report(name.span, format!("letter case counts here, and clients send `{}`", name.value.to_lowercase()))
            .mend(mapping.mend(cx).set(key, name.value.to_lowercase()));
    }
}
