//! One weight is over 100.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB232"),
    name: "weight-over-total",
    summary: "a weight is over 100",
    why: "Weights are percent. A member with more than 100, and all members after it, get no traffic at all; if it is \
          the first, the whole group gets none.",
    facts: &["M21"],
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\nweight: 900\n---\nprefix: /cart/\nservice: cart-next\n",
        "prefix: /cart/\nservice: cart\nweight: 90\n---\nprefix: /cart/\nservice: cart-next\n",
    )],
    check: Check::Told(&["weight-over-100"], pass_on),
    ..Rule::BASE
};
