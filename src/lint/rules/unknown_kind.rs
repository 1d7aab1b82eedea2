//! A kind that does not exist, or not in this version.

use super::preview_api::is_preview;
use super::version_0::is_version_0;
use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::resource::Kind;
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB105"),
    name: "unknown-kind",
    severity: Severity::Error,
    summary: "there is no such kind in this version",
    why: "Names of kinds are case-sensitive, Host exists since `v2` and Listener in `v3alpha1` only. The cluster \
          refuses such an object; of an annotation Emissary drops the document with an error.",
    facts: &["B06"],
    fix: FixKind::Unsafe("write the kind as it is called"),
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v3alpha1\nkind: mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Told(&["unknown-version"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(entry) = told.entry.filter(|entry| !is_preview(entry) && !is_version_0(entry)) else { return };
    let kind = &entry.result.kind;
    let meant = Kind::ALL.into_iter().find(|known| {
        let name = known.to_string();
        name.eq_ignore_ascii_case(kind) || name.eq_ignore_ascii_case(kind.trim_end_matches(['s', 'S']))
    });
    let finding = out.pass_on(told);
    let Some(meant) = meant.map(|meant| meant.to_string()).filter(|meant| meant != kind) else { return };
    if cx.sources().text(entry.head()) == kind {
        finding.note(format!("It is called `{meant}`.")).mend(vec![Edit::new(entry.head(), meant)]);
    }
}
