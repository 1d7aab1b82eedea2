//! The configuration of an API server, followed: what was listed once is kept up to date, whatever becomes of the
//! connections. It has a thread of its own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;

use super::error::InputError;
use super::kube::{ApiKind, Change, Changes, KubeApi, KubeError, LiveObject, Scope};
use super::live::{Ask, Outcome, Wanted, endpoint_slices, scopes, secrets, services, told, told_of_secrets, wanted};
use super::secrets::{SecretName, masked, named_by};
use crate::source::{ObjectRef, SourceMap};

/// How long a Secret that is newly in use is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// From so many Secrets of one namespace on, all of the namespace are watched in one.
const MANY_SECRETS: usize = 8;

/// How often it is asked whether there are kinds that were not there before: CRDs may be installed at any time.
const KINDS: Duration = Duration::from_secs(5);

/// What is told to who follows.
#[derive(Clone, Debug)]
pub enum Happened {
    /// Objects are others now.
    Objects,
    /// EndpointSlices are others now.
    Endpoints(Change),
    /// Something to know, in one sentence.
    Note(String),
}

/// Who is told.
type Tell = Arc<dyn Fn(Happened) + Send + Sync>;

/// What is followed.
#[derive(Clone, Debug, Default)]
pub struct FollowAsk {
    /// The configuration; without it Services alone, for their ports.
    pub configuration: bool,
    /// EndpointSlices.
    pub endpoints: bool,
    /// Where.
    pub ask: Ask,
}

/// The text of an object, and what was applied last where that counts.
#[derive(Clone, PartialEq, Eq)]
struct Text {
    yaml: Arc<str>,
    last_applied: Option<Arc<str>>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<ObjectRef, Text>,
    secrets: BTreeSet<SecretName>,
}

/// Follows an API server until it is dropped.
pub struct Follower {
    state: Arc<Mutex<State>>,
    secrets: mpsc::UnboundedSender<(Vec<SecretName>, Sender<()>)>,
    home: Arc<str>,
    _ends: watch::Sender<()>,
    /// What could not be read at the beginning, a sentence each.
    pub notes: Vec<String>,
}

fn open(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Follower {
    /// Begins to follow; returns when everything has been listed once.
    ///
    /// # Errors
    ///
    /// The API server cannot be reached, or lets nothing be read.
    pub fn start(api: Arc<dyn KubeApi>, ask: FollowAsk, tell: Tell) -> Result<Self, InputError> {
        let state = Arc::<Mutex<State>>::default();
        let (wants, wanted_secrets) = mpsc::unbounded_channel();
        let (ends, mut ended) = watch::channel(());
        let (ready, readiness) = channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| KubeError::Other(error.to_string()))?;
        let of_thread = Arc::clone(&state);
        let home = ask.ask.namespace.as_deref().unwrap_or_else(|| api.namespace()).into();
        let spawned = std::thread::Builder::new().name("kubernetes".to_owned()).spawn(move || {
            LocalSet::new().block_on(&runtime, async move {
                let (troubles, kinds) = (Rc::default(), Rc::default());
                let here = Here { api, state: of_thread, tell, ask: ask.ask.clone(), troubles, kinds };
                tokio::select! {
                    () = here.all(ask, ready, wanted_secrets) => {}
                    _ = ended.changed() => {}
                }
            });
        });
        spawned.map_err(|error| KubeError::Other(error.to_string()))?;
        let notes = wait(&readiness)?;
        Ok(Self { state, secrets: wants, home, _ends: ends, notes })
    }

    /// The configuration of now, with the Secrets that are in use.
    pub fn sources(&self) -> SourceMap {
        self.find_secrets();
        let state = open(&self.state);
        let mut sources = SourceMap::default();
        for (object, text) in &state.objects {
            let (yaml, last) = (Arc::clone(&text.yaml), text.last_applied.clone());
            super::live::add(object.clone(), yaml, last, &self.home, &mut sources);
        }
        sources
    }

    /// The text of an object.
    pub fn text(&self, object: &ObjectRef) -> Option<Arc<str>> {
        open(&self.state).objects.get(object).map(|text| Arc::clone(&text.yaml))
    }

    /// Sees to it that Secrets in use are followed too.
    fn find_secrets(&self) {
        let mut names = BTreeSet::new();
        {
            let state = open(&self.state);
            for (object, text) in state.objects.iter().filter(|(_, text)| text.yaml.contains("ecret")) {
                let (object, yaml) = (object.clone(), text.yaml.to_string());
                named_by(&LiveObject { object, yaml, last_applied: None }, &mut names);
            }
            names.retain(|name| !state.secrets.contains(name));
        }
        if names.is_empty() {
            return;
        }
        let (found, answer) = channel();
        if self.secrets.send((names.into_iter().collect(), found)).is_ok() {
            let _ = answer.recv_timeout(PATIENCE);
        }
    }
}

