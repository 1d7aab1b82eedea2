//! A service whose host or port is none.

use std::net::Ipv6Addr;

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::model::Address;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB501"),
    name: "broken-service",
    severity: Severity::Warning,
    summary: "the host or the port of the service is none",
    why: "Emissary complains, and makes a cluster all the same: with port 80 where the port is no number up to 65535, and \
          with a host called `unknown` where there is none. An IPv6 address needs brackets.",
    facts: &["U01", "U05"],
    fix: FixKind::Unsafe("put the address in brackets"),
    examples: &[
        Example::mapping("prefix: /cart/\nservice: ::1\n", "prefix: /cart/\nservice: '[::1]'\n"),
        Example::mapping("prefix: /cart/\nservice: cart:http\n", "prefix: /cart/\nservice: cart:80\n"),
    ],
    check: Check::Told(&["service-address"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let service = told.entry.and_then(|entry| Some((entry, entry.fields().filled("service")?)));
    let finding = out.pass_on(told);
    let Some((entry, service)) = service else { return };
    // Emissary posts two errors for one thing; the first says what it is.
    let owner = told.message.split(": ").next().unwrap_or_default();
    if let Some(first) = Address::of(service.value).ok().and_then(|address| address.complaints.into_iter().next()) {
        finding.diagnostic.message = format!("{owner}: {first}");
    }
    if service.value.parse::<Ipv6Addr>().is_ok() {
        finding.mend(entry.mend(cx).set("service", format!("[{}]", service.value)));
    }
}
