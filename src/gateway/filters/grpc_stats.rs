//! gRPC calls, counted by cluster, service and method.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;

use crate::gateway::exchange::Exchange;
use crate::gateway::metrics::escaped;
use crate::model::GrpcStats;
use crate::outcome::head::is_grpc;

/// The most methods that are counted each on its own: clients choose their names.
const MOST_METHODS: usize = 1000;

/// Statuses that have a name; others are counted as unknown.
const STATUSES: usize = 17;

/// Whose calls are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Method {
    cluster: Arc<str>,
    /// Service and method, where they are counted on their own.
    names: Option<(String, String)>,
}

/// A call that is under way.
#[derive(Debug)]
pub(crate) struct Call {
    names: Option<(String, String)>,
    is_timed: bool,
    /// Messages of the client.
    pub(crate) asked: Rc<Messages>,
    /// Messages of the upstream.
    pub(crate) answered: Messages,
}

/// Counts messages in a stream of frames: a flag, a length of four bytes, and as many bytes.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    count: Cell<u64>,
    /// How much of the next frame's head has come, and the length that it tells so far.
    head: Cell<(u8, u32)>,
    /// What is left of a message.
    left: Cell<u32>,
}

impl Messages {
    /// Sees the next bytes.
    pub(crate) fn see(&self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = bytes.len().min(self.left.get() as usize);
            self.left.set(self.left.get() - u32::try_from(skipped).unwrap_or(u32::MAX));
            bytes = bytes.get(skipped..).unwrap_or_default();
            let Some((byte, rest)) = bytes.split_first() else { return };
            bytes = rest;
            let (seen, length) = self.head.get();
            match seen {
                0 => {
                    self.count.set(self.count.get() + 1);
                    self.head.set((1, 0));
                }
                4 => {
                    self.head.set((0, 0));
                    self.left.set(length << 8 | u32::from(*byte));
                }
                _ => self.head.set((seen + 1, length << 8 | u32::from(*byte))),
            }
        }
    }
}

/// Begins to count a call, if the request is one.
pub(crate) fn begin(exchange: &mut Exchange, stats: &GrpcStats) {
    if !is_grpc(&exchange.head.headers) {
        return;
    }
    let names = names(&exchange.head.path).filter(|names| is_counted_alone(stats, *names));
    let names = names.map(|(service, method)| (service.to_owned(), method.to_owned()));
    let asked = Rc::new(Messages::default());
    exchange.upload.progress().watch(Rc::clone(&asked));
    let call = Call { names, is_timed: stats.upstream_stats, asked, answered: Messages::default() };
    exchange.account.note(|entry| entry.call = Some(Box::new(call)));
}

/// Service and method of a path.
fn names(path: &str) -> Option<(&str, &str)> {
    let path = path.split('?').next()?.strip_prefix('/')?;
    let (service, method) = path.split_once('/')?;
    (!service.is_empty() && !method.is_empty() && !method.contains('/')).then_some((service, method))
}

fn is_counted_alone(stats: &GrpcStats, (service, method): (&str, &str)) -> bool {
    if stats.services.is_empty() {
        return stats.all_methods;
    }
    let listed = stats.services.iter().find(|(name, _)| name == service);
    listed.is_some_and(|(_, methods)| methods.iter().any(|name| name == method))
}

/// What was counted of a method.
#[derive(Clone, Debug, Default)]
struct Counts {
    by_status: [u64; STATUSES],
    asked: u64,
    answered: u64,
    timed: u64,
    time: Duration,
}

/// What was counted of all calls.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<BTreeMap<Method, Counts>>);

impl Calls {
    /// Counts a call that has ended; one that no cluster took is not counted.
    pub(crate) fn count(&self, call: &Call, cluster: Option<&Arc<str>>, status: Option<&HeaderValue>, took: Duration) {
        let (Some(cluster), Ok(mut all)) = (cluster, self.0.lock()) else { return };
        let mut method = Method { cluster: Arc::clone(cluster), names: call.names.clone() };
        if all.len() >= MOST_METHODS && !all.contains_key(&method) {
            method.names = None;
        }
        let counts = all.entry(method).or_default();
        counts.asked += call.asked.count.get();
        counts.answered += call.answered.count.get();
        if let Some(status) = status {
            const UNKNOWN: usize = 2;
            let number = status.to_str().ok().and_then(|text| text.parse::<usize>().ok());
            let number = number.filter(|number| *number < STATUSES).unwrap_or(UNKNOWN);
            if let Some(count) = counts.by_status.get_mut(number) {
                *count += 1;
            }
        }
        if call.is_timed {
            counts.timed += 1;
            counts.time += took;
        }
    }

