//! What of an API server is configuration: Services and Ingresses for their annotations, all kinds of Emissary's, the
//! Secrets that are in use, and the little that they refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;

use super::error::InputError;
use super::kube::{ApiKind, KubeApi, KubeError, LiveObject, Scope};
use super::secrets::{SecretName, masked, named_by};
use crate::source::{Live, ObjectRef, Origin, SourceMap};
use crate::yaml;

/// The API group of Emissary's kinds.
const GROUP: &str = "getambassador.io";

/// What is wanted of an API server.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Only this namespace.
    pub namespace: Option<String>,
    /// With what is in the Secrets, not only that they are there.
    pub contents: bool,
    /// With what was applied last: files are laid over the objects.
    pub beneath_files: bool,
}

/// What an API server had to tell.
#[derive(Debug, Default)]
pub struct LiveInput {
    /// The objects, by kind, namespace and name.
    pub objects: Vec<LiveObject>,
    /// What could not be read, a sentence each.
    pub notes: Vec<String>,
    /// The namespace into which an apply puts what names none.
    pub home: String,
}

/// A kind with the versions in which it may be read, and where it may be looked for: the first that works is taken.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Its versions, the newest first.
    pub(super) versions: Vec<ApiKind>,
    /// Where.
    pub(super) scopes: Vec<Scope>,
}

/// What came of a kind.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// The kind, in the version in which it was read.
    pub(super) kind: ApiKind,
    /// Where it was read; `None` where it was not.
    pub(super) scope: Option<Scope>,
    /// Why not, or not there, or not in that version.
    pub(super) refusals: Vec<KubeError>,
}

/// The kinds of Kubernetes' own that matter.
pub(super) fn services() -> ApiKind {
    ApiKind::new("", "v1", "Service", "services")
}

/// Where endpoints of Services are told.
pub(super) fn endpoint_slices() -> ApiKind {
    ApiKind::new("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices")
}

/// Secrets.
pub(super) fn secrets() -> ApiKind {
    ApiKind::new("", "v1", "Secret", "secrets")
}

/// Where namespaced kinds are looked for: everywhere, as Emissary does, else in the namespace of the context.
pub(super) fn scopes(api: &dyn KubeApi, ask: &Ask) -> Vec<Scope> {
    match &ask.namespace {
        Some(namespace) => vec![Scope::Namespace(namespace.clone())],
        None => vec![Scope::All, Scope::Namespace(api.namespace().to_owned())],
    }
}

/// All that is wanted, and what is to be said of it.
pub(super) async fn wanted(api: &dyn KubeApi, ask: &Ask) -> Result<(Vec<Wanted>, Vec<String>), KubeError> {
    let scopes = scopes(api, ask);
    let mut notes = Vec::new();
    let mut all = vec![Wanted { versions: vec![services()], scopes: scopes.clone() }];
    let ingresses = ApiKind::new("networking.k8s.io", "v1", "Ingress", "ingresses");
    all.push(Wanted { versions: vec![ingresses], scopes: scopes.clone() });
    for (group, kind, plural) in
        [("", "Namespace", "namespaces"), ("networking.k8s.io", "IngressClass", "ingressclasses")]
    {
        all.push(Wanted { versions: vec![ApiKind::new(group, "v1", kind, plural)], scopes: vec![Scope::All] });
    }
    let mut by_kind: BTreeMap<String, Vec<ApiKind>> = BTreeMap::new();
    for kind in api.kinds(GROUP).await? {
        by_kind.entry(kind.kind.clone()).or_default().push(kind);
    }
    if by_kind.is_empty() {
        notes.push(format!("the API server has no kinds of {GROUP}: only annotations are read"));
    }
    all.extend(by_kind.into_values().map(|versions| Wanted { versions, scopes: scopes.clone() }));
    Ok((all, notes))
}

