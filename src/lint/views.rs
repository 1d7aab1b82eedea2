//! What checks of one resource or one group are given.

use super::context::Context;
use super::entry::Entry;
use super::fields::Fields;
use super::mend::Mend;
use crate::model::{Group, GroupId, Mapping, MappingId};
use crate::resource::Resource;
use crate::source::Span;

/// A resource as Emissary's compiler gets it.
#[derive(Clone, Copy, Debug)]
pub struct ResourceView<'v> {
    /// The resource.
    pub resource: &'v Resource,
    /// Its fields in the shape of `v3alpha1`, each with the place where it was written.
    pub fields: Fields<'v>,
    /// The document that it came from, as it was written.
    pub entry: &'v Entry<'v>,
}

/// A Mapping, with what it means.
#[derive(Clone, Copy, Debug)]
pub struct MappingView<'v> {
    /// The resource.
    pub resource: &'v Resource,
    /// Its fields in the shape of `v3alpha1`, each with the place where it was written.
    pub fields: Fields<'v>,
    /// The document that it came from, as it was written.
    pub entry: &'v Entry<'v>,
    /// What it means; `None` where Emissary drops it.
    pub mapping: Option<&'v Mapping>,
    /// Its id; `None` where Emissary drops it.
    pub id: Option<MappingId>,
}

/// Mappings that share a match.
#[derive(Clone, Debug)]
pub struct GroupView<'v> {
    /// The group.
    pub id: GroupId,
    /// The group.
    pub group: &'v Group,
    /// The Mappings of users in it that share its traffic, in the order of their routes.
    pub members: Vec<MappingView<'v>>,
    /// The Mapping that gets copies, if there is one.
    pub shadow: Option<MappingView<'v>>,
}

impl<'v> ResourceView<'v> {
    /// Edits of the document.
    pub fn mend(&self, cx: &Context<'v>) -> Mend<'v> {
        self.entry.mend(cx)
    }

    /// The place of its name.
    pub fn name_span(&self) -> Span {
        self.resource.name_span
    }

    /// The place of a field's value, or of the name where there is no such field.
    pub fn at(&self, key: &str) -> Span {
        self.fields.get(key).map_or(self.resource.name_span, |node| node.span)
    }

    /// The place of a field's key, or of the name where there is no such field.
    pub fn key(&self, key: &str) -> Span {
        self.fields.entry(key).map_or(self.resource.name_span, |entry| entry.key.span)
    }
}

impl<'v> MappingView<'v> {
    /// The same without its meaning.
    pub fn plain(&self) -> ResourceView<'v> {
        ResourceView { resource: self.resource, fields: self.fields, entry: self.entry }
    }

    /// Edits of the document.
    pub fn mend(&self, cx: &Context<'v>) -> Mend<'v> {
        self.entry.mend(cx)
    }

    /// Its name.
    pub fn name(&self) -> &'v str {
        &self.resource.name
    }

    /// The place of its name.
    pub fn name_span(&self) -> Span {
        self.resource.name_span
    }

    /// The place of a field's value, or of the name where there is no such field.
    pub fn at(&self, key: &str) -> Span {
        self.plain().at(key)
    }

    /// The place of a field's key, or of the name where there is no such field.
    pub fn key(&self, key: &str) -> Span {
        self.plain().key(key)
    }
}
