//! A TLSContext that cannot be used.

use super::secret_type::secret_of_other_type;
use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB448"),
    name: "unusable-context",
    severity: Severity::Error,
    summary: "the TLSContext does not hold together",
    why: "A certificate comes from a Secret, or from two files of the pod: `cert_chain_file` and \
          `private_key_file`. A TLSContext with half of it, with both, or with a Secret that is not there, is \
          dropped with an error, and what names it goes out in cleartext.",
    facts: &["H42"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec: {cert_chain_file: /certs/tls.crt}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec: {cert_chain_file: /certs/tls.crt, private_key_file: /certs/tls.key}\n",
    )],
    check: Check::Told(&["tls-context"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let has_own_rule = matches!(told.field(), "min_tls_version" | "max_tls_version");
    if has_own_rule || secret_of_other_type(told, cx).is_some() {
        return;
    }
    let finding = out.pass_on(told);
    let is_secret = matches!(told.field(), "secret" | "ca_secret" | "crl_secret");
    if is_secret && !cx.objects().iter().any(|object| object.object.kind == "Secret") {
        finding.as_bad_as(Severity::Warning);
        finding.note("There is no Secret at all in what was read: this one may be kept elsewhere.");
    }
}
