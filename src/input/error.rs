//! What can go wrong when documents are fetched.

use std::io;
use std::path::PathBuf;

use super::kube::KubeError;

/// Why the documents could not be fetched. One sentence each; the cause is its source.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// No such file or folder.
    #[error("`{}` does not exist", path.display())]
    NotFound {
        /// The path as named.
        path: PathBuf,
    },
    /// An address where a path belongs.
    #[error("`{}` is an address; download it and name the file", path.display())]
    Address {
        /// The address.
        path: PathBuf,
    },
    /// The file system refuses.
    #[error("`{}` may not be read", path.display())]
    Denied {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Reading failed in another way.
    #[error("`{}` could not be read", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Standard input failed.
    #[error("standard input could not be read")]
    Stdin {
        /// What the system says.
        source: io::Error,
    },
    /// `-` twice.
    #[error("`-` is given twice, and standard input can be read once only")]
    StdinTwice,
    /// Standard input has no revisions.
    #[error("`-` cannot be read from a git revision")]
    StdinOfRevision,
    /// A folder without manifests.
    #[error("the folder `{}` holds no .yaml, .yml or .json file{}", path.display(), hint(*has_folders))]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
        /// Whether it has folders that were not looked into.
        has_folders: bool,
    },
    /// The text is in another encoding.
    #[error("`{name}` is not UTF-8: byte 0x{byte:02x} in line {line}, column {column}")]
    NotUtf8 {
        /// The text as the user knows it.
        name: String,
        /// The first byte that is wrong.
        byte: u8,
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
    /// The text says itself that it is in another encoding.
    #[error("`{name}` is {encoding}; save it as UTF-8")]
    OtherEncoding {
        /// The text as the user knows it.
        name: String,
        /// The encoding.
        encoding: &'static str,
    },
    /// The text is beyond all measure.
    #[error("`{name}` is larger than 1 GiB")]
    TooLarge {
        /// The text as the user knows it.
        name: String,
    },
    /// git is not there.
    #[error("git could not be run, which `--rev` needs")]
    NoGit {
        /// What the system says.
        source: io::Error,
    },
    /// The path is in no repository.
    #[error("`{}` is not in a git repository", path.display())]
    NoRepository {
        /// The path as named.
        path: PathBuf,
    },
    /// The repository has no such revision.
    #[error("the repository of `{}` has no revision `{rev}`", path.display())]
    UnknownRevision {
        /// The revision as named.
        rev: String,
        /// The path as named.
        path: PathBuf,
    },
    /// The revision has no such path.
    #[error("`{}` does not exist in revision `{rev}`", path.display())]
    NotInRevision {
        /// The revision as named.
        rev: String,
        /// The path inside the repository.
        path: PathBuf,
    },
    /// git failed in another way.
    #[error("git failed to read revision `{rev}`: {message}")]
    Git {
        /// The revision as named.
        rev: String,
        /// What git says.
        message: String,
    },
    /// kubectl is not there.
    #[error("kubectl could not be run, which `-k` needs")]
    NoKubectl {
        /// What the system says.
        source: io::Error,
    },
    /// The kustomization does not build.
    #[error("`kubectl kustomize {}` failed: {message}", folder.display())]
    Kustomize {
        /// The folder as named.
        folder: PathBuf,
        /// What kubectl says.
        message: String,
    },
    /// An API server that gives no answer.
    #[error(transparent)]
    Kube(#[from] KubeError),
    /// An API server that lets nothing be read.
    #[error("nothing may be read in the cluster: {refusal}")]
    NothingAllowed {
        /// Who may not do what, and what would help.
        refusal: String,
    },
    /// `-k` and `--rev` together.
    #[error("`-k` builds from files as they are and cannot be combined with `--rev`")]
    KustomizeOfRevision,
}

fn hint(has_folders: bool) -> &'static str {
    if has_folders { "; `-R` looks into its folders too" } else { "" }
}
