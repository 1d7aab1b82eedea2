//! Files laid over live objects, as `kubectl apply` would leave them: what the file says, and what is live and was not
//! applied from a file before. Every value keeps the place where it was written.

use rustc_hash::FxHashMap;

use super::json::{is_null, text};
use super::read::group_version;
use crate::source::{Live, Origin, SourceId, SourceMap};
use crate::yaml::{self, Document, Entry, Node};

/// An object as an apply finds it.
type Identity = (String, String, String, String);

/// Kinds that live in no namespace.
const CLUSTER_SCOPED: [&str; 2] = ["Namespace", "IngressClass"];

/// Lays the documents of files over those of live objects, if there are both.
pub fn lay_over(documents: Vec<Document>, sources: &SourceMap) -> Vec<Document> {
    let live = |document: &Document| match &sources.get(document.span.source).origin {
        Origin::Live(live) => Some(live.clone()),
        _ => None,
    };
    let (mut beneath, mut above): (Vec<_>, Vec<_>) = documents.into_iter().partition(|one| live(one).is_some());
    let Some(home) = beneath.iter().find_map(live).map(|live| live.home).filter(|_| !above.is_empty()) else {
        beneath.append(&mut above);
        return beneath;
    };
    let mut known: FxHashMap<Identity, usize> = FxHashMap::default();
    for (at, document) in beneath.iter().enumerate() {
        known.extend(identity(&document.root, &home).map(|identity| (identity, at)));
    }
    let mut replaced = vec![false; beneath.len()];
    for document in &mut above {
        document.root = each_object(&document.root, 0, &mut |object| {
            let object = in_namespace(object, &home);
            let Some(at) = identity(&object, &home).and_then(|identity| known.get(&identity)) else { return object };
            let Some(before) = beneath.get(*at) else { return object };
            replaced[*at] = true;
            let last = live(before).and_then(|live| applied(&live, before.span.source));
            merged(&object, &before.root, last.as_ref(), list_of_items(object.get("kind").and_then(text)))
        });
    }
    let mut replaced = replaced.into_iter();
    beneath.retain(|_| !replaced.next().unwrap_or(false));
    beneath.append(&mut above);
    beneath
}

/// What was applied before; its places are of no use.
fn applied(live: &Live, source: SourceId) -> Option<Node> {
    let text = live.last_applied.as_deref()?;
    yaml::parse(source, text).documents.into_iter().next().map(|document| document.root)
}

/// A document whose objects are made into others, those of lists too.
fn each_object(root: &Node, depth: usize, make: &mut impl FnMut(&Node) -> Node) -> Node {
    let is_list = root.get("kind").and_then(text).is_some_and(|kind| kind.ends_with("List"));
    let items = root.get("items").and_then(Node::as_list).filter(|_| is_list && depth < 16);
    let (Some(items), Some(map)) = (items, root.as_map()) else { return make(root) };
    let items: Vec<Node> = items.iter().map(|item| each_object(item, depth + 1, make)).collect();
    let entries = map.entries().iter().map(|entry| match entry.key.text() {
        Some("items") => Entry { key: entry.key.clone(), value: Node::list(items.clone(), entry.value.span) },
        _ => entry.clone(),
    });
    Node::map(entries.collect::<Vec<_>>(), root.span)
}

fn identity(root: &Node, home: &str) -> Option<Identity> {
    let kind = root.get("kind").and_then(text)?;
    let (group, _) = group_version(root.get("apiVersion").and_then(text)?);
    let name = root.path(&["metadata", "name"]).and_then(text)?;
    let namespace = match CLUSTER_SCOPED.contains(&kind) {
        true => "",
        false => root.path(&["metadata", "namespace"]).and_then(text).unwrap_or(home),
    };
    Some((group.to_owned(), kind.to_owned(), namespace.to_owned(), name.to_owned()))
}

/// An object with the namespace into which an apply would put it.
fn in_namespace(root: &Node, home: &str) -> Node {
    let has_none = root.path(&["metadata", "namespace"]).and_then(text).is_none();
    let is_namespaced = root.get("kind").and_then(text).is_some_and(|kind| !CLUSTER_SCOPED.contains(&kind));
    let metadata = root.get("metadata").filter(|_| has_none && is_namespaced);
    let Some(entries) = metadata.and_then(Node::as_map) else { return root.clone() };
    let span = metadata.map_or(root.span, |node| node.span);
    let mut entries: Vec<Entry> =
        entries.entries().iter().filter(|entry| entry.key.text() != Some("namespace")).cloned().collect();
    entries.push(Entry { key: Node::plain("namespace", span), value: Node::string(home, span) });
    with(root, "metadata", Node::map(entries, span))
}

fn with(root: &Node, key: &str, value: Node) -> Node {
    let entries = root.as_map().map(|map| map.entries()).unwrap_or_default().iter();
    let entries = entries.map(|entry| match entry.key.text() {
        Some(found) if found == key => Entry { key: entry.key.clone(), value: value.clone() },
        _ => entry.clone(),
    });
    Node::map(entries.collect::<Vec<_>>(), root.span)
}

/// The list of a kind whose items an apply merges one by one, and the key that tells them apart. All others, those of
/// Emissary's kinds among them, are whole values to it.
fn list_of_items(kind: Option<&str>) -> Option<(&'static [&'static str], &'static str)> {
    (kind == Some("Service")).then_some((&["spec", "ports"], "port"))
}

