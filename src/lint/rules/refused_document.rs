//! A document that becomes nothing.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB100"),
    name: "refused-document",
    severity: Severity::Error,
    summary: "the document becomes nothing, or harms all others",
    why: "The cluster does not take it, or Emissary cannot read what it is given: a kind or version that does not \
          exist, a value that cannot be decoded. The finding says who refuses it, and what that does to others.",
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nmetadata: {name: cart}\nspec: {prefix: /cart/, service: cart}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
    )],
    check: Check::Rest(
        &[
            "schema",
            "unreadable",
            "unknown-version",
            "version-not-served",
            "not-an-object",
            "gateway-ends",
            "compiler-aborts",
            "compiler-abort",
            "not-a-carrier",
            "unnamed",
        ],
        pass_on,
    ),
    ..Rule::BASE
};
