//! Which Hosts stand on which Listeners, and which groups stand under a Host at all; for all rules at once.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{GroupId, HostId, Serves, Snapshot};

/// What stands where.
#[derive(Debug, Default)]
pub(super) struct Served {
    /// The Listeners of each Host, by their place in the snapshot.
    pub(super) listeners: FxHashMap<HostId, Vec<usize>>,
    /// The groups under any Host that stands on a Listener.
    pub(super) groups: FxHashSet<GroupId>,
}

impl Served {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let mut served = Self::default();
        // Hosts with the same groups share one list.
        let mut seen = FxHashSet::default();
        for (at, listener) in snapshot.listeners.iter().enumerate() {
            for chain in &listener.chains {
                let Serves::Http(hosts) = &chain.serves else { continue };
                for host in hosts {
                    if let Some(id) = host.host {
                        let places = served.listeners.entry(id).or_default();
                        if places.last() != Some(&at) {
                            places.push(at);
                        }
                    }
                    if seen.insert(host.groups.as_ptr()) {
                        served.groups.extend(host.groups.iter().copied());
                    }
                }
            }
        }
        served
    }
}
