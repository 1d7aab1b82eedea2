//! A Mapping that is taken for another because of a dot in its name.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB016"),
    name: "lost-to-dotted-name",
    summary: "two Mappings are one, because names are compared up to the dot",
    why: "In the cache of its compiler Emissary knows a Mapping by its name up to the first dot. Of two in one \
          group that are called alike up to there, the second is not added, without a word.",
    facts: &["B12"],
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart.a}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart.b}\nspec: {hostname: '*', prefix: /cart/, service: cart-next}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart-a}\nspec: {hostname: '*', prefix: /cart/, service: cart}\n---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart-b}\nspec: {hostname: '*', prefix: /cart/, service: cart-next}\n",
    )],
    check: Check::Told(&["dotted-name"], pass_on),
    ..Rule::BASE
};
