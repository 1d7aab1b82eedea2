//! A time of one try that is not in seconds.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB369"),
    name: "per-try-timeout",
    severity: Severity::Error,
    summary: "`per_try_timeout` is not in seconds",
    why: "Envoy takes seconds with an `s`, such as `0.5s`, and refuses the whole configuration over `500ms`, `1m` \
          or `1`.",
    facts: &["A18"],
    fix: FixKind::Unsafe("write it in seconds"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nretry_policy:\n  retry_on: 5xx\n  per_try_timeout: 500ms\n",
        "prefix: /cart/\nservice: cart\nretry_policy:\n  retry_on: 5xx\n  per_try_timeout: 0.5s\n",
    )],
    check: Check::Told(&["per-try-timeout"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(told.span).trim_matches(['"', '\'']);
    let mend = in_seconds(written).map(|seconds| vec![Edit::new(told.span, seconds)]);
    out.pass_on(told).mend(mend);
}

/// A time as Go or a hurried person writes it, in seconds.
fn in_seconds(written: &str) -> Option<String> {
    let unit = written.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(written.len());
    let (number, unit) = written.split_at(unit);
    let number: f64 = number.parse().ok()?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "" | "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return None,
    };
    Some(format!("{seconds}s"))
}

#[cfg(test)]
mod tests {
    use super::in_seconds;

    #[test]
    fn units_become_seconds() {
        for (written, seconds) in [("500ms", "0.5s"), ("1", "1s"), ("1.5m", "90s"), ("2h", "7200s")] {
            assert_eq!(in_seconds(written).as_deref(), Some(seconds));
        }
        for odd in ["soon", "1m30s", ""] {
            assert_eq!(in_seconds(odd), None, "{odd}");
        }
    }
}
