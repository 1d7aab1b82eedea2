//! What a scalar means to those who read it.

// resolve: to come

/// What a scalar means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning<'a> {
    /// Nothing: `null`, `~` or no text.
    Null,
    /// `true`, `yes`, `on` and the like.
    Bool(bool),
    /// A whole number that fits 64 bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Everything else.
    Str(&'a str),
}

/// Whose reading of YAML counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// kubectl, the API server and Emissary 2 and later: YAML 1.1 with `y` and `n` as booleans.
    Kubernetes,
    /// Ambassador 1.x reading annotations with Python's loader: YAML 1.1, where `y` and `n` are strings.
    Python,
}
