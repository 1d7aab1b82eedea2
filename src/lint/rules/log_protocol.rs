//! A LogService that does not say v3.

use crate::diagnostic::Severity;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB633"),
    name: "log-protocol",
    severity: Severity::Error,
    summary: "a LogService must say `protocol_version: v3`",
    why: "The default is `v2`, which Envoy has not spoken since Emissary 3: Emissary drops the LogService with an \
          error. In `v1` and `v2` the field is called `v3ProtocolVersion`.",
    facts: &["S05"],
    fix: FixKind::Unsafe("say it"),
    examples: &[Example::spec(
        "LogService",
        "service: logs\ngrpc: true\ndriver: http\ndriver_config: {}\n",
        "service: logs\ngrpc: true\ndriver: http\ndriver_config: {}\nprotocol_version: v3\n",
    )],
    check: Check::Told(&["log-protocol"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    let Some(entry) = told.entry else { return };
    let is_old = matches!(entry.version, Some(Version::V1 | Version::V2));
    let name = if is_old { "v3ProtocolVersion" } else { "protocol_version" };
    if !entry.fields().has("protocol_version") || !is_old {
        finding.mend(entry.mend(cx).set(name, "v3"));
    }
}
