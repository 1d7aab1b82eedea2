//! What reading into Go structures and writing out again leaves of an object: known fields, sorted keys, no empty values.

use super::json::{Json, get, is_null, json, sort};
use super::schema::{Bits, Field, Int, Object, Type, View, Zero};
use super::time::{parse_duration, print_duration};
use crate::source::Span;
use crate::yaml::{Entry, Node, Value};

/// How Go reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Go {
    /// Which fields there are.
    pub(crate) view: View,
    /// Whether numbers that are too large wrap around, as in annotations, or end the reading.
    pub(crate) wraps: bool,
    /// Whether nulls have been cut off before, as the API server does.
    pub(crate) cuts_nulls: bool,
    /// Whether it is written again. Where it is not, empty values and the order of keys stay.
    pub(crate) serialises: bool,
}

/// Why something could not be read into Go structures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CannotRead {
    pub(crate) span: Span,
    pub(crate) why: String,
}

impl CannotRead {
    pub(crate) fn new(span: Span, why: impl Into<String>) -> Self {
        Self { span, why: why.into() }
    }
}

impl Go {
    /// A group of fields as Go writes it again.
    pub(crate) fn object(&self, node: &Node, object: &'static Object) -> Result<Node, CannotRead> {
        let Json::Map(given) = json(node) else {
            return Err(CannotRead::new(
                node.span,
                format!("a map is needed, and there is {}", json(node).type_name()),
            ));
        };
        let mut entries = Vec::with_capacity(given.len());
        for entry in given {
            let Some(field) = entry.key.text().and_then(|name| self.view.field(object, name)) else { continue };
            if is_null(&entry.value) {
                continue;
            }
            let value = self.value(&entry.value, &field.ty)?;
            if !self.serialises || field.zero != Zero::Omitted || !is_empty(&value, &field.ty) {
                entries.push(Entry { key: entry.key.clone(), value });
            }
        }
        if !self.serialises {
            return Ok(Node::map(entries, node.span));
        }
        for field in self.view.fields(object).filter(|field| field.zero == Zero::Made) {
            if get(&entries, field.name).is_none() {
                entries.push(Entry { key: Node::string(field.name, node.span), value: self.made(field, node.span)? });
            }
        }
        sort(&mut entries);
        Ok(Node::map(entries, node.span))
    }

    fn made(&self, field: &Field, span: Span) -> Result<Node, CannotRead> {
        match &field.ty {
            Type::Object(inner) => self.object(&Node::map([], span), inner),
            _ => Ok(Node::plain("null", span)),
        }
    }

    fn value(&self, node: &Node, ty: &'static Type) -> Result<Node, CannotRead> {
        let wrong = |what: &str| {
            Err(CannotRead::new(node.span, format!("{what} is needed, and there is {}", json(node).type_name())))
        };
        match (ty, json(node)) {
            (Type::Text | Type::OneOf(_) | Type::Scheme | Type::Time, Json::Text(_)) => Ok(node.clone()),
            (Type::Text | Type::OneOf(_) | Type::Scheme | Type::Time, _) => wrong("a text"),
            (Type::Duration, Json::Text(_)) if !self.serialises => Ok(node.clone()),
            (Type::Duration, Json::Text(text)) => match parse_duration(text) {
                Some(nanoseconds) => Ok(said(node, &print_duration(nanoseconds))),
                None => Err(CannotRead::new(node.span, format!("`{text}` is no duration"))),
            },
            (Type::Bool, Json::Bool(value)) => Ok(plain(node, if value { "true" } else { "false" })),
            (Type::Int(bounds), Json::Int(value)) => Ok(plain(node, &self.fit(value, *bounds, node.span)?.to_string())),
            (Type::Code(_), Json::Int(value)) => Ok(plain(node, &value.to_string())),
            (Type::Millis, Json::Int(value)) => Ok(plain(node, &through_nanoseconds(value, 1_000_000).to_string())),
            (Type::Seconds, Json::Int(value)) => {
                Ok(plain(node, &through_nanoseconds(value, 1_000_000_000).to_string()))
            }
            (Type::List(item, _), Json::List(items)) => {
                let items: Result<Vec<_>, _> = items.iter().map(|node| self.value(node, item)).collect();
                Ok(Node::list(items?, node.span))
            }
            (Type::Map(inner) | Type::Single(inner), Json::Map(entries)) => self.map(node, entries, inner),
            (Type::Object(object), Json::Map(_)) => self.object(node, object),
            (Type::Untyped, Json::Map(_)) => Ok(sorted(node)),
            _ => wrong("another type"),
        }
    }

