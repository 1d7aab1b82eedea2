//! What changes, for machines.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::words;
use super::{Level, Told};
use crate::diff::{Behaviour, Cause, Change, FieldChange, ObjectChange, Side, Written};
use crate::report::Style;
use crate::report::format::{answer, json as layout, patch};
use crate::route_test::{Answer, SourceRef};

/// One object.
pub fn write(told: &Told<'_, '_>) -> String {
    let [before, after] = told.sides.map(side);
    let mut value = json!({
        "version": 1,
        "level": told.level.name(),
        "equal": told.is_equal(),
        "before": before,
        "after": after,
    });
    match (told.level, told.behaviour) {
        (Level::Text, _) => value["texts"] = texts(told),
        (Level::Fields, _) => value["objects"] = told.objects.iter().map(object).collect(),
        (Level::Behaviour, None) => {}
        (Level::Behaviour, Some(found)) => {
            value["objects"] = told.objects.iter().map(object).collect();
            behaviour(found, &mut value);
        }
    }
    layout::pretty(&value.to_string())
}

fn side(side: &Side<'_>) -> Value {
    let compilation = side.compilation;
    let mut value = json!({
        "name": side.name,
        "edition": compilation.snapshot.edition.number(),
        "notes": compilation.notes,
    });
    if let Some(refusal) = compilation.refusal() {
        value["refused"] = refusal.why.into();
    }
    value
}

fn texts(told: &Told<'_, '_>) -> Value {
    let differing = told.texts.iter().filter(|pair| pair.differs());
    let one = |pair: &crate::diff::TextPair| {
        json!({
            "before": pair.before.as_ref().map(|_| &pair.before_name),
            "after": pair.after.as_ref().map(|_| &pair.after_name),
            "patch": patch::write(std::slice::from_ref(pair), Style::default()),
        })
    };
    differing.map(one).collect()
}

fn behaviour(behaviour: &Behaviour<'_, '_>, value: &mut Value) {
    let requests = behaviour.requests();
    let changes: Vec<Change<'_>> = behaviour.changes(&requests).collect();
    value["classes"] = changes.iter().map(change).collect();
    let group = |group: &words::Group<'_, '_>| {
        let places: Vec<usize> = group.changes.iter().map(|(at, _)| *at).collect();
        let causes: Vec<String> = group.causes.iter().map(words::cause).collect();
        let reason = group.reason.map_or_else(|| causes.join("; "), str::to_owned);
        json!({"reason": reason, "classes": places})
    };
    value["reasons"] = words::groups(&changes).iter().map(group).collect();
    let around = |around: crate::diff::Around<'_>| {
        json!({
            "what": around.surrounding.what,
            "before": around.surrounding.before,
            "after": around.surrounding.after,
            "causes": around.causes.iter().map(cause).collect::<Vec<_>>(),
        })
    };
    value["for_all"] = behaviour.around().map(around).collect();
    let open = |undecided: crate::diff::Undecided| {
        let side = |mapping: Option<(String, SourceRef)>| {
            mapping.map(|(name, source)| json!({"mapping": name, "source": source}))
        };
        json!({"before": side(undecided.before), "after": side(undecided.after), "why": undecided.reason})
    };
    value["undecided"] = behaviour.undecided().map(open).collect();
}

fn change(change: &Change<'_>) -> Value {
    let differences: Value = change
        .differences
        .iter()
        .map(|one| json!({"what": one.facet.name(), "before": one.before, "after": one.after}))
        .collect();
    json!({
        "request": raw(answer::request_json(change.request)),
        "draw": change.draw.map(|draw| draw.number()),
        "curl": change.curl,
        "case": change.case,
        "before": answered(&change.before),
        "after": answered(&change.after),
        "differences": differences,
        "causes": change.causes.iter().map(cause).collect::<Vec<_>>(),
    })
}

fn answered(answer: &Answer<'_>) -> Value {
    let outcome = answer.outcomes.first().map(|told| raw(answer::outcome_json(answer.request, told)));
    json!({"virtual_host": answer.virtual_host, "outcome": outcome})
}

fn cause(cause: &Cause) -> Value {
    let one = &cause.object;
    json!({
        "words": words::cause(cause),
        "object": {"kind": one.kind, "name": one.name, "namespace": one.namespace},
        "before": cause.before,
        "after": cause.after,
        "fields": cause.fields.iter().map(field).collect::<Vec<_>>(),
    })
}

fn object(change: &ObjectChange) -> Value {
    let one = &change.object;
    let mut value = json!({
        "object": {"kind": one.kind, "name": one.name, "namespace": one.namespace},
        "before": change.before,
        "after": change.after,
        "fields": change.fields.iter().map(field).collect::<Vec<_>>(),
    });
    if let Some(why) = &change.lost {
        value["why"] = why.clone().into();
    }
    value
}

fn field(field: &FieldChange) -> Value {
    let side = |written: &Option<Written>| {
        written.as_ref().map(|written| json!({"value": written.value, "source": written.source}))
    };
    json!({"field": field.path, "before": side(&field.before), "after": side(&field.after)})
}

/// JSON that another file has written.
fn raw(text: String) -> Value {
    RawValue::from_string(text).ok().and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}
