//! A LogService without driver_config.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use serde_yaml::Value;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB640"),
    name: "log-without-driver-config",
    severity: Severity::Error,
    summary: "a LogService must have `driver_config`",
    why: "Its compiler asks for it without looking whether it is there, and gives the whole configuration up. An \
          empty map is enough.",
    facts: &["A05"],
    fix: FixKind::Unsafe("add an empty one"),
    examples: &[Example::spec(
        "LogService",
        "service: logs\ngrpc: true\ndriver: http\nprotocol_version: v3\n",
        "service: logs\ngrpc: true\ndriver: http\nprotocol_version: v3\ndriver_config: {}\n",
    )],
    check: Check::Told(&["log-without-driver-config"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    if let Some(entry) = told.entry {
        finding.mend(entry.mend(cx).set("driver_config", Value::Mapping(serde_yaml::Mapping::new())));
    }
}
