//! Counters and histograms, and their text for Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::filters::grpc_stats::Calls;

/// Upper bounds of the histogram of durations, in milliseconds.
const BOUNDS: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];

/// What is counted of the exchanges of a Mapping.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// By the first digit of the status; the first is for exchanges without an answer.
    by_class: [AtomicU64; 6],
    received: AtomicU64,
    sent: AtomicU64,
    durations: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

impl Counters {
    /// Counts an exchange.
    pub(crate) fn count(&self, status: u16, received: u64, sent: u64, took: Duration) {
        let class = usize::from(status / 100).min(5);
        if let Some(counter) = self.by_class.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.received.fetch_add(received, Ordering::Relaxed);
        self.sent.fetch_add(sent, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| bound * 1000 < micros);
        if let Some(bucket) = self.durations.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.microseconds.fetch_add(micros, Ordering::Relaxed);
    }

    /// Exchanges by the first digit of their status.
    pub(crate) fn by_class(&self) -> [u64; 6] {
        std::array::from_fn(|class| self.by_class.get(class).map_or(0, |counter| counter.load(Ordering::Relaxed)))
    }

    /// All exchanges.
    pub(crate) fn total(&self) -> u64 {
        self.by_class().iter().sum()
    }
}

/// Counts of the whole gateway.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    /// Connections of clients, ever.
    pub(crate) connections: AtomicU64,
    /// Connections of clients, now.
    pub(crate) open: AtomicU64,
    /// Exchanges that no Mapping took.
    pub(crate) unrouted: Counters,
    /// Changes of the configuration.
    pub(crate) installs: AtomicU64,
    /// Changes that were refused.
    pub(crate) refused: AtomicU64,
    /// gRPC calls, where the Module asks for it.
    pub(crate) calls: Calls,
}

/// Writes everything as Prometheus reads it; `mappings` are names with their counters.
pub(crate) fn write<'a>(
    totals: &'a Totals,
    version: u64,
    mappings: impl Iterator<Item = (&'a str, &'a Counters)> + Clone,
) -> String {
    let mut out = String::with_capacity(4096);
    let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let mut plain = |name: &str, kind: &str, help: &str, value: u64| {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    };
    plain("ambassador_table_version", "gauge", "The number of the table in force.", version);
    plain("ambassador_installs_total", "counter", "Tables that were installed.", load(&totals.installs));
    plain("ambassador_refused_total", "counter", "Configurations that were refused.", load(&totals.refused));
    plain("ambassador_connections_total", "counter", "Connections of clients.", load(&totals.connections));
    plain("ambassador_connections_open", "gauge", "Connections of clients that are open.", load(&totals.open));
    let all = mappings.chain(std::iter::once(("", &totals.unrouted)));
    let used = || all.clone().filter(|(_, counters)| counters.total() > 0);
    let _ = writeln!(
        out,
        "# HELP ambassador_requests_total Requests by Mapping and class of status; no Mapping took those of an empty \
         one.\n# TYPE ambassador_requests_total counter"
    );
    for (name, counters) in used() {
        for (class, count) in counters.by_class().iter().enumerate().filter(|(_, count)| **count > 0) {
            let _ =
                writeln!(out, "ambassador_requests_total{{mapping=\"{}\",class=\"{class}xx\"}} {count}", escaped(name));
        }
    }
    for (metric, help) in [("received", "Bytes of requests' bodies."), ("sent", "Bytes of answers' bodies.")] {
        let _ = writeln!(
            out,
            "# HELP ambassador_{metric}_bytes_total {help}\n# TYPE ambassador_{metric}_bytes_total counter"
        );
        for (name, counters) in used() {
            let value = load(if metric == "received" { &counters.received } else { &counters.sent });
            let _ = writeln!(out, "ambassador_{metric}_bytes_total{{mapping=\"{}\"}} {value}", escaped(name));
        }
    }
    let _ = writeln!(
        out,
        "# HELP ambassador_request_seconds How long requests took.\n# TYPE ambassador_request_seconds histogram"
    );
    for (name, counters) in used() {
        histogram(&mut out, &escaped(name), counters);
    }
    totals.calls.write(&mut out);
    out
}

fn histogram(out: &mut String, name: &str, counters: &Counters) {
    let mut sum = 0;
    for (at, bucket) in counters.durations.iter().enumerate() {
        sum += bucket.load(Ordering::Relaxed);
        let bound = BOUNDS.get(at).map_or("+Inf".to_owned(), |bound| (*bound as f64 / 1000.0).to_string());
        let _ = writeln!(out, "ambassador_request_seconds_bucket{{mapping=\"{name}\",le=\"{bound}\"}} {sum}");
    }
    let seconds = counters.microseconds.load(Ordering::Relaxed) as f64 / 1e6;
    let _ = writeln!(out, "ambassador_request_seconds_sum{{mapping=\"{name}\"}} {seconds}");
    let _ = writeln!(out, "ambassador_request_seconds_count{{mapping=\"{name}\"}} {sum}");
}

/// A label's text.
pub(crate) fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_are_counted_by_class_and_time() {
        let counters = Counters::default();
        counters.count(200, 1, 2, Duration::from_micros(900));
        counters.count(503, 0, 3, Duration::from_millis(30));
        assert_eq!(counters.by_class(), [0, 0, 1, 0, 0, 1]);
        let text = write(&Totals::default(), 7, [("a\"b.default", &counters)].into_iter());
        assert!(text.contains("ambassador_requests_total{mapping=\"a\\\"b.default\",class=\"5xx\"} 1"), "{text}");
        assert!(text.contains("ambassador_sent_bytes_total{mapping=\"a\\\"b.default\"} 5"));
        assert!(
            text.contains("le=\"0.001\"} 1\n")
                && text.contains("le=\"0.05\"} 2\n")
                && text.contains("le=\"+Inf\"} 2\n")
        );
    }
}