fn wait(readiness: &Receiver<Result<Vec<String>, InputError>>) -> Result<Vec<String>, InputError> {
    let gone = || KubeError::Other("following the API server ended".to_owned()).into();
    readiness.recv().unwrap_or_else(|_| Err(gone()))
}

/// Follows kinds; it belongs to its thread.
#[derive(Clone)]
struct Here {
    api: Arc<dyn KubeApi>,
    state: Arc<Mutex<State>>,
    tell: Tell,
    ask: Ask,
    /// Kinds whose watch fails at present.
    troubles: Rc<RefCell<BTreeSet<String>>>,
    /// Kinds that are followed, or may not be.
    kinds: Rc<RefCell<BTreeSet<String>>>,
}

impl Here {
    async fn all(
        self,
        ask: FollowAsk,
        ready: Sender<Result<Vec<String>, InputError>>,
        mut secrets: mpsc::UnboundedReceiver<(Vec<SecretName>, Sender<()>)>,
    ) {
        let _ = ready.send(self.begin(&ask).await);
        if ask.configuration {
            tokio::task::spawn_local(self.clone().find_kinds());
        }
        while let Some((names, found)) = secrets.recv().await {
            self.follow_secrets(names).await;
            let _ = found.send(());
        }
        std::future::pending::<()>().await;
    }
}

impl Here {
    /// Begins to follow everything; gives what is to be said of it.
    async fn begin(&self, ask: &FollowAsk) -> Result<Vec<String>, InputError> {
        let scopes = scopes(&*self.api, &ask.ask);
        let only = |kind: ApiKind| Wanted { versions: vec![kind], scopes: scopes.clone() };
        let (mut all, mut notes) = match ask.configuration {
            true => wanted(&*self.api, &ask.ask).await?,
            false => (vec![only(services())], Vec::new()),
        };
        if ask.endpoints {
            all.push(only(endpoint_slices()));
        }
        let begun = futures_util::future::join_all(all.iter().map(|wanted| self.begin_one(wanted))).await;
        let outcomes = begun.into_iter().collect::<Result<Vec<Outcome>, KubeError>>()?;
        notes.extend(told(&outcomes)?);
        Ok(notes)
    }

    /// Begins to follow kinds that were not there at the beginning.
    async fn find_kinds(self) {
        loop {
            tokio::time::sleep(KINDS).await;
            // An API server that is away is told of by the watches.
            let Ok((mut all, _)) = wanted(&*self.api, &self.ask).await else { continue };
            all.retain(|wanted| wanted.versions.iter().all(|kind| !self.kinds.borrow().contains(&kind.resource())));
            let mut found = Vec::new();
            for wanted in all {
                match self.begin_one(&wanted).await {
                    Ok(Outcome { kind, scope: Some(_), .. }) => found.push(kind.resource()),
                    Ok(refused) => {
                        if let Err(why) = told(&[refused]) {
                            (self.tell)(Happened::Note(why.to_string()));
                        }
                    }
                    Err(_) => {}
                }
            }
            if !found.is_empty() {
                (self.tell)(Happened::Note(format!("followed from now on: {}", found.join(", "))));
            }
        }
    }

    /// Begins to follow a kind, in the first way that works.
    async fn begin_one(&self, wanted: &Wanted) -> Result<Outcome, KubeError> {
        let mut refusals = Vec::new();
        for (kind, scope) in wanted.ways() {
            let mut changes = self.api.watch(&kind, &scope);
            match changes.next().await {
                Some(Ok(change)) => {
                    self.kinds.borrow_mut().insert(kind.resource());
                    self.take(&kind, change);
                    let (here, of) = (self.clone(), kind.clone());
                    tokio::task::spawn_local(async move { here.follow(&of, changes).await });
                    return Ok(Outcome { kind, scope: Some(scope), refusals });
                }
                Some(Err(refusal)) if wanted.goes_on_after(&refusal) => refusals.push(refusal),
                Some(Err(error)) => return Err(error),
                None => return Err(KubeError::Other(format!("{} cannot be watched", kind.resource()))),
            }
        }
        let outcome = wanted.refused(refusals);
        if outcome.refusals.iter().any(|refusal| matches!(refusal, KubeError::Forbidden { .. })) {
            self.kinds.borrow_mut().insert(outcome.kind.resource());
        }
        Ok(outcome)
    }

    async fn follow(&self, kind: &ApiKind, mut changes: Changes) {
        while let Some(change) = changes.next().await {
            match change {
                Ok(change) => {
                    self.recovered(kind);
                    self.take(kind, change);
                }
                Err(error) => self.failed(kind, &error),
            }
        }
    }

    /// A watch fails: that is told once for all that fail together; what was known stays.
    fn failed(&self, kind: &ApiKind, error: &KubeError) {
        // A kind that was deleted, or a right that was taken away, is not the end of the others.
        let mut troubles = self.troubles.borrow_mut();
        let is_first = troubles.is_empty();
        if troubles.insert(kind.resource()) && is_first {
            (self.tell)(Happened::Note(format!("changes cannot be followed at present, what was read stays: {error}")));
        }
    }

