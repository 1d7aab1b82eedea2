//! More than one way to make the path of a redirect.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};

/// In the order in which Emissary looks.
const FIELDS: [&str; 3] = ["path_redirect", "prefix_redirect", "regex_redirect"];

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB327"),
    name: "several-redirects",
    summary: "of several paths to redirect to only the first counts",
    why: "`path_redirect`, `prefix_redirect` and `regex_redirect` exclude each other. Emissary complains, and takes the \
          first of them in this order.",
    facts: &["M38"],
    fix: FixKind::Safe("remove the others"),
    examples: &[Example::mapping(
        "prefix: /old/\nservice: shop.example.com\nhost_redirect: true\npath_redirect: /new/\nprefix_redirect: /shop/\n",
        "prefix: /old/\nservice: shop.example.com\nhost_redirect: true\npath_redirect: /new/\n",
    )],
    check: Check::Told(&["redirects-exclude"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let finding = out.pass_on(told);
    let Some(entry) = told.entry else { return };
    let given = FIELDS.into_iter().filter(|field| entry.fields().has(field));
    let mend = entry.mend(cx);
    let edits: Option<Vec<_>> = given.skip(1).map(|field| mend.remove(field)).collect();
    finding.mend(edits.map(|edits| edits.concat()));
}
