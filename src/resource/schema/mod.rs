//! THE FIELDS
//!
//! - *takes*: nothing; it is data
//! - *gives*: for every kind the fields that each version knows, with types, bounds, renames and one line of words
//! - *never*: reads a document
//! - *start*: [`spec_of`], [`Field`]
//!
//! Every reader of documents walks this one table: the schema checks of the API server and of the gateway, the decoding
//! into Go structures, conversion, and later lint, completion and documentation.

mod field;
mod gateway;
mod mapping;
mod resolver;
mod service;
mod shared;

pub use field::{Bits, Field, Int, Object, Type, Zero};

use super::Kind;
use super::version::Form;
use crate::edition::Edition;

/// The fields under `spec` of a kind.
pub fn spec_of(kind: Kind) -> &'static Object {
    match kind {
        Kind::AuthService => &service::AUTH,
        Kind::ConsulResolver => &resolver::CONSUL,
        Kind::DevPortal => &resolver::DEV_PORTAL,
        Kind::Host => &gateway::HOST,
        Kind::KubernetesEndpointResolver | Kind::KubernetesServiceResolver => &resolver::KUBERNETES,
        Kind::Listener => &gateway::LISTENER,
        Kind::LogService => &service::LOG,
        Kind::Mapping => &mapping::MAPPING,
        Kind::Module => &resolver::MODULE,
        Kind::RateLimitService => &service::RATE_LIMIT,
        Kind::TCPMapping => &mapping::TCP_MAPPING,
        Kind::TLSContext => &gateway::TLS_CONTEXT,
        Kind::TracingService => &service::TRACING,
    }
}

/// The fields under `status`, for the kinds that have one.
pub fn status_of(kind: Kind) -> Option<&'static Object> {
    match kind {
        Kind::Host => Some(&gateway::HOST_STATUS),
        Kind::Mapping => Some(&mapping::STATUS),
        _ => None,
    }
}

/// Whether `spec` itself may be missing in Go; where it may not, an absent one becomes `{}`.
pub fn spec_may_be_absent(kind: Kind) -> bool {
    matches!(kind, Kind::Host | Kind::Listener)
}

/// Which part of the table counts: a shape of documents as an edition reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The shape.
    pub form: Form,
    /// The line of releases.
    pub edition: Edition,
}

impl View {
    /// The field of this name, if documents of this shape have it.
    pub fn field(self, object: &'static Object, name: &str) -> Option<&'static Field> {
        let at = object.fields.partition_point(|field| field.name < name);
        object.fields[at..].iter().take_while(|field| field.name == name).find(|field| self.has(field))
    }

    /// All fields that documents of this shape have, by name.
    pub fn fields(self, object: &'static Object) -> impl Iterator<Item = &'static Field> {
        object.fields.iter().filter(move |field| self.has(field))
    }

    fn has(self, field: &Field) -> bool {
        field.forms.has(self.form) && field.since <= self.edition
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn every_object(found: &mut Vec<&'static Object>, object: &'static Object) {
        if found.iter().any(|known| std::ptr::eq(*known, object)) {
            return;
        }
        found.push(object);
        for field in object.fields {
            let mut ty = &field.ty;
            loop {
                match ty {
                    Type::List(item, _) | Type::Map(item) | Type::Single(item) => ty = item,
                    Type::Object(inner) => break every_object(found, inner),
                    _ => break,
                }
            }
        }
    }

    fn objects() -> Vec<&'static Object> {
        let mut found = Vec::new();
        for kind in Kind::ALL {
            every_object(&mut found, spec_of(kind));
            if let Some(status) = status_of(kind) {
                every_object(&mut found, status);
            }
        }
        found
    }

    #[test]
    fn fields_are_sorted_by_name() {
        for object in objects() {
            assert!(object.fields.is_sorted_by_key(|field| field.name), "{:?}", object.fields.first());
        }
    }

    #[test]
    fn no_shape_has_a_field_twice() {
        for object in objects() {
            for form in Form::ALL {
                let view = View { form, edition: Edition::Four };
                let names: Vec<_> = view.fields(object).map(|field| field.name).collect();
                assert!(names.is_sorted_by(|a, b| a < b), "{form:?} {names:?}");
            }
        }
    }

    #[test]
    fn what_becomes_another_name_is_known_there() {
        for object in objects() {
            for field in object.fields.iter().filter(|field| field.becomes != field.name) {
                let view = View { form: Form::New, edition: Edition::Four };
                assert!(view.field(object, field.becomes).is_some(), "{} -> {}", field.name, field.becomes);
            }
        }
    }

    #[test]
    fn every_field_has_words() {
        for object in objects() {
            for field in object.fields {
                assert!(field.doc.ends_with('.') && field.doc.len() > 4, "{}: {:?}", field.name, field.doc);
            }
        }
    }

    #[test]
    fn a_name_may_mean_another_thing_in_another_shape() {
        let mapping = spec_of(Kind::Mapping);
        let old = View { form: Form::Old, edition: Edition::Four };
        let new = View { form: Form::New, edition: Edition::Four };
        assert!(matches!(old.field(mapping, "tls").unwrap().ty, Type::BoolOrText));
        assert!(matches!(new.field(mapping, "tls").unwrap().ty, Type::Text));
        assert!(old.field(mapping, "hostname").is_none());
        assert!(View { form: Form::New, edition: Edition::Two }.field(mapping, "health_checks").is_none());
    }
}
