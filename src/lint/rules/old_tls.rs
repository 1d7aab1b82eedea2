//! Versions of TLS that are given up.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, FieldView, Findings, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB807"),
    name: "old-tls",
    severity: Severity::Info,
    summary: "TLS 1.0 and 1.1 are given up",
    why: "RFC 8996 has given them up; browsers do not speak them any more.",
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: old}\nspec: {secret: tls, min_tls_version: v1.0}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: old}\nspec: {secret: tls, min_tls_version: v1.2}\n",
    )],
    check: Check::Field(check),
    ..Rule::BASE
};

fn check(field: &FieldView<'_>, _: &Context<'_>, out: &mut Findings) {
    let is_least = field.field().is_some_and(|known| known.name == "min_tls_version");
    if let Some(version) = field.value.text().filter(|text| is_least && matches!(*text, "v1.0" | "v1.1")) {
        out.report(
            field.value.span,
            format!("clients may speak TLS {}, which is given up", version.trim_start_matches('v')),
        );
    }
}
