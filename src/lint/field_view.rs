//! Every field of a document, as it was written, beside what the table of fields says of it.

use std::fmt;

use super::entry::{Entry, NAMES};
use crate::edition::Edition;
use crate::resource::schema::{Field, Object, Type, View, spec_of};
use crate::yaml::Node;

/// One value of a document, with its key and its place in the table of fields.
#[derive(Debug)]
pub struct FieldView<'w> {
    /// The document.
    pub entry: &'w Entry<'w>,
    /// What it is.
    pub role: Role,
    /// What may stand here, where that is known.
    pub ty: Option<&'static Type>,
    /// The map or list that it stands in.
    pub parent: &'w Node,
    /// Its key; for items of lists the key of the list.
    pub key: &'w Node,
    /// What is written there.
    pub value: &'w Node,
    path: Path<'w>,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum Role {
    /// A field of the table.
    Field(&'static Field),
    /// The value of a key that the user chose, such as the name of a header.
    Key,
    /// An item of a list.
    Item,
    /// The value of a key that nobody knows.
    Unknown,
}

impl<'w> FieldView<'w> {
    /// Its path below `spec`, such as `cors.origins[1]`.
    pub fn path(&self) -> String {
        self.path.to_string()
    }

    /// The field, if it is one of the table.
    pub fn field(&self) -> Option<&'static Field> {
        match self.role {
            Role::Field(field) => Some(field),
            _ => None,
        }
    }

    /// Its name, or the key.
    pub fn name(&self) -> &'w str {
        self.key.text().unwrap_or_default()
    }

    /// Whether it stands directly under `spec`.
    pub fn is_top(&self) -> bool {
        self.path.parent.is_none()
    }
}

#[derive(Clone, Copy, Debug)]
struct Path<'w> {
    parent: Option<&'w Path<'w>>,
    key: &'w Node,
    index: Option<usize>,
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}")?;
        }
        match (self.index, self.parent) {
            (Some(index), _) => write!(f, "[{index}]"),
            (None, None) => f.write_str(self.key.text().unwrap_or("?")),
            (None, Some(_)) => write!(f, ".{}", self.key.text().unwrap_or("?")),
        }
    }
}

/// What a value's children are.
#[derive(Clone, Copy)]
enum Shape {
    Object(&'static Object),
    Keys(Option<&'static Type>),
    Items(Option<&'static Type>),
    Unknown,
}

impl Shape {
    fn of(ty: Option<&'static Type>) -> Self {
        match ty {
            Some(Type::Object(object)) => Self::Object(object),
            Some(Type::Map(item) | Type::Single(item)) => Self::Keys(Some(item)),
            Some(Type::List(item, _)) => Self::Items(Some(item)),
            Some(_) => Self::Keys(None),
            None => Self::Unknown,
        }
    }
}

/// Shows every value of a document.
pub(super) fn walk(entry: &Entry<'_>, edition: Edition, show: &mut dyn FnMut(&FieldView<'_>)) {
    let (Some(kind), Some(view), Some(body)) = (entry.kind, entry.view(edition), entry.body) else { return };
    Walk { entry, view, show }.children(body, Shape::Object(spec_of(kind)), None);
}

struct Walk<'w, 'a> {
    entry: &'w Entry<'w>,
    view: View,
    show: &'a mut dyn FnMut(&FieldView<'_>),
}

impl Walk<'_, '_> {
    fn children(&mut self, node: &Node, shape: Shape, parent: Option<&Path<'_>>) {
        let is_top_of_annotation = parent.is_none() && self.entry.is_annotation();
        for entry in node.as_map().into_iter().flat_map(|map| map.entries()) {
            let name = entry.key.text().unwrap_or_default();
            if is_top_of_annotation && NAMES.contains(&name) {
                continue;
            }
            let (role, ty) = match shape {
                Shape::Object(object) => match self.view.field(object, name) {
                    Some(field) => (Role::Field(field), Some(&field.ty)),
                    None => (Role::Unknown, None),
                },
                Shape::Keys(ty) => (Role::Key, ty),
                Shape::Items(_) | Shape::Unknown => (Role::Unknown, None),
            };
            let path = Path { parent, key: &entry.key, index: None };
            self.value(node, &entry.key, &entry.value, role, ty, path);
        }
        let item = match shape {
            Shape::Items(ty) => ty,
            _ => None,
        };
        for (index, value) in node.as_list().unwrap_or_default().iter().enumerate() {
            let Some(above) = parent else { continue };
            let path = Path { parent: Some(above), key: above.key, index: Some(index) };
            self.value(node, above.key, value, Role::Item, item, path);
        }
    }

    fn value(
        &mut self,
        parent: &Node,
        key: &Node,
        value: &Node,
        role: Role,
        ty: Option<&'static Type>,
        path: Path<'_>,
    ) {
        (self.show)(&FieldView { entry: self.entry, role, ty, parent, key, value, path });
        self.children(value, Shape::of(ty), Some(&path));
    }
}
