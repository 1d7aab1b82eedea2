//! A pasted curl command: the request that it would send.
//!
//! Headers that curl adds by itself (`user-agent`, `accept`) depend on its version and are not added.

mod flags;
mod shell;
mod write;

use super::ask::{Ask, AskError, basic, server_name};
use crate::outcome::request::Version;
use flags::{Flag, Word};
pub use write::write;

/// Why a pasted command is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CurlError {
    /// A quote is never closed.
    #[error("the pasted command has a {0} that is never closed")]
    OpenQuote(char),
    /// Another program.
    #[error("the pasted command does not begin with curl but with `{0}`")]
    NotCurl(String),
    /// No URL.
    #[error("the pasted command has no URL")]
    NoUrl,
    /// More than one request.
    #[error("the pasted command sends more than one request: give one URL at a time")]
    TwoUrls,
    /// A flag that changes something unknown.
    #[error("curl's `{0}` is not understood here: leave it out, or say the same with -X, -H and -d")]
    UnknownFlag(String),
    /// A flag at the end without its value.
    #[error("curl's `{0}` has no value")]
    NoValue(String),
    /// The request cannot be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
}

/// What the flags of a command ask for.
#[derive(Default)]
struct Command {
    url: Option<String>,
    method: Option<String>,
    headers: Vec<String>,
    data: Option<String>,
    json: bool,
    form: bool,
    get: bool,
    head: bool,
    upload: bool,
    user: Option<String>,
    bearer: Option<String>,
    cookies: Vec<String>,
    agent: Option<String>,
    referer: Option<String>,
    range: Option<String>,
    version: Option<Version>,
    path_as_is: bool,
}

/// The request that a pasted command would send.
///
/// # Errors
///
/// What is not understood of it, in one sentence.
pub fn parse(text: &str) -> Result<Ask<'static>, CurlError> {
    let words = shell::split(text).map_err(|quote| CurlError::OpenQuote(quote.0))?;
    let mut words = words.into_iter().skip_while(|word| word == "$");
    let program = words.next().ok_or(CurlError::NoUrl)?;
    let name = program.rsplit(['/', '\\']).next().unwrap_or(&program);
    if name != "curl" && name != "curl.exe" {
        return Err(CurlError::NotCurl(program));
    }
    let mut command = Command::default();
    for word in flags::read(words) {
        command.take(word?)?;
    }
    command.ask()
}

impl Command {
    fn take(&mut self, word: Word) -> Result<(), CurlError> {
        let value = word.value;
        match word.flag {
            Flag::Url if self.url.is_some() => return Err(CurlError::TwoUrls),
            Flag::Url => self.url = Some(value),
            Flag::Next => return Err(CurlError::TwoUrls),
            Flag::Method => self.method = Some(value),
            Flag::Header => self.headers.push(value),
            Flag::Data => self.add_data(value, false),
            Flag::DataEncoded => self.add_data(value, true),
            Flag::Json => {
                self.json = true;
                self.data.get_or_insert_default().push_str(&value);
            }
            Flag::Form => self.form = true,
            Flag::Get => self.get = true,
            Flag::Head => self.head = true,
            Flag::Upload => self.upload = true,
            Flag::User => self.user = Some(value),
            Flag::Bearer => self.bearer = Some(value),
            // Without `=` it names a file, which is not read.
            Flag::Cookie if value.contains('=') => self.cookies.push(value),
            Flag::Cookie => {}
            Flag::Agent => self.agent = Some(value),
            Flag::Referer => self.referer = Some(value),
            Flag::Range => self.range = Some(value),
            Flag::Http10 => self.version = Some(Version::Http10),
            Flag::Http2 => self.version = Some(Version::Http2),
            Flag::PathAsIs => self.path_as_is = true,
            Flag::Ignored => {}
        }
        Ok(())
    }

    fn add_data(&mut self, value: String, encode: bool) {
        let value = if encode { encoded(&value) } else { value };
        match &mut self.data {
            Some(data) => data.extend(["&", &value]),
            None => self.data = Some(value),
        }
    }

