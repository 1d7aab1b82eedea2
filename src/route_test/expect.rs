//! What an answer should be, and where it is not.

use crate::outcome::Outcome;

use super::judge::{Answer, Told, What};

/// How far a share may be from what is expected.
const NEAR: f64 = 0.005;

/// Something that an answer should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// What is looked at.
    pub key: Key,
    /// What it should be, as written.
    pub want: String,
}

/// What can be expected of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The name of the Mapping, perhaps with its namespace.
    Mapping,
    /// The service that a request goes to.
    Service,
    /// `forward`, `redirect`, `reply`, `no-listener` or `refused`.
    Kind,
    /// The status of a redirect, or of an answer of the gateway's own.
    Status,
    /// The method that the service gets.
    Method,
    /// The path that the service gets; without a query, the query does not count.
    Path,
    /// The authority that the service gets.
    Host,
    /// Where a redirect leads.
    Location,
    /// A service that gets copies.
    Mirror,
    /// Of all such requests the part for which everything else holds: `0.1`, or `10%`.
    Share,
}

/// An expectation that an answer does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What was looked at.
    pub key: Key,
    /// What it should be.
    pub want: String,
    /// What it is.
    pub got: String,
}

/// Why an expectation is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpectError {
    /// No `=`.
    #[error("`{0}` is no expectation: write KEY=VALUE, such as service=cart.shop:8080")]
    NoValue(String),
    /// A key that is none.
    #[error("`{0}` cannot be expected of: known are {known}", known = Key::NAMES.map(|(name, _)| name).join(", "))]
    UnknownKey(String),
    /// A value that can never be.
    #[error("`{key}` cannot be `{value}`: {why}")]
    Impossible {
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// What it must be.
        why: &'static str,
    },
}

impl Key {
    /// All keys by name.
    pub const NAMES: [(&'static str, Self); 10] = [
        ("mapping", Self::Mapping),
        ("service", Self::Service),
        ("kind", Self::Kind),
        ("status", Self::Status),
        ("method", Self::Method),
        ("path", Self::Path),
        ("host", Self::Host),
        ("location", Self::Location),
        ("mirror", Self::Mirror),
        ("share", Self::Share),
    ];

    /// What `kind` can be.
    pub const KINDS: [&'static str; 5] = ["forward", "redirect", "reply", "no-listener", "refused"];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(_, key)| *key == self).map_or("", |(name, _)| name)
    }
}

impl Expectation {
    /// Reads `KEY=VALUE`.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, ExpectError> {
        let (key, want) = text.split_once('=').ok_or_else(|| ExpectError::NoValue(text.to_owned()))?;
        Self::new(key.trim(), want.trim())
    }

    /// An expectation of a key by name; `upstream` is another name of `service`.
    ///
    /// # Errors
    ///
    /// There is no such key, or it can never have that value.
    pub fn new(key: &str, want: &str) -> Result<Self, ExpectError> {
        let key = if key == "upstream" { "service" } else { key };
        let known = Key::NAMES.into_iter().find(|(name, _)| *name == key);
        let (name, key) = known.ok_or_else(|| ExpectError::UnknownKey(key.to_owned()))?;
        let impossible = |why| Err(ExpectError::Impossible { key: name, value: want.to_owned(), why });
        match key {
            Key::Status if !want.parse::<u16>().is_ok_and(|status| (100..600).contains(&status)) => {
                impossible("a status is a number from 100 to 599")
            }
            Key::Kind if !Key::KINDS.contains(&want) => {
                impossible("known are forward, redirect, reply, no-listener and refused")
            }
            Key::Share if share(want).is_none() => impossible("a share is a number from 0 to 1, or a percentage"),
            _ => Ok(Self { key, want: want.to_owned() }),
        }
    }
}

/// A share: `0.1`, `10%` or `10 %`.
fn share(text: &str) -> Option<f64> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().ok()? / 100.0,
        None => text.parse::<f64>().ok()?,
    };
    (0.0..=1.0).contains(&share).then_some(share)
}

/// Everything expected that an answer is not.
///
/// Of several outcomes each must be as expected; with a share, that part of them.
pub fn unmet(expected: &[Expectation], answer: &Answer<'_>) -> Vec<Unmet> {
    let wanted = expected.iter().find(|one| one.key == Key::Share);
    let others: Vec<&Expectation> = expected.iter().filter(|one| one.key != Key::Share).collect();
    if let Some((one, wanted)) = wanted.and_then(|one| Some((one, share(&one.want)?))) {
        let fitting = answer.outcomes.iter().filter(|told| others.iter().all(|one| meets(one, told)));
        let got = fitting.fold(0.0, |sum, told| sum + told.share);
        if (got - wanted).abs() < NEAR {
            return Vec::new();
        }
        let mut unmet: Vec<Unmet> = others.into_iter().filter_map(|one| unmet_by_all(one, answer)).collect();
        unmet.push(Unmet { key: Key::Share, want: one.want.clone(), got: percent(got) });
        return unmet;
    }
    others.into_iter().filter_map(|one| unmet_by_some(one, answer)).collect()
}

