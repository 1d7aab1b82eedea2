//! What a route does: gathered from the member, the whole group and the Module.

use std::sync::Arc;

use super::action::HostRewrite;
use super::action::{Action, AuthUse, Forward, Mirror, Redirect, RedirectPath, Rewrite};
use super::cluster::Role;
use super::clusters::{ClusterMaker, Wanted};
use super::group::{Group, GroupKind, Member};
use super::headers;
use super::mapping::{GroupWish, Mapping};
use super::policy::{HeaderEdits, HeaderValue};
use super::problem::Problems;
use super::table::{ClusterId, MappingId, Table};
use crate::edition::Edition;
use crate::source::Span;

/// Actions of the members of a group, in the order of their routes.
pub(crate) struct ActionMaker<'a, 'm> {
    pub(crate) edition: Edition,
    pub(crate) mappings: &'a Table<MappingId, Arc<Mapping>>,
    pub(crate) maker: &'m mut ClusterMaker<'a>,
    pub(crate) span_of: &'m dyn Fn(&Mapping) -> Option<Span>,
    pub(crate) problems: &'m mut Problems,
}

/// What the members of a group ask for together: mostly the last word counts.
#[derive(Default)]
struct Together {
    wish: GroupWish,
    edits: [Vec<HeaderValue>; 2],
}

impl ActionMaker<'_, '_> {
    /// The actions of a group: one for each member, or the redirect's.
    pub(crate) fn actions(&mut self, group: &Group) -> Vec<(Member, Action)> {
        match &group.kind {
            GroupKind::Redirect(mapping) => {
                let member = Member { mapping: *mapping, below: 100 };
                vec![(member, Action::Redirect(Box::new(self.redirect(&self.mappings[*mapping]))))]
            }
            GroupKind::Forward { members, speakers, shadow } => {
                let together = self.together(speakers);
                let clusters: Vec<Option<ClusterId>> =
                    members.iter().map(|member| self.cluster(&self.mappings[member.mapping], None)).collect();
                let mirror = shadow.and_then(|shadow| {
                    let mapping = &self.mappings[shadow];
                    let cluster = self.cluster(mapping, Some("shadow"))?;
                    let percent = mapping.weight.and_then(|weight| u32::try_from(weight).ok()).unwrap_or(100);
                    Some(Mirror { cluster, percent })
                });
                let founder = &self.mappings[group.founder];
                members
                    .iter()
                    .zip(clusters)
                    .filter_map(|(member, cluster)| {
                        let mapping = &self.mappings[member.mapping];
                        let forward = self.forward(mapping, founder, cluster?, &together, mirror.clone());
                        Some((*member, Action::Forward(Box::new(forward))))
                    })
                    .collect()
            }
        }
    }

    fn together(&self, speakers: &[MappingId]) -> Together {
        let mut together = Together::default();
        for speaker in speakers {
            let own = &self.mappings[*speaker].group;
            let wish = &mut together.wish;
            // The last member always wins here, even if it does not set it.
            wish.regex_rewrite.clone_from(&own.regex_rewrite);
            last(&mut wish.cors, &own.cors);
            last(&mut wish.retry, &own.retry);
            last(&mut wish.upgrades, &own.upgrades);
            last(&mut wish.priority, &own.priority);
            last(&mut wish.remove_request_headers, &own.remove_request_headers);
            last(&mut wish.remove_response_headers, &own.remove_response_headers);
            last(&mut wish.add_linkerd_headers, &own.add_linkerd_headers);
            for (edits, added) in together.edits.iter_mut().zip([&own.add_request_headers, &own.add_response_headers]) {
                headers::merge(edits, added);
            }
        }
        together
    }

    fn cluster(&mut self, mapping: &Mapping, marker: Option<&'static str>) -> Option<ClusterId> {
        let host_rewrite = match &mapping.own.host {
            HostRewrite::Literal(host) => Some(&**host),
            _ => None,
        };
        self.maker.make(
            Wanted {
                role: Role::Upstream,
                marker,
                service: &mapping.service,
                normal_service: &mapping.normal_service,
                namespace: &mapping.namespace,
                wish: &mapping.cluster,
                host_rewrite,
                span: (self.span_of)(mapping),
                owner: &format_args!("Mapping {}", mapping.name),
            },
            self.problems,
        )
    }

    fn forward(
        &self,
        mapping: &Mapping,
        founder: &Mapping,
        cluster: ClusterId,
        together: &Together,
        mirror: Option<Mirror>,
    ) -> Forward {
        let wish = &together.wish;
        let rewrite = match &wish.regex_rewrite {
            Some((pattern, substitution)) => {
                Rewrite::Regex { pattern: pattern.clone(), substitution: Arc::clone(substitution) }
            }
            None => mapping.own.rewrite.clone(),
        };
        let [mut request, response] = together.edits.clone();
        if wish.add_linkerd_headers == Some(true) {
            let target = self.maker.get(cluster).endpoint();
            request.push(HeaderValue { name: "l5d-dst-override".into(), value: target.into(), append: true });
        }
        let own = &mapping.own;
        Forward {
            cluster,
            rewrite,
            host: own.host.clone(),
            timeout: own.timeout,
            idle_timeout: own.idle_timeout,
            retry: wish.retry.clone(),
            mirror,
            priority: wish.priority.unwrap_or_default(),
            upgrades: wish.upgrades.clone().unwrap_or_default(),
            hash: founder.cluster.load_balancer.as_ref().and_then(|balancer| balancer.hash.clone()),
            cors: wish.cors.clone(),
            request_headers: HeaderEdits {
                remove: wish.remove_request_headers.clone().unwrap_or_default(),
                add: request.into(),
            },
            response_headers: HeaderEdits {
                remove: wish.remove_response_headers.clone().unwrap_or_default(),
                add: response.into(),
            },
            auth: match own.bypass_auth {
                Some(true) => AuthUse::Bypassed,
                _ => AuthUse::Asked { extensions: Arc::clone(&own.auth_extensions) },
            },
            rate_limits: Arc::clone(&founder.group.rate_limits),
        }
    }

    fn redirect(&self, mapping: &Mapping) -> Redirect {
        let wish = mapping.redirect.as_ref();
        let path = match wish {
            Some(wish) => match (&wish.path, &wish.prefix, &wish.regex) {
                (Some(path), _, _) => RedirectPath::Path(Arc::clone(path)),
                (None, Some(prefix), _) => RedirectPath::Prefix(Arc::clone(prefix)),
                (None, None, Some((pattern, substitution))) => {
                    RedirectPath::Regex { pattern: pattern.clone(), substitution: Arc::clone(substitution) }
                }
                (None, None, None) => RedirectPath::Keep,
            },
            None => RedirectPath::Keep,
        };
        let bypasses = !self.edition.asks_auth_for_redirects() || mapping.own.bypass_auth == Some(true);
        Redirect {
            host: Arc::clone(&mapping.normal_service),
            path,
            code: wish.map_or(301, |wish| wish.code),
            auth: if bypasses { AuthUse::Bypassed } else { AuthUse::Asked { extensions: Arc::default() } },
        }
    }
}

fn last<T: Clone>(place: &mut Option<T>, own: &Option<T>) {
    if own.is_some() {
        place.clone_from(own);
    }
}