    /// A watch that failed tells of changes again. Others that failed with it may have none to tell for long; one that
    /// still fails says so anew.
    fn recovered(&self, kind: &ApiKind) {
        let mut troubles = self.troubles.borrow_mut();
        if troubles.remove(&kind.resource()) {
            troubles.clear();
            (self.tell)(Happened::Note("changes are followed again".to_owned()));
        }
    }

    fn take(&self, kind: &ApiKind, change: Change) {
        if *kind == endpoint_slices() {
            return (self.tell)(Happened::Endpoints(change));
        }
        let is_change = {
            let mut state = open(&self.state);
            let objects = &mut state.objects;
            match change {
                Change::All(all) => {
                    let count = |objects: &BTreeMap<ObjectRef, Text>| {
                        objects.keys().filter(|object| object.kind == kind.kind).count()
                    };
                    let is_same = count(objects) == all.len()
                        && all.iter().all(|one| objects.get(&one.object).is_some_and(|text| *text.yaml == *one.yaml));
                    if !is_same {
                        objects.retain(|object, _| object.kind != kind.kind);
                        objects.extend(all.into_iter().map(|one| self.kept(one)));
                    }
                    !is_same
                }
                Change::Applied(one) => {
                    let (object, text) = self.kept(one);
                    objects.insert(object, text.clone()).is_none_or(|before| before != text)
                }
                Change::Deleted(object) => objects.remove(&object).is_some(),
            }
        };
        if is_change {
            (self.tell)(Happened::Objects);
        }
    }

    fn kept(&self, one: LiveObject) -> (ObjectRef, Text) {
        let is_bare = one.object.kind == "Secret" && !self.ask.contents;
        let one = if is_bare { masked(one) } else { one };
        let last_applied = one.last_applied.filter(|_| self.ask.beneath_files).map(Into::into);
        (one.object, Text { yaml: one.yaml.into(), last_applied })
    }

    /// Follows Secrets that were not in use before.
    async fn follow_secrets(&self, names: Vec<SecretName>) {
        let mut by_namespace: BTreeMap<String, Vec<SecretName>> = BTreeMap::new();
        for name in names {
            if open(&self.state).secrets.insert(name.clone()) {
                by_namespace.entry(name.0.clone()).or_default().push(name);
            }
        }
        let mut scopes = Vec::new();
        for (namespace, names) in by_namespace {
            if names.len() >= MANY_SECRETS {
                scopes.push((Scope::Namespace(namespace.clone()), names));
            } else {
                scopes.extend(names.into_iter().map(|(namespace, name)| {
                    (Scope::Object { namespace: namespace.clone(), name: name.clone() }, vec![(namespace, name)])
                }));
            }
        }
        let begun =
            futures_util::future::join_all(scopes.into_iter().map(|(scope, names)| self.begin_secrets(scope, names)));
        let refused: BTreeSet<SecretName> = begun.await.into_iter().flatten().collect();
        if let Some(note) = told_of_secrets(&refused) {
            (self.tell)(Happened::Note(note));
        }
    }

    /// Gives the names that may not be read.
    async fn begin_secrets(&self, scope: Scope, names: Vec<SecretName>) -> Vec<SecretName> {
        let mut changes = self.api.watch(&secrets(), &scope);
        match changes.next().await {
            Some(Ok(first)) => {
                self.take_secrets(first, &names);
                let here = self.clone();
                tokio::task::spawn_local(async move {
                    while let Some(change) = changes.next().await {
                        match change {
                            Ok(change) => here.take_secrets(change, &names),
                            Err(error) => here.failed(&secrets(), &error),
                        }
                    }
                });
                Vec::new()
            }
            _ => names,
        }
    }

    /// Takes what happens to these Secrets; a watch may tell of others too, and a list of some is none of all.
    fn take_secrets(&self, change: Change, names: &[SecretName]) {
        self.recovered(&secrets());
        let counts = |object: &ObjectRef| {
            names.iter().any(|(namespace, name)| *namespace == object.namespace && *name == object.name)
        };
        match change {
            Change::All(all) => {
                for (namespace, name) in names {
                    let object =
                        ObjectRef { kind: "Secret".to_owned(), name: name.clone(), namespace: namespace.clone() };
                    self.take(
                        &secrets(),
                        match all.iter().find(|one| one.object == object) {
                            Some(one) => Change::Applied(one.clone()),
                            None => Change::Deleted(object),
                        },
                    );
                }
            }
            Change::Applied(ref one) if counts(&one.object) => self.take(&secrets(), change),
            Change::Deleted(ref object) if counts(object) => self.take(&secrets(), change),
            Change::Applied(_) | Change::Deleted(_) => {}
        }
    }
}
