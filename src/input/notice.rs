//! What the kernel says of folders, so that a change is seen at once. Nobody relies on it: files are looked at all the
//! same, for folders of a network say nothing.

use std::path::Path;
use std::time::Duration;

/// Where the kernel says that something happened in a folder.
#[derive(Debug)]
pub(super) struct Notice {
    #[cfg(target_os = "linux")]
    inotify: Option<rustix::fd::OwnedFd>,
}

#[cfg(target_os = "linux")]
impl Notice {
    pub(super) fn new() -> Self {
        use rustix::fs::inotify::{CreateFlags, init};
        Self { inotify: init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok() }
    }

    /// Listens to a folder; one that is listened to already costs nothing.
    pub(super) fn listen(&self, folder: &Path) {
        use rustix::fs::inotify::{WatchFlags, add_watch};
        let happens = WatchFlags::CLOSE_WRITE
            | WatchFlags::MODIFY
            | WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO;
        if let Some(inotify) = &self.inotify {
            let _ = add_watch(inotify, folder, happens | WatchFlags::ONLYDIR);
        }
    }

    /// Waits until something happens, or so long.
    pub(super) fn wait(&self, at_most: Duration) {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let (Some(inotify), Ok(limit)) = (&self.inotify, Timespec::try_from(at_most)) else {
            return std::thread::sleep(at_most);
        };
        if poll(&mut [PollFd::new(inotify, PollFlags::IN)], Some(&limit)).is_err() {
            return std::thread::sleep(at_most);
        }
        // What happened is found by looking.
        let mut events = [0; 16 * 1024];
        while rustix::io::read(inotify, &mut events).is_ok_and(|read| read > 0) {}
    }
}

#[cfg(not(target_os = "linux"))]
impl Notice {
    pub(super) fn new() -> Self {
        Self {}
    }

    pub(super) fn listen(&self, _folder: &Path) {}

    pub(super) fn wait(&self, at_most: Duration) {
        std::thread::sleep(at_most);
    }
}
