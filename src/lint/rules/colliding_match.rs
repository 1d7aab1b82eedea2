//! Mappings that Emissary takes for one group although they match different requests.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Entry, Example, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB217"),
    name: "colliding-match",
    severity: Severity::Error,
    summary: "is taken for the match of another Mapping",
    why: "Emissary knows a group by its prefix and conditions written one after the other with nothing between. Prefix \
          `/x` with the header `a: b` reads like the prefix `/xab`; the later one is refused.",
    facts: &["M19"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: any}\nspec: {hostname: '*', mappingSelector: {matchLabels: {team: shop}}, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: a, labels: {team: shop}}\nspec: {prefix: /x, rewrite: '', service: a, headers: {a: b}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: b, labels: {team: shop}}\nspec: {prefix: /xab, rewrite: '', service: b}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Listener\nmetadata: {name: http}\nspec: {port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: {namespace: {from: ALL}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Host\nmetadata: {name: any}\nspec: {hostname: '*', mappingSelector: {matchLabels: {team: shop}}, requestPolicy: {insecure: {action: Route}}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: a, labels: {team: shop}}\nspec: {prefix: /x, rewrite: '', service: a, headers: {a: b}}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: b, labels: {team: shop}}\nspec: {prefix: /y/, rewrite: '', service: b}\n",
    )],
    check: Check::Told(&["group-mismatch"], |told, cx, out| {
        if collides(told, cx) {
            out.pass_on(told).note("Give one of the two a precedence: it is part of what a group is known by.");
        }
    }),
    ..Rule::BASE
};

/// Whether the two Mappings of what was told have prefixes of their own.
pub(super) fn collides(told: &Told<'_>, cx: &Context<'_>) -> bool {
    let prefix = |entry: &Entry<'_>| entry.fields().text("prefix").map(|prefix| prefix.value.to_owned());
    let other = told.labels.first().and_then(|label| cx.entry_at(label.span));
    told.entry.zip(other).is_some_and(|(one, other)| prefix(one) != prefix(other))
}
