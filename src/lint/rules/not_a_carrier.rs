//! The annotation on an object that Emissary does not look at.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB014"),
    name: "not-a-carrier",
    summary: "only Services and Ingresses carry the annotation",
    why: "Emissary looks for `getambassador.io/config` on Services and Ingresses. On a Deployment, a Pod, a Host \
          or a Mapping nobody reads it, and nobody says so.",
    facts: &["B08"],
    examples: &[Example::manifests(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: cart\n  annotations:\n    getambassador.io/config: |\n      apiVersion: getambassador.io/v3alpha1\n      kind: Mapping\n      name: cart\n      hostname: '*'\n      prefix: /cart/\n      service: cart\n",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n  annotations:\n    getambassador.io/config: |\n      apiVersion: getambassador.io/v3alpha1\n      kind: Mapping\n      name: cart\n      hostname: '*'\n      prefix: /cart/\n      service: cart\n",
    )],
    check: Check::Told(&["not-a-carrier"], pass_on),
    ..Rule::BASE
};