    fn map(&self, node: &Node, entries: &[Entry], inner: &'static Type) -> Result<Node, CannotRead> {
        let mut written = Vec::with_capacity(entries.len());
        for entry in entries {
            let value = if is_null(&entry.value) {
                if self.cuts_nulls {
                    continue;
                }
                empty(inner, entry.value.span)
            } else {
                self.value(&entry.value, inner)?
            };
            written.push(Entry { key: entry.key.clone(), value });
        }
        if self.serialises {
            sort(&mut written);
        }
        Ok(Node::map(written, node.span))
    }

    fn fit(&self, value: i64, bounds: Int, span: Span) -> Result<i64, CannotRead> {
        let (fits, wrapped) = match bounds.bits {
            Bits::I64 => (true, value),
            Bits::I32 => (i32::try_from(value).is_ok(), i64::from(value as i32)),
            Bits::U32 => (u32::try_from(value).is_ok(), i64::from(value as u32)),
        };
        if fits || self.wraps { Ok(wrapped) } else { Err(CannotRead::new(span, format!("{value} is too large"))) }
    }
}

/// Go keeps times in 64 bits of nanoseconds.
fn through_nanoseconds(value: i64, unit: i64) -> i64 {
    value.wrapping_mul(unit) / unit
}

/// A scalar with this plain text; the node itself if it is that already.
fn plain(node: &Node, text: &str) -> Node {
    match &node.value {
        Value::Scalar(scalar) if &*scalar.text == text && scalar.tag.is_none() => node.clone(),
        _ => Node::plain(text, node.span),
    }
}

/// A string with this text; the node itself if it is that already.
fn said(node: &Node, text: &str) -> Node {
    if super::json::text(node) == Some(text) { node.clone() } else { Node::string(text, node.span) }
}

/// What Go has where JSON has null.
fn empty(ty: &Type, span: Span) -> Node {
    match ty {
        Type::Object(_) | Type::Map(_) | Type::Single(_) | Type::Untyped => Node::map([], span),
        Type::List(..) => Node::list([], span),
        _ => Node::string("", span),
    }
}

/// Untyped content with the keys of all maps sorted.
fn sorted(node: &Node) -> Node {
    match &node.value {
        // Go knows no difference between 1.0 and 1.
        Value::Scalar(_) => match json(node) {
            Json::Int(value) => plain(node, &value.to_string()),
            _ => node.clone(),
        },
        Value::List(items) => Node::list(items.iter().map(sorted).collect::<Vec<_>>(), node.span),
        Value::Map(map) => {
            let entry = |entry: &Entry| Entry { key: entry.key.clone(), value: sorted(&entry.value) };
            let mut entries: Vec<_> = map.entries().iter().map(entry).collect();
            sort(&mut entries);
            Node::map(entries, node.span)
        }
    }
}

/// Whether Go counts a value as empty.
fn is_empty(value: &Node, ty: &Type) -> bool {
    match (ty, json(value)) {
        (_, Json::Text("") | Json::Bool(false) | Json::Int(0) | Json::Null) => true,
        (Type::List(..), Json::List(items)) => items.is_empty(),
        (Type::Map(_) | Type::Single(_), Json::Map(entries)) => entries.is_empty(),
        _ => false,
    }
}

/// Booleans and whole numbers spelled in the one way that Go writes them; everything else as it stands.
pub(crate) fn canonical(node: &Node) -> Node {
    match json(node) {
        Json::Bool(value) => plain(node, if value { "true" } else { "false" }),
        Json::Int(value) => plain(node, &value.to_string()),
        Json::List(items) => Node::list(items.iter().map(canonical).collect::<Vec<_>>(), node.span),
        Json::Map(entries) => {
            let entry = |entry: &Entry| Entry { key: entry.key.clone(), value: canonical(&entry.value) };
            Node::map(entries.iter().map(entry).collect::<Vec<_>>(), node.span)
        }
        Json::Null | Json::Float | Json::Text(_) => node.clone(),
    }
}
