//! What a scalar means to those who read it.

use std::borrow::Cow;

use super::node::{Node, Scalar, Style, Tag, Value};
use super::number::{self, Number};

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
    /// A value that JSON has no type for, and is no text: a date or bytes, read by Python.
    Foreign(&'a str),
}

/// Whose reading of YAML counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// kubectl, the API server and Emissary 2 and later: YAML 1.1 with `y` and `n` as booleans.
    Kubernetes,
    /// Ambassador 1.x reading annotations with Python's loader: YAML 1.1, where `y` and `n` are strings.
    Python,
}

impl Scalar {
    /// What the scalar means to the readers of a dialect.
    pub fn resolve(&self, dialect: Dialect) -> Meaning<'_> {
        let text: &str = &self.text;
        match (self.tag, self.style) {
            (None, Style::Plain) => plain(text, dialect),
            (None, _) | (Some(Tag::Str | Tag::Other), _) => Meaning::Str(text),
            (Some(Tag::Binary), _) => match dialect {
                Dialect::Kubernetes => Meaning::Str(text),
                Dialect::Python => Meaning::Foreign(text),
            },
            (Some(Tag::Timestamp), _) => match dialect {
                Dialect::Kubernetes => Meaning::Str(text),
                Dialect::Python => Meaning::Foreign(text),
            },
            (Some(Tag::Float), _) => match plain(text, dialect) {
                Meaning::Int(value) => Meaning::Float(value as f64),
                meaning => meaning,
            },
            (Some(Tag::Int | Tag::Bool | Tag::Null), _) => plain(text, dialect),
        }
    }

    /// Whether the text can be read as its tag says. Where it cannot, no reader takes the document.
    pub(super) fn fits_tag(&self) -> bool {
        let Some(tag) = self.tag else { return true };
        let meaning = plain(&self.text, Dialect::Kubernetes);
        let is_uint = matches!(meaning, Meaning::Float(_)) && matches!(number::go(&self.text), Some(Number::Uint(_)));
        match tag {
            Tag::Str | Tag::Other | Tag::Binary => true,
            Tag::Int => matches!(meaning, Meaning::Int(_)) || is_uint,
            // Go's reader turns whole numbers into others only where they fit 64 bits with a sign.
            Tag::Float => matches!(meaning, Meaning::Int(_) | Meaning::Float(_)) && !is_uint,
            Tag::Bool => matches!(meaning, Meaning::Bool(_)),
            Tag::Null => meaning == Meaning::Null,
            Tag::Timestamp => is_timestamp(&self.text),
        }
    }
}

impl Node {
    /// What a scalar means; `None` for lists and maps.
    pub fn meaning(&self, dialect: Dialect) -> Option<Meaning<'_>> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar.resolve(dialect)),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self, dialect: Dialect) -> bool {
        self.meaning(dialect) == Some(Meaning::Null)
    }
}

/// What a key becomes, since JSON has only texts for keys: `on` becomes `true`, `0x10` becomes `16`.
///
/// `None` where it cannot become one (null, a list, a map), for which the readers refuse the whole document.
pub fn key_text(key: &Node, dialect: Dialect) -> Option<Cow<'_, str>> {
    let Value::Scalar(scalar) = &key.value else { return None };
    Some(match scalar.resolve(dialect) {
        Meaning::Str(text) => text.into(),
        Meaning::Bool(true) => "true".into(),
        Meaning::Bool(false) => "false".into(),
        Meaning::Int(value) => value.to_string().into(),
        Meaning::Float(_) if matches!(number::go(&scalar.text), Some(Number::Uint(_))) => return None,
        Meaning::Float(value) => number::format_g32(value).into(),
        Meaning::Null | Meaning::Foreign(_) => return None,
    })
}

pub(super) fn plain(text: &str, dialect: Dialect) -> Meaning<'_> {
    let Some(first) = text.bytes().next() else { return Meaning::Null };
    match first {
        b'~' | b'a'..=b'z' | b'A'..=b'Z' => word(text, dialect),
        b'0'..=b'9' | b'+' | b'-' | b'.' => numeric(text, dialect),
        _ => Meaning::Str(text),
    }
}

fn word(text: &str, dialect: Dialect) -> Meaning<'_> {
    match text {
        "~" | "null" | "Null" | "NULL" => Meaning::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Meaning::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Meaning::Bool(false),
        "y" | "Y" if dialect == Dialect::Kubernetes => Meaning::Bool(true),
        "n" | "N" if dialect == Dialect::Kubernetes => Meaning::Bool(false),
        _ => Meaning::Str(text),
    }
}

fn numeric(text: &str, dialect: Dialect) -> Meaning<'_> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Meaning::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Meaning::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Meaning::Float(f64::NAN),
        _ => {}
    }
    let number = match dialect {
        Dialect::Kubernetes => number::go(text),
        Dialect::Python if is_timestamp(text) => return Meaning::Foreign(text),
        Dialect::Python => number::python(text),
    };
    match number {
        Some(Number::Int(value)) => Meaning::Int(value),
        Some(number) => Meaning::Float(number.as_f64()),
        None => Meaning::Str(text),
    }
}

/// A date, or a date and a time, as YAML 1.1 writes them.
fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_at_checked(4) else { return false };
    if !is_digits(year) {
        return false;
    }
    let Some(rest) = rest.strip_prefix('-') else { return false };
    let Some((month, rest)) = rest.split_once('-') else { return false };
    let day_end = rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
    let (day, time) = rest.split_at(day_end);
    let one_or_two = |text: &str| (1..=2).contains(&text.len()) && is_digits(text);
    if !one_or_two(month) || !one_or_two(day) {
        return false;
    }
    if time.is_empty() {
        return month.len() == 2 && day.len() == 2;
    }
    let clock = match time.strip_prefix(['T', 't']) {
        Some(clock) => clock,
        None => time.trim_start_matches([' ', '\t']),
    };
    clock.len() < time.len() && is_clock(clock)
}

