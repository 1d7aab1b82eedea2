//! What the two sides of a comparison can be, and how each is read.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::cli::World;
use crate::cli::args::ClusterArgs;
use crate::cli::exit::Failure;
use crate::input::{Input, LiveInput};
use crate::source::SourceMap;

/// What does not go together, or is missing.
#[derive(Debug, thiserror::Error)]
enum UsageError {
    #[error("there is nothing to compare `{0}` with: name a second path or git:REV, or two editions")]
    OneSide(String),
    #[error("`git:{0}` has no path, and there is none on the other side: write git:{0}:PATH")]
    NoPath(String),
    #[error("`{0}` is empty: write git:REV or git:REV:PATH")]
    NoRevision(String),
    #[error("`{0}` is no side: the cluster is `live:`, and -n, --context and the like say which part of which")]
    LiveOfWhat(String),
    #[error("both sides cannot read standard input")]
    StdinTwice,
}

/// A side as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// A file, a folder, or `-`.
    Path(PathBuf),
    /// A path in a git revision.
    Revision { rev: String, path: Option<PathBuf> },
    /// The cluster.
    Live,
}

/// A side that was read.
pub(super) struct Given {
    /// What the user calls it.
    pub(super) name: String,
    /// Its texts.
    pub(super) sources: SourceMap,
    /// The folder below which files of both sides make pairs.
    pub(super) root: PathBuf,
    /// Whether objects of the cluster are in it.
    pub(super) is_live: bool,
}

/// Reads sides; the cluster once for both.
pub(super) struct Reader<'a> {
    recursive: bool,
    cluster: &'a ClusterArgs,
    live: Option<LiveInput>,
}

impl<'a> Reader<'a> {
    /// A reader of folders with or without those in them, and of this cluster.
    pub(super) fn new(recursive: bool, cluster: &'a ClusterArgs) -> Self {
        Self { recursive, cluster, live: None }
    }

    /// Two sides by their names; one is enough for `two_editions` of it.
    pub(super) fn read_two(
        &mut self,
        before: &str,
        after: Option<&str>,
        two_editions: bool,
        world: &mut World<'_, '_>,
    ) -> Result<[Given; 2], Failure> {
        let one = Wanted::parse(before)?;
        let other = match after {
            Some(after) => Wanted::parse(after)?,
            None if two_editions => one.clone(),
            None => return Err(UsageError::OneSide(before.to_owned()).into()),
        };
        let stdin = Wanted::Path(PathBuf::from("-"));
        if one == stdin && other == stdin && after.is_some() {
            return Err(UsageError::StdinTwice.into());
        }
        Ok([self.read(&one, &other, world)?, self.read(&other, &one, world)?])
    }

    /// The cluster, and what an apply of files would leave of it.
    pub(super) fn read_apply(
        &mut self,
        files: &[PathBuf],
        kustomize: Option<&Path>,
        world: &mut World<'_, '_>,
    ) -> Result<[Given; 2], Failure> {
        let input = Input {
            files: files.to_vec(),
            recursive: self.recursive,
            kustomize: kustomize.map(Path::to_owned),
            ..Input::default()
        };
        // What is wrong with the files is told before the cluster is asked.
        let mut above = SourceMap::default();
        input.read(&mut above, world.env.stdin)?;
        let live = self.read_live(true, world)?;
        let mut laid = SourceMap::default();
        live.add_to(&mut laid);
        above.ids().for_each(|id| {
            let source = above.get(id);
            laid.add(source.origin.clone(), std::sync::Arc::clone(&source.text));
        });
        let names = files.iter().map(PathBuf::as_path).chain(kustomize).map(|path| path.display().to_string());
        let name = format!("live: after an apply of {}", names.collect::<Vec<_>>().join(", "));
        Ok([given_live(live), Given { name, sources: laid, root: PathBuf::new(), is_live: true }])
    }

    /// Reads a side: the one place that knows what a side can be.
    fn read(&mut self, wanted: &Wanted, other: &Wanted, world: &mut World<'_, '_>) -> Result<Given, Failure> {
        let (rev, path) = match wanted {
            Wanted::Live => return Ok(given_live(self.read_live(false, world)?)),
            Wanted::Path(path) => (None, path.clone()),
            Wanted::Revision { rev, path } => {
                let path = path.as_ref().or(other.path());
                (Some(rev.clone()), path.ok_or_else(|| UsageError::NoPath(rev.clone()))?.clone())
            }
        };
        let name = match &rev {
            Some(rev) => format!("git:{rev}:{}", path.display()),
            None => path.display().to_string(),
        };
        let mut input = Input { files: vec![path.clone()], recursive: self.recursive, rev, ..Input::default() };
        if input.rev.is_none() && is_kubectls(&path) {
            input.files = files_in(&path)?;
        }
        let mut sources = SourceMap::default();
        input.read(&mut sources, world.env.stdin)?;
        let is_folder = input.rev.is_some() || path.is_dir();
        let root = if is_folder { path } else { path.parent().unwrap_or(Path::new("")).to_owned() };
        Ok(Given { name, sources, root, is_live: false })
    }

