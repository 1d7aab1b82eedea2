//! A regex as prefix, with a rewrite that replaces the whole path.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, MappingView, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB205"),
    name: "regex-prefix-rewritten",
    summary: "with `prefix_regex`, the rewrite replaces the whole path",
    why: "What matched the prefix is replaced by `rewrite`, which is `/` where none is written; a regex matches the whole \
          path, so that the service gets `/` for every request.",
    facts: &["M05"],
    fix: FixKind::Unsafe("keep the path: `rewrite: \"\"`"),
    examples: &[Example::mapping(
        "prefix: /v[0-9]+/.*\nprefix_regex: true\nservice: api\n",
        "prefix: /v[0-9]+/.*\nprefix_regex: true\nrewrite: ''\nservice: api\n",
    )],
    check: Check::Mapping(check),
    ..Rule::BASE
};

fn check(mapping: &MappingView<'_>, cx: &Context<'_>, out: &mut Findings) {
    let fields = mapping.fields;
    let is_other = fields.is_true("host_redirect") || fields.has("regex_rewrite") || fields.is_true("shadow");
    if !fields.is_true("prefix_regex") || is_other {
        return;
    }
    let rewrite = fields.text("rewrite");
    let text = rewrite.map_or("/", |rewrite| rewrite.value);
    // A rewrite that somebody wrote down as another path is meant.
    if text != "/" {
        return;
    }
    let place = rewrite.map_or_else(|| mapping.key("prefix_regex"), |rewrite| rewrite.span);
    out.report(place, "the service gets `/` as the path of every request: the whole path matched, and is replaced")
        .mend(mapping.mend(cx).set("rewrite", ""));
}
