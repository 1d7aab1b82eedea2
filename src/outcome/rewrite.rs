//! The path and the authority that the upstream gets.

use std::borrow::Cow;

use super::normalise::split;
use crate::model::{Cluster, Discovery, HostRewrite, RedirectPath, Rewrite};
use crate::routing::predicate::PathTest;
use crate::routing::regex::{Regex, Substitution};

/// The path for the upstream; `None` where the Mapping rewrites nothing.
pub fn path<'p>(rewrite: &Rewrite, test: &PathTest, path: &'p str) -> Option<Cow<'p, str>> {
    match rewrite {
        Rewrite::Keep => None,
        Rewrite::Prefix(text) => Some(in_place_of_match(text, test, path)),
        Rewrite::Regex { pattern, substitution } => Some(every_match(pattern, substitution, path)),
    }
}

/// The path for a redirect.
pub fn redirected<'p>(rewrite: &'p RedirectPath, test: &PathTest, path: &'p str) -> Cow<'p, str> {
    match rewrite {
        RedirectPath::Keep => Cow::Borrowed(path),
        RedirectPath::Path(text) => {
            let text = if text.starts_with('/') { Cow::Borrowed(&**text) } else { Cow::Owned(format!("/{text}")) };
            match split(path).1 {
                Some(query) if !text.contains('?') => Cow::Owned(format!("{text}?{query}")),
                _ => text,
            }
        }
        RedirectPath::Prefix(text) => in_place_of_match(text, test, path),
        RedirectPath::Regex { pattern, substitution } => every_match(pattern, substitution, path),
    }
}

/// The authority for the upstream; `None` where it stays.
pub fn authority<'f>(rewrite: &'f HostRewrite, cluster: &'f Cluster) -> Option<&'f str> {
    match rewrite {
        HostRewrite::Keep => None,
        HostRewrite::Literal(text) => Some(text),
        HostRewrite::Auto => {
            let is_name = cluster.discovery == Discovery::Dns && cluster.host.parse::<std::net::IpAddr>().is_err();
            is_name.then_some(&*cluster.host)
        }
    }
}

/// A text in place of what a path test matched: a prefix, or with exact and regex tests all of the path.
fn in_place_of_match<'p>(text: &str, test: &PathTest, target: &'p str) -> Cow<'p, str> {
    let matched = match test {
        PathTest::Prefix { text, .. } => text.len(),
        PathTest::Exact { .. } | PathTest::Regex(_) => split(target).0.len(),
    };
    let (matched, rest) = target.split_at_checked(matched).unwrap_or((target, ""));
    // Often it is the end of what was matched, as `/` is of `/cart/`.
    if matched.ends_with(text) {
        return Cow::Borrowed(target.get(matched.len() - text.len()..).unwrap_or_default());
    }
    let mut rewritten = String::with_capacity(text.len() + rest.len());
    rewritten.push_str(text);
    rewritten.push_str(rest);
    Cow::Owned(rewritten)
}

/// Every match in the path replaced; the query stays. A substitution that names a missing group changes nothing.
fn every_match<'p>(pattern: &Regex, substitution: &str, target: &'p str) -> Cow<'p, str> {
    let (path, query) = split(target);
    let substitution = Substitution::parse(substitution, pattern.groups());
    let Some(mut replaced) = pattern.replace_all(path, &substitution) else { return Cow::Borrowed(target) };
    if let Some(query) = query {
        replaced.push('?');
        replaced.push_str(query);
    }
    Cow::Owned(replaced)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn prefix(text: &str) -> PathTest {
        PathTest::Prefix { text: text.into(), case_sensitive: true }
    }

    fn by_prefix(prefix_text: &str, rewrite: &str, target: &str) -> String {
        path(&Rewrite::Prefix(rewrite.into()), &prefix(prefix_text), target).unwrap().into_owned()
    }

    fn by_regex(pattern: &str, substitution: &str, target: &str) -> String {
        let rewrite = Rewrite::Regex { pattern: Regex::new(pattern).unwrap(), substitution: substitution.into() };
        path(&rewrite, &prefix("/"), target).unwrap().into_owned()
    }

    #[test]
    fn a_prefix_is_replaced_as_text() {
        for (prefix, rewrite, target, rewritten) in [
            ("/a/", "/", "/a/x?y=1", "/x?y=1"),
            ("/b", "/", "/b", "/"),
            ("/b", "/", "/bc", "/c"),
            ("/b", "/", "/b/x", "//x"),
            ("/sp/", "/sp2", "/sp/x", "/sp2x"),
            ("/noq", "/n", "/noq?z", "/n?z"),
            ("/pr/", "/n?x=1", "/pr/y?z=2", "/n?x=1y?z=2"),
        ] {
            assert_eq!(by_prefix(prefix, rewrite, target), rewritten, "{target}");
        }
    }

    #[test]
    fn exact_and_regex_paths_are_replaced_as_a_whole() {
        let to_root = Rewrite::Prefix("/".into());
        let exact = PathTest::Exact { text: "/e".into(), case_sensitive: true };
        let regex = PathTest::Regex(Regex::new("/e/.*").unwrap());
        assert_eq!(path(&to_root, &exact, "/e?x=1").unwrap(), "/?x=1");
        assert_eq!(path(&to_root, &regex, "/e/foo/bar?x=1").unwrap(), "/?x=1");
    }

    #[test]
    fn every_match_of_a_regex_is_replaced_but_not_in_the_query() {
        assert_eq!(by_regex("a(.)", r"\1x\0", "/rg/abac?ab"), "/rg/bxabcxac?ab");
        assert_eq!(by_regex("zzz", "y", "/rr/a?b"), "/rr/a?b");
        assert_eq!(by_regex("a(.)", r"\2x", "/bad/ab"), "/bad/ab");
        assert_eq!(by_regex("b", "$1", "/b"), "/$1");
    }

    #[test]
    fn a_redirected_path_keeps_its_query_unless_it_has_one() {
        let to = |text: &str| RedirectPath::Path(text.into());
        assert_eq!(redirected(&to("/np"), &prefix("/r"), "/r/x?y=1"), "/np?y=1");
        assert_eq!(redirected(&to("/np?f=1"), &prefix("/r"), "/r/x?y=1"), "/np?f=1");
        assert_eq!(redirected(&to("rel"), &prefix("/r"), "/r/x?y=1"), "/rel?y=1");
        assert_eq!(redirected(&RedirectPath::Prefix("/n3/".into()), &prefix("/r3/"), "/r3/x?y=1"), "/n3/x?y=1");
        assert_eq!(redirected(&RedirectPath::Keep, &prefix("/r"), "/r/x?y=1"), "/r/x?y=1");
    }
}
