//! WHERE DOCUMENTS ARE FETCHED
//!
//! - *takes*: what the user pointed at: files, folders, standard input, a git revision, a kustomization, an API server
//! - *gives*: their texts, in a stable order, in a [`SourceMap`]
//! - *never*: looks into the texts, or goes on when something could not be read
//! - *start*: [`Input`]

#![cfg_attr(
    not(test),
    expect(
        clippy::disallowed_methods,
        reason = "this room fetches documents: it reads files, runs git and kubectl, and asks API servers"
    )
)]

mod client;
mod connection;
mod error;
mod files;
mod follow;
mod forward;
mod kube;
mod kustomize;
mod live;
mod notice;
mod refusal;
mod revision;
mod secrets;
#[cfg(test)]
mod tests;
mod utf8;
mod watch;
mod written;

use std::io::Read;
use std::path::{Path, PathBuf};

pub use client::Client;
pub use connection::{Connection, KubeconfigNames};
pub use error::InputError;
pub use follow::{FollowAsk, Follower, Happened};
pub use kube::{ApiKind, ByteStream, Change, Changes, KubeApi, KubeError, LiveObject, PodPort, Reply, Scope};
pub use live::{Ask, LiveInput};
pub use watch::Watch;

use crate::source::{Origin, SourceMap};

/// What the user pointed at.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// Files and folders, `-` for standard input, in the order of the command line.
    pub files: Vec<PathBuf>,
    /// Whether folders are read with the folders in them.
    pub recursive: bool,
    /// A folder with a kustomization, built by `kubectl kustomize`.
    pub kustomize: Option<PathBuf>,
    /// The git revision to read the paths from, instead of the files as they are.
    pub rev: Option<String>,
}

impl Input {
    /// Reads everything into `sources`. Each file is read once, however often it is named.
    pub fn read(&self, sources: &mut SourceMap, stdin: &mut dyn Read) -> Result<(), InputError> {
        if let Some(rev) = &self.rev {
            if self.kustomize.is_some() {
                return Err(InputError::KustomizeOfRevision);
            }
            return revision::read(rev, &self.files, self.recursive, sources);
        }
        let mut files = files::Files::default();
        for path in &self.files {
            if is_stdin(path) {
                files.read_stdin(stdin, sources)?;
            } else {
                files.read(path, self.recursive, sources)?;
            }
        }
        if let Some(folder) = &self.kustomize {
            let (line, text) = kustomize::build(folder)?;
            sources.add(Origin::Command(line), text);
        }
        Ok(())
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads what of an API server is configuration.
///
/// # Errors
///
/// It gives no answer, or lets nothing be read.
pub async fn read_live(api: &dyn KubeApi, ask: &Ask) -> Result<LiveInput, InputError> {
    live::read(api, ask).await
}

/// Whether a folder's file is read: by its name, as kubectl decides.
fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json")
}
