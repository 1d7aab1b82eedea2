//! An object that makes its whole kind unreadable.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule, Told};
use crate::resource::Harm;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB109"),
    name: "frozen-kind",
    severity: Severity::Error,
    summary: "with this object nobody can read any object of its kind",
    why: "The cluster does not check a field of `v1` and `v2` that may have two types. It stores the object, and \
          the conversion to `v3alpha1` then fails for the whole list: what Emissary knows of the kind stays as it \
          was, for everybody.",
    facts: &["A45"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v2\nkind: Mapping\nmetadata: {name: cart}\nspec: {host: cart.example.com, prefix: /cart/, service: cart, tls: 5}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: cart.example.com, prefix: /cart/, service: cart}\n",
    )],
    check: Check::Told(&["unreadable"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    if told.entry.is_some_and(|entry| entry.result.harm == Harm::Kind) {
        out.pass_on(told);
    }
}
