//! What a route takes, as facts.

use std::sync::Arc;

use serde::Serialize;

use crate::routing::Tests;
use crate::routing::predicate::{AuthorityTest, HeaderKey, MethodTest, PathTest, Share, ValueTest};

/// What a route takes: one of `prefix`, `exact` and `regex`, then conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MatchFacts {
    /// The path begins with this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Arc<str>>,
    /// The path is this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<Arc<str>>,
    /// The path fits this regex as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<Arc<str>>,
    /// Whether letter case counts, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_sensitive: Option<bool>,
    /// It takes draws below this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub percent: Option<u32>,
    /// Conditions on headers, `:authority` and `:method` among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<ConditionFacts>,
    /// Conditions on query parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<ConditionFacts>,
}

/// A condition: a name with one of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ConditionFacts {
    /// The header or the parameter.
    pub name: Arc<str>,
    /// Exactly this value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<Arc<str>>,
    /// A regex over the whole value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regex: Option<Arc<str>>,
    /// The value begins with this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Arc<str>>,
    /// The value ends with this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Arc<str>>,
    /// It is there at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub present: Option<bool>,
}

impl MatchFacts {
    /// The tests of a route.
    pub(in crate::route_test) fn of(tests: &Tests) -> Self {
        let mut facts = Self::default();
        match &tests.path {
            PathTest::Prefix { text, case_sensitive } => {
                facts.prefix = Some(Arc::clone(text));
                facts.case_sensitive = (!case_sensitive).then_some(false);
            }
            PathTest::Exact { text, case_sensitive } => {
                facts.exact = Some(Arc::clone(text));
                facts.case_sensitive = (!case_sensitive).then_some(false);
            }
            PathTest::Regex(regex) => facts.regex = Some(regex.as_str().into()),
        }
        facts.percent = (tests.share != Share::ALL).then_some(tests.share.0);
        let headers = tests.headers.iter().map(|test| ConditionFacts::of(header_name(&test.name), &test.value));
        facts.headers = headers.chain(authority(&tests.authority)).chain(method(&tests.method)).collect();
        facts.query = tests.query.iter().map(|test| ConditionFacts::of(Arc::clone(&test.name), &test.value)).collect();
        facts
    }
}

impl ConditionFacts {
    /// A condition for exactly one value.
    pub(super) fn exact(name: &str, value: &str) -> Self {
        Self { name: name.into(), exact: Some(value.into()), ..Self::default() }
    }

    fn of(name: Arc<str>, value: &ValueTest) -> Self {
        let bare = Self { name, ..Self::default() };
        match value {
            ValueTest::Present => Self { present: Some(true), ..bare },
            ValueTest::Exact(text) => Self { exact: Some(Arc::clone(text)), ..bare },
            ValueTest::Regex(regex) => Self { regex: Some(regex.as_str().into()), ..bare },
        }
    }
}

fn header_name(key: &HeaderKey) -> Arc<str> {
    match key {
        HeaderKey::Name(name) => name.as_str().into(),
        HeaderKey::Authority => ":authority".into(),
        HeaderKey::Method => ":method".into(),
        HeaderKey::Path => ":path".into(),
        HeaderKey::Scheme => ":scheme".into(),
        HeaderKey::Impossible(name) => Arc::clone(name),
    }
}

fn authority(test: &AuthorityTest) -> Option<ConditionFacts> {
    let bare = ConditionFacts { name: ":authority".into(), ..ConditionFacts::default() };
    match test {
        AuthorityTest::Any => None,
        AuthorityTest::Exact(text) => Some(ConditionFacts { exact: Some(Arc::clone(text)), ..bare }),
        AuthorityTest::Suffix(text) => Some(ConditionFacts { suffix: Some(Arc::clone(text)), ..bare }),
        AuthorityTest::Prefix(text) => Some(ConditionFacts { prefix: Some(Arc::clone(text)), ..bare }),
        AuthorityTest::Regex(regex) => Some(ConditionFacts { regex: Some(regex.as_str().into()), ..bare }),
    }
}

fn method(test: &MethodTest) -> Option<ConditionFacts> {
    let bare = ConditionFacts { name: ":method".into(), ..ConditionFacts::default() };
    match test {
        MethodTest::Any => None,
        MethodTest::Exact(text) => Some(ConditionFacts { exact: Some(Arc::clone(text)), ..bare }),
        MethodTest::Regex(regex) => Some(ConditionFacts { regex: Some(regex.as_str().into()), ..bare }),
    }
}
