//! A field of v3alpha1 in a document of v1 or v2.

use super::unknown_field::{Unknown, unknown};
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, Rule, Told};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB115"),
    name: "newer-field",
    summary: "the field exists in `v3alpha1` only",
    why: "Fields that a version does not have fall away without a word. Without its `hostname`, a Mapping of `v2` \
          stands under every name.",
    facts: &["B16", "B23"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("give it the name that it has in `v2`"),
    examples: &[
        Example::annotation(
            "apiVersion: getambassador.io/v2\nkind: Mapping\nname: cart\nhost: a.com\nprefix: /cart/\nservice: cart\nstats_name: cart\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: a.com\nprefix: /cart/\nservice: cart\nstats_name: cart\n",
        ),
        Example::annotation(
            "apiVersion: getambassador.io/v2\nkind: Mapping\nname: cart\nhostname: a.com\nprefix: /cart/\nservice: cart\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: a.com\nprefix: /cart/\nservice: cart\n",
        ),
    ],
    check: Check::Told(&["unknown-field"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let Some(Unknown { entry, path, name, view, object }) = unknown(told, cx).filter(Unknown::is_newer) else { return };
    let version = &entry.result.api_version;
    let finding = out.pass_on(told);
    let old = view.fields(object).find(|field| field.becomes == name && field.name != name);
    match old {
        Some(old) => {
            finding.note(format!("In `{version}` it is called `{}`.", old.name));
            finding.mend(entry.mend(cx).rename_in(&path, name, old.name));
        }
        None if name == "hostname" && entry.kind == Some(Kind::Mapping) => {
            finding.note(format!("`{version}` has `host`; without it the Mapping stands under every name."));
        }
        None => drop(finding.note("`v3alpha1` has it: `kubectl ambassador convert` writes that.")),
    }
}
