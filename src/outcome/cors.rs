//! Cross-origin requests: preflights answered here, and what is put on other responses.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    HeaderMap, HeaderName, HeaderValue, ORIGIN,
};

use crate::model::Cors;

/// The origin of a request, if the rules allow it.
pub fn allowed_origin<'h>(cors: &Cors, headers: &'h HeaderMap) -> Option<&'h HeaderValue> {
    let origin = headers.get(ORIGIN).filter(|origin| !origin.is_empty())?;
    cors.origins.iter().any(|allowed| allowed == "*" || allowed.as_bytes() == origin.as_bytes()).then_some(origin)
}

/// The headers of the answer to a preflight; `None`: it is no preflight, or its origin is not allowed.
pub fn preflight(cors: &Cors, method: &str, headers: &HeaderMap) -> Option<HeaderMap> {
    if method != "OPTIONS" || headers.get(ACCESS_CONTROL_REQUEST_METHOD).is_none_or(HeaderValue::is_empty) {
        return None;
    }
    let origin = allowed_origin(cors, headers)?;
    let mut answer = HeaderMap::new();
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if cors.credentials == Some(true) {
        answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_METHODS, &cors.methods),
        (ACCESS_CONTROL_ALLOW_HEADERS, &cors.headers),
        (ACCESS_CONTROL_EXPOSE_HEADERS, &cors.exposed_headers),
        (ACCESS_CONTROL_MAX_AGE, &cors.max_age),
    ] {
        put(&mut answer, name, value.as_deref());
    }
    Some(answer)
}

/// Puts on a response what an allowed origin gets; it replaces what the service says itself.
pub fn on_response(cors: &Cors, origin: &HeaderValue, response: &mut HeaderMap) {
    response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    if cors.credentials == Some(true) {
        response.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    put(response, ACCESS_CONTROL_EXPOSE_HEADERS, cors.exposed_headers.as_deref());
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: Option<&str>) {
    let value = value.filter(|value| !value.is_empty()).map(|value| HeaderValue::from_bytes(value.as_bytes()));
    if let Some(Ok(value)) = value {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rules() -> Cors {
        Cors {
            origins: vec!["http://foo.example".to_owned()],
            methods: Some("POST, GET".to_owned()),
            credentials: Some(true),
            max_age: Some("60".to_owned()),
            ..Cors::default()
        }
    }

    fn sent(origin: &str, method: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, origin.parse().unwrap());
        if let Some(method) = method {
            headers.insert(ACCESS_CONTROL_REQUEST_METHOD, method.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_preflight_of_an_allowed_origin_is_answered() {
        let answer = preflight(&rules(), "OPTIONS", &sent("http://foo.example", Some("DELETE"))).unwrap();
        assert_eq!(answer[ACCESS_CONTROL_ALLOW_ORIGIN], "http://foo.example");
        assert_eq!(answer[ACCESS_CONTROL_ALLOW_METHODS], "POST, GET");
        assert_eq!(answer[ACCESS_CONTROL_MAX_AGE], "60");
        assert!(!answer.contains_key(ACCESS_CONTROL_ALLOW_HEADERS));
    }

    #[test]
    fn anything_else_is_no_preflight() {
        assert!(preflight(&rules(), "GET", &sent("http://foo.example", Some("GET"))).is_none());
        assert!(preflight(&rules(), "OPTIONS", &sent("http://foo.example", None)).is_none());
        assert!(preflight(&rules(), "OPTIONS", &sent("HTTP://FOO.example", Some("GET"))).is_none());
    }

    #[test]
    fn a_star_allows_any_origin() {
        let any = Cors { origins: vec!["*".to_owned()], ..Cors::default() };
        assert!(allowed_origin(&any, &sent("http://x", None)).is_some());
        assert!(allowed_origin(&any, &HeaderMap::new()).is_none());
    }

    #[test]
    fn responses_get_origin_credentials_and_exposed_headers() {
        let mut response = HeaderMap::new();
        response.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        on_response(&rules(), &HeaderValue::from_static("http://foo.example"), &mut response);
        assert_eq!(response.len(), 2);
        assert_eq!(response[ACCESS_CONTROL_ALLOW_ORIGIN], "http://foo.example");
    }
}
