//! AuthServices that do not say the same.

use crate::lint::{Check, Code, Example, Rule, pass_on};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB625"),
    name: "auth-services-differ",
    summary: "AuthServices are taken together, and these say different things",
    why: "Emissary asks the endpoints of all AuthServices in turn, with one set of settings. It posts an error \
          where they differ.",
    examples: &[Example::manifests(
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: auth}\nspec: {auth_service: auth, timeout_ms: 1000}\n---\napiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: auth-next}\nspec: {auth_service: auth-next, timeout_ms: 2000}\n",
        "apiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: auth}\nspec: {auth_service: auth, timeout_ms: 1000}\n---\napiVersion: getambassador.io/v3alpha1\nkind: AuthService\nmetadata: {name: auth-next}\nspec: {auth_service: auth-next, timeout_ms: 1000}\n",
    )],
    check: Check::Told(&["auth-services-differ"], pass_on),
    ..Rule::BASE
};