/// Reads all that is wanted.
pub(super) async fn read(api: &dyn KubeApi, ask: &Ask) -> Result<LiveInput, InputError> {
    let (wanted, mut notes) = wanted(api, ask).await?;
    let mut objects = Vec::new();
    let mut outcomes = Vec::new();
    for listed in join_all(wanted.iter().map(|wanted| list(api, wanted))).await {
        let (outcome, found) = listed?;
        let kept = |mut one: LiveObject| {
            one.last_applied = one.last_applied.filter(|_| ask.beneath_files);
            one
        };
        objects.extend(found.into_iter().map(kept));
        outcomes.push(outcome);
    }
    notes.extend(told(&outcomes)?);
    let mut names = BTreeSet::new();
    objects.iter().for_each(|object| named_by(object, &mut names));
    let names: Vec<SecretName> = names.into_iter().collect();
    let mut refused = BTreeSet::new();
    for some in names.chunks(16) {
        for (name, found) in some.iter().zip(join_all(some.iter().map(|name| secret(api, name))).await) {
            match found {
                Ok(found) => objects.extend(found.into_iter().map(|it| if ask.contents { it } else { masked(it) })),
                Err(KubeError::Forbidden { .. }) => drop(refused.insert(name.clone())),
                Err(error) => return Err(error.into()),
            }
        }
    }
    notes.extend(told_of_secrets(&refused));
    objects.sort_by(|a, b| a.object.cmp(&b.object));
    let home = ask.namespace.clone().unwrap_or_else(|| api.namespace().to_owned());
    Ok(LiveInput { objects, notes, home })
}

async fn secret(api: &dyn KubeApi, (namespace, name): &SecretName) -> Result<Vec<LiveObject>, KubeError> {
    let scope = Scope::Object { namespace: namespace.clone(), name: name.clone() };
    api.list(&secrets(), &scope).await
}

async fn list(api: &dyn KubeApi, wanted: &Wanted) -> Result<(Outcome, Vec<LiveObject>), KubeError> {
    let mut refusals = Vec::new();
    for (kind, scope) in wanted.ways() {
        match api.list(&kind, &scope).await {
            Ok(found) => return Ok((Outcome { kind, scope: Some(scope), refusals }, found)),
            Err(refusal) if wanted.goes_on_after(&refusal) => refusals.push(refusal),
            Err(error) => return Err(error),
        }
    }
    Ok((wanted.refused(refusals), Vec::new()))
}

impl Wanted {
    /// All ways to read it, the best first.
    pub(super) fn ways(&self) -> impl Iterator<Item = (ApiKind, Scope)> + '_ {
        self.versions.iter().flat_map(|kind| self.scopes.iter().map(move |scope| (kind.clone(), scope.clone())))
    }

    /// Whether something else may work after a refusal.
    pub(super) fn goes_on_after(&self, refusal: &KubeError) -> bool {
        matches!(refusal, KubeError::Forbidden { .. } | KubeError::NotFound { .. } | KubeError::Conversion { .. })
    }

    /// What is known after everything was refused.
    pub(super) fn refused(&self, refusals: Vec<KubeError>) -> Outcome {
        let kind = self.versions.first().cloned().unwrap_or_else(services);
        Outcome { kind, scope: None, refusals }
    }
}

