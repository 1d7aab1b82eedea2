//! A star in a host of v1 or v2.

use crate::diagnostic::Severity;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB121"),
    name: "old-host-glob",
    severity: Severity::Info,
    summary: "a star in `host` has come to mean something",
    why: "Ambassador 1 took `host: \"*.example.com\"` as it reads, and no client sends a star. Since Emissary 2 it \
          is converted to `hostname`, where the star stands for any name.",
    facts: &["B21"],
    editions: Editions::LATER,
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v2\nkind: Mapping\nname: cart\nhost: '*.example.com'\nprefix: /cart/\nservice: cart\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*.example.com'\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, _: &Context<'_>, out: &mut Findings) {
    let fields = entry.fields();
    let is_old = matches!(entry.version, Some(Version::V1 | Version::V2)) && entry.kind == Some(Kind::Mapping);
    let host = fields.text("host").filter(|host| host.value.contains('*') && host.value != "*");
    let Some(host) = host.filter(|_| is_old && entry.is_converted() && !fields.is_true("host_regex")) else { return };
    out.report(host.span, format!("since Emissary 2, `{}` is a pattern: Ambassador 1 took it as it reads", host.value));
}
