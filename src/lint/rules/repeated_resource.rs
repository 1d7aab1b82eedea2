//! Two resources of one kind, name and namespace.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB015"),
    name: "repeated-resource",
    summary: "two resources have one kind, name and namespace",
    why: "Annotations make it possible. Emissary posts an error on the later one, and yet it is the later one that \
          counts: the earlier is gone.",
    facts: &["B09"],
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /basket/\nservice: cart\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: basket\nhostname: '*'\nprefix: /basket/\nservice: cart\n",
    )],
    check: Check::Told(&["duplicate"], pass_on),
    ..Rule::BASE
};
