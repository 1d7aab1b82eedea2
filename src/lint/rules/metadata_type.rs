//! Metadata of a document in an annotation that is not of its type.

use super::boolean_word::is_word;
use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::source::Edit;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB022"),
    name: "metadata-type",
    severity: Severity::Error,
    summary: "a name, a label or other metadata is of the wrong type",
    why: "In an annotation nobody looks at a document before Emissary does. A name or label that is a number, or \
          labels that are no map, make Emissary drop the document; labels that are no map make its compiler give \
          up.",
    facts: &["A47", "B31"],
    fix: FixKind::Unsafe("quote it"),
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: 2024\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: '2024'\nhostname: '*'\nprefix: /cart/\nservice: cart\n",
    )],
    check: Check::Told(&["unreadable"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(told.span);
    let Some(root) = told.entry.filter(|entry| entry.is_annotation()).and_then(|entry| entry.root) else { return };
    let places = ["name", "namespace", "generation", "metadata_labels", "metadata"];
    let is_metadata = places
        .iter()
        .filter_map(|place| root.get(place))
        .any(|node| node.span.start <= told.span.start && told.span.end <= node.span.end);
    if !is_metadata || is_word(written) {
        return;
    }
    let is_number = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
    let finding = out.pass_on(told);
    if is_number || matches!(written, "true" | "false") {
        finding.mend(vec![Edit::new(told.span, format!("\"{written}\""))]);
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::testing;

    fn under(lines: &str) -> Vec<String> {
        let rest = "hostname: '*'\nprefix: /cart/\nservice: cart\n";
        testing::annotation(&format!("apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\n{lines}{rest}"))
    }

    #[test]
    fn labels_are_texts_in_a_map() {
        assert_eq!(under("metadata_labels: {team: 5}\n"), ["AMB022 5"]);
        assert_eq!(under("metadata_labels: shop\n"), ["AMB022 shop"]);
    }
}
