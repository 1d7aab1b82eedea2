//! Paths as they were in a git revision.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::{InputError, is_manifest, is_stdin, utf8};
use crate::source::{MAX_SOURCE_BYTES, Origin, SourceMap};

/// Reads the paths from a revision of the repository that each of them is in.
pub(super) fn read(rev: &str, paths: &[PathBuf], recursive: bool, sources: &mut SourceMap) -> Result<(), InputError> {
    let mut seen = HashSet::new();
    for path in paths {
        if is_stdin(path) {
            return Err(InputError::StdinOfRevision);
        }
        let place = Place::of(path, rev)?;
        let files = place.files(recursive)?;
        let mut blobs = Blobs::start(&place)?;
        for (file, id) in files {
            if !seen.insert((place.folder.clone(), file.clone())) {
                continue;
            }
            let name = format!("{rev}:{}", file.display());
            let bytes = blobs.read(&id, &name)?;
            let text = utf8::text(&name, bytes)?;
            sources.add(Origin::Revision { rev: rev.into(), path: file }, text);
        }
        blobs.finish();
    }
    Ok(())
}

/// A path inside the repository that it belongs to.
struct Place<'r> {
    rev: &'r str,
    /// The commit or tree that the revision names.
    tree: String,
    /// A folder in the working tree: where git is run.
    folder: PathBuf,
    /// From the top of the repository; empty for the top itself.
    inside: PathBuf,
}

impl<'r> Place<'r> {
    fn of(path: &Path, rev: &'r str) -> Result<Self, InputError> {
        let (folder, rest) = existing_folder(path);
        let no_repository = || InputError::NoRepository { path: path.into() };
        let prefix = git(&folder, &["rev-parse", "--show-prefix"])?.map_err(|_| no_repository())?;
        let prefix = String::from_utf8_lossy(&prefix);
        let inside = clean(&Path::new(prefix.trim_end_matches(['\n', '\r'])).join(rest)).ok_or_else(no_repository)?;
        let wanted = format!("{rev}^{{tree}}");
        let tree = git(&folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?
            .map_err(|_| InputError::UnknownRevision { rev: rev.into(), path: path.into() })?;
        let tree = String::from_utf8_lossy(&tree).trim().to_owned();
        Ok(Self { rev, tree, folder, inside })
    }

    /// The files under the path with the ids of their contents, in the order of their paths.
    fn files(&self, recursive: bool) -> Result<Vec<(PathBuf, String)>, InputError> {
        if self.inside.as_os_str().is_empty() {
            return self.folder_files(&self.tree, recursive);
        }
        let listed = self.list(&self.tree, false, Some(&self.inside))?;
        match listed.into_iter().next() {
            Some(Listed { kind, id, path }) if kind == "blob" => Ok(vec![(path, id)]),
            Some(Listed { kind, id, .. }) if kind == "tree" => self.folder_files(&id, recursive),
            _ => Err(InputError::NotInRevision { rev: self.rev.into(), path: self.inside.clone() }),
        }
    }

    fn folder_files(&self, tree: &str, recursive: bool) -> Result<Vec<(PathBuf, String)>, InputError> {
        let listed = self.list(tree, recursive, None)?;
        let has_folders = listed.iter().any(|entry| entry.kind == "tree");
        let manifests = listed.into_iter().filter(|entry| entry.kind == "blob" && is_manifest(&entry.path));
        let mut files: Vec<_> = manifests.map(|entry| (self.inside.join(entry.path), entry.id)).collect();
        if files.is_empty() {
            return Err(InputError::EmptyFolder { path: self.inside.clone(), has_folders });
        }
        files.sort();
        Ok(files)
    }

    fn list(&self, tree: &str, recursive: bool, only: Option<&Path>) -> Result<Vec<Listed>, InputError> {
        let mut arguments: Vec<&OsStr> = ["ls-tree", "-z", "--full-tree"].map(OsStr::new).to_vec();
        if recursive {
            arguments.push(OsStr::new("-r"));
        }
        arguments.push(OsStr::new(tree));
        if let Some(path) = only {
            // What git takes for a pattern elsewhere is plain here.
            arguments.extend([OsStr::new("--"), path.as_os_str()]);
        }
        let output = git(&self.folder, &arguments)?.map_err(|message| self.failed(message))?;
        Ok(output.split(|byte| *byte == 0).filter_map(Listed::of).collect())
    }

    fn failed(&self, message: String) -> InputError {
        InputError::Git { rev: self.rev.into(), message }
    }
}

/// One line of `git ls-tree`.
struct Listed {
    kind: String,
    id: String,
    path: PathBuf,
}

impl Listed {
    fn of(line: &[u8]) -> Option<Self> {
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        let (head, path) = line.split_at_checked(tab)?;
        let head = std::str::from_utf8(head).ok()?;
        let mut words = head.split(' ');
        let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
        // The content of a link is the name of another file.
        let kind = if mode == "120000" { "link" } else { kind };
        Some(Self { kind: kind.into(), id: id.into(), path: path_of(path.get(1..)?) })
    }
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

/// One git process that gives the contents of many files.
struct Blobs<'p> {
    place: &'p Place<'p>,
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl<'p> Blobs<'p> {
    fn start(place: &'p Place<'p>) -> Result<Self, InputError> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&place.folder).args(["cat-file", "--batch"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|source| InputError::NoGit { source })?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(ask), Some(answer)) => Ok(Self { place, child, ask, answer: BufReader::new(answer) }),
            _ => Err(place.failed("its streams could not be opened".into())),
        }
    }

    fn read(&mut self, id: &str, name: &str) -> Result<Vec<u8>, InputError> {
        let failed = |error: std::io::Error| self.place.failed(error.to_string());
        writeln!(self.ask, "{id}").and_then(|()| self.ask.flush()).map_err(failed)?;
        let mut head = String::new();
        self.answer.read_line(&mut head).map_err(failed)?;
        let size = head.trim_end().rsplit_once(' ').and_then(|(_, size)| size.parse::<u64>().ok());
        let Some(size) = size else {
            return Err(self.place.failed(format!("the content of `{name}` is missing")));
        };
        if size > MAX_SOURCE_BYTES as u64 {
            return Err(InputError::TooLarge { name: name.into() });
        }
        let mut bytes = Vec::new();
        self.answer.by_ref().take(size).read_to_end(&mut bytes).map_err(failed)?;
        let mut line_end = [0];
        self.answer.read_exact(&mut line_end).map_err(failed)?;
        Ok(bytes)
    }

    fn finish(self) {
        let Self { mut child, ask, answer, .. } = self;
        drop((ask, answer));
        // Everything was read; how the process ends tells nothing more.
        let _ = child.wait();
    }
}

