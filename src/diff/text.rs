//! Texts, before and after: the files of both sides in pairs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::{Origin, SourceMap};

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

/// Whole texts by their paths below a root.
fn texts((sources, root): (&SourceMap, &Path)) -> BTreeMap<PathBuf, (String, Arc<str>)> {
    let mut found = BTreeMap::new();
    for id in sources.ids() {
        let source = sources.get(id);
        let path = match &source.origin {
            Origin::Embedded(_) | Origin::Assumed => continue,
            Origin::File(path) | Origin::Revision { path, .. } => path.strip_prefix(root).unwrap_or(path).to_owned(),
            Origin::Stdin | Origin::Command(_) | Origin::Live(_) => PathBuf::from(source.origin.to_string()),
        };
        found.insert(path, (source.origin.to_string(), Arc::clone(&source.text)));
    }
    found
}
