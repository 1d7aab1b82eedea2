//! A label for rate limits without a header name.

use crate::diagnostic::Severity;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Fields, Findings, FixKind, Rule, Told};
use crate::source::Edit;
use crate::yaml::Node;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB377"),
    name: "rate-limit-label",
    severity: Severity::Error,
    summary: "a label for rate limits names no header",
    why: "A label in the style of `v3alpha1` in a document of `v2` is taken for a header's, with an empty name. As \
          soon as there is a RateLimitService, Envoy refuses the whole configuration over it.",
    facts: &["A28", "A29"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("write the labels as `v2` does"),
    examples: &[Example::manifests(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n  annotations:\n    getambassador.io/config: |\n      apiVersion: getambassador.io/v2\n      kind: Mapping\n      name: cart\n      host: a.com\n      prefix: /cart/\n      service: cart\n      labels: {ambassador: [{all: [{generic_key: {value: cart}}]}]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: limits, protocol_version: v3}\n",
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n  annotations:\n    getambassador.io/config: |\n      apiVersion: getambassador.io/v3alpha1\n      kind: Mapping\n      name: cart\n      hostname: a.com\n      prefix: /cart/\n      service: cart\n      labels: {ambassador: [{all: [{generic_key: {value: cart}}]}]}\n---\napiVersion: getambassador.io/v3alpha1\nkind: RateLimitService\nmetadata: {name: limits}\nspec: {service: limits, protocol_version: v3}\n",
    )],
    check: Check::Told(&["rate-limit-label"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    let is_old = |entry: &&Entry<'_>| matches!(entry.version, Some(Version::V1 | Version::V2));
    if let Some(entry) = told.entry.filter(is_old) {
        finding
            .note("In `v2` a fixed text is `{generic_key: TEXT}`, or the text alone; this is how `v3alpha1` writes it.")
            .mend(in_v2(entry, cx));
    }
}

/// All labels that are written as `v3alpha1` writes them, as `v2` does; `None` where one of them has no such form.
fn in_v2(entry: &Entry<'_>, cx: &Context<'_>) -> Option<Vec<Edit>> {
    let groups = entry.fields().entries("labels").iter().flat_map(|domain| domain.value.as_list().unwrap_or_default());
    let labels =
        groups.flat_map(|group| Fields::of(group).all()).flat_map(|group| group.value.as_list().unwrap_or_default());
    let new = labels.filter_map(|label| match Fields::of(label).all() {
        [only] if only.value.as_map().is_some() && only.value.get("header").is_none() => Some((label, only)),
        _ => None,
    });
    let edits = new.map(|(label, only)| {
        let text = label_in_v2(only.key.text()?, &only.value)?;
        let written = cx.sources().text(label.span);
        let mut span = label.span;
        span.end -= (written.len() - written.trim_end().len()) as u32;
        Some(Edit::new(span, text))
    });
    edits.collect::<Option<Vec<_>>>().filter(|edits| !edits.is_empty())
}

/// One label of `v3alpha1` in the words of `v2`, on one line.
fn label_in_v2(kind: &str, node: &Node) -> Option<String> {
    let fields = Fields::of(node);
    let quoted = |text: &str| serde_json::to_string(text).ok();
    let names: Vec<&str> = fields.all().iter().filter_map(|field| field.key.text()).collect();
    match (kind, &names[..]) {
        ("generic_key", ["value"]) => Some(format!("{{generic_key: {}}}", quoted(fields.filled("value")?.value)?)),
        ("remote_address" | "source_cluster" | "destination_cluster", ["key"]) => {
            (fields.filled("key")?.value == kind).then(|| kind.to_owned())
        }
        ("request_headers", ["key", "header_name"] | ["header_name", "key"]) => {
            let (key, header) = (fields.filled("key")?.value, fields.filled("header_name")?.value);
            Some(format!("{{{}: {{header: {}}}}}", quoted(key)?, quoted(header)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::{Trust, testing};
    use crate::pipeline::Options;

    #[test]
    fn each_label_is_written_as_v2_does() {
        let [example] = RULE.examples else { return assert!(RULE.examples.is_empty()) };
        let bad = example.bad.replace(
            "{generic_key: {value: cart}}",
            "{generic_key: {value: cart}}, {request_headers: {key: who, header_name: x-who}}, {remote_address: {key: remote_address}}, plain",
        );
        let mended = testing::fixed(&bad, Trust::Unsafe, &Options::default());
        let labels = "{generic_key: \"cart\"}, {\"who\": {header: \"x-who\"}}, remote_address, plain";
        assert!(mended.contains(labels), "{mended}");
    }
}