/// Runs git in a folder. The outer error is that it cannot be run, the inner one what it says.
fn git(folder: &Path, arguments: &[impl AsRef<OsStr>]) -> Result<Result<Vec<u8>, String>, InputError> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).stdin(Stdio::null());
    let output = command.output().map_err(|source| InputError::NoGit { source })?;
    if output.status.success() {
        return Ok(Ok(output.stdout));
    }
    let message = String::from_utf8_lossy(&output.stderr);
    Ok(Err(message.trim().trim_start_matches("fatal: ").to_owned()))
}

/// The nearest folder above a path that still exists, and the way from there.
fn existing_folder(path: &Path) -> (PathBuf, PathBuf) {
    let mut folder = path.to_owned();
    let mut rest = PathBuf::new();
    loop {
        if folder.as_os_str().is_empty() {
            return (PathBuf::from("."), rest);
        }
        if folder.is_dir() {
            return (folder, rest);
        }
        let Some(name) = folder.components().next_back() else { return (PathBuf::from("."), rest) };
        let name = name.as_os_str().to_owned();
        rest = if rest.as_os_str().is_empty() { name.into() } else { Path::new(&name).join(&rest) };
        if !folder.pop() {
            return (PathBuf::from("."), rest);
        }
    }
}

/// A path without `.` and `..`; `None` where it leads out of the repository.
fn clean(path: &Path) -> Option<PathBuf> {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => cleaned.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !cleaned.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(cleaned)
}
