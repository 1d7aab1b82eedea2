//! What the program is called by.

use std::ffi::OsStr;
use std::path::Path;

use super::env::Env;

/// `kubectl ambassador` where kubectl runs it, else its own name.
///
/// kubectl replaces itself by the plugin and hands over no word of it. It calls it by the path that it found on PATH;
/// a shell that was told such a path itself says so in `_`.
pub(super) fn program(called: Option<&OsStr>, env: &Env<'_>) -> &'static str {
    const OWN: &str = "kubectl-ambassador";
    let Some(called) = called.map(Path::new).filter(|path| path.is_absolute()) else { return OWN };
    let typed = env.var("_");
    let by_kubectl = typed.and_then(|typed| Path::new(typed).file_stem()) == Some(OsStr::new("kubectl"));
    let found_on_path = || {
        let folders = env.var("PATH").into_iter().flat_map(std::env::split_paths);
        folders.into_iter().any(|folder| called.parent() == Some(&folder)) && typed.map(Path::new) != Some(called)
    };
    if by_kubectl || found_on_path() { "kubectl ambassador" } else { OWN }
}
