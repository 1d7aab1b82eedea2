//! Retries that the timeout of the Mapping cuts off.

use std::time::Duration;

use crate::lint::{Check, Code, Context, Example, Findings, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB343"),
    name: "cut-off-retries",
    summary: "the timeout of the Mapping is over before the retries are",
    why: "`timeout_ms`, 3 s where none is written, counts from the end of the request to the end of the answer, all tries \
          together. Tries for which no time is left are not made.",
    facts: &["U23"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nretry_policy: {retry_on: 5xx, num_retries: 4, per_try_timeout: 2s}\n",
        "prefix: /cart/\nservice: cart\ntimeout_ms: 10000\nretry_policy: {retry_on: 5xx, num_retries: 4, per_try_timeout: 2s}\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, _: &Context<'_>, out: &mut Findings) {
    let Some(meaning) = mapping.mapping else { return };
    let policy = mapping.fields.map("retry_policy");
    let (Some(limit), Some(per_try)) = (meaning.own.timeout, policy.filled("per_try_timeout")) else { return };
    let seconds = per_try.value.strip_suffix('s').and_then(|text| text.parse::<f64>().ok());
    let Some(seconds) = seconds.filter(|seconds| (0.0..1e9).contains(seconds)) else { return };
    let tries = policy.int("num_retries").map_or(1, |count| count.value.clamp(0, 1_000_000)) + 1;
    let whole = Duration::from_secs_f64(seconds).saturating_mul(u32::try_from(tries).unwrap_or(u32::MAX));
    if whole <= limit {
        return;
    }
    let message = format!(
        "{tries} tries of {} take up to {} ms; this Mapping ends after {} ms",
        per_try.value,
        whole.as_millis(),
        limit.as_millis()
    );
    out.report(per_try.span, message).also(mapping.fields.get("timeout_ms").map(|node| node.span), "the whole time");
}
