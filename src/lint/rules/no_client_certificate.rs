//! Client certificates that are wanted and cannot be checked.

use crate::lint::{Check, Code, Context, Example, FieldView, Fields, Findings, Rule};
use crate::yaml::Dialect;
use crate::yaml::Meaning;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB808"),
    name: "no-client-certificate",
    summary: "`cert_required` has nothing to check certificates with",
    why: "A client must show a certificate, and without `ca_secret` or `cacert_chain_file` any certificate will \
          do: whoever makes one gets in.",
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: strict}\nspec: {secret: tls, cert_required: true}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: strict}\nspec: {secret: tls, cert_required: true, ca_secret: tls}\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, _: &Context<'_>, out: &mut Findings) {
    let is_asked = field.field().is_some_and(|known| known.name == "cert_required");
    let is_on = field.value.meaning(Dialect::Kubernetes) == Some(Meaning::Bool(true));
    let beside = Fields::of(field.parent);
    if is_asked && is_on && !beside.has("ca_secret") && !beside.has("cacert_chain_file") {
        out.report(field.key.span, "any certificate will do: there is no `ca_secret` to check it with");
    }
}
