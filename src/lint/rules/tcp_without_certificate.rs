//! A TCPMapping for a server name without a certificate.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, Rule, Told};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB460"),
    name: "tcp-without-certificate",
    severity: Severity::Error,
    summary: "a TCPMapping with `host` needs a certificate",
    why: "With `host` it takes the connections of a TLS server name, and Emissary must end TLS for it: with a Host \
          whose name fits, or a TLSContext that lists exactly this name. Without one it is dropped with an error.",
    facts: &["S15"],
    editions: Editions::LATER,
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec: {secret: tls}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5671, host: queue.example.com, service: 'queue:5672'}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: tls}\ntype: kubernetes.io/tls\ndata: {tls.crt: YQ==, tls.key: YQ==}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TLSContext\nmetadata: {name: upstream}\nspec: {secret: tls}\n---\napiVersion: getambassador.io/v3alpha1\nkind: TCPMapping\nmetadata: {name: queue}\nspec: {port: 5672, service: 'queue:5672'}\n",
    )],
    check: Check::Told(&["tcp-without-certificate"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    if [Kind::Host, Kind::TLSContext].into_iter().all(|kind| cx.resources(kind).next().is_none()) {
        finding.as_bad_as(Severity::Warning);
        finding.note("There is neither a Host nor a TLSContext in what was read: they may be kept elsewhere.");
    }
}