    fn ask(mut self) -> Result<Ask<'static>, CurlError> {
        let mut url = self.url.take().ok_or(CurlError::NoUrl)?;
        if self.get
            && let Some(data) = self.data.take()
        {
            let fragment = url.find('#').unwrap_or(url.len());
            let joint = if url[..fragment].contains('?') { '&' } else { '?' };
            url.insert_str(fragment, &format!("{joint}{data}"));
        }
        let mut ask = Ask::get(&url)?.into_owned();
        if !self.path_as_is {
            ask.target = without_dot_segments(&ask.target).into();
        }
        self.add_headers(&mut ask)?;
        if let Some(data) = &self.data {
            ask.set_body(data.len() as u64, false);
        } else if self.form {
            ask.set_method("POST")?;
        } else if self.upload {
            ask.set_method("PUT")?;
        } else if self.head {
            ask.set_method("HEAD")?;
        }
        if let Some(method) = self.method {
            ask.set_method(method)?;
        }
        ask.version = self.version.unwrap_or_default();
        Ok(ask)
    }

    /// Headers as given, then those that flags mean; `Name:` takes one away, `Name;` sends it empty.
    fn add_headers(&mut self, ask: &mut Ask<'static>) -> Result<(), CurlError> {
        let named = ask.authority.clone();
        let mut removed = Vec::new();
        for line in std::mem::take(&mut self.headers) {
            if line.starts_with('@') {
                continue;
            }
            match line.split_once(':') {
                Some((name, value)) if value.trim().is_empty() && !name.is_empty() => removed.push(name.to_owned()),
                None if line.ends_with(';') => {
                    ask.add_header(line.trim_end_matches(';').to_owned(), "")?;
                }
                _ => ask.add_header_line(&line)?,
            }
        }
        let cookies = (!self.cookies.is_empty()).then(|| self.cookies.join("; "));
        let bearer = self.bearer.take().map(|token| format!("Bearer {token}"));
        let from_flags = [
            ("authorization", self.user.take().map(|user| basic(&user)).or(bearer)),
            ("cookie", cookies),
            ("user-agent", self.agent.take().filter(|agent| !agent.is_empty())),
            ("referer", self.referer.take().filter(|referer| !referer.is_empty())),
            ("range", self.range.take().map(|range| format!("bytes={range}"))),
            ("content-type", self.json.then(|| "application/json".to_owned())),
            ("accept", self.json.then(|| "application/json".to_owned())),
            ("content-type", self.form.then(|| "multipart/form-data".to_owned())),
        ];
        for (name, value) in from_flags {
            if let Some(value) = value.filter(|_| !ask.has_header(name)) {
                ask.add_header(name, value)?;
            }
        }
        ask.headers.retain(|(name, _)| !removed.iter().any(|gone| gone.eq_ignore_ascii_case(name)));
        // Whatever Host says, curl asks TLS for the name in the URL.
        if ask.authority != named {
            ask.sni = named.map(|named| server_name(named.as_deref()).map(|name| name.to_owned().into()));
        }
        Ok(())
    }
}

