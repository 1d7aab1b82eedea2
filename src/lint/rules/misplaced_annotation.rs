//! The annotation where nobody looks for it.

use crate::lint::{Check, Code, Context, Example, Findings, Rule};
use crate::resource::CONFIG;
use crate::yaml::{Document, Node};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB011"),
    name: "misplaced-annotation",
    summary: "the annotation stands where Emissary does not look",
    why: "Emissary reads `getambassador.io/config` from the metadata of Services and Ingresses. Anywhere else, as on a \
          Deployment or on the Pods that it makes, nobody reads it and nobody says so.",
    examples: &[Example::manifests(
        "apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  template:
    metadata:
      annotations:
        getambassador.io/config: |
          apiVersion: getambassador.io/v3alpha1
          kind: Mapping
          name: cart
",
        "apiVersion: v1
kind: Service
metadata:
  name: cart
  annotations:
    getambassador.io/config: |
      apiVersion: getambassador.io/v3alpha1
      kind: Mapping
      name: cart
      hostname: '*'
      prefix: /cart/
      service: cart
",
    )],
    check: Check::Document(check),
    ..Rule::BASE
};

/// Where people put it.
const ELSEWHERE: [&[&str]; 4] = [
    &["metadata", "labels"],
    &["spec", "template", "metadata", "annotations"],
    &["spec", "template", "metadata", "labels"],
    &["annotations"],
];

fn check(document: &Document, _: &Context<'_>, out: &mut Findings) {
    for place in ELSEWHERE {
        let map = document.root.path(place).and_then(Node::as_map);
        let Some(entry) = map.and_then(|map| map.entry(CONFIG)) else { continue };
        out.report(entry.key.span, format!("nobody reads `{CONFIG}` in `{}`", place.join(".")))
            .note("It belongs into `metadata.annotations` of the Service.");
    }
}
