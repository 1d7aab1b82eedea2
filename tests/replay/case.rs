//! One recorded case: its manifests compiled, its requests and facts read.

use std::fs;
use std::path::Path;

use kubectl_ambassador::edition::Edition;
use kubectl_ambassador::outcome::request::{Request, Version};
use kubectl_ambassador::pipeline::{self, Compilation, Options};
use kubectl_ambassador::source::{Origin, SourceMap};
use serde_yaml::Value;

use super::routes::bare;
use super::value::{list, rows, text};

/// One recorded case.
pub(crate) struct Case {
    /// The name of its folder.
    pub(crate) name: String,
    /// `requests.yaml`
    pub(crate) requests: Value,
    /// `routes.yaml`
    pub(crate) routes: Value,
    /// Whether notices were recorded.
    pub(crate) has_notices: bool,
    /// The manifests, compiled.
    pub(crate) compilation: Compilation,
}

/// How a corpus was recorded.
#[derive(Clone, Copy)]
pub(crate) struct Recording {
    /// The folder of its cases.
    pub(crate) folder: &'static str,
    /// Whether the cluster serves v1 and v2 objects, as far as the edition has them.
    pub(crate) legacy_versions: bool,
    /// Whether it tells notices.
    pub(crate) notices: bool,
    /// Whether documents went through Emissary's Go side.
    pub(crate) serialised: bool,
}

/// Reads all cases of a corpus, in order of their names.
pub(crate) fn read_all(recording: Recording) -> Vec<Case> {
    let mut folders: Vec<_> = fs::read_dir(recording.folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.iter().map(|folder| read(folder, recording)).collect()
}

/// The edition of a case: by its own word, else 4.
fn read(folder: &Path, recording: Recording) -> Case {
    let yaml = |file: &str| -> Value { serde_yaml::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap() };
    let requests = yaml("requests.yaml");
    let edition = match requests.get("edition").and_then(Value::as_u64) {
        None | Some(4) => Edition::Four,
        Some(3) => Edition::Three,
        Some(2) => Edition::Two,
        _ => Edition::One,
    };
    let path = folder.join("manifests.yaml");
    let mut sources = SourceMap::default();
    let manifests = fs::read_to_string(&path).unwrap();
    sources.add(Origin::File(path), manifests.as_str());
    let options = Options {
        edition: Some(edition),
        legacy_versions: Some(recording.legacy_versions),
        strict: true,
        serialised: recording.serialised,
        ..Options::default()
    };
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    Case {
        name,
        requests,
        routes: yaml("routes.yaml"),
        has_notices: recording.notices,
        compilation: pipeline::compile(sources, &options),
    }
}

/// The request that a recorded one describes.
pub(crate) fn request(recorded: &Value) -> Request<'static> {
    let field = |name: &str| recorded.get(name);
    let port = field("listener").and_then(Value::as_u64).unwrap() as u16;
    let filled = |text: String| text.replace("{listener-port}", &port.to_string());
    let is_tls = field("scheme").is_some_and(|scheme| scheme == "https");
    let mut request = Request::get(port, "", "");
    request.tls = is_tls.then(|| field("sni").filter(|sni| !sni.is_null()).map(|sni| text(sni).into()));
    request.method = text(field("method").unwrap()).into();
    request.authority = field("authority").filter(|host| !host.is_null()).map(|host| filled(text(host)).into());
    request.target = text(field("path").unwrap()).into();
    request.headers =
        rows(field("headers")).into_iter().map(|row| (row[0].clone().into(), row[1].clone().into())).collect();
    request.body = field("body").map(|body| text(body).len() as u64);
    if let Some(version) = field("http_version") {
        request.version = Version::parse(&text(version)).unwrap();
    }
    request
}

impl Case {
    /// What kind of stand-in a service is: `http`, `auth`, `ratelimit`, `dead` and so on.
    pub(crate) fn kind_of(&self, service: &str) -> String {
        list(self.requests.get("upstreams"))
            .iter()
            .find(|upstream| upstream.get("service").is_some_and(|name| bare(&text(name)) == bare(service)))
            .and_then(|upstream| upstream.get("kind"))
            .map_or_else(|| "unknown".to_owned(), text)
    }
}
