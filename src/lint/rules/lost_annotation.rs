//! An annotation of which nothing is read, because of one document in it.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB010"),
    name: "lost-annotation",
    severity: Severity::Error,
    summary: "nothing in this annotation is read",
    why: "Emissary cuts the annotation into documents before it looks at any of them. One that is no YAML, no map, or \
          has no kind loses them all, with nothing but a line in the log: every Mapping of the Service is gone.",
    facts: &["B01"],
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v3alpha1\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Told(&["annotation-lost"], pass_on),
    ..Rule::BASE
};
