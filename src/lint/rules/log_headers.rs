//! Additional headers that a LogService cannot have.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB636"),
    name: "log-headers",
    severity: Severity::Error,
    summary: "these additional headers make Emissary drop the LogService",
    why: "`additional_log_headers` go with the driver `http` alone, and each needs a `header_name`.",
    facts: &["S08"],
    examples: &[Example::spec(
        "LogService",
        "service: logs\ngrpc: true\ndriver: tcp\ndriver_config: {additional_log_headers: [{header_name: x-shop}]}\nprotocol_version: v3\n",
        "service: logs\ngrpc: true\ndriver: http\ndriver_config: {additional_log_headers: [{header_name: x-shop}]}\nprotocol_version: v3\n",
    )],
    check: Check::Told(&["log-headers"], pass_on),
    ..Rule::BASE
};
