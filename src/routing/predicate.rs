//! What matching is. The gateway, `route-test`, lint, diff and the proofs all ask these tests and no others.

use std::sync::Arc;

use http::HeaderName;

use super::regex::Regex;
use super::request::{Draw, RequestView};

/// A test of the authority, port included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AuthorityTest {
    /// Any authority, also none.
    Any,
    /// Exactly this text; letter case counts.
    Exact(Arc<str>),
    /// Ends with this text, from a hostname `*TEXT`.
    Suffix(Arc<str>),
    /// Begins with this text, from a hostname `TEXT*`.
    Prefix(Arc<str>),
    /// The regex takes all of it.
    Regex(Regex),
}

/// A test of the method; letter case counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MethodTest {
    /// Any method.
    Any,
    /// Exactly this one.
    Exact(Arc<str>),
    /// The regex takes all of it.
    Regex(Regex),
}

/// A test of the normalised path, without the query.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathTest {
    /// Begins with this text.
    Prefix {
        /// The text.
        text: Arc<str>,
        /// Whether letter case counts (of ASCII letters).
        case_sensitive: bool,
    },
    /// Is this text.
    Exact {
        /// The text.
        text: Arc<str>,
        /// Whether letter case counts (of ASCII letters).
        case_sensitive: bool,
    },
    /// The regex takes all of it.
    Regex(Regex),
}

/// A test of one header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HeaderTest {
    /// Which header.
    pub name: HeaderKey,
    /// What its value must be. Of a header that comes more than once, one value is enough (Envoy since 1.39).
    pub value: ValueTest,
}

/// What a header test looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HeaderKey {
    /// An ordinary header.
    Name(HeaderName),
    /// `:authority`
    Authority,
    /// `:method`
    Method,
    /// `:path`, with the query.
    Path,
    /// `:scheme`
    Scheme,
    /// A name that no request can carry.
    Impossible(Arc<str>),
}

/// A test of one query parameter, of its first occurrence, undecoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QueryTest {
    /// The name; letter case counts.
    pub name: Arc<str>,
    /// What its value must be.
    pub value: ValueTest,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueTest {
    /// There at all.
    Present,
    /// Exactly this.
    Exact(Arc<str>),
    /// The regex takes all of it.
    Regex(Regex),
}

/// The part of the draws that a route takes: those below a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Share(pub u32);

impl Share {
    /// Every draw.
    pub const ALL: Self = Self(100);

    /// Whether a draw falls into it.
    pub fn takes(self, draw: Draw) -> bool {
        u32::from(draw.number()) < self.0
    }
}

impl AuthorityTest {
    /// Whether the authority passes.
    pub fn takes(&self, authority: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(text) => **text == *authority,
            Self::Suffix(text) => authority.ends_with(&**text),
            Self::Prefix(text) => authority.starts_with(&**text),
            Self::Regex(regex) => regex.is_full_match(authority.as_bytes()),
        }
    }
}

impl MethodTest {
    /// Whether the method passes.
    pub fn takes(&self, method: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(text) => **text == *method,
            Self::Regex(regex) => regex.is_full_match(method.as_bytes()),
        }
    }
}

impl PathTest {
    /// Whether the path passes.
    pub fn takes(&self, path: &str) -> bool {
        match self {
            Self::Prefix { text, case_sensitive: true } => path.starts_with(&**text),
            Self::Prefix { text, case_sensitive: false } => {
                path.as_bytes().get(..text.len()).is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes()))
            }
            Self::Exact { text, case_sensitive: true } => **text == *path,
            Self::Exact { text, case_sensitive: false } => text.eq_ignore_ascii_case(path),
            Self::Regex(regex) => regex.is_full_match(path.as_bytes()),
        }
    }

    /// The text that every passing path begins with, if ASCII letter case is ignored.
    pub fn literal(&self) -> &[u8] {
        match self {
            Self::Prefix { text, .. } | Self::Exact { text, .. } => text.as_bytes(),
            Self::Regex(regex) => regex.literal_prefix(),
        }
    }
}

impl ValueTest {
    /// Whether a value that is there passes.
    pub fn takes(&self, value: &[u8]) -> bool {
        match self {
            Self::Present => true,
            Self::Exact(text) => text.as_bytes() == value,
            Self::Regex(regex) => regex.is_full_match(value),
        }
    }

