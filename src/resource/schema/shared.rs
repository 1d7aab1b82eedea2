//! Groups of fields that several kinds have.

use super::field::{Field, INT, Object, Type, Zero};
use crate::resource::version::Forms;

pub(super) const TEXTS: Type = Type::List(&Type::Text, 0);
pub(super) const TEXT_MAP: Type = Type::Map(&Type::Text);

/// The two fields that every kind has, in their two shapes.
pub(super) const AMBASSADOR_ID: Field =
    Field::new("ambassador_id", TEXTS, "The gateways that use this resource; without it, the one called `default`.")
        .forms(Forms::NEW);
pub(super) const OLD_AMBASSADOR_ID: Field = Field::new(
    "ambassador_id",
    Type::TextOrList,
    "The gateways that use this resource; without it, the one called `default`.",
)
.forms(Forms::EVER_BUT_NEW);

pub(super) const EXPLICIT_TLS: Field =
    Field::new("v2ExplicitTLS", Type::Object(&EXPLICIT_TLS_FIELDS), "How v2 spelled `tls`; no effect.")
        .forms(Forms::NEW);

static EXPLICIT_TLS_FIELDS: Object = Object::new(&[
    Field::new("serviceScheme", Type::Scheme, "The scheme that the service was written with."),
    Field::new(
        "tls",
        Type::OneOf(&["", "null", "bool:true", "bool:false", "string"]),
        "The empty value that `tls` was written as.",
    ),
]);

pub(super) const CIRCUIT_BREAKERS: Type = Type::List(&Type::Object(&CIRCUIT_BREAKER), 0);

static CIRCUIT_BREAKER: Object = Object::new(&[
    Field::new("max_connections", INT, "Connections to the service at a time.").forms(Forms::EVER),
    Field::new("max_pending_requests", INT, "Requests that wait for a connection at a time.").forms(Forms::EVER),
    Field::new("max_requests", INT, "Requests to the service at a time.").forms(Forms::EVER),
    Field::new("max_retries", INT, "Retries to the service at a time.").forms(Forms::EVER),
    Field::new("priority", Type::OneOf(&["default", "high"]), "The routing priority that the limits are for.")
        .forms(Forms::EVER),
]);

/// A header that is added, in `v3alpha1`.
pub(super) const ADDED_HEADERS: Type = Type::Map(&Type::Object(&ADDED_HEADER));
/// The same in v1 and v2.
pub(super) const OLD_ADDED_HEADERS: Type = Type::Map(&Type::AddedHeader);

static ADDED_HEADER: Object = Object::new(&[
    Field::new("append", Type::Bool, "Whether it stands beside a header of that name, or replaces it."),
    Field::new("v2Representation", Type::OneOf(&["", "string", "null"]), "How v2 spelled it; no effect."),
    Field::new("value", Type::Text, "The value, with Envoy's `%` operators; required, although no schema says so."),
]);

pub(super) static REGEX_MAP: Object = Object::new(&[
    Field::new("pattern", Type::Text, "What is replaced: an RE2 regular expression.").forms(Forms::EVER),
    Field::new("substitution", Type::Text, "What replaces it, with `\\1` for groups.").forms(Forms::EVER),
]);

pub(super) const LABEL_SELECTOR: Type = Type::Object(&LABEL_SELECTOR_FIELDS);

static LABEL_SELECTOR_FIELDS: Object = Object::new(&[
    Field::new(
        "matchExpressions",
        Type::List(&Type::Object(&MATCH_EXPRESSION), 0),
        "Conditions on labels; Emissary does not look at them.",
    )
    .forms(Forms::EVER),
    Field::new("matchLabels", TEXT_MAP, "Labels that must be there, all of them.").forms(Forms::EVER),
]);

static MATCH_EXPRESSION: Object = Object::new(&[
    Field::new("key", Type::Text, "The label.").required().kept().forms(Forms::EVER),
    Field::new("operator", Type::Text, "In, NotIn, Exists or DoesNotExist.").required().kept().forms(Forms::EVER),
    Field::new("values", TEXTS, "The values that are looked for.").forms(Forms::EVER),
]);

/// A reference to a Secret or a TLSContext by name.
pub(super) static NAME_REF: Object =
    Object::new(&[Field::new("name", Type::Text, "Its name, in the same namespace.").forms(Forms::EVER)]);

pub(super) const MIN_TLS: &str = "The lowest TLS version: v1.0, v1.1, v1.2 or v1.3.";
pub(super) const MAX_TLS: &str = "The highest TLS version: v1.0, v1.1, v1.2 or v1.3.";

/// A plain boolean in Go: `false` is left out.
pub(super) const fn flag(name: &'static str, doc: &'static str) -> Field {
    let mut field = Field::new(name, Type::Bool, doc);
    field.zero = Zero::Omitted;
    field
}
