//! Whether the files of an input changed, found by looking at them again: that works the same on every system, over
//! network folders, and for ConfigMaps, which are replaced by moving a link. Where the kernel tells of changes, the next
//! look is at once.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use ignore::WalkBuilder;

use super::notice::Notice;
use super::{Input, is_manifest, is_stdin};

/// How long files are left alone between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// How long they are left alone whatever happens to them.
const BREATH: Duration = Duration::from_millis(2);

/// Looking takes at most one part in this many of the time, however many files there are, while nothing happens.
const PART: u32 = 20;

/// What is looked at, and how it looked last.
#[derive(Debug)]
pub struct Watch {
    input: Input,
    seen: u64,
    notice: Notice,
}

impl Watch {
    /// Looks at the files of an input; `None` where nothing of it can change: standard input, a git revision.
    pub fn new(input: Input) -> Option<Self> {
        let can_change = input.kustomize.is_some() || input.files.iter().any(|path| !is_stdin(path));
        if input.rev.is_some() || !can_change {
            return None;
        }
        let notice = Notice::new();
        let seen = look(&input, &notice);
        Some(Self { input, seen, notice })
    }

    /// Whether something changed since the last look.
    pub fn is_other(&mut self) -> bool {
        let seen = look(&self.input, &self.notice);
        std::mem::replace(&mut self.seen, seen) != seen
    }

    /// Waits until something changed.
    pub fn wait(&mut self) {
        loop {
            let began = Instant::now();
            if self.is_other() {
                return;
            }
            let took = began.elapsed();
            thread::sleep(BREATH.max(took));
            self.notice.wait(PAUSE.max(took * PART));
        }
    }
}

/// A number that is another one when a file came, went or was written.
fn look(input: &Input, notice: &Notice) -> u64 {
    let mut hasher = DefaultHasher::new();
    for path in input.files.iter().filter(|path| !is_stdin(path)) {
        see_all(path, input.recursive, is_manifest, notice, &mut hasher);
    }
    if let Some(folder) = &input.kustomize {
        see_all(folder, true, |_| true, notice, &mut hasher);
    }
    hasher.finish()
}

fn see_all(path: &Path, recursive: bool, counts: impl Fn(&Path) -> bool, notice: &Notice, hasher: &mut DefaultHasher) {
    if !path.is_dir() {
        // A file is often replaced by another of its name.
        notice.listen(path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")));
        return see(path, hasher);
    }
    let depth = if recursive { None } else { Some(1) };
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in WalkBuilder::new(path).standard_filters(false).max_depth(depth).build().flatten() {
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            notice.listen(entry.path());
        } else if counts(entry.path()) {
            found.push(entry.into_path());
        }
    }
    found.sort();
    found.iter().for_each(|file| see(file, hasher));
}

fn see(file: &Path, hasher: &mut DefaultHasher) {
    file.hash(hasher);
    let Ok(metadata) = fs::metadata(file) else { return };
    (metadata.len(), metadata.modified().ok()).hash(hasher);
    #[cfg(unix)]
    std::os::unix::fs::MetadataExt::ino(&metadata).hash(hasher);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn input(path: &Path) -> Input {
        Input { files: vec![path.to_owned()], ..Input::default() }
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_file_that_is_written_came_or_went_is_a_change() {
        let folder = folder(&[("a.yaml", "a")]);
        let seen = || look(&input(folder.path()), &Notice::new());
        let first = seen();
        assert_eq!(first, seen());
        fs::write(folder.path().join("a.yaml"), "ab").unwrap();
        let second = seen();
        assert_ne!(first, second);
        fs::write(folder.path().join("b.yaml"), "").unwrap();
        assert_ne!(second, seen());
        fs::remove_file(folder.path().join("b.yaml")).unwrap();
        assert_eq!(second, seen());
    }

    #[test]
    fn what_is_no_manifest_is_not_looked_at() {
        let folder = folder(&[("a.yaml", "a")]);
        let first = look(&input(folder.path()), &Notice::new());
        fs::write(folder.path().join(".a.yaml.swp"), "a").unwrap();
        assert_eq!(first, look(&input(folder.path()), &Notice::new()));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_is_moved_is_a_change() {
        let folder = folder(&[("one", "a"), ("two", "a")]);
        let link = folder.path().join("a.yaml");
        std::os::unix::fs::symlink(folder.path().join("one"), &link).unwrap();
        let first = look(&input(&link), &Notice::new());
        fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink(folder.path().join("two"), &link).unwrap();
        assert_ne!(first, look(&input(&link), &Notice::new()));
    }

    #[test]
    fn neither_standard_input_nor_a_revision_changes() {
        assert!(Watch::new(input(Path::new("-"))).is_none());
        assert!(Watch::new(Input { rev: Some("HEAD".into()), ..input(Path::new(".")) }).is_none());
    }

    #[test]
    fn waiting_ends_with_a_change() {
        let folder = folder(&[("a.yaml", "a")]);
        let mut watch = Watch::new(input(folder.path())).unwrap();
        fs::write(folder.path().join("a.yaml"), "other").unwrap();
        watch.wait();
    }
}
