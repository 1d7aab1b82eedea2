//! [`KubeApi`] over the kube crate, whose types stay in here.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, future, stream};
use kube::api::{Api, ApiResource, DynamicObject, ListParams};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::utils::Backoff;
use kube::runtime::watcher::{self, Event, watcher};
use tokio::sync::OnceCell;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::connection::Connection;
use super::forward::Forward;
use super::kube::{ApiKind, ByteStream, Change, Changes, KubeApi, KubeError, LiveObject, PodPort, Reply, Scope};
use super::written::written;
use crate::source::ObjectRef;

/// Objects are listed in pages of this size.
const PAGE: u32 = 500;

/// The most that is read of a forward at once. All of it is filled with zeros before each read, which is more work than a
/// usual answer of some hundred bytes: 128 KiB took 18 % of the gateway's time, 16 KiB 3 %.
const READS: usize = 4 * 1024;

/// Versions of Emissary's, the newest first; others come after them.
const VERSIONS: [&str; 3] = ["v3alpha1", "v2", "v1"];

/// An API server as a user reaches it.
pub struct Client {
    config: kube::Config,
    timeout: Option<Duration>,
    /// Clients belong to threads: their connections live in the thread's runtime.
    number: u64,
}

type Slot = Rc<OnceCell<kube::Client>>;

thread_local! {
    static CLIENTS: RefCell<HashMap<u64, Slot>> = RefCell::default();
}

impl Client {
    /// Finds the API server of a connection.
    ///
    /// # Errors
    ///
    /// There is no kubeconfig, or it cannot be used.
    pub async fn connect(connection: &Connection) -> Result<Self, KubeError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let config = connection.config().await?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Self { config, timeout: connection.request_timeout, number })
    }

    fn server(&self) -> String {
        let url = &self.config.cluster_url;
        let authority = url.authority().map_or("", |authority| authority.as_str());
        // A password may stand before the host.
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        format!("{}://{host}", url.scheme_str().unwrap_or("https"))
    }

    /// The client of this thread.
    async fn client(&self) -> Result<kube::Client, KubeError> {
        let slot = CLIENTS.with(|clients| Rc::clone(clients.borrow_mut().entry(self.number).or_default()));
        let made = slot.get_or_try_init(|| async {
            let config = self.config.clone();
            if config.auth_info.exec.is_none() {
                return kube::Client::try_from(config).map_err(|error| self.error(error));
            }
            // An exec plugin is run while the client is made: that may take seconds.
            let made = tokio::task::spawn_blocking(move || kube::Client::try_from(config)).await;
            made.map_err(|error| KubeError::Login(error.to_string()))?.map_err(|error| self.error(error))
        });
        made.await.cloned()
    }

    async fn api(&self, kind: &ApiKind, scope: &Scope) -> Result<Api<DynamicObject>, KubeError> {
        let client = self.client().await?;
        let resource = resource(kind);
        Ok(match scope {
            Scope::All => Api::all_with(client, &resource),
            Scope::Namespace(namespace) | Scope::Object { namespace, .. } => {
                Api::namespaced_with(client, namespace, &resource)
            }
        })
    }

    /// Waits for an answer within the time that the user gave.
    async fn within<T>(&self, answer: impl Future<Output = Result<T, kube::Error>>) -> Result<T, KubeError> {
        let answer = async { answer.await.map_err(|error| self.error(error)) };
        match self.timeout {
            None => answer.await,
            Some(limit) => {
                let late = || KubeError::TimedOut(format!("{limit:?} (--request-timeout)"));
                tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| Err(late()))
            }
        }
    }

    async fn list_all(&self, kind: &ApiKind, scope: &Scope) -> Result<Vec<LiveObject>, KubeError> {
        let api = self.api(kind, scope).await?;
        let mut found = Vec::new();
        let mut params = match scope {
            Scope::Object { name, .. } => ListParams::default().fields(&format!("metadata.name={name}")),
            _ => ListParams::default().limit(PAGE),
        };
        loop {
            match self.within(api.list(&params)).await {
                Ok(page) => {
                    found.extend(page.items.iter().map(|object| written(object, kind)));
                    match page.metadata.continue_.filter(|token| !token.is_empty()) {
                        None => break,
                        Some(token) => params.continue_token = Some(token),
                    }
                }
                // What the pages are read from is gone: once more, from the beginning and as a whole.
                Err(KubeError::Other(_)) if params.continue_token.is_some() => {
                    found.clear();
                    params = ListParams::default();
                }
                Err(error) => return Err(error),
            }
        }
        found.sort_by(|a, b| a.object.cmp(&b.object));
        Ok(found)
    }

    async fn kinds_of(&self, group: &str) -> Result<Vec<ApiKind>, KubeError> {
        let client = self.client().await?;
        let groups = self.within(client.list_api_groups()).await?;
        let Some(found) = groups.groups.into_iter().find(|known| known.name == group) else { return Ok(Vec::new()) };
        let mut versions: Vec<String> = found.versions.into_iter().map(|version| version.version).collect();
        let age = |version: &String| VERSIONS.iter().position(|known| known == version).unwrap_or(VERSIONS.len());
        versions.sort_by_key(age);
        let mut kinds = Vec::new();
        for version in versions {
            let resources = self.within(client.list_api_group_resources(&format!("{group}/{version}"))).await?;
            // `mappings/status` is no kind of its own.
            let own = resources.resources.into_iter().filter(|resource| !resource.name.contains('/'));
            kinds.extend(own.map(|resource| ApiKind::new(group, &version, &resource.kind, &resource.name)));
        }
        Ok(kinds)
    }

    async fn open(&self, pod: &PodPort) -> Result<Box<dyn ByteStream>, KubeError> {
        let client = self.client().await?;
        let PodPort { namespace, pod, port } = pod;
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}");
        let request = http::Request::get(path).body(Vec::new());
        let request = request.map_err(|error| KubeError::Other(error.to_string()))?;
        let connection = client.connect(request).await.map_err(|error| self.error(error))?;
        let closes_streams = connection.supports_stream_close();
        let stream = connection.into_stream().into_inner();
        let config = WebSocketConfig::default().read_buffer_size(READS);
        let socket = WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await;
        Ok(Box::new(Forward::new(socket, closes_streams)))
    }

    fn error(&self, error: kube::Error) -> KubeError {
        super::refusal::of(error, &self.server())
    }
}

