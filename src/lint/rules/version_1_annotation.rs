//! A document of v1 in an annotation, which ends Emissary.

use crate::diagnostic::Severity;
use crate::edition::Edition;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB108"),
    name: "version-1-annotation",
    severity: Severity::Error,
    summary: "reading `v1` from an annotation ends Emissary's process",
    why: "A document of `ambassador/v1` that fits its schema makes Emissary 2 to 4 panic while it reads the \
          annotation. The pod starts again, meets the annotation again, and nobody's configuration is served. \
          Ambassador 1 reads it.",
    facts: &["A44"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("write `getambassador.io/v2`, which has the same fields"),
    examples: &[Example::annotation("apiVersion: ambassador/v1\nkind: Mapping\nname: cart\nhost: cart.example.com\nprefix: /cart/\nservice: cart\n", "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: cart.example.com\nprefix: /cart/\nservice: cart\n").under(Edition::Four)],
    check: Check::Told(&["gateway-ends"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    let version = told.entry.filter(|entry| entry.version == Some(Version::V1)).map(Entry::version_span);
    let mend = version.map(|span| vec![Edit::new(span, "getambassador.io/v2")]);
    out.pass_on(told).mend(mend);
}
