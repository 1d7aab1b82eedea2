//! A field that does not fit the schema of its version.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB101"),
    name: "unfit-field",
    severity: Severity::Error,
    summary: "a field does not fit the schema",
    why: "An object that does not fit its schema is refused when it is applied. A document in an annotation is applied \
          with its Service, and then dropped by Emissary with an error on its diagnostics page.",
    examples: &[
        Example::mapping(
            "prefix: /cart/\nservice: cart\ntimeout_ms: 3s\n",
            "prefix: /cart/\nservice: cart\ntimeout_ms: 3000\n",
        ),
        Example::annotation(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
        ),
    ],
    check: Check::Rest(
        &["missing-field", "wrong-type", "unknown-value", "out-of-range", "wrong-count", "refused-field", "bad-name"],
        pass_on,
    ),
    ..Rule::BASE
};