impl KubeApi for Client {
    fn namespace(&self) -> &str {
        &self.config.default_namespace
    }

    fn kinds<'a>(&'a self, group: &'a str) -> Reply<'a, Vec<ApiKind>> {
        Box::pin(self.kinds_of(group))
    }

    fn list<'a>(&'a self, kind: &'a ApiKind, scope: &'a Scope) -> Reply<'a, Vec<LiveObject>> {
        Box::pin(self.list_all(kind, scope))
    }

    fn watch(&self, kind: &ApiKind, scope: &Scope) -> Changes {
        let clone = Self { config: self.config.clone(), timeout: None, number: self.number };
        let (kind, scope) = (kind.clone(), scope.clone());
        let api = async move { (clone.api(&kind, &scope).await, clone, kind, scope) };
        let changes = stream::once(api).flat_map(|(api, client, kind, scope)| match api {
            Err(error) => stream::iter([Err(error)]).left_stream(),
            Ok(api) => watched(api, client, kind, scope).right_stream(),
        });
        Box::pin(changes)
    }

    fn forward<'a>(&'a self, pod: &'a PodPort) -> Reply<'a, Box<dyn ByteStream>> {
        Box::pin(self.open(pod))
    }
}

fn watched(
    api: Api<DynamicObject>,
    client: Client,
    kind: ApiKind,
    scope: Scope,
) -> impl Stream<Item = Result<Change, KubeError>> {
    let config = watcher::Config::default().page_size(PAGE);
    let config = match scope {
        Scope::Object { name, .. } => config.fields(&format!("metadata.name={name}")),
        _ => config,
    };
    let client = Arc::new(client);
    let mut listed = Vec::new();
    watcher(api, config).backoff(Pauses::default()).filter_map(move |event| {
        let change = match event {
            Ok(Event::Init) => {
                listed.clear();
                None
            }
            Ok(Event::InitApply(object)) => {
                listed.push(written(&object, &kind));
                None
            }
            Ok(Event::InitDone) => Some(Ok(Change::All(std::mem::take(&mut listed)))),
            Ok(Event::Apply(object)) => Some(Ok(Change::Applied(written(&object, &kind)))),
            Ok(Event::Delete(object)) => Some(Ok(Change::Deleted(reference(&object, &kind)))),
            Err(error) => Some(Err(watch_error(error, &client))),
        };
        future::ready(change)
    })
}

fn watch_error(error: watcher::Error, client: &Client) -> KubeError {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => client.error(error),
        watcher::Error::WatchError(status) => client.error(kube::Error::Api(status)),
        watcher::Error::NoResourceVersion => KubeError::Other("the API server does not let it be watched".to_owned()),
    }
}

fn resource(kind: &ApiKind) -> ApiResource {
    let api_version =
        if kind.group.is_empty() { kind.version.clone() } else { format!("{}/{}", kind.group, kind.version) };
    ApiResource {
        group: kind.group.clone(),
        version: kind.version.clone(),
        api_version,
        kind: kind.kind.clone(),
        plural: kind.plural.clone(),
    }
}

/// Which object it is.
pub(super) fn reference(object: &DynamicObject, kind: &ApiKind) -> ObjectRef {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    ObjectRef {
        kind: kind.kind.clone(),
        name: text(&object.metadata.name),
        namespace: text(&object.metadata.namespace),
    }
}

/// Pauses between tries to reach an API server that is away: short at first, since it usually comes back soon.
#[derive(Default)]
struct Pauses(u32);

impl Pauses {
    const SHORTEST: Duration = Duration::from_millis(100);
    const LONGEST: Duration = Duration::from_secs(5);
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let pause = (Self::SHORTEST * (1 << self.0.min(6))).min(Self::LONGEST);
        self.0 += 1;
        Some(pause.mul_f32(0.75 + fastrand::f32() / 2.0))
    }
}

impl Backoff for Pauses {
    fn reset(&mut self) {
        self.0 = 0;
    }
}
