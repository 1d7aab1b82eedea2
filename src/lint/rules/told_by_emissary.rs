//! Whatever Emissary or Envoy says, and no rule has words of its own for.

use crate::lint::{Check, Code, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB199"),
    name: "told-by-emissary",
    summary: "Emissary or Envoy would complain of this",
    why: "Emissary posts an error or a notice on its diagnostics page, drops the resource, or gives the whole \
          configuration up; or Envoy refuses it. The message says which.",
    check: Check::Rest(&[], pass_on),
    ..Rule::BASE
};