/// `[0-9][0-9]?:[0-9][0-9]:[0-9][0-9](\.[0-9]*)?([ \t]*(Z|[-+][0-9][0-9]?(:[0-9][0-9])?))?`
fn is_clock(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (Some(hour), Some(minute), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let Some((second, rest)) = rest.split_at_checked(2) else { return false };
    if !((1..=2).contains(&hour.len())
        && is_digits(hour)
        && minute.len() == 2
        && is_digits(minute)
        && is_digits(second))
    {
        return false;
    }
    let rest = rest.strip_prefix('.').map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    let zone = rest.trim_start_matches([' ', '\t']);
    match zone.strip_prefix(['+', '-']) {
        None => rest.is_empty() || zone == "Z",
        Some(offset) => {
            let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "00"));
            (1..=2).contains(&hours.len()) && is_digits(hours) && minutes.len() == 2 && is_digits(minutes)
        }
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kubernetes(text: &str) -> Meaning<'_> {
        plain(text, Dialect::Kubernetes)
    }

    fn python(text: &str) -> Meaning<'_> {
        plain(text, Dialect::Python)
    }

    #[test]
    fn kubernetes_reads_yaml_1_1_booleans() {
        for text in ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"] {
            assert_eq!(kubernetes(text), Meaning::Bool(true), "{text}");
        }
        for text in ["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"] {
            assert_eq!(kubernetes(text), Meaning::Bool(false), "{text}");
        }
        for text in ["yES", "tRUE", "oN", "nO", "truth", "yess"] {
            assert_eq!(kubernetes(text), Meaning::Str(text));
        }
    }

    #[test]
    fn kubernetes_reads_whole_numbers_in_five_bases() {
        let cases = [
            ("010", 8),
            ("0o10", 8),
            ("0O10", 8),
            ("0x10", 16),
            ("+0X1f", 31),
            ("0b11", 3),
            ("-0b11", -3),
            ("0b-1", -1),
            ("1_000", 1000),
            ("1__0", 10),
            ("0x_1", 1),
            ("+5", 5),
            ("-0", 0),
            ("00", 0),
            ("-9223372036854775808", i64::MIN),
        ];
        for (text, value) in cases {
            assert_eq!(kubernetes(text), Meaning::Int(value), "{text}");
        }
    }

    #[test]
    fn kubernetes_reads_decimals() {
        let cases = [
            ("1e3", 1000.0),
            ("3000.0", 3000.0),
            ("08", 8.0),
            (".5", 0.5),
            ("+.5", 0.5),
            ("1.", 1.0),
            ("1_000.5_1", 1000.51),
            ("99999999999999999999", 1e20),
            ("18446744073709551615", u64::MAX as f64),
            ("-.inf", f64::NEG_INFINITY),
        ];
        for (text, value) in cases {
            assert_eq!(kubernetes(text), Meaning::Float(value), "{text}");
        }
    }

    #[test]
    fn kubernetes_takes_the_rest_as_text() {
        for text in
            ["2024-01-02", "12:30", "190:20:30", "1e400", "0b", "0x", "+", "-", "=", "<<", "1.2.3", "._5", "--1"]
        {
            assert_eq!(kubernetes(text), Meaning::Str(text));
        }
    }

    #[test]
    fn python_reads_base_sixty_and_dates_but_no_single_letters() {
        assert_eq!(python("y"), Meaning::Str("y"));
        assert_eq!(python("on"), Meaning::Bool(true));
        assert_eq!(python("12:30"), Meaning::Int(750));
        assert_eq!(python("12:30:45"), Meaning::Int(45045));
        assert_eq!(python("-1:30"), Meaning::Int(-90));
        assert_eq!(python("1:30.5"), Meaning::Float(90.5));
        assert_eq!(python("2024-01-02"), Meaning::Foreign("2024-01-02"));
        assert_eq!(python("2024-1-2 3:04:05 +01:00"), Meaning::Foreign("2024-1-2 3:04:05 +01:00"));
        assert_eq!(python("1e3"), Meaning::Str("1e3"));
        assert_eq!(python("1.5e+3"), Meaning::Float(1500.0));
        assert_eq!(python("0o10"), Meaning::Str("0o10"));
        assert_eq!(python("010"), Meaning::Int(8));
        assert_eq!(python("08"), Meaning::Str("08"));
    }

    #[test]
    fn tags_and_quotes_outrank_the_text() {
        let scalar = |text: &str, style, tag| Scalar { text: text.into(), style, tag };
        let kubernetes = Dialect::Kubernetes;
        assert_eq!(scalar("5", Style::Double, None).resolve(kubernetes), Meaning::Str("5"));
        assert_eq!(scalar("5", Style::Plain, Some(Tag::Str)).resolve(kubernetes), Meaning::Str("5"));
        assert_eq!(scalar("5", Style::Plain, Some(Tag::Other)).resolve(kubernetes), Meaning::Str("5"));
        assert_eq!(scalar("5", Style::Double, Some(Tag::Int)).resolve(kubernetes), Meaning::Int(5));
        assert_eq!(scalar("5", Style::Plain, Some(Tag::Float)).resolve(kubernetes), Meaning::Float(5.0));
    }
}
