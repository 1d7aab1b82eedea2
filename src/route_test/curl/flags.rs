//! curl's flags: which have values, which change the request, and which change nothing that matters here.

use super::CurlError;

/// What a flag asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    Agent,
    Bearer,
    Cookie,
    Data,
    DataEncoded,
    Form,
    Get,
    Head,
    Header,
    Http10,
    Http2,
    Ignored,
    Json,
    Method,
    Next,
    PathAsIs,
    Range,
    Referer,
    Upload,
    Url,
    User,
}

/// A flag and its value; empty for those without.
pub(super) struct Word {
    pub(super) flag: Flag,
    pub(super) value: String,
}

/// Long name, short name, meaning; those that take a value.
const WITH_VALUE: &[(&str, char, Flag)] = &[
    ("cacert", ' ', Flag::Ignored),
    ("capath", ' ', Flag::Ignored),
    ("cert", 'E', Flag::Ignored),
    ("cert-type", ' ', Flag::Ignored),
    ("ciphers", ' ', Flag::Ignored),
    ("connect-timeout", ' ', Flag::Ignored),
    ("connect-to", ' ', Flag::Ignored),
    ("cookie", 'b', Flag::Cookie),
    ("cookie-jar", 'c', Flag::Ignored),
    ("curves", ' ', Flag::Ignored),
    ("data", 'd', Flag::Data),
    ("data-ascii", ' ', Flag::Data),
    ("data-binary", ' ', Flag::Data),
    ("data-raw", ' ', Flag::Data),
    ("data-urlencode", ' ', Flag::DataEncoded),
    ("dns-servers", ' ', Flag::Ignored),
    ("dump-header", 'D', Flag::Ignored),
    ("form", 'F', Flag::Form),
    ("form-string", ' ', Flag::Form),
    ("header", 'H', Flag::Header),
    ("interface", ' ', Flag::Ignored),
    ("json", ' ', Flag::Json),
    ("keepalive-time", ' ', Flag::Ignored),
    ("key", ' ', Flag::Ignored),
    ("limit-rate", ' ', Flag::Ignored),
    ("max-redirs", ' ', Flag::Ignored),
    ("max-time", 'm', Flag::Ignored),
    ("noproxy", ' ', Flag::Ignored),
    ("oauth2-bearer", ' ', Flag::Bearer),
    ("output", 'o', Flag::Ignored),
    ("output-dir", ' ', Flag::Ignored),
    ("pass", ' ', Flag::Ignored),
    ("pinnedpubkey", ' ', Flag::Ignored),
    ("proxy", 'x', Flag::Ignored),
    ("proxy-header", ' ', Flag::Ignored),
    ("proxy-user", 'U', Flag::Ignored),
    ("range", 'r', Flag::Range),
    ("rate", ' ', Flag::Ignored),
    ("referer", 'e', Flag::Referer),
    ("request", 'X', Flag::Method),
    ("resolve", ' ', Flag::Ignored),
    ("retry", ' ', Flag::Ignored),
    ("retry-delay", ' ', Flag::Ignored),
    ("retry-max-time", ' ', Flag::Ignored),
    ("speed-limit", 'Y', Flag::Ignored),
    ("speed-time", 'y', Flag::Ignored),
    ("stderr", ' ', Flag::Ignored),
    ("tls-max", ' ', Flag::Ignored),
    ("trace", ' ', Flag::Ignored),
    ("trace-ascii", ' ', Flag::Ignored),
    ("unix-socket", ' ', Flag::Ignored),
    ("upload-file", 'T', Flag::Upload),
    ("url", ' ', Flag::Url),
    ("user", 'u', Flag::User),
    ("user-agent", 'A', Flag::Agent),
    ("write-out", 'w', Flag::Ignored),
];

