//! A field that the document's version does not know.

use crate::lint::{Check, Code, Context, Entry, Example, Findings, FixKind, Rule, Told};
use crate::resource::schema::{Object, Type, View, spec_of};
use crate::resource::version::Form;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB102"),
    name: "unknown-field",
    summary: "no field of this kind has this name",
    why: "What is not known is left out without a word, so a misspelt condition or limit is none at all. kubectl refuses \
          such a field in a `v3alpha1` object by default; in annotations nobody does.",
    facts: &["B15"],
    fix: FixKind::Unsafe("give it the nearest known name"),
    examples: &[Example::mapping(
        "prefix: /cart/\nservice: cart\ntimeout_msec: 4000\n",
        "prefix: /cart/\nservice: cart\ntimeout_ms: 4000\n",
    )],
    check: Check::Told(&["unknown-field"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let found = unknown(told, cx);
    if found.as_ref().is_some_and(Unknown::is_newer) {
        return;
    }
    let finding = out.pass_on(told);
    let Some(Unknown { entry, path, name, view, object }) = found else { return };
    let known = || view.fields(object).map(|field| field.name);
    let turned = TURNED.iter().find(|(written, _)| *written == name).map(|(_, meant)| *meant);
    let Some(nearest) = turned.filter(|meant| known().any(|name| name == *meant)).or_else(|| nearest(name, known()))
    else {
        return;
    };
    finding.note(format!("Did you mean `{nearest}`?")).mend(entry.mend(cx).rename_in(&path, name, nearest));
}

/// Names that Emissary's documentation gives, and those that its schema has.
const TURNED: [(&str, &str); 2] =
    [("headers_regex", "regex_headers"), ("query_parameters_regex", "regex_query_parameters")];

/// A field that nobody knows, with what could stand in its place.
pub(super) struct Unknown<'v> {
    pub(super) entry: &'v Entry<'v>,
    /// The names above it.
    pub(super) path: Vec<&'v str>,
    pub(super) name: &'v str,
    pub(super) view: View,
    /// The fields that are known there.
    pub(super) object: &'static Object,
}

impl Unknown<'_> {
    /// Whether it would be known in `v3alpha1`.
    pub(super) fn is_newer(&self) -> bool {
        let view = View { form: Form::New, ..self.view };
        let object = self.entry.kind.and_then(|kind| below(spec_of(kind), &self.path, view));
        self.view.form != Form::New && object.is_some_and(|object| view.field(object, self.name).is_some())
    }
}

/// What was told about a field that nobody knows, taken apart.
pub(super) fn unknown<'v>(told: &Told<'v>, cx: &Context<'_>) -> Option<Unknown<'v>> {
    let entry = told.entry?;
    let mut path: Vec<&str> = told.field().trim_start_matches("spec.").split('.').collect();
    let (name, kind, view) = (path.pop()?, entry.kind?, entry.view(cx.edition())?);
    let object = below(spec_of(kind), &path, view)?;
    Some(Unknown { entry, path, name, view, object })
}

/// The fields that stand at a path without lists.
fn below(object: &'static Object, path: &[&str], view: View) -> Option<&'static Object> {
    path.iter().try_fold(object, |object, name| match view.field(object, name)?.ty {
        Type::Object(inner) => Some(inner),
        _ => None,
    })
}

/// The known name that is so near that it must have been meant.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let most = (name.chars().count() / 3).max(1);
    let distances = known.map(|known| (distance(&name.to_lowercase(), known), known));
    distances.filter(|(distance, _)| *distance <= most).min().map(|(_, known)| known)
}

/// How many characters must be changed, put in or taken out; `_` and `-` count as nothing.
fn distance(a: &str, b: &str) -> usize {
    let letters =
        |text: &str| text.chars().filter(|c| *c != '_' && *c != '-').flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (a, b) = (letters(a), letters(b));
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, from) in a.iter().enumerate() {
        let mut next = vec![at + 1];
        for (to, pair) in b.iter().zip(row.windows(2)) {
            let [above_left, above] = pair else { continue };
            let left = next.last().copied().unwrap_or(usize::MAX - 1);
            next.push((above_left + usize::from(from != to)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};
    use crate::lint::testing;

    #[test]
    fn the_distance_is_in_letters() {
        assert_eq!(distance("hostname", "hostname"), 0);
        assert_eq!(distance("host_name", "hostname"), 0);
        assert_eq!(distance("prefx", "prefix"), 1);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn far_names_are_not_suggested() {
        assert_eq!(nearest("colour", ["prefix", "service"].into_iter()), None);
        assert_eq!(nearest("Prefix", ["prefix", "service"].into_iter()), Some("prefix"));
    }

    #[test]
    fn fields_of_fields_are_told_too() {
        let found = testing::mapping("prefix: /a/\nservice: a\ncors:\n  origins: ['https://a.com']\n  max_ages: '5'\n");
        assert_eq!(found, ["AMB102 max_ages"]);
    }
}
