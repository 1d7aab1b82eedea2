//! A version that still works, by conversion.

use crate::diagnostic::Severity;
use crate::edition::{Edition, Version};
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB103"),
    name: "old-version",
    severity: Severity::Info,
    summary: "an old version of the API that is converted",
    why: "Emissary converts it whenever it reads it. That costs little, but fields that only `v3alpha1` has are lost in \
          it, and the cluster must be set up to serve it. `convert` writes the same in `v3alpha1`.",
    facts: &["B03", "B22"],
    editions: Editions::since(Edition::Two),
    yields: true,
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v2\nkind: Mapping\nmetadata: {name: cart}\nspec: {host: cart.example.com, prefix: /cart/, service: cart}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: cart.example.com, prefix: /cart/, service: cart}\n",
    )],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, _: &Context<'_>, out: &mut Findings) {
    if !entry.is_converted() || !matches!(entry.version, Some(Version::V1 | Version::V2)) {
        return;
    }
    let version = entry.root.and_then(|root| root.get("apiVersion")).and_then(|node| node.text()).unwrap_or_default();
    let finding =
        out.report(entry.version_span(), format!("`{version}` is deprecated: Emissary converts it to `v3alpha1`"));
    if entry.kind == Some(Kind::Mapping) && !entry.fields().has("host") {
        finding.note("Whoever writes it in `v3alpha1` by hand must add `hostname: \"*\"`, which conversion does.");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::edition::Edition;
    use crate::lint::testing;

    #[test]
    fn to_ambassador_1_it_is_not_old() {
        let [example] = RULE.examples else { return assert!(RULE.examples.is_empty()) };
        assert!(testing::edition(Edition::One, example.bad).is_empty());
    }

    #[test]
    fn where_something_is_wrong_that_is_told_instead() {
        let found = testing::annotation(
            "apiVersion: getambassador.io/v2\nkind: Mapping\nname: cart\nhost: a.com\nprefix: cart/\nservice: cart\n",
        );
        assert_eq!(found, ["AMB201 cart/"]);
    }
}
