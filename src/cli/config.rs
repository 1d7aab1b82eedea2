//! `ambassador.toml`: what a repository has decided, so that nobody must type it. Flags win.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::lint::Level;
use crate::lint::Selector;

/// The file's name.
const NAME: &str = "ambassador.toml";

/// What stands in it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a table")]
struct Config {
    lint: Lint,
}

/// What is decided about `lint`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default, expecting = "a table")]
pub(super) struct Lint {
    /// `select`
    pub(super) select: Selectors,
    /// `extend-select`
    pub(super) extend_select: Selectors,
    /// `ignore`
    pub(super) ignore: Selectors,
    /// `severity`
    pub(super) severity: Option<Level>,
    /// `fail-on`
    pub(super) fail_on: Option<Level>,
    /// `baseline`, beside the file.
    pub(super) baseline: Option<PathBuf>,
}

/// Rules by code, by the beginning of codes, or by name.
#[derive(Debug, Default)]
pub(super) struct Selectors(pub(super) Vec<Selector>);

impl<'de> Deserialize<'de> for Selectors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let parsed: Result<Vec<Selector>, _> = texts.iter().map(|text| text.parse()).collect();
        parsed.map(Self).map_err(D::Error::custom)
    }
}

/// The file is there and cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigError {
    #[error("`{}` cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("`{}`{}: {}", .0.display(), .1, .2)]
    Wrong(PathBuf, String, String),
}

/// What is decided for a path: by the nearest file beside it or above.
pub(super) fn lint_for(path: &Path) -> Result<Lint, ConfigError> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = if absolute.is_dir() { Some(absolute.as_path()) } else { absolute.parent() };
    let Some(file) =
        folder.into_iter().flat_map(Path::ancestors).map(|folder| folder.join(NAME)).find(|file| file.is_file())
    else {
        return Ok(Lint::default());
    };
    let text = std::fs::read_to_string(&file).map_err(|error| ConfigError::Unreadable(file.clone(), error))?;
    let config: Config = toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
        ConfigError::Wrong(
            file.clone(),
            line.map(|line| format!(":{line}")).unwrap_or_default(),
            error.message().to_owned(),
        )
    })?;
    let mut lint = config.lint;
    let beside = file.parent().unwrap_or(Path::new(""));
    lint.baseline = lint.baseline.map(|baseline| beside.join(baseline));
    Ok(lint)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(text: &str) -> Result<Lint, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(NAME), text).unwrap();
        let below = folder.path().join("deploy/shop");
        std::fs::create_dir_all(&below).unwrap();
        let told = lint_for(&below.join("m.yaml"));
        told.map_err(|error| error.to_string().replace(&folder.path().display().to_string(), ""))
    }

    #[test]
    fn the_nearest_file_above_counts() {
        let lint = told("[lint]\nignore = [\"AMB9\", \"relative-prefix\"]\nfail-on = \"error\"\n").unwrap();
        assert_eq!((lint.ignore.0.len(), lint.fail_on), (2, Some(Level::Error)));
    }

    #[test]
    fn what_is_wrong_with_it_has_its_line() {
        let error = told("[lint]\nfail_on = \"error\"\n").unwrap_err();
        assert!(error.starts_with("`/ambassador.toml`:2: unknown field `fail_on`"), "{error}");
        let error = told("[lint]\nselect = [\"nothing-such\"]\n").unwrap_err();
        assert!(error.contains("no rule has the code or name `nothing-such`"), "{error}");
    }
}
