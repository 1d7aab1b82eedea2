//! A document of v3alpha1 for Ambassador 1.

use crate::edition::Edition;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, Rule};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB151"),
    name: "newer-version",
    summary: "Ambassador 1 does not know `v3alpha1`",
    why: "Ambassador 1 reads it without looking at a schema, takes its fields for those of `v2`, and posts a \
          notice: `hostname` for one falls away, and lists where texts were are misread.",
    editions: Editions::only(Edition::One),
    examples: &[Example::annotation(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nprefix: /cart/\nservice: cart\n",
        "apiVersion: getambassador.io/v2\nkind: Mapping\nname: cart\nprefix: /cart/\nservice: cart\n",
    )
    .under(Edition::One)],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, _: &Context<'_>, out: &mut Findings) {
    if entry.is_annotation() && entry.version == Some(Version::V3alpha1) {
        out.report(entry.version_span(), "Ambassador 1 takes these fields for those of `v2`");
    }
}