/// Long name, short name, meaning; those without a value.
const PLAIN: &[(&str, char, Flag)] = &[
    ("anyauth", ' ', Flag::Ignored),
    ("basic", ' ', Flag::Ignored),
    ("compressed", ' ', Flag::Ignored),
    ("create-dirs", ' ', Flag::Ignored),
    ("fail", 'f', Flag::Ignored),
    ("fail-early", ' ', Flag::Ignored),
    ("fail-with-body", ' ', Flag::Ignored),
    ("get", 'G', Flag::Get),
    ("globoff", 'g', Flag::Ignored),
    ("head", 'I', Flag::Head),
    ("http0.9", ' ', Flag::Ignored),
    ("http1.0", '0', Flag::Http10),
    ("http1.1", ' ', Flag::Ignored),
    ("http2", ' ', Flag::Http2),
    ("http2-prior-knowledge", ' ', Flag::Http2),
    ("include", 'i', Flag::Ignored),
    ("insecure", 'k', Flag::Ignored),
    ("ipv4", '4', Flag::Ignored),
    ("ipv6", '6', Flag::Ignored),
    ("junk-session-cookies", 'j', Flag::Ignored),
    ("location", 'L', Flag::Ignored),
    ("location-trusted", ' ', Flag::Ignored),
    ("next", ':', Flag::Next),
    ("no-alpn", ' ', Flag::Ignored),
    ("no-buffer", 'N', Flag::Ignored),
    ("no-keepalive", ' ', Flag::Ignored),
    ("no-progress-meter", ' ', Flag::Ignored),
    ("no-sessionid", ' ', Flag::Ignored),
    ("parallel", 'Z', Flag::Ignored),
    ("path-as-is", ' ', Flag::PathAsIs),
    ("progress-bar", '#', Flag::Ignored),
    ("raw", ' ', Flag::Ignored),
    ("remote-header-name", 'J', Flag::Ignored),
    ("remote-name", 'O', Flag::Ignored),
    ("remote-time", 'R', Flag::Ignored),
    ("retry-all-errors", ' ', Flag::Ignored),
    ("retry-connrefused", ' ', Flag::Ignored),
    ("show-error", 'S', Flag::Ignored),
    ("show-headers", ' ', Flag::Ignored),
    ("silent", 's', Flag::Ignored),
    ("ssl-reqd", ' ', Flag::Ignored),
    ("sslv2", '2', Flag::Ignored),
    ("sslv3", '3', Flag::Ignored),
    ("tcp-fastopen", ' ', Flag::Ignored),
    ("tcp-nodelay", ' ', Flag::Ignored),
    ("tlsv1", '1', Flag::Ignored),
    ("tlsv1.0", ' ', Flag::Ignored),
    ("tlsv1.1", ' ', Flag::Ignored),
    ("tlsv1.2", ' ', Flag::Ignored),
    ("tlsv1.3", ' ', Flag::Ignored),
    ("tr-encoding", ' ', Flag::Ignored),
    ("verbose", 'v', Flag::Ignored),
];

/// The flags of a command in order; what is no flag is a URL.
pub(super) fn read(mut words: impl Iterator<Item = String>) -> impl Iterator<Item = Result<Word, CurlError>> {
    let mut only_urls = false;
    let mut joined: Option<String> = None;
    std::iter::from_fn(move || {
        if let Some(shorts) = joined.take() {
            return Some(short(&shorts, &mut joined, &mut words));
        }
        let word = words.next()?;
        if only_urls || word == "-" || !word.starts_with('-') {
            return Some(Ok(Word { flag: Flag::Url, value: word }));
        }
        if word == "--" {
            only_urls = true;
            return words.next().map(|value| Ok(Word { flag: Flag::Url, value }));
        }
        Some(match word.strip_prefix("--") {
            Some(name) => long(name, &word, &mut words),
            None => short(&word[1..], &mut joined, &mut words),
        })
    })
}

fn long(name: &str, written: &str, words: &mut impl Iterator<Item = String>) -> Result<Word, CurlError> {
    if let Some((_, _, flag)) = PLAIN.iter().find(|(known, _, _)| *known == name) {
        return Ok(Word { flag: *flag, value: String::new() });
    }
    let (_, _, flag) = WITH_VALUE
        .iter()
        .find(|(known, _, _)| *known == name)
        .ok_or_else(|| CurlError::UnknownFlag(written.to_owned()))?;
    let value = words.next().ok_or_else(|| CurlError::NoValue(written.to_owned()))?;
    Ok(Word { flag: *flag, value })
}

/// The first of short flags written together; the others wait in `joined`.
fn short(
    shorts: &str,
    joined: &mut Option<String>,
    words: &mut impl Iterator<Item = String>,
) -> Result<Word, CurlError> {
    let mut letters = shorts.chars();
    let letter = letters.next().unwrap_or('-');
    let rest = letters.as_str();
    if let Some((_, _, flag)) = PLAIN.iter().find(|(_, known, _)| *known == letter && letter != ' ') {
        *joined = (!rest.is_empty()).then(|| rest.to_owned());
        return Ok(Word { flag: *flag, value: String::new() });
    }
    let (_, _, flag) = WITH_VALUE
        .iter()
        .find(|(_, known, _)| *known == letter && letter != ' ')
        .ok_or_else(|| CurlError::UnknownFlag(format!("-{letter}")))?;
    if !rest.is_empty() {
        return Ok(Word { flag: *flag, value: rest.to_owned() });
    }
    let value = words.next().ok_or_else(|| CurlError::NoValue(format!("-{letter}")))?;
    Ok(Word { flag: *flag, value })
}
