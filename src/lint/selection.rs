//! Which rules are asked about.

use std::fmt;
use std::str::FromStr;

use super::registry::{RULES, find};
use super::rule::Rule;

/// Which rules are asked about; all where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only these.
    pub select: Vec<Selector>,
    /// These too.
    pub extend: Vec<Selector>,
    /// Not these. Where two speak of a rule, the one that says more exactly what it means wins, and this one a draw.
    pub ignore: Vec<Selector>,
}

/// Some rules: one by code or name, or all whose code begins so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

/// A text that selects no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchRule(String);

impl fmt::Display for NoSuchRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no rule has the code or name `{}`, and no code begins so", self.0)
    }
}

impl std::error::Error for NoSuchRule {}

impl FromStr for Selector {
    type Err = NoSuchRule;

    fn from_str(text: &str) -> Result<Self, NoSuchRule> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self("AMB".to_owned()));
        }
        if let Some(rule) = find(text) {
            return Ok(Self(rule.code.as_str().to_owned()));
        }
        let prefix = text.to_ascii_uppercase();
        let is_one = prefix.len() >= 3 && RULES.iter().any(|rule| rule.code.as_str().starts_with(&prefix));
        // A hundred without rules yet is no mistake.
        let is_subject =
            prefix.len() == 4 && prefix.starts_with("AMB") && prefix.ends_with(|c: char| c.is_ascii_digit());
        if is_one || is_subject { Ok(Self(prefix)) } else { Err(NoSuchRule(text.to_owned())) }
    }
}

impl Selector {
    /// How exactly it speaks of a rule; `None` where it does not.
    fn exactness(&self, rule: &Rule) -> Option<usize> {
        rule.code.as_str().starts_with(&self.0).then_some(self.0.len())
    }
}

impl Selection {
    /// Whether a rule is asked about.
    pub fn has(&self, rule: &Rule) -> bool {
        let most = |selectors: &[Selector]| selectors.iter().filter_map(|selector| selector.exactness(rule)).max();
        let selected = if self.select.is_empty() { Some(0) } else { most(&self.select) };
        let selected = selected.max(most(&self.extend));
        match (selected, most(&self.ignore)) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(selected), Some(ignored)) => selected > ignored,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn has(select: &[&str], ignore: &[&str], rule: &str) -> bool {
        let parsed = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        Selection { select: parsed(select), ignore: parsed(ignore), ..Selection::default() }.has(find(rule).unwrap())
    }

    #[test]
    fn the_more_exact_selector_wins() {
        assert!(has(&[], &[], "AMB201"));
        assert!(!has(&["AMB1"], &[], "AMB201"));
        assert!(!has(&["AMB2"], &["AMB201"], "AMB201"));
        assert!(has(&["AMB201"], &["AMB2"], "AMB201"));
        assert!(!has(&["AMB201"], &["relative-prefix"], "AMB201"));
        assert!(has(&["all"], &["AMB1"], "AMB201"));
    }

    #[test]
    fn what_selects_nothing_is_refused() {
        for text in ["", "A", "AMB0001", "no-such-rule", "E501", "AMB777"] {
            assert!(text.parse::<Selector>().is_err(), "{text}");
        }
        assert!("AMB8".parse::<Selector>().is_ok());
    }
}
