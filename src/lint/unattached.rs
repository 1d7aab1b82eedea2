//! Why a group of Mappings stands under no Host.

use super::context::Context;
use super::views::GroupView;
use crate::model::{GroupKind, HostId, NotAttached, attaches};
use crate::resource::Kind;
use crate::routing::pattern::HostGlob;

/// A group that no Host wants, with the reason of each Host.
#[derive(Debug)]
pub(super) struct Unattached {
    /// The reasons.
    pub(super) reasons: Vec<(HostId, NotAttached)>,
}

impl Unattached {
    /// The reasons; `None` for a group that some Host wants, or that a Host would want which is itself left out.
    pub(super) fn of(group: &GroupView<'_>, cx: &Context<'_>) -> Option<Self> {
        if cx.is_served(group.id) {
            return None;
        }
        let snapshot = cx.snapshot();
        let attached = |host: &_| attaches(host, group.group, cx.edition());
        let reasons: Option<Vec<_>> =
            snapshot.hosts.iter().map(|(id, host)| Some((id, attached(host).err()?))).collect();
        let reasons = reasons?;
        let is_redirect = matches!(group.group.kind, GroupKind::Redirect(_));
        let is_left_to_others = is_redirect && group.members.iter().any(|member| member.fields.is_true("host_regex"));
        (!is_left_to_others && !a_lost_host_fits(group, cx)).then_some(Self { reasons })
    }

    /// Whether every Host gives a reason of this sort.
    pub(super) fn all(&self, sort: impl Fn(&NotAttached) -> bool) -> bool {
        self.reasons.iter().all(|(_, reason)| sort(reason))
    }

    /// The first Host with a reason of this sort.
    pub(super) fn first<T>(&self, sort: impl Fn(&NotAttached) -> Option<T>) -> Option<(HostId, T)> {
        self.reasons.iter().find_map(|(host, reason)| Some((*host, sort(reason)?)))
    }
}

/// Whether a Host that is not in force, as another finding says, would take the group.
fn a_lost_host_fits(group: &GroupView<'_>, cx: &Context<'_>) -> bool {
    let is_in_force = |span| {
        let hosts = cx.snapshot().hosts.values().filter_map(|host| cx.resource(host.from?));
        hosts.into_iter().any(|host| host.resource.span == span)
    };
    cx.resources(Kind::Host).any(|host| {
        let name = host.fields.filled("hostname").map_or("*", |name| name.value);
        let fits = group.group.hostname.as_ref().is_none_or(|hostname| {
            hostname.attaches_to_all || HostGlob::parse(name).overlaps(&HostGlob::parse(&hostname.text))
        });
        fits && !is_in_force(host.resource.span)
    })
}
