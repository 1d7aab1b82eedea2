//! Who comes first.

use std::cmp::Ordering;
use std::sync::Arc;

/// The place of a group of Mappings among all others. The order of the fields *is* the specification; Emissary sorts by
/// it in descending order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    /// The `precedence` field.
    pub precedence: i64,
    /// Characters of the prefix as written, of a regex too.
    pub prefix_length: usize,
    /// The sum over the header conditions, `:authority` and `:method` among them.
    pub header_length: usize,
    /// The sum over the query conditions.
    pub query_length: usize,
    /// The prefix itself.
    pub prefix: Arc<str>,
    /// Each condition as text; the longer list wins where one begins the other.
    pub conditions: Vec<Arc<str>>,
    /// Of groups that tie in everything, the one that was created later comes first.
    pub created: u32,
}

/// What put one group before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// A higher precedence.
    Precedence,
    /// A longer prefix.
    PrefixLength,
    /// Longer header conditions.
    HeaderLength,
    /// Longer query conditions.
    QueryLength,
    /// The prefix, as text.
    PrefixText,
    /// The conditions, as text.
    Conditions,
    /// It was created later.
    Creation,
}

impl Rank {
    /// Descending order: the smaller is tried first.
    pub fn tried_before(&self, other: &Self) -> Ordering {
        other.cmp(self)
    }

    /// The first field in which two groups differ: what put one before the other.
    pub fn decided_by(&self, other: &Self) -> DecidedBy {
        if self.precedence != other.precedence {
            DecidedBy::Precedence
        } else if self.prefix_length != other.prefix_length {
            DecidedBy::PrefixLength
        } else if self.header_length != other.header_length {
            DecidedBy::HeaderLength
        } else if self.query_length != other.query_length {
            DecidedBy::QueryLength
        } else if self.prefix != other.prefix {
            DecidedBy::PrefixText
        } else if self.conditions != other.conditions {
            DecidedBy::Conditions
        } else {
            DecidedBy::Creation
        }
    }
}

impl DecidedBy {
    /// In words, as of the one that comes first.
    pub fn words(self) -> &'static str {
        match self {
            Self::Precedence => "higher precedence",
            Self::PrefixLength => "longer prefix",
            Self::HeaderLength => "longer header conditions",
            Self::QueryLength => "longer query conditions",
            Self::PrefixText => "prefix text",
            Self::Conditions => "condition text",
            Self::Creation => "created later",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(precedence: i64, prefix: &str, header_length: usize) -> Rank {
        Rank {
            precedence,
            prefix_length: prefix.chars().count(),
            header_length,
            query_length: 0,
            prefix: prefix.into(),
            conditions: Vec::new(),
            created: 0,
        }
    }

    #[test]
    fn precedence_beats_a_longer_prefix() {
        let high = rank(10, "/", 0);
        let long = rank(0, "/api/v1/", 40);
        assert_eq!(high.tried_before(&long), Ordering::Less);
        assert_eq!(high.decided_by(&long), DecidedBy::Precedence);
    }

    #[test]
    fn longer_prefix_wins() {
        assert_eq!(rank(0, "/api/", 0).tried_before(&rank(0, "/", 90)), Ordering::Less);
    }

    #[test]
    fn more_conditions_win_where_the_others_are_equal() {
        let plain = rank(0, "/a/", 4);
        let mut more = plain.clone();
        more.conditions = vec!["a-1".into()];
        assert_eq!(more.tried_before(&plain), Ordering::Less);
    }
}
