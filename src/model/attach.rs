//! Which Mappings belong to which Host; and if not, why not.

use std::collections::HashMap;
use std::sync::Arc;

use super::group::Group;
use super::host::Host;
use super::table::{GroupId, HostId, Table};
use crate::edition::Edition;
use crate::routing::pattern::HostGlob;

/// Why a group of Mappings is not under a Host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAttached {
    /// It has no hostname, and the Host does not select by labels.
    NoHostname,
    /// Their hostnames have no name in common.
    Hostname,
    /// It lacks these labels of the Host's selector.
    Labels(Vec<(String, String)>),
}

/// Whether a group is under a Host.
///
/// # Errors
///
/// Why it is not.
pub fn attaches(host: &Host, group: &Group, edition: Edition) -> Result<(), NotAttached> {
    if !edition.attaches_by_hostname() {
        return Ok(());
    }
    let by_name = group.hostname.as_ref().map(|hostname| {
        hostname.attaches_to_all || HostGlob::parse(&host.hostname).overlaps(&HostGlob::parse(&hostname.text))
    });
    if !host.selects {
        return match by_name {
            Some(true) => Ok(()),
            Some(false) => Err(NotAttached::Hostname),
            None => Err(NotAttached::NoHostname),
        };
    }
    let by_label = edition.selects(&host.selector, &group.labels);
    if !edition.wants_selector_and_hostname() {
        return if by_label || by_name == Some(true) { Ok(()) } else { Err(missing(host, group)) };
    }
    match by_name {
        Some(false) => Err(NotAttached::Hostname),
        _ if by_label => Ok(()),
        _ => Err(missing(host, group)),
    }
}

fn missing(host: &Host, group: &Group) -> NotAttached {
    NotAttached::Labels(host.selector.iter().filter(|pair| !group.labels.contains(pair)).cloned().collect())
}

/// The groups of each Host, in the order of their creation; equal lists are shared.
#[derive(Debug)]
pub(crate) struct Attachments {
    lists: Vec<Arc<[GroupId]>>,
}

impl Attachments {
    /// Finds the groups of all Hosts. Hosts are found by name where they can be, so that many names cost little.
    pub(crate) fn find(
        hosts: &Table<HostId, Host>,
        groups: &Table<GroupId, Group>,
        internal: &[GroupId],
        edition: Edition,
    ) -> Self {
        let mut found: Vec<Vec<GroupId>> = vec![Vec::new(); hosts.len()];
        let mut by_name: HashMap<&str, Vec<HostId>> = HashMap::new();
        let mut others = Vec::new();
        for (id, host) in hosts.iter() {
            if !host.selects && !host.hostname.contains('*') && edition.attaches_by_hostname() {
                by_name.entry(&host.hostname).or_default().push(id);
            } else {
                others.push(id);
            }
        }
        for (id, group) in groups.iter() {
            if internal.contains(&id) {
                found.iter_mut().for_each(|list| list.push(id));
                continue;
            }
            let exact = group.hostname.as_ref().filter(|name| !name.attaches_to_all && !name.text.contains('*'));
            match exact {
                Some(name) => {
                    for host in by_name.get(&*name.text).into_iter().flatten() {
                        found[host.0 as usize].push(id);
                    }
                    attach_to(&others, hosts, group, id, edition, &mut found);
                }
                None if edition.attaches_by_hostname() && group.hostname.is_none() => {
                    attach_to(&others, hosts, group, id, edition, &mut found);
                }
                None => {
                    let all: Vec<HostId> = hosts.iter().map(|(host, _)| host).collect();
                    attach_to(&all, hosts, group, id, edition, &mut found);
                }
            }
        }
        let mut shared: HashMap<Vec<GroupId>, Arc<[GroupId]>> = HashMap::new();
        let lists = found
            .into_iter()
            .map(|list| Arc::clone(shared.entry(list).or_insert_with_key(|list| list.as_slice().into())))
            .collect();
        Self { lists }
    }

    /// The groups of a Host.
    pub(crate) fn of(&self, host: HostId) -> Arc<[GroupId]> {
        Arc::clone(&self.lists[host.0 as usize])
    }
}

fn attach_to(
    candidates: &[HostId],
    hosts: &Table<HostId, Host>,
    group: &Group,
    id: GroupId,
    edition: Edition,
    found: &mut [Vec<GroupId>],
) {
    for host in candidates {
        if attaches(&hosts[*host], group, edition).is_ok() {
            found[host.0 as usize].push(id);
        }
    }
}