    /// Whether a path with its query passes. Nothing is allocated, unless a regex is asked about a very long one.
    fn takes_joined(&self, path: &str, query: &str) -> bool {
        let regex = match self {
            Self::Present => return true,
            Self::Exact(text) => {
                return text.strip_prefix(path).and_then(|rest| rest.strip_prefix('?')) == Some(query);
            }
            Self::Regex(regex) => regex,
        };
        let (mut buffer, len) = ([0u8; 2048], path.len() + 1 + query.len());
        let Some(joined) = buffer.get_mut(..len) else {
            return regex.is_full_match(format!("{path}?{query}").as_bytes());
        };
        joined[..path.len()].copy_from_slice(path.as_bytes());
        joined[path.len()] = b'?';
        joined[path.len() + 1..].copy_from_slice(query.as_bytes());
        regex.is_full_match(joined)
    }
}

impl HeaderTest {
    /// Whether the request passes.
    pub fn takes(&self, request: &RequestView<'_>) -> bool {
        match &self.name {
            HeaderKey::Name(name) => {
                request.headers.get_all(name).iter().any(|value| self.value.takes(value.as_bytes()))
            }
            HeaderKey::Authority => self.value.takes(request.authority.as_bytes()),
            HeaderKey::Method => self.value.takes(request.method.as_bytes()),
            HeaderKey::Path => match request.query {
                None => self.value.takes(request.path.as_bytes()),
                Some(query) => self.value.takes_joined(request.path, query),
            },
            HeaderKey::Scheme => self.value.takes(if request.secure { b"https" } else { b"http" }),
            HeaderKey::Impossible(_) => false,
        }
    }
}

impl HeaderKey {
    /// The key for a header name as a Mapping writes it.
    pub fn of(name: &str) -> Self {
        match name {
            ":authority" => Self::Authority,
            ":method" => Self::Method,
            ":path" => Self::Path,
            ":scheme" => Self::Scheme,
            // Envoy keeps the authority of HTTP/1 as `:authority`; its header map finds both names.
            _ if name.eq_ignore_ascii_case("host") => Self::Authority,
            _ => HeaderName::from_bytes(name.as_bytes()).map_or_else(|_| Self::Impossible(name.into()), Self::Name),
        }
    }
}

impl QueryTest {
    /// Whether the query passes. A parameter without `=` has an empty value.
    pub fn takes(&self, query: Option<&str>) -> bool {
        first_value(query, &self.name).is_some_and(|value| self.value.takes(value.as_bytes()))
    }
}

/// The value of the first parameter of this name.
pub fn first_value<'q>(query: Option<&'q str>, name: &str) -> Option<&'q str> {
    query?.split('&').find_map(|parameter| {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (key == name).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn prefix(text: &str, case_sensitive: bool) -> PathTest {
        PathTest::Prefix { text: text.into(), case_sensitive }
    }

    #[test]
    fn a_prefix_is_not_segment_aware() {
        assert!(prefix("/b", true).takes("/bc"));
        assert!(!prefix("/a/", true).takes("/a"));
    }

    #[test]
    fn letter_case_counts_unless_told() {
        assert!(!prefix("/Api/", true).takes("/api/x"));
        assert!(prefix("/Api/", false).takes("/aPI/x"));
        assert!(!prefix("/Api/", false).takes("/ap"));
    }

    #[test]
    fn the_first_query_parameter_counts() {
        let test = QueryTest { name: "a".into(), value: ValueTest::Exact("1".into()) };
        assert!(test.takes(Some("a=1&a=2")));
        assert!(!test.takes(Some("a=2&a=1")));
        assert!(!test.takes(Some("A=1")));
        assert!(!test.takes(None));
    }

    #[test]
    fn only_ampersands_separate_query_parameters() {
        assert_eq!(first_value(Some("a=1;b=2"), "a"), Some("1;b=2"));
        assert_eq!(first_value(Some("x&a"), "a"), Some(""));
    }

    #[test]
    fn a_share_of_zero_takes_nothing() {
        assert!(!Share(0).takes(Draw::LOWEST));
        assert!(Share(30).takes(Draw::new(129)));
        assert!(!Share(30).takes(Draw::new(130)));
        assert!(Share::ALL.takes(Draw::new(99)));
    }
}
