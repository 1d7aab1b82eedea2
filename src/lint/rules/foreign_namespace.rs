//! A document in an annotation that says it is in another namespace.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Entry, Example, Findings, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB018"),
    name: "foreign-namespace",
    severity: Severity::Info,
    summary: "the document says it is in another namespace than its Service",
    why: "It is honoured: bare service names are completed with that namespace, and a gateway that watches a \
          single namespace reads the document all the same.",
    facts: &["B26"],
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nnamespace: shop\nhostname: '*'\nprefix: /cart/\nservice: cart.shop\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart.shop\n",
    )],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, _: &Context<'_>, out: &mut Findings) {
    let (Some(carrier), Some(root)) = (&entry.result.carrier, entry.root) else { return };
    let written = root.get("namespace").or_else(|| root.path(&["metadata", "namespace"]));
    let Some(node) = written.filter(|_| entry.is_converted()) else { return };
    let Some(namespace) = node.text().filter(|text| !text.is_empty() && *text != carrier.namespace) else { return };
    let from = &carrier.namespace;
    out.report(
        node.span,
        format!("this {} is in namespace `{namespace}`, its {} in `{from}`", entry.result.kind, carrier.kind),
    );
}
