//! Values of Envoy's format strings.

use std::borrow::Cow;

use http::header::HeaderMap;

use super::head::Head;
use super::normalise::split;
use crate::model::format::FormatPart;
use crate::routing::predicate::first_value;

/// What format strings may ask for.
pub trait Facts {
    /// The request as it is now.
    fn request(&self) -> &Head<'_>;

    /// The response's headers, if there is one yet.
    fn response(&self) -> Option<&HeaderMap> {
        None
    }

    /// Any other operator: `None` is no value.
    fn fact(&self, name: &str, argument: Option<&str>) -> Option<Cow<'_, str>>;
}

/// The value of a format string. What has no value leaves nothing.
pub fn value(parts: &[FormatPart], facts: &dyn Facts) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            FormatPart::Text(text) => out.push_str(text),
            FormatPart::Operator { name, argument, max_length } => {
                let Some(value) = operator(name, argument.as_deref(), facts) else { continue };
                match max_length {
                    None => out.push_str(&value),
                    Some(most) => out.extend(value.chars().take(*most)),
                }
            }
        }
    }
    out
}

/// The value of one operator.
pub fn operator<'f>(name: &str, argument: Option<&str>, facts: &'f dyn Facts) -> Option<Cow<'f, str>> {
    match name {
        "REQ" | "REQUEST_HEADER" => either(argument?, |name| request_header(facts.request(), name)),
        "RESP" | "RESPONSE_HEADER" => either(argument?, |name| header(facts.response()?, name)),
        "PATH" => {
            let path = &facts.request().path;
            let without_query = argument.is_some_and(|argument| argument.starts_with("NQ"));
            Some(Cow::Borrowed(if without_query { split(path).0 } else { path }))
        }
        "QUERY_PARAMS" => split(&facts.request().path).1.map(Cow::Borrowed),
        "QUERY_PARAM" => first_value(split(&facts.request().path).1, argument?).map(Cow::Borrowed),
        _ => facts.fact(name, argument),
    }
}

/// The value of a name, or else of the alternative behind a question mark.
fn either<'f>(names: &str, value: impl Fn(&str) -> Option<Cow<'f, str>>) -> Option<Cow<'f, str>> {
    match names.split_once('?') {
        None => value(names),
        Some((name, alternative)) => value(name).or_else(|| value(alternative)),
    }
}

fn request_header<'h>(head: &'h Head<'_>, name: &str) -> Option<Cow<'h, str>> {
    match name.to_ascii_lowercase().as_str() {
        ":path" => Some(Cow::Borrowed(&head.path)),
        ":method" => Some(Cow::Borrowed(&head.method)),
        ":authority" | "host" => Some(Cow::Borrowed(&head.authority)),
        ":scheme" => Some(Cow::Borrowed(head.scheme())),
        other => header(&head.headers, other),
    }
}

/// The first value of a header.
fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<Cow<'h, str>> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::format::parse;

    struct Known<'a>(Head<'a>);

    impl Facts for Known<'_> {
        fn request(&self) -> &Head<'_> {
            &self.0
        }

        fn fact(&self, name: &str, _argument: Option<&str>) -> Option<Cow<'_, str>> {
            (name == "PROTOCOL").then_some(Cow::Borrowed("HTTP/1.1"))
        }
    }

    fn text(format: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.append("x-dup", "1".parse().unwrap());
        headers.append("x-dup", "2".parse().unwrap());
        headers.append("x-long", "abcdef".parse().unwrap());
        let head = Head {
            method: "GET".into(),
            https: false,
            authority: "app.example.com".into(),
            path: "/m/x?a=1&b=2".into(),
            headers,
        };
        value(&parse(format).unwrap(), &Known(head))
    }

    #[test]
    fn headers_are_told_by_their_first_value() {
        assert_eq!(text("%REQ(X-Dup)% %REQ(x-long):3% %REQ(nope?x-long)%"), "1 abc abcdef");
        assert_eq!(
            text("%REQ(:method)% %REQ(:path)% %REQ(host)% %REQ(:scheme)%"),
            "GET /m/x?a=1&b=2 app.example.com http"
        );
    }

    #[test]
    fn what_has_no_value_leaves_nothing() {
        assert_eq!(text("a%REQ(nope)%b%RESP(x)%%DURATION%"), "ab");
    }

    #[test]
    fn other_operators_are_the_callers() {
        assert_eq!(text("%PROTOCOL% 100%%"), "HTTP/1.1 100%");
        assert_eq!(text("%QUERY_PARAM(b)% %PATH(NQ)%"), "2 /m/x");
    }
}
