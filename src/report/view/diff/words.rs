//! Words that all ways of telling differences share.

use crate::analysis::fingerprint::Difference;
use crate::diff::{Cause, Change, FieldChange};
use crate::outcome::Outcome;
use crate::route_test::{Answer, SourceRef, Told, What};

/// How an answer ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Served,
    Sent,
    Failed,
}

/// Changes for one reason.
pub(super) struct Group<'c, 'a> {
    /// What two editions read otherwise, where it is that.
    pub(super) reason: Option<&'c str>,
    /// Otherwise what all of them have as their causes.
    pub(super) causes: &'c [Cause],
    /// The changes with their places among all.
    pub(super) changes: Vec<(usize, &'c Change<'a>)>,
}

/// Changes by their reasons, in the order in which they were found.
pub(super) fn groups<'c, 'a>(changes: &'c [Change<'a>]) -> Vec<Group<'c, 'a>> {
    let mut groups: Vec<Group<'c, 'a>> = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        let reason = change.reason.as_deref();
        let causes = if reason.is_some() { &[] } else { change.causes.as_slice() };
        match groups.iter_mut().find(|group| group.reason == reason && group.causes == causes) {
            Some(group) => group.changes.push((at, change)),
            None => groups.push(Group { reason, causes, changes: vec![(at, change)] }),
        }
    }
    groups
}

/// Whether only routes that the gateway makes for itself are concerned: people are told how many there are.
pub(super) fn is_own(change: &Change<'_>) -> bool {
    let is_route = |answer: &Answer<'_>| {
        let first = answer.outcomes.first();
        first.is_some_and(|told| matches!(&told.what, What::Decided { decision, .. } if decision.route.is_some()))
    };
    let answers = [&change.before, &change.after];
    answers.iter().any(|answer| is_route(answer)) && answers.iter().all(|answer| taker(answer).is_none())
}

/// What happens, in one line without colour.
pub(super) fn ending(answer: &Answer<'_>) -> (Tone, String) {
    let Some(told) = answer.outcomes.first() else { return (Tone::Failed, "nothing".to_owned()) };
    match &told.what {
        What::Refused { refusal, .. } => (Tone::Failed, format!("nothing is served: {}", refusal.why)),
        What::Decided { decision, service, .. } => match &decision.outcome {
            Outcome::Forward(forwarded) => {
                let head = &forwarded.upstream;
                (Tone::Served, format!("{service} as {} {}", head.method, head.path))
            }
            Outcome::Tcp(_) => (Tone::Served, format!("{service} as bytes over TCP")),
            Outcome::Redirect(redirected) => (Tone::Sent, format!("{} to {}", redirected.status, redirected.location)),
            Outcome::Reply(reply) if reply.status < 400 => (Tone::Sent, format!("{} {}", reply.status, reply.why)),
            Outcome::Reply(reply) => (Tone::Failed, format!("{} {}", reply.status, reply.why)),
            Outcome::NoListener => (Tone::Failed, format!("nothing listens on port {}", answer.request.listener)),
            Outcome::NoChain if answer.request.is_tls() => {
                (Tone::Failed, "no Host ends TLS for this server name: the handshake is refused".to_owned())
            }
            Outcome::NoChain => (Tone::Failed, "the Listener takes no cleartext: the connection is closed".to_owned()),
        },
    }
}

/// The Mapping that took a request.
pub(super) fn taker(answer: &Answer<'_>) -> Option<(String, SourceRef)> {
    let told: &Told<'_> = answer.outcomes.first()?;
    let is_tcp = matches!(&told.what, What::Decided { decision, .. } if matches!(decision.outcome, Outcome::Tcp(_)));
    let kind = if is_tcp { "TCPMapping" } else { "Mapping" };
    let mapping = told.mapping?;
    Some((format!("{kind} {}.{}", mapping.name, mapping.namespace), mapping.source.clone()))
}

/// The part of a request that its line does not tell.
pub(super) fn beside(change: &Change<'_>) -> Vec<String> {
    let mut words: Vec<String> =
        change.request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let port = change.case.as_ref().and_then(|case| case.listener);
    words.extend(port.map(|port| format!("on port {port}")));
    words.extend(change.draw.map(|draw| format!("with draw {}", draw.number())));
    words
}

/// What is done otherwise, unless that is plain: that a request is not served, or was not.
pub(super) fn differences(change: &Change<'_>) -> Vec<String> {
    let is_lost = |answer: &Answer<'_>| ending(answer).0 == Tone::Failed;
    if is_lost(&change.before) || is_lost(&change.after) {
        return Vec::new();
    }
    change.differences.iter().map(difference).collect()
}

/// `timeout: 3 s → 5 s`
fn difference(difference: &Difference) -> String {
    let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "as usual".to_owned());
    format!("{}: {} → {}", difference.facet, side(&difference.before), side(&difference.after))
}

/// Who is responsible, without places.
pub(super) fn cause(cause: &Cause) -> String {
    let object = &cause.object;
    let name = format!("{} {}.{}", object.kind, object.name, object.namespace);
    match cause.fields.as_slice() {
        [] => format!("{name} {}", cause.words),
        [one] => format!("{name}: {}", field(one)),
        several => format!("{name}: {}", several.iter().map(field).collect::<Vec<_>>().join("; ")),
    }
}

/// Where a cause is written, on both sides.
pub(super) fn places(cause: &Cause) -> Vec<String> {
    let pair = |before: Option<&SourceRef>, after: Option<&SourceRef>| match (before, after) {
        (Some(before), Some(after)) if before == after => Some(before.to_string()),
        (Some(before), Some(after)) => Some(format!("{before} → {after}")),
        (Some(before), None) => Some(format!("{before} → gone")),
        (None, Some(after)) => Some(format!("new → {after}")),
        (None, None) => None,
    };
    if cause.fields.is_empty() {
        return pair(cause.before.as_ref(), cause.after.as_ref()).into_iter().collect();
    }
    let field = |field: &FieldChange| {
        let before = field.before.as_ref().map(|written| &written.source).or(cause.before.as_ref());
        let after = field.after.as_ref().map(|written| &written.source).or(cause.after.as_ref());
        pair(before, after)
    };
    cause.fields.iter().filter_map(field).collect()
}

/// `prefix was /cart/, is /basket/`
fn field(field: &FieldChange) -> String {
    let path = &field.path;
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => format!("{path} was {}, is {}", value(&before.value), value(&after.value)),
        (Some(before), None) => format!("{path} was {}, is not given", value(&before.value)),
        (None, Some(after)) => format!("{path} was not given, is {}", value(&after.value)),
        (None, None) => path.clone(),
    }
}

/// A value as it reads in a sentence.
pub(super) fn value(text: &str) -> String {
    const LONGEST: usize = 100;
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.replace('\n', " "),
    }
}

/// `1 class of requests changes`, `3 classes of requests change`.
pub(super) fn count(classes: usize) -> String {
    match classes {
        1 => "1 class of requests changes".to_owned(),
        more => format!("{more} classes of requests change"),
    }
}
