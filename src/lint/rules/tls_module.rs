//! TLS settings in a Module.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB607"),
    name: "tls-module",
    summary: "TLS settings of a Module have no effect",
    why: "Ambassador 1 ended TLS as `tls` in the Module `ambassador` said. Since Emissary 2 a Host with a \
          `tlsSecret` does it; for these settings Emissary posts an error.",
    facts: &["S27"],
    examples: &[Example::spec("Module", "tls: {server: {enabled: true}}\n", "diagnostics: {enabled: false}\n")],
    check: Check::Told(&["module-tls"], pass_on),
    ..Rule::BASE
};
