//! Where in a document a place lies: the path of the field, as Kubernetes writes it.

use super::{Node, Value, parse};
use crate::source::Span;

/// The path of the field at a place: `spec.hostname`, `metadata.annotations[getambassador.io/config]`. With `indexed`,
/// the document's own index comes first: `[1].prefix`. Empty for what lies in no field.
pub fn field_at(text: &str, place: Span, indexed: bool) -> String {
    let documents = parse(place.source, text).documents;
    let holds = |from: Span, to: Span| from.start <= place.start && place.end <= to.end;
    let found = documents.iter().enumerate().rev().find(|(_, document)| document.span.start <= place.start);
    let Some((index, document)) = found else { return String::new() };
    let mut path = if indexed { format!("[{index}]") } else { String::new() };
    let mut node = &document.root;
    loop {
        let next = match &node.value {
            Value::Scalar(_) => None,
            Value::List(items) => {
                let found = items.iter().enumerate().find(|(_, item)| holds(item.span, item.span));
                found.map(|(at, item)| {
                    path.push_str(&format!("[{at}]"));
                    item
                })
            }
            Value::Map(map) => {
                let found = map.entries().iter().find(|entry| holds(entry.key.span, entry.value.span));
                found.map(|entry| {
                    step(&entry.key, &mut path);
                    &entry.value
                })
            }
        };
        match next {
            None => return path,
            Some(inner) => node = inner,
        }
    }
}

fn step(key: &Node, path: &mut String) {
    let name = key.text().unwrap_or_default();
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !is_plain {
        path.push_str(&format!("[{name}]"));
    } else if path.is_empty() {
        path.push_str(name);
    } else {
        path.push_str(&format!(".{name}"));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::{Origin, SourceMap};

    fn at(text: &str, word: &str, indexed: bool) -> String {
        let source = SourceMap::default().add(Origin::Stdin, text);
        let start = text.find(word).unwrap() as u32;
        field_at(text, Span::new(source, start, start + word.len() as u32), indexed)
    }

    #[test]
    fn fields_are_named_as_kubernetes_names_them() {
        let text = "kind: Host\nmetadata:\n  labels:\n    a.b/c: x1\nspec:\n  hosts:\n  - one\n  - two\n";
        assert_eq!(at(text, "Host", false), "kind");
        assert_eq!(at(text, "x1", false), "metadata.labels[a.b/c]");
        assert_eq!(at(text, "two", false), "spec.hosts[1]");
        assert_eq!(at(text, "hosts", false), "spec.hosts");
        assert_eq!(at(text, text, false), "");
    }

    #[test]
    fn documents_of_an_annotation_are_counted() {
        assert_eq!(at("---\nkind: A\n---\nkind: B\nprefix: /b/\n", "kind: B\nprefix: /b/", true), "[1]");
        assert_eq!(at("---\nkind: A\n---\nkind: B\nprefix: /b/\n", "/b/", true), "[1].prefix");
    }
}
