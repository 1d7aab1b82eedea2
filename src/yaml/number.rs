//! Numbers as Go and Python read them from plain scalars.

/// A number of a plain scalar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// Fits 64 bits with a sign.
    Int(i64),
    /// Fits 64 bits without a sign only.
    Uint(u64),
    /// Any other.
    Float(f64),
}

impl Number {
    /// As a floating-point number.
    pub(super) fn as_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Uint(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

/// A plain scalar that begins with a sign, a digit or a dot, as Go's YAML 1.1 reader takes it.
pub(super) fn go(text: &str) -> Option<Number> {
    if text.starts_with('.') {
        return go_dotted(text).map(Number::Float);
    }
    let plain: std::borrow::Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    if let Some(int) = go_int(&plain) {
        return Some(int);
    }
    if is_decimal(&plain) {
        let value: f64 = plain.parse().ok()?;
        // Go calls a number out of range an error, and the reader then takes the text.
        return value.is_finite().then_some(Number::Float(value));
    }
    // The reader tries binary by hand once more, which lets a sign stand behind the prefix.
    let digits = plain.strip_prefix("0b")?;
    digits.starts_with(['+', '-']).then(|| i64::from_str_radix(digits, 2).ok())?.map(Number::Int)
}

/// `strconv.ParseInt` and `ParseUint` with base 0, of a text without underscores.
fn go_int(text: &str) -> Option<Number> {
    let (sign, digits) = split_sign(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0'] => (10, digits),
        [b'0', ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    // Rust would take a second sign here.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let size = u64::from_str_radix(digits, radix).ok()?;
    match sign {
        Some('-') => 0i64.checked_sub_unsigned(size).map(Number::Int),
        _ => match i64::try_from(size) {
            Ok(value) => Some(Number::Int(value)),
            Err(_) if sign.is_none() => Some(Number::Uint(size)),
            Err(_) => None,
        },
    }
}

/// `strconv.ParseFloat` of a text that begins with a dot.
fn go_dotted(text: &str) -> Option<f64> {
    let mut plain = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        let digit = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
        match byte {
            b'_' if digit(at.checked_sub(1)) && digit(Some(at + 1)) => {}
            b'_' => return None,
            byte => plain.push(char::from(byte)),
        }
    }
    let value: f64 = is_decimal(&plain).then(|| plain.parse().ok())??;
    value.is_finite().then_some(value)
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_decimal(text: &str) -> bool {
    let (_, rest) = split_sign(text);
    let (whole, rest) = split_digits(rest);
    let (dot, rest) = match rest.strip_prefix('.') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (fraction, rest) = if dot { split_digits(rest) } else { ("", rest) };
    if whole.is_empty() && fraction.is_empty() {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let (digits, rest) = split_digits(split_sign(exponent).1);
            !digits.is_empty() && rest.is_empty()
        }
    }
}

/// A plain scalar as PyYAML's implicit resolvers take it: base 60 too, and no exponent without a dot and a sign.
pub(super) fn python(text: &str) -> Option<Number> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return None;
    }
    let (sign, body) = split_sign(text);
    let negative = sign == Some('-');
    if let Some(size) = python_int(body) {
        return Some(signed(negative, size));
    }
    let plain = body.replace('_', "");
    let value = if is_python_float(sign, body) { plain.parse::<f64>().ok() } else { python_base60_float(body, &plain) };
    value.map(|value| Number::Float(if negative { -value } else { value }))
}

fn python_int(body: &str) -> Option<Number> {
    let (radix, digits) = match body.as_bytes() {
        [b'0', b'b', ..] => (2, &body[2..]),
        [b'0', b'x', ..] => (16, &body[2..]),
        [b'0', _, ..] => (8, &body[1..]),
        [b'0'..=b'9', ..] => (10, body),
        _ => return None,
    };
    if radix == 10 && digits.contains(':') {
        return base60(digits).map(|value| whole(value).unwrap_or(Number::Float(value)));
    }
    if digits.bytes().any(|byte| byte != b'_' && !char::from(byte).is_digit(radix)) {
        return None;
    }
    let plain = digits.replace('_', "");
    if plain.is_empty() {
        // `0_` is nought; `0x_` is an error in Python, and a text to us.
        return (radix == 8).then_some(Number::Int(0));
    }
    Some(match u64::from_str_radix(&plain, radix) {
        Ok(size) => i64::try_from(size).map_or(Number::Uint(size), Number::Int),
        // Python's whole numbers have no end; ours become inexact.
        Err(_) => Number::Float(
            plain
                .chars()
                .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit.to_digit(radix).unwrap_or(0))),
        ),
    })
}

fn whole(value: f64) -> Option<Number> {
    (value.fract() == 0.0 && value.abs() < 9.0e15).then_some(Number::Int(value as i64))
}

fn signed(negative: bool, number: Number) -> Number {
    match number {
        Number::Int(value) if negative => Number::Int(-value),
        Number::Uint(value) if negative => {
            0i64.checked_sub_unsigned(value).map_or(Number::Float(-(value as f64)), Number::Int)
        }
        Number::Float(value) if negative => Number::Float(-value),
        number => number,
    }
}

/// `[1-9][0-9_]*(:[0-5]?[0-9])+`
fn base60(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let first = parts.next()?;
    if !first.starts_with(|digit: char| digit.is_ascii_digit()) {
        return None;
    }
    let mut value: f64 = digits_value(first)?;
    for part in parts {
        if !matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']) {
            return None;
        }
        value = value * 60.0 + digits_value(part)?;
    }
    Some(value)
}

fn digits_value(text: &str) -> Option<f64> {
    if text.bytes().any(|byte| byte != b'_' && !byte.is_ascii_digit()) {
        return None;
    }
    text.replace('_', "").parse().ok()
}

/// `[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?`, or with nothing before the dot, then without a sign.
fn is_python_float(sign: Option<char>, body: &str) -> bool {
    let Some((whole, rest)) = body.split_once('.') else { return false };
    let (fraction, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte == b'_' || byte.is_ascii_digit());
    let starts = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let mantissa =
        digits(whole) && digits(fraction) && (starts(whole) || whole.is_empty() && sign.is_none() && starts(fraction));
    mantissa
        && exponent.is_none_or(|exponent| {
            let (sign, digits) = split_sign(exponent);
            sign.is_some() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// `[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*`
fn python_base60_float(body: &str, plain: &str) -> Option<f64> {
    let (whole, _) = body.split_once('.')?;
    let (_, fraction) = plain.split_once('.')?;
    if !whole.contains(':') || fraction.bytes().any(|byte| !byte.is_ascii_digit()) {
        return None;
    }
    let fraction: f64 = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse().ok()? };
    Some(base60(whole)? + fraction)
}

fn split_sign(text: &str) -> (Option<char>, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (Some('-'), rest),
        None => text.strip_prefix('+').map_or((None, text), |rest| (Some('+'), rest)),
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// Go's `strconv.FormatFloat(value, 'g', -1, 32)`: how a key that is a number becomes text.
pub(super) fn format_g32(value: f64) -> String {
    let single = value as f32;
    if single.is_nan() {
        return ".nan".into();
    }
    if single.is_infinite() {
        return if single > 0.0 { ".inf".into() } else { "-.inf".into() };
    }
    let scientific = format!("{single:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{single}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