/// Unmet by one of the outcomes.
fn unmet_by_some(one: &Expectation, answer: &Answer<'_>) -> Option<Unmet> {
    if answer.outcomes.iter().all(|told| meets(one, told)) {
        return None;
    }
    Some(Unmet { key: one.key, want: one.want.clone(), got: all_values(one.key, answer) })
}

/// Unmet by every outcome.
fn unmet_by_all(one: &Expectation, answer: &Answer<'_>) -> Option<Unmet> {
    if answer.outcomes.iter().any(|told| meets(one, told)) {
        return None;
    }
    Some(Unmet { key: one.key, want: one.want.clone(), got: all_values(one.key, answer) })
}

fn all_values(key: Key, answer: &Answer<'_>) -> String {
    let value = |told: &Told<'_>| value(key, told).unwrap_or_else(|| nothing(told));
    let mut values: Vec<(String, f64)> = Vec::new();
    for told in &answer.outcomes {
        let value = value(told);
        match values.iter_mut().find(|(known, _)| *known == value) {
            Some((_, share)) => *share += told.share,
            None => values.push((value, told.share)),
        }
    }
    match values.as_slice() {
        [(only, _)] => only.clone(),
        several => several
            .iter()
            .map(|(value, share)| format!("{value} for {}", percent(*share)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 10_000.0).round() / 100.0)
}

fn meets(one: &Expectation, told: &Told<'_>) -> bool {
    let want = one.want.as_str();
    if one.key == Key::Mapping {
        return told.mapping.is_some_and(|mapping| {
            let (name, namespace) = (&*mapping.name, &*mapping.namespace);
            want == name
                || want.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) == Some(namespace)
                || want.split_once('/') == Some((namespace, name))
        });
    }
    let Some(got) = value(one.key, told) else { return false };
    match one.key {
        Key::Path if !want.contains('?') => got.split('?').next() == Some(want),
        _ => got == want,
    }
}

/// What an outcome has under a key.
fn value(key: Key, told: &Told<'_>) -> Option<String> {
    let What::Decided { decision, service, mirror } = &told.what else {
        return (key == Key::Kind).then(|| "refused".to_owned());
    };
    let outcome = &decision.outcome;
    let text = |text: &str| Some(text.to_owned());
    match (key, outcome) {
        (Key::Mapping, _) => told.mapping.map(|mapping| format!("{}.{}", mapping.name, mapping.namespace)),
        (Key::Service, Outcome::Forward(_) | Outcome::Tcp(_)) => text(service),
        (Key::Kind, Outcome::Forward(_) | Outcome::Tcp(_)) => text("forward"),
        (Key::Kind, Outcome::Redirect(_)) => text("redirect"),
        (Key::Kind, Outcome::Reply(_)) => text("reply"),
        (Key::Kind, Outcome::NoListener | Outcome::NoChain) => text("no-listener"),
        (Key::Status, Outcome::Redirect(redirected)) => Some(redirected.status.to_string()),
        (Key::Status, Outcome::Reply(reply)) => Some(reply.status.to_string()),
        (Key::Location, Outcome::Redirect(redirected)) => text(&redirected.location),
        (Key::Method, Outcome::Forward(forwarded)) => text(&forwarded.upstream.method),
        (Key::Path, Outcome::Forward(forwarded)) => text(&forwarded.upstream.path),
        (Key::Host, Outcome::Forward(forwarded)) => text(&forwarded.upstream.authority),
        (Key::Mirror, Outcome::Forward(_)) => mirror.map(|(service, _)| service.to_owned()),
        _ => None,
    }
}

/// What is told where an outcome has nothing under a key.
fn nothing(told: &Told<'_>) -> String {
    match &told.what {
        What::Refused { .. } => "nothing: the whole configuration is refused".to_owned(),
        What::Decided { decision, service, .. } => match &decision.outcome {
            Outcome::Forward(_) | Outcome::Tcp(_) => format!("nothing: it goes to {service}"),
            Outcome::Redirect(redirected) => format!("nothing: {} to {}", redirected.status, redirected.location),
            Outcome::Reply(reply) => format!("nothing: {} {}", reply.status, reply.why),
            Outcome::NoListener => "nothing: nobody listens there".to_owned(),
            Outcome::NoChain => "nothing: the connection is refused".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shares_are_numbers_or_percentages() {
        assert_eq!(share("0.1"), Some(0.1));
        assert_eq!(share("10%"), Some(0.1));
        assert_eq!(share("10 %"), Some(0.1));
        assert_eq!(share("1"), Some(1.0));
        assert_eq!(share("10"), None);
        assert_eq!(share("NaN"), None);
    }

    #[test]
    fn what_cannot_be_expected_is_said() {
        let error = |text: &str| Expectation::parse(text).unwrap_err().to_string();
        assert!(error("cart").starts_with("`cart` is no expectation: write KEY=VALUE"));
        assert!(error("servce=x").starts_with("`servce` cannot be expected of: known are mapping, service,"));
        assert_eq!(error("status=OK"), "`status` cannot be `OK`: a status is a number from 100 to 599");
        assert!(error("kind=forwarded").contains("known are forward"));
        assert!(error("share=10").contains("percentage"));
    }

    #[test]
    fn upstream_is_another_word_for_service() {
        assert_eq!(Expectation::parse("upstream=a=b").unwrap(), Expectation { key: Key::Service, want: "a=b".into() });
    }
}
