//! The weights of a group sum to more than 100.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB231"),
    name: "weights-over-total",
    summary: "the weights of a group sum to more than 100",
    why: "Weights are added up in the order of the Mappings. What lies above 100 gets nothing, and Mappings of the group \
          without a weight get nothing either.",
    facts: &["M20"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nweight: 60\n---\nprefix: /cart/\nservice: cart-next\nweight: 60\n",
        "prefix: /cart/\nservice: cart\nweight: 40\n---\nprefix: /cart/\nservice: cart-next\nweight: 60\n",
    )],
    check: Check::Told(&["weights-over-100"], pass_on),
    ..Rule::BASE
};
