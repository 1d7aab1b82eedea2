//! Files, folders and standard input.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::{InputError, is_manifest, utf8};
use crate::source::{MAX_SOURCE_BYTES, Origin, SourceMap};

/// The files that were read so far.
#[derive(Default)]
pub(super) struct Files {
    seen: HashSet<PathBuf>,
    stdin: bool,
}

impl Files {
    pub(super) fn read_stdin(&mut self, stdin: &mut dyn Read, sources: &mut SourceMap) -> Result<(), InputError> {
        if std::mem::replace(&mut self.stdin, true) {
            return Err(InputError::StdinTwice);
        }
        let bytes = utf8::read_all(stdin).map_err(|source| InputError::Stdin { source })?;
        let bytes = bytes.ok_or_else(|| InputError::TooLarge { name: "<stdin>".into() })?;
        sources.add(Origin::Stdin, utf8::text("<stdin>", bytes)?);
        Ok(())
    }

    pub(super) fn read(&mut self, path: &Path, recursive: bool, sources: &mut SourceMap) -> Result<(), InputError> {
        let metadata = fs::metadata(path).map_err(|error| failed(path, error))?;
        if !metadata.is_dir() {
            return self.read_file(path, sources);
        }
        let found = manifests(path, recursive)?;
        if found.is_empty() {
            let has_folders = !recursive && has_folders(path);
            return Err(InputError::EmptyFolder { path: path.into(), has_folders });
        }
        found.iter().try_for_each(|file| self.read_file(file, sources))
    }

    fn read_file(&mut self, path: &Path, sources: &mut SourceMap) -> Result<(), InputError> {
        // A pipe has no path of its own, and can be read once only.
        if let Ok(canonical) = fs::canonicalize(path)
            && !self.seen.insert(canonical)
        {
            return Ok(());
        }
        let name = || path.display().to_string();
        let file = File::open(path).map_err(|error| failed(path, error))?;
        let len = file.metadata().map_or(0, |metadata| metadata.len());
        if len > MAX_SOURCE_BYTES as u64 {
            return Err(InputError::TooLarge { name: name() });
        }
        let bytes = utf8::read_all(file).map_err(|error| failed(path, error))?;
        let bytes = bytes.ok_or_else(|| InputError::TooLarge { name: name() })?;
        sources.add(Origin::File(path.into()), utf8::text(&name(), bytes)?);
        Ok(())
    }
}

/// The manifests of a folder, in the order of their paths.
fn manifests(folder: &Path, recursive: bool) -> Result<Vec<PathBuf>, InputError> {
    let depth = if recursive { None } else { Some(1) };
    let mut found = Vec::new();
    for entry in WalkBuilder::new(folder).standard_filters(false).max_depth(depth).build() {
        let entry = entry.map_err(|error| walk_failed(folder, error))?;
        let path = entry.path();
        let is_file = match entry.file_type() {
            // ConfigMaps are mounted as links; a link to a folder is not followed, it may lead back up.
            Some(kind) if kind.is_symlink() => fs::metadata(path).is_ok_and(|target| target.is_file()),
            Some(kind) => kind.is_file(),
            None => false,
        };
        if is_file && is_manifest(path) {
            found.push(path.to_owned());
        }
    }
    found.sort();
    Ok(found)
}

fn has_folders(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| entry.path().is_dir()))
}

fn walk_failed(folder: &Path, error: ignore::Error) -> InputError {
    let path = error_path(&error).unwrap_or_else(|| folder.to_owned());
    let error = error.into_io_error().unwrap_or_else(|| io::Error::other("the folder could not be walked"));
    failed(&path, error)
}

fn error_path(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } => error_path(err),
        _ => None,
    }
}

fn failed(path: &Path, source: io::Error) -> InputError {
    let path = path.to_owned();
    let address = path.to_str().is_some_and(|path| path.starts_with("http://") || path.starts_with("https://"));
    match source.kind() {
        io::ErrorKind::NotFound if address => InputError::Address { path },
        io::ErrorKind::NotFound => InputError::NotFound { path },
        io::ErrorKind::PermissionDenied => InputError::Denied { path, source },
        _ => InputError::Unreadable { path, source },
    }
}
