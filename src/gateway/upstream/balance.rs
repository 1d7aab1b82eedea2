//! Which endpoint gets a request: in turns, the less busy of two, or by a hash.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use twox_hash::XxHash64;

use super::cluster::{Endpoint, EndpointSet, Upstream};
use crate::model::LbPolicy;

/// Points on a ring of hashes, in Envoy's way: at least 1024.
#[derive(Debug)]
pub(crate) struct Ring {
    points: Vec<(u64, u32)>,
}

/// Maglev's table, of Envoy's size.
#[derive(Debug)]
pub(crate) struct Maglev {
    table: Vec<u32>,
}

const LEAST_POINTS: usize = 1024;
const TABLE_SIZE: u64 = 65537;

/// The hash of Envoy's rings, tables and hash policies.
pub(crate) fn hash(text: &[u8]) -> u64 {
    XxHash64::oneshot(0, text)
}

impl Ring {
    /// The ring of a set of endpoints, each with the same number of points.
    pub(crate) fn of(list: &[Arc<Endpoint>]) -> Self {
        let each = LEAST_POINTS.div_ceil(list.len().max(1));
        let mut points: Vec<(u64, u32)> = Vec::with_capacity(each * list.len());
        for (at, endpoint) in (0u32..).zip(list) {
            points.extend((0..each).map(|point| (hash(format!("{}_{point}", endpoint.address).as_bytes()), at)));
        }
        points.sort_unstable();
        Self { points }
    }

    fn choose(&self, key: u64, attempt: usize) -> Option<u32> {
        if self.points.is_empty() {
            return None;
        }
        let at = self.points.partition_point(|(point, _)| *point < key);
        self.points.get((at + attempt) % self.points.len()).map(|(_, endpoint)| *endpoint)
    }
}

impl Maglev {
    /// The table of a set of endpoints.
    pub(crate) fn of(list: &[Arc<Endpoint>]) -> Self {
        if list.is_empty() {
            return Self { table: Vec::new() };
        }
        let mut walks: Vec<(u64, u64, u64)> = list
            .iter()
            .map(|endpoint| {
                let key = endpoint.address.to_string();
                let offset = hash(key.as_bytes()) % TABLE_SIZE;
                let skip = XxHash64::oneshot(1, key.as_bytes()) % (TABLE_SIZE - 1) + 1;
                (offset, skip, 0)
            })
            .collect();
        let mut table = vec![u32::MAX; TABLE_SIZE as usize];
        let mut filled = 0;
        'filling: loop {
            for (at, (offset, skip, next)) in (0u32..).zip(walks.iter_mut()) {
                // A walk with a step that the prime size does not divide comes by every place.
                loop {
                    let place = (*offset + *skip * *next) % TABLE_SIZE;
                    *next += 1;
                    let Some(slot) = table.get_mut(place as usize) else { continue };
                    if *slot == u32::MAX {
                        *slot = at;
                        filled += 1;
                        break;
                    }
                }
                if filled == TABLE_SIZE {
                    break 'filling;
                }
            }
        }
        Self { table }
    }

    fn choose(&self, key: u64, attempt: usize) -> Option<u32> {
        // Further tries look elsewhere, as Envoy mixes the attempt into the hash.
        let key = if attempt == 0 { key } else { key ^ (u64::MAX - attempt as u64 + 1) };
        self.table.get((key % TABLE_SIZE) as usize).copied()
    }
}

impl Upstream {
    /// Chooses an endpoint; `key` is the hash of what the choice hangs on. An endpoint that is not healthy is passed
    /// over, unless most are not: then all count, as in Envoy's panic.
    pub(crate) fn choose(&self, set: &EndpointSet, key: Option<u64>, attempt: u32) -> Option<Arc<Endpoint>> {
        if let [only] = set.list.as_slice() {
            let is_last_resort = !self.cluster.health_checks.is_empty() || self.is_followed();
            return (only.is_healthy() || is_last_resort).then(|| Arc::clone(only));
        }
        let healthy = set.list.iter().filter(|endpoint| endpoint.is_healthy()).count();
        let panics = healthy * 2 < set.list.len();
        let may = |endpoint: &Arc<Endpoint>| panics || endpoint.is_healthy();
        let count = set.list.len();
        if count == 0 {
            return None;
        }
        let by_hash = |choose: &dyn Fn(u64, usize) -> Option<u32>| {
            let key = key.unwrap_or_else(|| fastrand::u64(..));
            (0..count * 8)
                .filter_map(|step| set.list.get(choose(key, attempt as usize + step)? as usize))
                .find(|endpoint| may(endpoint))
                .map(Arc::clone)
        };
        match self.cluster.lb {
            LbPolicy::RingHash => set.ring.as_ref().and_then(|ring| by_hash(&|key, step| ring.choose(key, step))),
            LbPolicy::Maglev => set.maglev.as_ref().and_then(|table| by_hash(&|key, step| table.choose(key, step))),
            LbPolicy::RoundRobin => self.in_turn(set, &may),
            LbPolicy::LeastRequest => {
                let draw = || {
                    let of_healthy: Vec<&Arc<Endpoint>> = set.list.iter().filter(|endpoint| may(endpoint)).collect();
                    let at = fastrand::usize(..of_healthy.len().max(1));
                    of_healthy.get(at).map(|endpoint| Arc::clone(endpoint))
                };
                let (one, other) = (draw()?, draw()?);
                let is_busier = one.active.load(Ordering::Relaxed) > other.active.load(Ordering::Relaxed);
                Some(if is_busier { other } else { one })
            }
        }
    }

    fn in_turn(&self, set: &EndpointSet, may: &dyn Fn(&Arc<Endpoint>) -> bool) -> Option<Arc<Endpoint>> {
        (0..set.list.len()).find_map(|_| {
            let at = self.turn.fetch_add(1, Ordering::Relaxed) % set.list.len();
            set.list.get(at).filter(|endpoint| may(endpoint)).map(Arc::clone)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::SocketAddr;

    use super::*;

    fn endpoints(count: u16) -> Vec<Arc<Endpoint>> {
        let spot = |at| SocketAddr::from(([10, 0, 0, 1], 8000 + at)).into();
        (0..count).map(|at| Arc::new(Endpoint::new(spot(at)))).collect()
    }

    #[test]
    fn a_ring_gives_everybody_a_part_and_the_same_key_the_same() {
        let ring = Ring::of(&endpoints(3));
        let mut hits = [0usize; 3];
        for key in 0..3000u32 {
            let chosen = ring.choose(hash(&key.to_le_bytes()), 0).unwrap();
            assert_eq!(ring.choose(hash(&key.to_le_bytes()), 0), Some(chosen));
            hits[chosen as usize] += 1;
        }
        assert!(hits.iter().all(|hits| *hits > 600), "{hits:?}");
    }

    #[test]
    fn maglev_fills_its_table_evenly_and_moves_little() {
        let (three, four) = (Maglev::of(&endpoints(3)), Maglev::of(&endpoints(4)));
        let count = |table: &Maglev, at| table.table.iter().filter(|slot| **slot == at).count();
        for at in 0..3 {
            assert!((21000..23000).contains(&count(&three, at)));
        }
        let moved = three.table.iter().zip(&four.table).filter(|(a, b)| a != b).count();
        assert!(moved < 65537 * 2 / 5, "{moved}");
    }
}