    fn read_live(&mut self, beneath_files: bool, world: &mut World<'_, '_>) -> Result<&LiveInput, Failure> {
        let live = match self.live.take() {
            Some(live) => live,
            None => {
                let live = self.cluster.read(beneath_files, world)?;
                world.tell_notes(&live.notes)?;
                live
            }
        };
        Ok(self.live.insert(live))
    }
}

fn given_live(live: &LiveInput) -> Given {
    let mut sources = SourceMap::default();
    live.add_to(&mut sources);
    Given { name: "live:".to_owned(), sources, root: PathBuf::new(), is_live: true }
}

impl Wanted {
    fn parse(text: &str) -> Result<Self, Failure> {
        match text.strip_prefix("live:") {
            Some("") => return Ok(Self::Live),
            Some(_) => return Err(UsageError::LiveOfWhat(text.to_owned()).into()),
            None => {}
        }
        let Some(revision) = text.strip_prefix("git:") else { return Ok(Self::Path(text.into())) };
        let (rev, path) = match revision.split_once(':') {
            Some((rev, path)) => (rev, Some(PathBuf::from(if path.is_empty() { "." } else { path }))),
            None => (revision, None),
        };
        if rev.is_empty() {
            return Err(UsageError::NoRevision(text.to_owned()).into());
        }
        Ok(Self::Revision { rev: rev.to_owned(), path })
    }

    fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Path(path) => Some(path),
            Self::Revision { path, .. } => path.as_ref(),
            Self::Live => None,
        }
    }
}

/// The arguments of the process, the program's name first, in the usual order: kubectl puts the two folders that are to be
/// compared before all that `KUBECTL_EXTERNAL_DIFF` says behind the program.
pub(in crate::cli) fn in_usual_order(mut args: Vec<OsString>) -> Vec<OsString> {
    let is_named = |at: usize, start: &str| {
        let name = args.get(at).and_then(|arg| Path::new(arg).file_name());
        name.and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(start))
    };
    if is_named(1, LIVE) && is_named(2, MERGED) {
        args[1..].rotate_left(2);
    }
    args
}

/// How the folders begin that `kubectl diff` makes.
const LIVE: &str = "LIVE-";
const MERGED: &str = "MERGED-";

/// Whether `kubectl diff` made this folder: its files have no endings, and it may be empty.
fn is_kubectls(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    path.is_dir() && (name.starts_with(LIVE) || name.starts_with(MERGED))
}

fn files_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parsed(text: &str) -> Wanted {
        Wanted::parse(text).unwrap_or_else(|_| panic!("{text}"))
    }

    #[test]
    fn sides_are_paths_revisions_and_the_cluster() {
        assert_eq!(parsed("deploy/"), Wanted::Path("deploy/".into()));
        assert_eq!(parsed("git:HEAD~1"), Wanted::Revision { rev: "HEAD~1".into(), path: None });
        let path = Some(PathBuf::from("deploy/shop"));
        assert_eq!(parsed("git:main:deploy/shop"), Wanted::Revision { rev: "main".into(), path });
        assert_eq!(parsed("git:main:"), Wanted::Revision { rev: "main".into(), path: Some(".".into()) });
        assert_eq!(parsed("live:"), Wanted::Live);
        assert!(Wanted::parse("git:").is_err() && Wanted::parse("live:shop").is_err());
    }

    #[test]
    fn kubectl_names_the_folders_before_the_verb() {
        let ordered = |line: &str| in_usual_order(line.split(' ').map(OsString::from).collect());
        assert_eq!(
            ordered("us /tmp/LIVE-12 /tmp/MERGED-34 diff --level=fields"),
            ["us", "diff", "--level=fields", "/tmp/LIVE-12", "/tmp/MERGED-34"]
        );
        assert_eq!(ordered("us diff LIVE-1 MERGED-2"), ["us", "diff", "LIVE-1", "MERGED-2"]);
    }
}
