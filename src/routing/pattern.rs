//! Patterns of hostnames: DNS globs, as Emissary compares the `hostname`s of Mappings and Hosts.
//!
//! Emissary compares them as texts: upper case is not lower case, and a port is no port but more text. A `*` is a
//! wildcard only at one end and stands for at least one character, dots included.

use std::fmt;

/// One hostname as written in a Mapping or a Host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostGlob {
    text: Box<str>,
}

/// What a glob asks of a hostname.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostShape<'g> {
    /// `*`: anything.
    Any,
    /// `*X`: something, and then this.
    Suffix(&'g str),
    /// `X*`: this, and then something.
    Prefix(&'g str),
    /// Nothing else than this; also whatever has wildcards at both ends, or in the middle.
    Exact(&'g str),
}

impl HostGlob {
    /// Takes a hostname as written. Every text is a glob, if only one for itself.
    pub fn parse(text: &str) -> HostGlob {
        HostGlob { text: text.into() }
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it asks for.
    pub fn shape(&self) -> HostShape<'_> {
        let text: &str = &self.text;
        match (text.strip_prefix('*'), text.strip_suffix('*')) {
            (Some(""), _) => HostShape::Any,
            (Some(suffix), None) => HostShape::Suffix(suffix),
            (None, Some(prefix)) => HostShape::Prefix(prefix),
            _ => HostShape::Exact(text),
        }
    }

    /// Whether this hostname is one of those meant.
    pub fn matches(&self, hostname: &str) -> bool {
        let wildcard = |rest: Option<&str>| rest.is_some_and(|rest| !rest.is_empty()) && !hostname.starts_with('.');
        match self.shape() {
            HostShape::Any => true,
            HostShape::Exact(text) => text == hostname,
            HostShape::Suffix(suffix) => wildcard(hostname.strip_suffix(suffix)),
            HostShape::Prefix(prefix) => !prefix.starts_with('.') && wildcard(hostname.strip_prefix(prefix)),
        }
    }

    /// Whether some hostname could be meant by both.
    pub fn overlaps(&self, other: &HostGlob) -> bool {
        use HostShape::{Any, Exact, Prefix, Suffix};
        if self == other {
            return true;
        }
        match (self.shape(), other.shape()) {
            (Any, _) | (_, Any) => true,
            _ if self.text.starts_with('.') || other.text.starts_with('.') => false,
            (Exact(_), Exact(_)) => false,
            (Exact(text), _) => !both_ends(text) && other.matches(text),
            (_, Exact(text)) => !both_ends(text) && self.matches(text),
            (Suffix(a), Suffix(b)) => a.ends_with(b) || b.ends_with(a),
            (Prefix(a), Prefix(b)) => a.starts_with(b) || b.starts_with(a),
            (Suffix(_), Prefix(_)) | (Prefix(_), Suffix(_)) => true,
        }
    }
}

/// With wildcards at both ends it is no glob, and no hostname either.
fn both_ends(text: &str) -> bool {
    text.starts_with('*') && text.ends_with('*')
}

impl fmt::Display for HostGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(a: &str, b: &str) -> bool {
        let (a, b) = (HostGlob::parse(a), HostGlob::parse(b));
        assert_eq!(a.overlaps(&b), b.overlaps(&a), "{a} and {b}: overlap has two equal sides");
        a.overlaps(&b)
    }

    fn matches(glob: &str, hostname: &str) -> bool {
        HostGlob::parse(glob).matches(hostname)
    }

    #[test]
    fn equal_texts_overlap() {
        for text in ["foo.com", "*", "*.foo.com", "foo.*", "*foo*", ".foo", "", "foo.*.com", "**"] {
            assert!(overlap(text, text), "{text}");
        }
    }

    #[test]
    fn lone_star_means_everything() {
        for text in ["foo.com", "*.foo.com", "foo.*", "*foo*", ".foo", ""] {
            assert!(overlap("*", text), "{text}");
            assert!(matches("*", text), "{text}");
        }
    }

    #[test]
    fn leading_dot_matches_nothing_but_its_equal() {
        for text in ["*.foo", "*foo", ".f*", ".*", "foo", "*o"] {
            assert!(!overlap(".foo", text), "{text}");
            assert!(!matches(text, ".foo"), "{text}");
        }
        assert!(matches(".foo", ".foo"));
    }

    #[test]
    fn star_stands_for_at_least_one_character() {
        assert!(!matches("*.foo.com", "foo.com"));
        assert!(!matches("*.foo.com", ".foo.com"));
        assert!(!matches("*foo.com", "foo.com"));
        assert!(matches("*foo.com", "xfoo.com"));
        assert!(matches("foo.*", "foo.com"));
        assert!(!matches("foo.*", "foo."));
        assert!(!overlap("foo.*", "foo."));
        assert!(!overlap("*foo.com", "foo.com"));
        assert!(overlap("*foo.com", "*.foo.com"));
    }

    #[test]
    fn star_covers_any_number_of_labels() {
        assert!(matches("*.foo.com", "a.foo.com"));
        assert!(matches("*.foo.com", "a.b.foo.com"));
        assert!(overlap("*.foo.com", "*.bar.foo.com"));
        assert!(overlap("*.foo.com", "*.com"));
        assert!(!overlap("*.foo.com", "*.bar.com"));
    }

    #[test]
    fn leading_and_trailing_star_always_overlap() {
        assert!(overlap("*.foo.com", "bar.*"));
        assert!(overlap("*a", "b*"));
    }

    #[test]
    fn prefixes_overlap_when_one_begins_the_other() {
        assert!(overlap("foo.*", "foo.bar.*"));
        assert!(!overlap("foo.*", "bar.*"));
    }

    #[test]
    fn stars_at_both_ends_or_in_the_middle_are_literal() {
        assert_eq!(HostGlob::parse("*foo*").shape(), HostShape::Exact("*foo*"));
        assert!(!overlap("*foo*", "xfoox"));
        assert!(!overlap("*foo*", "x*"));
        assert!(!overlap("*foo*", "*foo"));
        assert!(matches("*foo*", "*foo*"));
        assert!(!matches("foo.*.com", "foo.bar.com"));
        assert!(!overlap("foo.*.com", "foo.bar.com"));
        assert!(overlap("foo.*.com", "*.com"));
    }

    #[test]
    fn case_and_port_are_text() {
        assert!(!overlap("Foo.com", "foo.com"));
        assert!(!overlap("foo.com:8080", "foo.com"));
        assert!(overlap("*.com:8080", "foo.com:8080"));
        assert!(!matches("*.com", "foo.com:8080"));
    }
}
