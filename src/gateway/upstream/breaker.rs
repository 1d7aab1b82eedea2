//! Circuit breakers: how much may be under way towards a cluster at once.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::Notify;

use crate::model::{CircuitBreaker, Priority};

/// The limits of a cluster for one priority, and what is under way.
#[derive(Debug)]
pub(crate) struct Breaker {
    max_connections: u32,
    max_pending: u32,
    max_requests: u32,
    max_retries: u32,
    connections: AtomicU32,
    pending: AtomicU32,
    requests: AtomicU32,
    retries: AtomicU32,
    /// Told when a connection becomes free or goes.
    pub(crate) freed: Notify,
}

/// What a breaker counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Connections.
    Connection,
    /// Requests that wait for one.
    Pending,
    /// Requests.
    Request,
    /// Retries.
    Retry,
}

impl Breaker {
    /// The breaker of a priority; Envoy's limits where none are configured.
    pub(crate) fn new(configured: &[CircuitBreaker], priority: Priority) -> Self {
        // Of several with one priority the first counts.
        let own = configured.iter().find(|breaker| breaker.priority == priority);
        let limit = |field: fn(&CircuitBreaker) -> Option<u32>, default| own.and_then(field).unwrap_or(default);
        Self {
            max_connections: limit(|breaker| breaker.max_connections, 1024),
            max_pending: limit(|breaker| breaker.max_pending_requests, 1024),
            max_requests: limit(|breaker| breaker.max_requests, 1024),
            max_retries: limit(|breaker| breaker.max_retries, 3),
            connections: AtomicU32::new(0),
            pending: AtomicU32::new(0),
            requests: AtomicU32::new(0),
            retries: AtomicU32::new(0),
            freed: Notify::new(),
        }
    }

    fn counter(&self, counted: Counted) -> (&AtomicU32, u32) {
        match counted {
            Counted::Connection => (&self.connections, self.max_connections),
            Counted::Pending => (&self.pending, self.max_pending),
            Counted::Request => (&self.requests, self.max_requests),
            Counted::Retry => (&self.retries, self.max_retries),
        }
    }

    /// Takes a place, if there is one.
    pub(crate) fn take(&self, counted: Counted) -> bool {
        let (counter, limit) = self.counter(counted);
        if counter.fetch_add(1, Ordering::Relaxed) < limit {
            return true;
        }
        counter.fetch_sub(1, Ordering::Relaxed);
        false
    }

    /// Gives a place back.
    pub(crate) fn give(&self, counted: Counted) {
        self.counter(counted).0.fetch_sub(1, Ordering::Relaxed);
        if counted == Counted::Connection {
            self.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_limited_by_priority() {
        let configured =
            [CircuitBreaker { priority: Priority::High, max_requests: Some(1), ..CircuitBreaker::default() }];
        let high = Breaker::new(&configured, Priority::High);
        assert!(high.take(Counted::Request) && !high.take(Counted::Request));
        high.give(Counted::Request);
        assert!(high.take(Counted::Request));
        let usual = Breaker::new(&configured, Priority::Default);
        assert!((0..1024).all(|_| usual.take(Counted::Request)) && !usual.take(Counted::Request));
    }
}
