//! A ConsulResolver without a datacenter, and a service that Consul cannot have.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB520"),
    name: "consul-datacenter",
    severity: Severity::Error,
    summary: "a ConsulResolver needs a datacenter, and a service of it no dot",
    why: "Emissary posts an error and takes the resolver for absent: every Mapping that names it is \
          dropped. So is a Mapping whose service has a dot: names in Consul have none.",
    facts: &["U16"],
    examples: &[Example::spec("ConsulResolver", "address: consul:8500\n", "address: consul:8500\ndatacenter: dc1\n")],
    check: Check::Told(&["consul-datacenter", "consul-dot"], pass_on),
    ..Rule::BASE
};
