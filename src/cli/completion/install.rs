//! `completion --install`: the script by which kubectl asks us what could be typed.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::super::complete;
use super::super::env::Env;

/// What kubectl looks for on PATH, and what is in it.
const SCRIPT: (&str, &str) = if cfg!(windows) {
    ("kubectl_complete-ambassador.cmd", "@kubectl-ambassador __complete %*\r\n")
} else {
    ("kubectl_complete-ambassador", include_str!("../../../completions/kubectl_complete-ambassador"))
};

const PROGRAM: &str = if cfg!(windows) { "kubectl-ambassador.exe" } else { "kubectl-ambassador" };

/// Where the script is now.
#[derive(Debug)]
pub(super) struct Installed {
    pub(super) path: PathBuf,
    /// It was there already, as it is.
    pub(super) before: bool,
    /// kubectl looks into its folder.
    pub(super) on_path: bool,
}

/// Why it is not installed.
#[derive(Debug, thiserror::Error)]
pub(super) enum InstallError {
    #[error(
        "`{0}` is not of kubectl-ambassador's making and was left alone: move it away, or name a folder with --dir"
    )]
    NotOurs(PathBuf),
    #[error("`{path}` could not be written")]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("`{0}` is no folder")]
    NoFolder(PathBuf),
    #[error("no folder on PATH is known to be yours to write to: name one with --dir DIR")]
    Nowhere,
}

/// Installs into `folder`, or where kubectl finds it and the user may write.
pub(super) fn install(folder: Option<&Path>, env: &Env<'_>) -> Result<Installed, InstallError> {
    let on_path = on_path(env);
    if let Some(folder) = folder {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        return write(&folder, &on_path);
    }
    let mut refused = None;
    for folder in usual(&on_path, env) {
        match write(&folder, &on_path) {
            Err(error @ InstallError::Unwritable { .. }) => refused = refused.or(Some(error)),
            done => return done,
        }
    }
    Err(refused.unwrap_or(InstallError::Nowhere))
}

/// The folders of PATH in which kubectl looks for plugins: relative ones it passes over.
fn on_path(env: &Env<'_>) -> Vec<PathBuf> {
    let folders = env.var("PATH").into_iter().flat_map(std::env::split_paths);
    folders.filter(|folder| folder.is_absolute()).collect()
}

/// The folders to try: where the script is, where the program is, and where users keep programs of their own.
fn usual(on_path: &[PathBuf], env: &Env<'_>) -> Vec<PathBuf> {
    let holding = |name: &str| on_path.iter().find(|folder| folder.join(name).is_file()).cloned();
    let home = env.var("HOME").or_else(|| env.var("USERPROFILE")).map(PathBuf::from);
    let krew = env.var("KREW_ROOT").map(PathBuf::from).or_else(|| home.as_ref().map(|home| home.join(".krew")));
    let own = [
        krew.map(|root| root.join("bin")),
        home.as_ref().map(|home| home.join(".local/bin")),
        home.as_ref().map(|home| home.join("bin")),
        Some(PathBuf::from("/usr/local/bin")),
    ];
    let own = own.into_iter().flatten().filter(|folder| on_path.contains(folder) && folder.is_dir());
    [holding(SCRIPT.0), holding(PROGRAM)].into_iter().flatten().chain(own).collect()
}

fn write(folder: &Path, on_path: &[PathBuf]) -> Result<Installed, InstallError> {
    if !folder.is_dir() {
        return Err(InstallError::NoFolder(folder.to_owned()));
    }
    let (name, text) = SCRIPT;
    let path = folder.join(name);
    let before = match fs::read(&path) {
        Ok(found) if found == text.as_bytes() && is_executable(&path) => true,
        Ok(found) if is_ours(&found) => false,
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => false,
        _ => return Err(InstallError::NotOurs(path)),
    };
    if !before {
        replace(&path, text).map_err(|source| InstallError::Unwritable { path: path.clone(), source })?;
    }
    let on_path = on_path.iter().any(|known| known == folder);
    Ok(Installed { path, before, on_path })
}

/// Whether a script was installed by us, perhaps by another version.
fn is_ours(script: &[u8]) -> bool {
    let call = format!("{} {}", "kubectl-ambassador", complete::ASKED_BY);
    script.len() < 4096 && String::from_utf8_lossy(script).contains(&call)
}

/// Writes beside and renames, so that kubectl never runs half of it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    let written = options.open(&beside).and_then(|mut file| file.write_all(text.as_bytes()));
    written.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        // What is left of a failure helps nobody; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&beside);
    })
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}
