//! A field that the document's version does not know.

use crate::lint::{Check, Code, Context, Example, Findings, FixKind, Rule, Told};
use crate::resource::schema::{Object, Type, View, spec_of};

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
    let finding = out.pass_on(told);
    let Some(entry) = told.entry else { return };
    let mut path: Vec<&str> = told.field().trim_start_matches("spec.").split('.').collect();
    let (Some(name), Some(kind), Some(view)) = (path.pop(), entry.kind, entry.view(cx.edition())) else { return };
    let Some(object) = below(spec_of(kind), &path, view) else { return };
    let Some(nearest) = nearest(name, view.fields(object).map(|field| field.name)) else { return };
    finding.note(format!("Did you mean `{nearest}`?")).mend(entry.mend(cx).rename_in(&path, name, nearest));
}

/// The fields that stand at a path without lists.
fn below(object: &'static Object, path: &[&str], view: View) -> Option<&'static Object> {
    path.iter().try_fold(object, |object, name| match view.field(object, name)?.ty {
        Type::Object(inner) => Some(inner),
        _ => None,
    })
}

/// The known name that is so near that it must have been meant.
fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
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
