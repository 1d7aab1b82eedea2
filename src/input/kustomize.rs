//! A kustomization, built by kubectl.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{InputError, utf8};

/// Builds a folder; gives the command line and what it printed.
pub(super) fn build(folder: &Path) -> Result<(String, String), InputError> {
    build_with("kubectl", folder)
}

/// Builds with a program other than the `kubectl` of the search path.
pub(super) fn build_with(program: &str, folder: &Path) -> Result<(String, String), InputError> {
    let mut command = Command::new(program);
    command.arg("kustomize").arg("--").arg(folder).stdin(Stdio::null());
    let output = command.output().map_err(|source| InputError::NoKubectl { source })?;
    let line = format!("kubectl kustomize {}", folder.display());
    if !output.status.success() {
        let message = said(&String::from_utf8_lossy(&output.stderr));
        return Err(InputError::Kustomize { folder: folder.into(), message });
    }
    if output.stdout.len() > crate::source::MAX_SOURCE_BYTES {
        return Err(InputError::TooLarge { name: line });
    }
    let text = utf8::text(&line, output.stdout)?;
    Ok((line, text))
}

/// What kubectl means, without the head of a log line that some of its versions print.
fn said(stderr: &str) -> String {
    let stderr = stderr.trim();
    match stderr.split_once("\"command failed\" err=\"") {
        Some((_, quoted)) => quoted.strip_suffix('"').unwrap_or(quoted).replace("\\\"", "\"").replace("\\n", "\n"),
        None => stderr.trim_start_matches("error: ").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn the_head_of_a_log_line_is_left_out() {
        assert_eq!(said("error: no base\n"), "no base");
        let logged = "E1124 03:58:10.875215   25257 run.go:72] \"command failed\" err=\"not a \\\"folder\\\"\"\n";
        assert_eq!(said(logged), "not a \"folder\"");
    }
}
