//! Texts, before and after: the files of both sides in pairs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_yaml::Value as Yaml;

use crate::pipeline::Compilation;
use crate::resource::objects_in;
use crate::source::{ObjectRef, Origin, SourceMap};
use crate::yaml::{Dialect, Node, to_value, value_to_yaml};

/// A file that is there on one side or on both.
#[derive(Clone, Debug)]
pub struct TextPair {
    /// Its name before, as the user would open it.
    pub before_name: String,
    /// Its name after.
    pub after_name: String,
    /// What it was; `None`: it was not there.
    pub before: Option<Arc<str>>,
    /// What it is.
    pub after: Option<Arc<str>>,
}

impl TextPair {
    /// Whether it differs.
    pub fn differs(&self) -> bool {
        self.before != self.after
    }
}

/// The texts of two sides in pairs, by their paths below the two roots; one file a side makes a pair by itself.
pub fn pairs(before: (&SourceMap, &Path), after: (&SourceMap, &Path)) -> Vec<TextPair> {
    let (was, is) = (texts(before), texts(after));
    if let ([one], [other]) = (was.values().collect::<Vec<_>>().as_slice(), is.values().collect::<Vec<_>>().as_slice())
    {
        let ((before_name, before), (after_name, after)) = ((*one).clone(), (*other).clone());
        return vec![TextPair { before_name, after_name, before: Some(before), after: Some(after) }];
    }
    let mut names: Vec<&PathBuf> = was.keys().chain(is.keys()).collect();
    names.sort();
    names.dedup();
    let pair = |name: &PathBuf| {
        let there = |texts: &BTreeMap<PathBuf, (String, Arc<str>)>| match texts.get(name) {
            Some((name, text)) => (name.clone(), Some(Arc::clone(text))),
            None => ("/dev/null".to_owned(), None),
        };
        let ((before_name, before), (after_name, after)) = (there(&was), there(&is));
        TextPair { before_name, after_name, before, after }
    };
    names.into_iter().map(pair).collect()
}

/// The objects of two sides in pairs, each written out in one way: for what has no files.
pub fn object_pairs(before: &Compilation, after: &Compilation) -> Vec<TextPair> {
    let (was, is) = (objects(before), objects(after));
    let mut names: Vec<&ObjectRef> = was.keys().chain(is.keys()).collect();
    names.sort();
    names.dedup();
    let pair = |object: &ObjectRef| {
        let there = |objects: &BTreeMap<ObjectRef, Arc<str>>| match objects.get(object) {
            Some(text) => (object.to_string(), Some(Arc::clone(text))),
            None => ("/dev/null".to_owned(), None),
        };
        let ((before_name, before), (after_name, after)) = (there(&was), there(&is));
        TextPair { before_name, after_name, before, after }
    };
    names.into_iter().map(pair).collect()
}

/// Objects by their names; of two with one name the later counts, as an apply would leave it.
fn objects(compilation: &Compilation) -> BTreeMap<ObjectRef, Arc<str>> {
    let home = &compilation.options.ambassador_namespace;
    let all = compilation.documents.iter().flat_map(|document| objects_in(&document.root));
    let named = all.filter_map(|root| {
        let text = |path: &[&str]| root.path(path).and_then(Node::text).map(ToOwned::to_owned);
        let object = ObjectRef {
            kind: text(&["kind"])?,
            name: text(&["metadata", "name"])?,
            namespace: text(&["metadata", "namespace"]).unwrap_or_else(|| home.clone()),
        };
        let written = written_alike(&root, object.kind == "Secret");
        Some((object, written.into()))
    });
    named.collect()
}

/// An object with its fields in one order, whoever wrote it. What is in a Secret is nobody's business.
fn written_alike(root: &Node, is_secret: bool) -> String {
    let mut value = sorted(to_value(root, Dialect::Kubernetes));
    for part in ["data", "stringData"] {
        if let Some(Yaml::Mapping(entries)) = value.get_mut(part).filter(|_| is_secret) {
            entries.iter_mut().for_each(|(_, value)| *value = "***".into());
        }
    }
    value_to_yaml(&value)
}

fn sorted(value: Yaml) -> Yaml {
    match value {
        Yaml::Mapping(entries) => {
            let mut entries: Vec<(Yaml, Yaml)> = entries.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.as_str().cmp(&b.as_str()));
            Yaml::Mapping(entries.into_iter().collect())
        }
        Yaml::Sequence(items) => Yaml::Sequence(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// Whole texts by their paths below a root.
fn texts((sources, root): (&SourceMap, &Path)) -> BTreeMap<PathBuf, (String, Arc<str>)> {
    let mut found = BTreeMap::new();
    for id in sources.ids() {
        let source = sources.get(id);
        let path = match &source.origin {
            Origin::Embedded(_) | Origin::Part { .. } | Origin::Assumed => continue,
            Origin::File(path) | Origin::Revision { path, .. } => path.strip_prefix(root).unwrap_or(path).to_owned(),
            Origin::Stdin | Origin::Command(_) | Origin::Live(_) => PathBuf::from(source.origin.to_string()),
        };
        found.insert(path, (source.origin.to_string(), Arc::clone(&source.text)));
    }
    found
}
