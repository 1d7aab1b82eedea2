//! A second LogService.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB635"),
    name: "second-log-service",
    severity: Severity::Error,
    summary: "only one LogService works",
    why: "Emissary compares them all under one name: the second is dropped with an error.",
    facts: &["S07"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: LogService\nmetadata: {name: logs}\nspec: {service: logs, grpc: true, driver: http, driver_config: {}, protocol_version: v3}\n---\napiVersion: getambassador.io/v3alpha1\nkind: LogService\nmetadata: {name: logs-next}\nspec: {service: logs-next, grpc: true, driver: http, driver_config: {}, protocol_version: v3}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: LogService\nmetadata: {name: logs}\nspec: {service: logs, grpc: true, driver: http, driver_config: {}, protocol_version: v3}\n",
    )],
    check: Check::Told(&["second-log-service"], pass_on),
    ..Rule::BASE
};
