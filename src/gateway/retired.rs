//! Configurations that nobody needs any longer are freed in a thread of their own: of many Mappings that takes
//! milliseconds, in which no worker is to stand still.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use super::loaded::Loaded;

/// Where configurations go that workers are done with.
#[derive(Clone)]
pub(crate) struct Retired(Sender<Arc<Loaded>>);

impl Retired {
    /// Begins to free; ends when nobody holds it any more.
    pub(crate) fn new() -> io::Result<Self> {
        let (sender, retired) = channel::<Arc<Loaded>>();
        std::thread::Builder::new().name("retired".to_owned()).spawn(move || retired.into_iter().for_each(drop))?;
        Ok(Self(sender))
    }
}

/// What a worker holds of the configuration: one count of references for each worker, not one for all.
pub(crate) struct View {
    /// The configuration.
    pub(crate) loaded: Arc<Loaded>,
    /// Let go of after `loaded`, so that it is never the worker that frees.
    _last: Last,
}

struct Last {
    loaded: Option<Arc<Loaded>>,
    retired: Retired,
}

impl View {
    /// A view of a configuration.
    pub(crate) fn new(loaded: Arc<Loaded>, retired: Retired) -> Self {
        let last = Last { loaded: Some(Arc::clone(&loaded)), retired };
        Self { loaded, _last: last }
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        if let Some(loaded) = self.loaded.take() {
            // Without the thread it is freed here.
            drop(self.retired.0.send(loaded));
        }
    }
}
