//! Who looks on: the latest exchanges for the admin page.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use tokio::sync::broadcast;

use super::account::Entry;

/// How many of the latest exchanges are kept for those who come later.
const KEPT: usize = 200;

/// Passes exchanges on to those who look on; it costs next to nothing while nobody does.
pub(crate) struct Live {
    is_watched: AtomicBool,
    latest: Mutex<VecDeque<String>>,
    sender: broadcast::Sender<String>,
}

impl Default for Live {
    fn default() -> Self {
        Self { is_watched: AtomicBool::new(false), latest: Mutex::default(), sender: broadcast::channel(256).0 }
    }
}

impl Live {
    /// Begins to look on: the latest exchanges, and those to come, as JSON. The first who asks finds nothing kept.
    pub(crate) fn watch(&self) -> (Vec<String>, broadcast::Receiver<String>) {
        self.is_watched.store(true, Ordering::Relaxed);
        let kept = self.latest.lock().map(|latest| latest.iter().cloned().collect()).unwrap_or_default();
        (kept, self.sender.subscribe())
    }

    /// Whether anybody looks on, or did.
    pub(crate) fn is_watched(&self) -> bool {
        self.is_watched.load(Ordering::Relaxed)
    }

    /// Tells of an exchange.
    pub(crate) fn tell(&self, entry: &Entry, took: Duration) {
        if !self.is_watched.load(Ordering::Relaxed) {
            return;
        }
        let at = entry.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let line = serde_json::json!({
            "at": u64::try_from(at).unwrap_or_default(),
            "method": entry.method,
            "authority": entry.authority,
            "path": entry.path,
            "mapping": entry.mapping.as_deref(),
            "status": entry.status,
            "ms": took.as_secs_f64() * 1000.0,
            "upstream": entry.upstream.map(|address| address.to_string()),
            "flags": entry.flags.iter().map(|flag| flag.letters()).collect::<Vec<_>>(),
        })
        .to_string();
        if let Ok(mut latest) = self.latest.lock() {
            if latest.len() == KEPT {
                latest.pop_front();
            }
            latest.push_back(line.clone());
        }
        let _ = self.sender.send(line);
    }
}
