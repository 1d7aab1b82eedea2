//! A request as a curl command that means it: what is written here is read back before it is shown.

use crate::outcome::request::{Request, Version};
use crate::route_test::url::split_port;
use crate::routing::RouteTable;

/// The command that sends a request; `None` where curl cannot say it. It leads to the right Listener by one of the
/// tables.
pub fn write(request: &Request<'_>, tables: &[&RouteTable]) -> Option<String> {
    let authority = request.authority.as_deref()?;
    let (name, _) = split_port(authority);
    let server_name = match &request.tls {
        Some(Some(name)) => name,
        Some(None) => "127.0.0.1",
        None => name,
    };
    let port = request.listener;
    let addresses =
        [authority.to_owned(), format!("{name}:{port}"), server_name.to_owned(), format!("{server_name}:{port}")];
    let lines = addresses.iter().map(|address| line(request, address, authority));
    let mut meant = lines.filter(|line| tables.iter().any(|table| means(line, request, table)));
    meant.next()
}

fn means(line: &str, request: &Request<'_>, table: &RouteTable) -> bool {
    super::parse(line).is_ok_and(|ask| ask.settle(table) == *request)
}

fn line(request: &Request<'_>, address: &str, authority: &str) -> String {
    let mut line = "curl".to_owned();
    match &*request.method {
        "GET" => {}
        "HEAD" => line.push_str(" -I"),
        method => line.push_str(&format!(" -X {}", quoted(method))),
    }
    match (request.version, request.is_tls()) {
        (Version::Http11, _) => {}
        (Version::Http10, _) => line.push_str(" -0"),
        (Version::Http2, true) => line.push_str(" --http2"),
        (Version::Http2, false) => line.push_str(" --http2-prior-knowledge"),
    }
    if address != authority {
        line.push_str(&format!(" -H {}", quoted(&format!("Host: {authority}"))));
    }
    for (name, value) in &request.headers {
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        line.push_str(&format!(" -H {}", quoted(&header)));
    }
    // Brackets and braces are patterns to curl.
    if request.target.contains(['[', ']', '{', '}']) {
        line.push_str(" -g");
    }
    let scheme = if request.is_tls() { "https" } else { "http" };
    line.push_str(&format!(" {}", quoted(&format!("{scheme}://{address}{}", request.target))));
    line
}

/// A word that every shell takes as it is.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/@%+=,".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::pipeline::{Options, compile};
    use crate::source::SourceMap;

    /// Listeners 8080 and 8443, as the quick start has them.
    fn written(request: &Request<'_>) -> Option<String> {
        let compilation = compile(SourceMap::default(), &Options::default());
        write(request, &[&compilation.table])
    }

    #[test]
    fn plain_requests_are_plain_commands() {
        assert_eq!(written(&Request::get(8080, "a.b", "/x")).unwrap(), "curl http://a.b/x");
        let mut request = Request::get(8080, "a.b", "/x?it's");
        request.method = "POST".into();
        request.headers = vec![("x-canary".into(), "always".into()), ("x-empty".into(), "".into())];
        assert_eq!(
            written(&request).unwrap(),
            r"curl -X POST -H 'x-canary: always' -H 'x-empty;' 'http://a.b/x?it'\''s'"
        );
    }

    #[test]
    fn names_of_tls_and_of_the_host_may_differ() {
        let mut request = Request::get(8443, "b.c", "/");
        request.tls = Some(Some("a.b".into()));
        assert_eq!(written(&request).unwrap(), "curl -H 'Host: b.c' https://a.b/");
        request.tls = Some(None);
        assert_eq!(written(&request).unwrap(), "curl -H 'Host: b.c' https://127.0.0.1/");
    }

    #[test]
    fn a_port_is_written_where_nothing_else_leads_there() {
        let request = Request::get(8443, "a.b", "/");
        assert_eq!(written(&request).unwrap(), "curl -H 'Host: a.b' http://a.b:8443/");
    }
}