/// `name=content` with the content percent-encoded, as `--data-urlencode` sends it.
fn encoded(value: &str) -> String {
    let (name, content) = match value.split_once('=') {
        Some(("", content)) => ("", content),
        Some((name, content)) => (name, content),
        None => ("", value),
    };
    let mut out = if name.is_empty() { String::new() } else { format!("{name}=") };
    for byte in content.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// curl resolves `.` and `..` before it sends a path.
fn without_dot_segments(target: &str) -> String {
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (at, segment) in segments.iter().enumerate() {
        let last = at + 1 == segments.len();
        match *segment {
            "." => kept.extend(last.then_some("")),
            ".." => {
                kept.pop();
                kept.extend(last.then_some(""));
            }
            other => kept.push(other),
        }
    }
    format!("/{}{query}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::route_test::url::Scheme;

    fn headers(command: &str) -> Vec<(String, String)> {
        let ask = parse(command).unwrap();
        ask.headers.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    fn error(command: &str) -> String {
        parse(command).unwrap_err().to_string()
    }

    #[test]
    fn a_command_copied_from_a_browser_is_understood() {
        let ask = parse(
            "curl 'https://shop.example.com/cart/7?x=1' \\\n  -X 'POST' \\\n  -H 'accept: */*' \\\n  \
             -H 'content-type: application/json' \\\n  -b 'session=1; theme=dark' \\\n  \
             --data-raw $'{\"name\":\"it\\'s\"}' \\\n  --compressed --insecure",
        )
        .unwrap();
        assert_eq!((&*ask.method, ask.scheme, &*ask.target), ("POST", Scheme::Https, "/cart/7?x=1"));
        assert_eq!(ask.authority, Some(Some("shop.example.com".into())));
        assert_eq!(ask.body, Some(15));
        let names: Vec<&str> = ask.headers.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["accept", "content-type", "cookie"]);
    }

    #[test]
    fn short_flags_may_be_joined() {
        let ask = parse("curl -sSLkXDELETE -H'x: y' http://a.b/").unwrap();
        assert_eq!((&*ask.method, ask.headers.len()), ("DELETE", 1));
        assert_eq!(parse("curl -kI a.b").unwrap().method, "HEAD");
    }

    #[test]
    fn data_makes_a_post_and_get_takes_it_to_the_query() {
        assert_eq!(headers("curl -d a=1 -d b=2 a.b/"), [pair("content-type", "application/x-www-form-urlencoded")]);
        assert_eq!(parse("curl -d a=1 -d b=2 a.b/").unwrap().body, Some(7));
        let ask = parse("curl -G -d a=1 --data-urlencode 'b=x y' 'a.b/s?q#f'").unwrap();
        assert_eq!((&*ask.method, &*ask.target), ("GET", "/s?q&a=1&b=x%20y"));
        assert_eq!(parse("curl --json '{}' a.b/").unwrap().method, "POST");
    }

    #[test]
    fn flags_that_mean_headers_become_headers() {
        assert_eq!(headers("curl -u a:b a.b"), [pair("authorization", "Basic YTpi")]);
        assert_eq!(headers("curl -A me -e http://r/ a.b"), [pair("user-agent", "me"), pair("referer", "http://r/")]);
        assert_eq!(headers("curl -b a=1 -b b=2 a.b"), [pair("cookie", "a=1; b=2")]);
        assert_eq!(headers("curl -H 'X-Empty;' -H 'Accept:' a.b"), [pair("X-Empty", "")]);
    }

    #[test]
    fn where_the_connection_goes_does_not_matter() {
        let ask =
            parse("curl --resolve a.b:443:10.0.0.1 --connect-to ::c:1 -o /dev/null -w '%{http_code}' https://a.b");
        assert_eq!(ask.unwrap().authority, Some(Some("a.b".into())));
    }

    #[test]
    fn a_host_header_wins_over_the_url() {
        let ask = parse("curl -H 'Host: shop.example.com' http://10.0.0.1:8080/x").unwrap();
        assert_eq!((ask.authority, ask.port), (Some(Some("shop.example.com".into())), Some(8080)));
    }

    #[test]
    fn dot_segments_are_resolved_as_curl_does() {
        assert_eq!(parse("curl a.b/a/../b/./c").unwrap().target, "/b/c");
        assert_eq!(parse("curl a.b/a/..").unwrap().target, "/");
        assert_eq!(parse("curl a.b/a//b/").unwrap().target, "/a//b/");
        assert_eq!(parse("curl --path-as-is a.b/a/../b").unwrap().target, "/a/../b");
    }

    #[test]
    fn what_is_not_understood_is_said_in_one_sentence() {
        assert_eq!(error("curl 'http://a.b"), "the pasted command has a ' that is never closed");
        assert_eq!(error("wget http://a.b"), "the pasted command does not begin with curl but with `wget`");
        assert_eq!(error("curl -k"), "the pasted command has no URL");
        assert_eq!(error(""), "the pasted command has no URL");
        assert!(error("curl a.b c.d").contains("more than one request"));
        assert!(error("curl --frobnicate a.b").starts_with("curl's `--frobnicate` is not understood here"));
        assert!(error("curl -kW a.b").starts_with("curl's `-W` is not understood here"));
        assert_eq!(error("curl a.b -H"), "curl's `-H` has no value");
        assert!(error("curl -H nocolon a.b").contains("is no header"));
        assert!(error("curl ftp://a.b").contains("not a scheme of HTTP"));
    }
}
