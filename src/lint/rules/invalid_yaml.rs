//! A document that is no YAML, or that kubectl and Emissary read otherwise.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB001"),
    name: "invalid-yaml",
    severity: Severity::Error,
    summary: "the document cannot be read as YAML",
    why: "kubectl refuses a file with such a document. In an annotation nobody refuses anything: the object is applied, \
          and Emissary drops every document of the annotation with a line in its log.",
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n",
    )],
    check: Check::Rest(
        &[
            "yaml-syntax",
            "yaml-tab",
            "yaml-depth",
            "yaml-alias",
            "yaml-tag",
            "yaml-merge",
            "yaml-merge-order",
            "yaml-after-end",
            "yaml-directive",
            "yaml-separator",
            "yaml-size",
        ],
        pass_on,
    ),
    ..Rule::BASE
};
