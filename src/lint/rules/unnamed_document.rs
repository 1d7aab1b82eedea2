//! A document without a name.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB013"),
    name: "unnamed-document",
    summary: "a document without a name is left out",
    why: "Emissary checks and converts it, and then leaves it out without a word, because resources are kept by \
          name.",
    facts: &["B07"],
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Told(&["unnamed"], pass_on),
    ..Rule::BASE
};
