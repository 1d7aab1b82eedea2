//! A TLSContext without a certificate.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB449"),
    name: "context-without-certificate",
    summary: "a TLSContext without a certificate counts as none",
    why: "Whatever else it says, a TLSContext without a certificate of its own is left out: a Mapping that names \
          it for its `alpn_protocols`, its `sni` or its `ca_secret` goes out in cleartext.",
    facts: &["H43"],
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec: {ca_secret: tls}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec: {ca_secret: tls, secret: tls}\n",
    )],
    check: Check::Told(&["tls-context-without-certificate"], pass_on),
    ..Rule::BASE
};
