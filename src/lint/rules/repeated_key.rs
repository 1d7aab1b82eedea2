//! A key that stands twice in one map: the last one counts.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB002"),
    name: "repeated-key",
    summary: "a key stands twice in one map",
    why: "Every reader on the way takes the last one and says nothing. Somebody meant the first one too.",
    facts: &["B30"],
    examples: &[
        Example::mapping("prefix: /cart/\nservice: cart\nservice: cart-next\n", "prefix: /cart/\nservice: cart-next\n"),
        Example::annotation(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /cart/\nprefix: /basket/\nservice: cart\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /basket/\nservice: cart\n",
        ),
    ],
    check: Check::Told(&["yaml-duplicate-key"], pass_on),
    ..Rule::BASE
};
