//! Envoy's format strings, as header values and access logs have them: read into parts, or refused as Envoy does.

mod operators;

use std::sync::Arc;

/// A part of a format string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatPart {
    /// Text that stands for itself.
    Text(Arc<str>),
    /// `%NAME(ARGUMENT):LENGTH%`
    Operator {
        /// The operator.
        name: Arc<str>,
        /// What stands in parentheses.
        argument: Option<Arc<str>>,
        /// At most so many characters.
        max_length: Option<usize>,
    },
}

/// Reads a format string.
///
/// # Errors
///
/// What Envoy refuses: a lone percent sign, an operator that it does not know, a missing argument.
pub fn parse(text: &str) -> Result<Vec<FormatPart>, String> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(next) = after.strip_prefix('%') {
            plain.push('%');
            rest = next;
            continue;
        }
        let (operator, next) = operator(after)?;
        if !plain.is_empty() {
            parts.push(FormatPart::Text(std::mem::take(&mut plain).into()));
        }
        parts.push(operator);
        rest = next;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(FormatPart::Text(plain.into()));
    }
    Ok(parts)
}

/// Whether Envoy takes a format string.
///
/// # Errors
///
/// As [`parse`].
pub fn check(text: &str) -> Result<(), String> {
    parse(text).map(drop)
}

/// Reads what follows a percent sign up to the closing one.
fn operator(text: &str) -> Result<(FormatPart, &str), String> {
    let lone = || "a percent sign that begins no operator; write `%%` for a percent sign".to_owned();
    let end = text.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')).ok_or_else(lone)?;
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return Err(lone());
    }
    let (argument, max_length, rest) = match rest.strip_prefix('(') {
        None => closing(rest).map(|(length, rest)| (None, length, rest)).ok_or_else(lone)?,
        // The argument ends at the first parenthesis behind which the operator is closed.
        Some(inner) => inner
            .match_indices(')')
            .find_map(|(at, _)| {
                let (length, rest) = closing(inner.get(at + 1..)?)?;
                Some((inner.get(..at), length, rest))
            })
            .ok_or_else(lone)?,
    };
    let takes = operators::takes(name).ok_or_else(|| format!("`%{name}%` is no operator that Envoy knows"))?;
    if !takes.allows(argument, max_length.is_some()) {
        let given = argument.map(|argument| format!("({argument})")).unwrap_or_default();
        let length = max_length.map(|length| format!(":{length}")).unwrap_or_default();
        return Err(format!("Envoy does not take `%{name}{given}{length}%`"));
    }
    Ok((FormatPart::Operator { name: name.into(), argument: argument.map(Into::into), max_length }, rest))
}

/// Reads `:LENGTH%` or `%`.
fn closing(text: &str) -> Option<(Option<usize>, &str)> {
    let Some(after) = text.strip_prefix(':') else { return Some((None, text.strip_prefix('%')?)) };
    let (digits, rest) = after.split_once('%')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Some((Some(digits.parse().ok()?), rest)))?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn two_percent_signs_are_one() {
        assert_eq!(parse("100%%").unwrap(), [FormatPart::Text("100%".into())]);
    }

    #[test]
    fn operators_have_arguments_and_lengths() {
        let parts = parse("a %REQ(x-user):5% b").unwrap();
        let operator =
            FormatPart::Operator { name: "REQ".into(), argument: Some("x-user".into()), max_length: Some(5) };
        assert_eq!(parts, [FormatPart::Text("a ".into()), operator, FormatPart::Text(" b".into())]);
    }

    #[test]
    fn an_argument_ends_where_the_operator_does() {
        let parts = parse("%START_TIME(%s.%3f)%%REQ(a%b)%").unwrap();
        let operator = |name: &str, argument: &str| FormatPart::Operator {
            name: name.into(),
            argument: Some(argument.into()),
            max_length: None,
        };
        assert_eq!(parts, [operator("START_TIME", "%s.%3f"), operator("REQ", "a%b")]);
    }

    #[test]
    fn what_envoy_takes_is_taken() {
        for text in [
            "",
            "%%REQ",
            "%%REQ(b)%%",
            "%REQ(x):5%",
            "%REQ(:path?x)%",
            "%REQ(?)%",
            "%REQ(X):0%",
            "%PROTOCOL()%",
            "%PATH(NQ:ORIG):3%",
            "%QUERY_PARAM(x y)%",
            "%METADATA(ROUTE:a:b)%",
            "%FILTER_STATE(a:FIELD:x)%",
            "%COMMON_DURATION(a:b:us)%",
            "%RESPONSE_CODE_DETAILS(x)%",
            "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(24)%",
            "%XFCC_VALUE(uri)%",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn lone_unknown_and_misused_operators_are_refused() {
        for text in [
            "50%",
            "%%%",
            "% x",
            "%NO_SUCH_THING%",
            "%REQ%",
            "%REQ()%",
            "%REQ(x%",
            "%REQ(x):%",
            "%REQ(x):-1%",
            "%REQ(x):99999999999999999999%",
            "%REQ(x y)%",
            "%REQ(x?y?z)%",
            "%REQ(:)%",
            "%REQ(a)b)%",
            "%REQ(x/y)%",
            "%req(x)%",
            "%PROTOCOL(x)%",
            "%PROTOCOL:3%",
            "%START_TIME():3%",
            "%PATH(XX)%",
            "%METADATA(X:a)%",
            "%FILTER_STATE(a:XX)%",
            "%GRPC_STATUS(x)%",
            "%COMMON_DURATION(a)%",
            "%REQUEST_TRAILER(x)%",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
