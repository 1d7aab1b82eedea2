//! host beside hostname.

use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, FixKind, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB415"),
    name: "host-beside-hostname",
    summary: "`host` is ignored beside `hostname`",
    why: "Emissary looks at `host` only where there is no `hostname`.",
    facts: &["H11"],
    editions: Editions::LATER,
    fix: FixKind::Safe("remove `host`"),
    examples: &[Example::mapping(
        "hostname: shop.example.com\nhost: cart.example.com\nprefix: /cart/\nservice: cart\n",
        "hostname: shop.example.com\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, cx: &Context<'_>, out: &mut Findings) {
    let fields = entry.fields();
    let is_new = entry.kind == Some(Kind::Mapping) && entry.version == Some(Version::V3alpha1);
    let Some(host) = fields.filled("host").filter(|_| is_new && entry.is_converted()) else { return };
    if let Some(hostname) = fields.filled("hostname") {
        out.report(host.span, "`host` is ignored: `hostname` counts")
            .also(hostname.span, "this one")
            .mend(entry.mend(cx).remove("host"));
    }
}