/// What is to be said of what came of the kinds: a line for all that is forbidden, one for what cannot be converted.
pub(super) fn told(outcomes: &[Outcome]) -> Result<Vec<String>, InputError> {
    let mut notes = Vec::new();
    let is_forbidden =
        |outcome: &&Outcome| outcome.refusals.iter().any(|one| matches!(one, KubeError::Forbidden { .. }));
    let nowhere: Vec<&Outcome> = outcomes.iter().filter(is_forbidden).filter(|one| one.scope.is_none()).collect();
    if !nowhere.is_empty() && outcomes.iter().all(|outcome| outcome.scope.is_none()) {
        return Err(InputError::NothingAllowed { refusal: refusal(&nowhere) });
    }
    if !nowhere.is_empty() {
        notes.push(format!("not read: {}", refusal(&nowhere)));
    }
    let partly: Vec<&Outcome> = outcomes.iter().filter(is_forbidden).filter(|one| one.scope.is_some()).collect();
    if let Some(Scope::Namespace(namespace)) = partly.first().and_then(|outcome| outcome.scope.as_ref()) {
        notes.push(format!("only namespace {namespace} is read: {}", refusal(&partly)));
    }
    for outcome in outcomes {
        let failed = outcome.refusals.iter().find(|one| matches!(one, KubeError::Conversion { .. }));
        if let Some(failed) = failed {
            let what = outcome.kind.resource();
            notes.push(match outcome.scope {
                Some(_) => format!("{what} are read as {} and converted here: {failed}", outcome.kind.version),
                None => format!("{what} are not read: {failed}"),
            });
        }
    }
    Ok(notes)
}

/// Who may not list what, and the rule that would help.
fn refusal(outcomes: &[&Outcome]) -> String {
    let who = outcomes.iter().flat_map(|outcome| &outcome.refusals).find_map(|refusal| match refusal {
        KubeError::Forbidden { message } => Some(message.split_once("User \"")?.1.split_once('"')?.0.to_owned()),
        _ => None,
    });
    let who = who.map_or_else(|| "you".to_owned(), |who| format!("`{who}`"));
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for outcome in outcomes {
        groups.entry(&outcome.kind.group).or_default().push(&outcome.kind.plural);
    }
    let what: Vec<String> = groups
        .iter()
        .map(|(group, plurals)| match *group {
            "" => plurals.join(", "),
            GROUP if plurals.len() > 3 => format!("the kinds of {GROUP}"),
            group => plurals.iter().map(|plural| format!("{plural}.{group}")).collect::<Vec<_>>().join(", "),
        })
        .collect();
    let names = groups.keys().map(|group| if group.is_empty() { "\"\"" } else { group }).collect::<Vec<_>>();
    let mut resources: Vec<&str> =
        groups.values().flat_map(|plurals| if plurals.len() > 3 { vec!["\"*\""] } else { plurals.clone() }).collect();
    if resources.contains(&"\"*\"") && groups.len() > 1 {
        // A star would grant more than is needed of the other groups.
        return format!("{who} may not list {}; docs/rbac.yaml is the ClusterRole that allows it", what.join(", "));
    }
    resources.dedup();
    let (names, resources) = (names.join(", "), resources.join(", "));
    let rule = format!("{{apiGroups: [{names}], resources: [{resources}], verbs: [get, list, watch]}}");
    format!("{who} may not list {}; the rule `{rule}` allows it (docs/rbac.yaml)", what.join(", "))
}

/// What is to be said of Secrets that may not be read.
pub(super) fn told_of_secrets(refused: &BTreeSet<SecretName>) -> Option<String> {
    let (namespace, name) = refused.first()?;
    let more = match refused.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    Some(format!(
        "the Secret {name}.{namespace}{more} may not be read and is taken as absent; \
         the rule `{{apiGroups: [\"\"], resources: [secrets], verbs: [get, list, watch]}}` allows it"
    ))
}

impl LiveInput {
    /// Takes the texts into a source map.
    pub fn add_to(&self, sources: &mut SourceMap) {
        let home: Arc<str> = self.home.as_str().into();
        for object in &self.objects {
            let last_applied = object.last_applied.as_deref().map(Into::into);
            add(object.object.clone(), object.yaml.as_str().into(), last_applied, &home, sources);
        }
    }
}

/// Takes the text of an object into a source map.
pub(super) fn add(
    object: ObjectRef,
    text: Arc<str>,
    last_applied: Option<Arc<str>>,
    home: &Arc<str>,
    sources: &mut SourceMap,
) {
    let live = Live { object, field: yaml::field_at, last_applied, home: Arc::clone(home) };
    sources.add(Origin::Live(live), text);
}