    /// Writes all as Prometheus reads it; nothing where there was no call.
    pub(crate) fn write(&self, out: &mut String) {
        let Ok(all) = self.0.lock() else { return };
        if all.is_empty() {
            return;
        }
        let mut family = |name: &str, kind: &str, help: &str, lines: &dyn Fn(&Counts) -> Vec<(String, String)>| {
            let _ = writeln!(out, "# HELP ambassador_grpc_{name} {help}\n# TYPE ambassador_grpc_{name} {kind}");
            for (method, counts) in &*all {
                let (service, rpc) = method.names.as_ref().map_or(("", ""), |(service, rpc)| (service, rpc));
                let labels = format!(
                    "cluster=\"{}\",service=\"{}\",method=\"{}\"",
                    escaped(&method.cluster),
                    escaped(service),
                    escaped(rpc)
                );
                for (suffix, value) in lines(counts) {
                    let (suffix, more) = suffix
                        .split_once(',')
                        .map_or((&*suffix, String::new()), |(suffix, more)| (suffix, format!(",{more}")));
                    let _ = writeln!(out, "ambassador_grpc_{name}{suffix}{{{labels}{more}}} {value}");
                }
            }
        };
        family("calls_total", "counter", "gRPC calls by cluster, service, method and status.", &|counts| {
            let by_status = counts.by_status.iter().enumerate().filter(|(_, count)| **count > 0);
            by_status.map(|(status, count)| (format!(",status=\"{status}\""), count.to_string())).collect()
        });
        family("request_messages_total", "counter", "Messages of clients in gRPC calls.", &|counts| {
            vec![(String::new(), counts.asked.to_string())]
        });
        family("response_messages_total", "counter", "Messages of upstreams in gRPC calls.", &|counts| {
            vec![(String::new(), counts.answered.to_string())]
        });
        if all.values().any(|counts| counts.timed > 0) {
            family("call_seconds", "summary", "How long gRPC calls took.", &|counts| {
                let seconds = counts.time.as_secs_f64().to_string();
                vec![("_sum".to_owned(), seconds), ("_count".to_owned(), counts.timed.to_string())]
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_however_they_are_cut() {
        let stream = [&[0, 0, 0, 0, 3][..], b"abc", &[1, 0, 0, 0, 0], &[0, 0, 0, 1, 0], &[7; 256]].concat();
        for size in [1, 2, 3, 7, 300] {
            let messages = Messages::default();
            stream.chunks(size).for_each(|piece| messages.see(piece));
            assert_eq!((messages.count.get(), messages.left.get(), messages.head.get()), (3, 0, (0, 0)), "{size}");
        }
    }

    #[test]
    fn listed_services_win_over_all_methods() {
        let listed = vec![("a.B".to_owned(), vec!["Get".to_owned()])];
        let stats = |all_methods, services| GrpcStats { all_methods, services, upstream_stats: false };
        assert!(is_counted_alone(&stats(true, vec![]), ("a.B", "Put")));
        assert!(!is_counted_alone(&stats(false, vec![]), ("a.B", "Put")));
        assert!(is_counted_alone(&stats(false, listed.clone()), ("a.B", "Get")));
        assert!(!is_counted_alone(&stats(true, listed), ("a.B", "Put")));
    }

    #[test]
    fn a_path_names_a_service_and_a_method() {
        assert_eq!(names("/a.B/Get?x=/y"), Some(("a.B", "Get")));
        for path in ["/a.B", "/a.B/", "//Get", "/a/b/c", "a/b"] {
            assert_eq!(names(path), None, "{path}");
        }
    }

    fn call(names: Option<(&str, &str)>) -> Call {
        let names = names.map(|(service, method)| (service.to_owned(), method.to_owned()));
        let call = Call { names, is_timed: true, asked: Rc::default(), answered: Messages::default() };
        call.asked.see(&[0, 0, 0, 0, 0]);
        call
    }

    #[test]
    fn calls_are_told_by_status() {
        let (calls, cluster) = (Calls::default(), Arc::from("c"));
        let count = |call: &Call, status| calls.count(call, Some(&cluster), status, Duration::from_millis(500));
        let (ok, odd) = (HeaderValue::from_static("0"), HeaderValue::from_static("77"));
        count(&call(Some(("a.B", "Get"))), Some(&ok));
        count(&call(Some(("a.B", "Get"))), Some(&odd));
        count(&call(None), None);
        calls.count(&call(None), None, Some(&ok), Duration::ZERO);
        let mut out = String::new();
        calls.write(&mut out);
        let labels = "cluster=\"c\",service=\"a.B\",method=\"Get\"";
        for line in [
            format!("ambassador_grpc_calls_total{{{labels},status=\"0\"}} 1"),
            format!("ambassador_grpc_calls_total{{{labels},status=\"2\"}} 1"),
            format!("ambassador_grpc_request_messages_total{{{labels}}} 2"),
            format!("ambassador_grpc_call_seconds_sum{{{labels}}} 1"),
            "ambassador_grpc_request_messages_total{cluster=\"c\",service=\"\",method=\"\"} 1".to_owned(),
        ] {
            assert!(out.lines().any(|told| told == line), "{line} in\n{out}");
        }
    }

    #[test]
    fn names_of_clients_do_not_take_ever_more_memory() {
        let (calls, cluster) = (Calls::default(), Arc::from("c"));
        for number in 0..MOST_METHODS + 50 {
            calls.count(&call(Some(("a.B", &number.to_string()))), Some(&cluster), None, Duration::ZERO);
        }
        assert!(calls.0.lock().is_ok_and(|all| all.len() <= MOST_METHODS + 1));
    }
}
