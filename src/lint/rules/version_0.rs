//! The version v0, which nobody reads any more.

use crate::diagnostic::Severity;
use crate::edition::Edition;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB106"),
    name: "version-0",
    severity: Severity::Error,
    summary: "`v0` was last read by Ambassador 1",
    why: "Emissary 2 and later drop a document of `ambassador/v0` with an error and a notice on the diagnostics \
          page. `convert` writes it in `v3alpha1`.",
    facts: &["B02"],
    editions: Editions::LATER,
    examples: &[Example::annotation("apiVersion: ambassador/v0\nkind: Mapping\nname: cart\nprefix: /cart/\nservice: cart\n", "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n").under(Edition::Four)],
    check: Check::Told(&["unknown-version", "version-not-served"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    if told.entry.is_some_and(is_version_0) {
        out.pass_on(told).note("`kubectl ambassador convert` writes it in `v3alpha1`.");
    }
}

/// Whether a document is of version v0.
pub(super) fn is_version_0(entry: &Entry<'_>) -> bool {
    entry.version == Some(Version::V0)
}
