//! An object in a version that the cluster does not serve.

use super::preview_api::is_preview;
use super::version_0::is_version_0;
use crate::convert::convert;
use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, FixKind, Rule, Told};
use crate::pipeline::{self, Options};
use crate::source::{Edit, SourceMap, Span};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB107"),
    name: "version-not-served",
    severity: Severity::Error,
    summary: "the cluster does not serve this version",
    why: "Charts of Emissary 4 install `v3alpha1` only, and no conversion: an object in `v1` or `v2` cannot be \
          applied, whereas the same document in an annotation still works.",
    facts: &["B04"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("convert it to `v3alpha1`"),
    examples: &[Example::manifests("apiVersion: getambassador.io/v2\nkind: Mapping\nmetadata: {name: cart}\nspec: {host: cart.example.com, prefix: /cart/, service: cart}\n", "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: cart}\nspec: {hostname: cart.example.com, prefix: /cart/, service: cart}\n").legacy(false)],
    check: Check::Told(&["version-not-served"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    if told.entry.is_none_or(|entry| !is_preview(entry) && !is_version_0(entry)) {
        out.pass_on(told)
            .note("`kubectl ambassador convert` writes it in `v3alpha1`.")
            .mend(told.entry.and_then(|entry| converted(entry, cx)));
    }
}

/// The lines of the document as `convert` writes them.
fn converted(entry: &Entry<'_>, cx: &Context<'_>) -> Option<Vec<Edit>> {
    let place = entry.document?.root.span;
    let source = cx.sources().get(place.source);
    let range = place.range();
    let begin = source.text.get(..range.start)?.rfind('\n').map_or(0, |end| end + 1);
    let end = source.text.get(range.end..)?.find('\n').map_or(source.text.len(), |end| range.end + end + 1);
    let ends_line = source.text.get(..range.end)?.ends_with('\n');
    let end = if ends_line { range.end } else { end };
    let mut alone = SourceMap::default();
    alone.add(source.origin.clone(), source.text.get(begin..end)?);
    let options = Options { legacy_versions: Some(true), ..cx.compilation().options.clone() };
    let read = pipeline::read(alone, &options);
    let conversion = convert(&read.documents, &read.reading, &read.sources);
    let [document] = &conversion.documents[..] else { return None };
    let span = Span::new(place.source, begin as u32, end as u32);
    (!conversion.lost).then(|| vec![Edit::new(span, document.as_str())])
}