/// The file's object, with what an apply leaves of the live one: what was not applied before. A null takes a field away.
/// `items` is the way to the list that is merged by its items.
fn merged(file: &Node, live: &Node, last: Option<&Node>, items: Option<(&[&str], &str)>) -> Node {
    if let (Some(above), Some(below), Some(([], key))) = (file.as_list(), live.as_list(), items) {
        let last = last.and_then(Node::as_list).unwrap_or_default();
        return Node::list(merged_items([above, below, last], key), file.span);
    }
    let (Some(above), Some(below)) = (file.as_map(), live.as_map()) else { return file.clone() };
    let mut entries: Vec<Entry> = Vec::with_capacity(above.entries().len());
    for entry in above.entries().iter().filter(|entry| !is_null(&entry.value)) {
        let name = entry.key.text().unwrap_or_default();
        let items = items.and_then(|(way, key)| match way {
            [first, rest @ ..] if *first == name => Some((rest, key)),
            _ => None,
        });
        let value = match below.get(name) {
            Some(before) => merged(&entry.value, before, last.and_then(|last| last.get(name)), items),
            None => entry.value.clone(),
        };
        entries.push(Entry { key: entry.key.clone(), value });
    }
    let stays = |entry: &&Entry| {
        let name = entry.key.text().unwrap_or_default();
        above.get(name).is_none() && last.is_none_or(|last| last.get(name).is_none())
    };
    entries.extend(below.entries().iter().filter(stays).cloned());
    Node::map(entries, file.span)
}

fn merged_items([above, below, last]: [&[Node]; 3], key: &str) -> Vec<Node> {
    let find = |items: &[Node], like: &Node| {
        let wanted = like.get(key).and_then(Node::text)?;
        items.iter().find(|item| item.get(key).and_then(Node::text) == Some(wanted)).cloned()
    };
    let mut items: Vec<Node> = above
        .iter()
        .map(|item| match find(below, item) {
            Some(before) => merged(item, &before, find(last, item).as_ref(), None),
            None => item.clone(),
        })
        .collect();
    let stays = |item: &&Node| find(above, item).is_none() && find(last, item).is_none();
    items.extend(below.iter().filter(stays).cloned());
    items
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::ObjectRef;
    use crate::yaml::{Dialect, to_yaml};

    const LIVE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations:
    by-hand: kept
    by-file: old
    dropped: was applied
spec:
  clusterIP: 10.0.0.1
  ports: [{port: 80}, {port: 81}]
";
    const LAST: &str = r#"{"metadata":{"annotations":{"by-file":"old","dropped":"was applied"}},"spec":{"ports":[{"port":80},{"port":81}]}}"#;

    fn laid(file: &str, last: Option<&str>) -> Vec<String> {
        let mut sources = SourceMap::default();
        let object = ObjectRef { kind: "Service".into(), name: "web".into(), namespace: "shop".into() };
        let last_applied = last.map(Into::into);
        let live = Live { object, field: |_, _, _| String::new(), last_applied, home: "shop".into() };
        let beneath = sources.add(Origin::Live(live), LIVE);
        let above = sources.add(Origin::Stdin, file);
        let mut documents = yaml::parse(beneath, LIVE).documents;
        documents.extend(yaml::parse(above, file).documents);
        let laid = lay_over(documents, &sources);
        laid.iter().map(|document| to_yaml(&document.root, Dialect::Kubernetes)).collect()
    }

    const FILE: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: {by-file: new}
spec:
  ports: [{port: 90}]
";

    #[test]
    fn what_nobody_applied_stays_and_what_is_no_longer_applied_goes() {
        let laid = laid(FILE, Some(LAST));
        assert_eq!(laid.len(), 1);
        for kept in ["namespace: shop", "by-hand: kept", "by-file: new", "clusterIP: 10.0.0.1", "port: 90"] {
            assert!(laid[0].contains(kept), "{kept}\n{}", laid[0]);
        }
        for gone in ["dropped", "port: 80", "port: 81", "old"] {
            assert!(!laid[0].contains(gone), "{gone}\n{}", laid[0]);
        }
    }

    #[test]
    fn ports_of_services_are_merged_one_by_one() {
        let last = r#"{"spec":{"ports":[{"port":80}]}}"#;
        let of_others = laid(FILE, Some(last));
        assert!(of_others[0].contains("port: 90") && of_others[0].contains("port: 81"), "{of_others:?}");
        assert!(!of_others[0].contains("port: 80"), "{of_others:?}");
        let same = laid(&FILE.replace("{port: 90}", "{port: 80, name: http}"), Some(last));
        let ports = same[0].split("ports:").nth(1).unwrap();
        let words: Vec<_> = ports.split_whitespace().collect();
        assert!(words.starts_with(&["-", "port:", "80", "name:", "http", "-", "port:", "81"]), "{words:?}");
    }

    #[test]
    fn a_null_takes_a_field_away() {
        let laid = laid(&FILE.replace("by-file: new", "by-hand: null"), None);
        assert!(!laid[0].contains("by-hand") && laid[0].contains("by-file: old"), "{laid:?}");
    }

    #[test]
    fn of_an_object_that_was_never_applied_everything_else_stays() {
        assert!(laid(FILE, None)[0].contains("dropped: was applied"));
    }

    #[test]
    fn others_are_left_alone_and_new_ones_go_where_an_apply_puts_them() {
        let other = laid(&FILE.replace("name: web", "name: other"), Some(LAST));
        assert_eq!(other.len(), 2);
        assert!(other[0].contains("dropped") && other[1].contains("namespace: shop"), "{other:?}");
    }

    #[test]
    fn objects_in_lists_are_laid_too() {
        let list = format!("apiVersion: v1\nkind: List\nitems:\n- {}", FILE.trim_end().replace('\n', "\n  "));
        let laid = laid(&list, Some(LAST));
        assert!(laid.len() == 1 && laid[0].contains("by-hand: kept"), "{laid:?}");
    }
}
