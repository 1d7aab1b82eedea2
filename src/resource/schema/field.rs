//! One field: its type, who knows it, what becomes of it.

use crate::edition::Edition;
use crate::resource::version::{Form, Forms};

/// A group of fields.
#[derive(Debug)]
pub struct Object {
    /// The fields by name; a name that means different things in different shapes stands several times.
    pub fields: &'static [Field],
    /// How many fields must be there at least and may be there at most, where that is limited.
    pub count: Option<(usize, usize)>,
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name as documents write it.
    pub name: &'static str,
    /// What may stand there.
    pub ty: Type,
    /// The shapes of documents that know it.
    pub forms: Forms,
    /// The first edition that knows it.
    pub since: Edition,
    /// Whether it must be there.
    pub required: bool,
    /// What Go does with an empty value when it writes the object out again.
    pub zero: Zero,
    /// The name in `v3alpha1`.
    pub becomes: &'static str,
    /// One line of words.
    pub doc: &'static str,
}

/// What Go does with an empty value (no text, 0, no items) when it writes an object out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zero {
    /// It is left out, so that it counts as absent.
    Omitted,
    /// It stays as written.
    Kept,
    /// It is written even when the document has none.
    Made,
}

/// What may stand in a field.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// Any text.
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// `http://`, `https://` in any case, or nothing.
    Scheme,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int(Int),
    /// One of these numbers.
    Code(&'static [i64]),
    /// Milliseconds; Go counts them in nanoseconds, so that large ones wrap around.
    Millis,
    /// Seconds; likewise.
    Seconds,
    /// A duration as Go writes it, such as `1m30s`.
    Duration,
    /// A time as RFC 3339 writes it.
    Time,
    /// A list, with the least number of items.
    List(&'static Type, usize),
    /// A map with keys of the user's choice.
    Map(&'static Type),
    /// Such a map with exactly one entry.
    Single(&'static Type),
    /// A group of fields.
    Object(&'static Object),
    /// A map of anything.
    Untyped,
    /// v1 and v2: a boolean or a text.
    BoolOrText,
    /// v1 and v2: a text or a list of texts.
    TextOrList,
    /// v1 and v2: a text or `{value, append}`.
    AddedHeader,
    /// v1 and v2: the labels of one group: a map with one entry, a list of words or small maps.
    LabelGroup,
}

/// A whole number's bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int {
    /// The least.
    pub min: i64,
    /// The greatest.
    pub max: i64,
    /// How wide it is in Go: where the schema lets more pass, it wraps around or ends the gateway.
    pub bits: Bits,
}

/// The width of a whole number in Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// `int`
    I64,
    /// `int32`
    I32,
    /// `uint32`
    U32,
}

impl Object {
    pub(super) const fn new(fields: &'static [Field]) -> Self {
        Self { fields, count: None }
    }

    pub(super) const fn with_count(fields: &'static [Field], least: usize, most: usize) -> Self {
        Self { fields, count: Some((least, most)) }
    }
}

impl Field {
    /// A field that every version of Emissary 2 and later knows, and none of Ambassador 1.
    pub(super) const fn new(name: &'static str, ty: Type, doc: &'static str) -> Self {
        let zero = match ty {
            Type::Text | Type::OneOf(_) | Type::List(..) | Type::Map(_) | Type::TextOrList => Zero::Omitted,
            _ => Zero::Kept,
        };
        Self { name, ty, forms: Forms::LATER, since: Edition::One, required: false, zero, becomes: name, doc }
    }

    pub(super) const fn forms(mut self, forms: Forms) -> Self {
        self.forms = forms;
        self
    }

    pub(super) const fn since(mut self, edition: Edition) -> Self {
        self.since = edition;
        self
    }

    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) const fn omitted(mut self) -> Self {
        self.zero = Zero::Omitted;
        self
    }

    pub(super) const fn kept(mut self) -> Self {
        self.zero = Zero::Kept;
        self
    }

    pub(super) const fn made(mut self) -> Self {
        self.zero = Zero::Made;
        self
    }

    /// A field of v1 and v2 that has another name in `v3alpha1`.
    pub(super) const fn old_name_of(mut self, becomes: &'static str) -> Self {
        self.becomes = becomes;
        self.forms = Forms::of(&[Form::Old]);
        self
    }
}

/// Any whole number that Go's `int` holds.
pub(super) const INT: Type = Type::Int(Int { min: i64::MIN, max: i64::MAX, bits: Bits::I64 });

/// A whole number between bounds.
pub(super) const fn between(min: i64, max: i64) -> Type {
    Type::Int(Int { min, max, bits: Bits::I64 })
}
