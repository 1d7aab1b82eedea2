//! A tls of false beside an https service.

use crate::edition::Version;
use crate::lint::{Check, Code, Context, Entry, Example, Findings, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB119"),
    name: "tls-false",
    summary: "`tls: false` does not undo `https://`",
    why: "In `v1` and `v2` `tls: true` makes the upstream one of TLS, and `tls: false` makes nothing: the scheme \
          of the service decides.",
    facts: &["B20"],
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v2\nkind: TCPMapping\nname: cart\nport: 9000\nservice: https://cart:443\ntls: false\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nname: cart\nport: 9000\nservice: cart:443\n",
    )],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, _: &Context<'_>, out: &mut Findings) {
    let fields = entry.fields();
    let is_off = fields.bool("tls").filter(|tls| !tls.value);
    let (Some(tls), Some(Version::V1 | Version::V2)) = (is_off, entry.version) else { return };
    let service = fields.text("service").or_else(|| fields.text("auth_service"));
    if service.is_some_and(|service| service.value.to_ascii_lowercase().starts_with("https://")) {
        out.report(tls.span, "TLS is used all the same: the scheme of the service decides");
    }
}
