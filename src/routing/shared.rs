//! Equal texts of routes, kept once: what a request touches of a large table then fits into a processor's caches.

use std::sync::Arc;

use http::HeaderName;
use rustc_hash::FxHashSet;

use super::predicate::{AuthorityTest, HeaderKey, MethodTest, PathTest, QueryTest, ValueTest};
use super::route::Tests;

/// The texts of a table so far.
#[derive(Debug, Default)]
pub struct SharedTexts {
    texts: FxHashSet<Arc<str>>,
    names: FxHashSet<HeaderName>,
}

impl SharedTexts {
    /// Lets tests refer to texts that other routes have already.
    pub fn share(&mut self, tests: &mut Tests) {
        match &mut tests.authority {
            AuthorityTest::Exact(text) | AuthorityTest::Suffix(text) | AuthorityTest::Prefix(text) => self.text(text),
            AuthorityTest::Any | AuthorityTest::Regex(_) => {}
        }
        match &mut tests.path {
            PathTest::Prefix { text, .. } | PathTest::Exact { text, .. } => self.text(text),
            PathTest::Regex(_) => {}
        }
        if let MethodTest::Exact(text) = &mut tests.method {
            self.text(text);
        }
        for test in &mut tests.headers {
            if let HeaderKey::Name(name) = &mut test.name {
                self.name(name);
            }
            self.value(&mut test.value);
        }
        for QueryTest { name, value } in &mut tests.query {
            self.text(name);
            self.value(value);
        }
    }

    fn value(&mut self, value: &mut ValueTest) {
        if let ValueTest::Exact(text) = value {
            self.text(text);
        }
    }

    fn text(&mut self, text: &mut Arc<str>) {
        match self.texts.get(text) {
            Some(known) => *text = Arc::clone(known),
            None => {
                self.texts.insert(Arc::clone(text));
            }
        }
    }

    fn name(&mut self, name: &mut HeaderName) {
        match self.names.get(name) {
            Some(known) => *name = known.clone(),
            None => {
                self.names.insert(name.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::predicate::{HeaderTest, Share};
    use super::*;

    fn tests() -> Tests {
        Tests {
            authority: AuthorityTest::Exact("shop".into()),
            method: MethodTest::Exact("GET".into()),
            path: PathTest::Prefix { text: "/cart/".into(), case_sensitive: true },
            headers: Box::new([HeaderTest { name: HeaderKey::of("x-user"), value: ValueTest::Exact("shop".into()) }]),
            query: Box::new([QueryTest { name: "q".into(), value: ValueTest::Exact("GET".into()) }]),
            share: Share::ALL,
        }
    }

    #[test]
    fn equal_texts_are_one_and_the_tests_stay_what_they_are() {
        let (mut one, mut other, mut shared) = (tests(), tests(), SharedTexts::default());
        shared.share(&mut one);
        shared.share(&mut other);
        assert_eq!((&one, &other), (&tests(), &tests()));
        assert_eq!(shared.texts.len(), 4);
        let paths = (&one.path, &other.path);
        let (PathTest::Prefix { text: one, .. }, PathTest::Prefix { text: other, .. }) = paths else { unreachable!() };
        assert!(Arc::ptr_eq(one, other));
    }
}
