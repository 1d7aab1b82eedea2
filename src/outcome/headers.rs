//! Edits of headers that Mappings ask for: removed first, then added, all values worked out before any is added.

use http::header::{HeaderMap, HeaderName, HeaderValue};

use super::format::{self, Facts};
use crate::model::{self, HeaderEdits, format as formats};

/// A header to add, its value worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// Its name.
    pub name: HeaderName,
    /// Its value.
    pub value: HeaderValue,
    /// Whether it is added beside values that are there.
    pub append: bool,
}

/// Removes headers by name.
pub fn remove(headers: &mut HeaderMap, edits: &HeaderEdits) {
    for name in edits.remove.iter() {
        headers.remove(&**name);
    }
}

/// Works out what is added. A value that comes out empty is left out, as Envoy leaves it out.
pub fn additions(edits: &HeaderEdits, facts: &dyn Facts) -> Vec<Addition> {
    edits.add.iter().filter_map(|edit| addition(edit, facts)).collect()
}

fn addition(edit: &model::HeaderValue, facts: &dyn Facts) -> Option<Addition> {
    let name = HeaderName::from_bytes(edit.name.as_bytes()).ok()?;
    let worked_out;
    let text = if edit.value.contains('%') {
        worked_out = format::value(&formats::parse(&edit.value).ok()?, facts);
        &worked_out
    } else {
        &*edit.value
    };
    if text.is_empty() {
        return None;
    }
    let value = HeaderValue::from_bytes(text.trim_matches([' ', '\t']).as_bytes()).ok()?;
    Some(Addition { name, value, append: edit.append })
}

/// Adds what was worked out: first what replaces values, then what stands beside them, as Envoy does it.
pub fn add(headers: &mut HeaderMap, additions: Vec<Addition>) {
    for addition in additions.iter().filter(|addition| !addition.append) {
        headers.insert(&addition.name, addition.value.clone());
    }
    for addition in additions.into_iter().filter(|addition| addition.append) {
        headers.append(addition.name, addition.value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::borrow::Cow;

    use super::super::head::Head;
    use super::*;

    struct Only<'a>(Head<'a>);

    impl Facts for Only<'_> {
        fn request(&self) -> &Head<'_> {
            &self.0
        }

        fn fact(&self, _name: &str, _argument: Option<&str>) -> Option<Cow<'_, str>> {
            None
        }
    }

    fn edited(sent: &[(&'static str, &'static str)], remove: &[&str], add: &[(&str, &str, bool)]) -> Vec<String> {
        let edits = HeaderEdits {
            remove: remove.iter().map(|name| (*name).into()).collect(),
            add: add
                .iter()
                .map(|(name, value, append)| model::HeaderValue {
                    name: (*name).into(),
                    value: (*value).into(),
                    append: *append,
                })
                .collect(),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, HeaderValue::from_static(value));
        }
        super::remove(&mut headers, &edits);
        let head = Head {
            method: "GET".into(),
            https: false,
            authority: "a".into(),
            path: "/p".into(),
            headers: headers.clone(),
        };
        let additions = additions(&edits, &Only(head));
        super::add(&mut headers, additions);
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect()
    }

    #[test]
    fn added_headers_stand_beside_or_replace() {
        let sent = [("x-a", "1"), ("x-b", "1"), ("x-b", "2")];
        assert_eq!(edited(&sent, &[], &[("X-A", "gw", true), ("x-b", "gw", false)]), ["x-a: 1", "x-a: gw", "x-b: gw"]);
    }

    #[test]
    fn what_replaces_comes_before_what_stands_beside() {
        let add = [("X-A", "1", true), ("x-a", "2", false)];
        assert_eq!(edited(&[("x-a", "0")], &[], &add), ["x-a: 2", "x-a: 1"]);
    }

    #[test]
    fn removal_comes_before_adding() {
        assert_eq!(edited(&[("x-a", "1")], &["X-A"], &[("x-a", "gw", true)]), ["x-a: gw"]);
    }

    #[test]
    fn values_are_worked_out_before_any_is_added() {
        let add = [("x-a", "new", false), ("x-b", "%REQ(x-a)%", true), ("x-c", "%REQ(x-b)%", true)];
        assert_eq!(edited(&[("x-a", "old")], &[], &add), ["x-a: new", "x-b: old"]);
    }
}
