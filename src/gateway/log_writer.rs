//! Writes log lines in a thread of its own, so that no worker waits for a slow reader.

use std::io::Write;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

/// Pieces that may wait; when the reader of the log is slower than that, lines are lost rather than requests.
const WAITING: usize = 1024;

/// Where log lines go.
#[derive(Clone)]
pub(crate) struct LogWriter(Option<SyncSender<Vec<u8>>>);

impl LogWriter {
    /// Writes into `sink`, or nowhere.
    pub(crate) fn new(sink: Option<Box<dyn Write + Send>>) -> std::io::Result<Self> {
        let Some(mut sink) = sink else { return Ok(Self(None)) };
        let (sender, lines) = sync_channel::<Vec<u8>>(WAITING);
        std::thread::Builder::new().name("access-log".to_owned()).spawn(move || {
            while let Ok(piece) = lines.recv() {
                // A reader that went away stays away.
                if sink.write_all(&piece).and_then(|()| sink.flush()).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self(Some(sender)))
    }

    /// Hands a piece over.
    pub(crate) fn write(&self, piece: Vec<u8>) {
        if let Some(sender) = &self.0
            && let Err(TrySendError::Full(_)) = sender.try_send(piece)
        {
            // Lost: see `WAITING`.
        }
    }
}
