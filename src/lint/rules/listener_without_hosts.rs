//! A Listener that takes no Host.

use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB432"),
    name: "listener-without-hosts",
    summary: "the Listener takes no Host, and opens no port",
    why: "A Listener takes the Hosts of its `hostBinding`: those of its own namespace, unless it says `from: ALL`, \
          and with the labels it asks for. With no Host and no TCPMapping it opens no port.",
    facts: &["H25"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("take Hosts of all namespaces"),
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http, namespace: edge}\nspec:\n  port: 8080\n  protocol: HTTP\n  securityModel: XFP\n  hostBinding:\n    namespace:\n      from: SELF\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop, namespace: edge}\nspec: {hostname: shop.example.com, mappingSelector: {matchLabels: {team: shop}}, requestPolicy: {insecure: {action: Reject}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: internal}\nspec:\n  port: 8081\n  protocol: HTTP\n  securityModel: XFP\n  hostBinding:\n    namespace:\n      from: SELF\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http, namespace: edge}\nspec:\n  port: 8080\n  protocol: HTTP\n  securityModel: XFP\n  hostBinding:\n    namespace:\n      from: SELF\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: shop, namespace: edge}\nspec: {hostname: shop.example.com, mappingSelector: {matchLabels: {team: shop}}, requestPolicy: {insecure: {action: Reject}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: internal}\nspec:\n  port: 8081\n  protocol: HTTP\n  securityModel: XFP\n  hostBinding:\n    namespace:\n      from: ALL\n",
    )],
    check: Check::Told(&["listener-without-hosts"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    let Some(entry) = told.entry else { return };
    let binding = entry.fields().map("hostBinding");
    let is_narrow = binding.map("namespace").text("from").is_some_and(|from| from.value == "SELF");
    let is_elsewhere = cx.snapshot().hosts.values().any(|host| host.namespace != entry.namespace());
    if is_narrow && is_elsewhere {
        finding.note("There are Hosts in other namespaces.").mend(entry.mend(cx).set_in(
            &["hostBinding", "namespace"],
            "from",
            "ALL",
        ));
    }
}
