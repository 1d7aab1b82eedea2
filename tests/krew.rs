//! The manifest of the plugin keeps krew's rules: those of its validation, and those of its index.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

/// The platforms that are released.
const PLATFORMS: [(&str, &str); 5] =
    [("linux", "amd64"), ("linux", "arm64"), ("darwin", "amd64"), ("darwin", "arm64"), ("windows", "amd64")];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plugin {
    api_version: String,
    kind: String,
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    version: String,
    homepage: String,
    short_description: String,
    description: String,
    caveats: String,
    platforms: Vec<Platform>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Platform {
    selector: Selector,
    uri: String,
    sha256: String,
    files: Vec<Move>,
    bin: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Selector {
    match_labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    from: String,
    to: String,
}

fn committed() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugin-manifest/ambassador.yaml");
    std::fs::read_to_string(path).unwrap()
}

/// What krew would object to.
fn objections(manifest: &str) -> Vec<String> {
    let Plugin { api_version, kind, metadata, spec } = match serde_yaml::from_str(manifest) {
        Ok(plugin) => plugin,
        Err(error) => return vec![error.to_string()],
    };
    let mut found = Vec::new();
    let mut must = |holds: bool, rule: &str| {
        if !holds {
            found.push(rule.to_owned());
        }
    };
    must(api_version == "krew.googlecontainertools.github.com/v1alpha2", "apiVersion is v1alpha2 of krew");
    must(kind == "Plugin", "kind is Plugin");
    must(metadata.name == "ambassador", "the name is that of the file");
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    must(metadata.name.chars().all(plain), "the name is of lower-case letters, digits and dashes");
    must(!metadata.name.contains("kube"), "the name does not say kube");

    let numbers: Vec<&str> = spec.version.strip_prefix('v').unwrap_or_default().splitn(3, '.').collect();
    let patch = numbers.get(2).and_then(|rest| rest.split(['-', '+']).next());
    let is_number = |text: &str| text.parse::<u32>().is_ok_and(|number| number.to_string() == text);
    let is_semver =
        numbers.len() == 3 && numbers[..2].iter().all(|part| is_number(part)) && patch.is_some_and(is_number);
    must(is_semver, "the version is v and a semantic version");

    must(!spec.short_description.is_empty(), "there is a short description");
    must(!spec.short_description.contains(['\n', '\r']), "the short description is one line");
    must(!spec.short_description.to_lowercase().contains("kubectl"), "the short description does not say kubectl");
    must(spec.short_description.chars().count() <= 60, "the short description fits into a column");
    must(!spec.short_description.ends_with('.'), "the short description is no sentence");
    must(!spec.description.trim().is_empty() && !spec.caveats.trim().is_empty(), "descriptions are not empty");
    must(spec.homepage.starts_with("https://"), "the homepage is an address");

    let mut seen = BTreeSet::new();
    for Platform { selector, uri, sha256, files, bin } in &spec.platforms {
        let labels = |name: &str| selector.match_labels.get(name).cloned().unwrap_or_default();
        let (os, arch) = (labels("os"), labels("arch"));
        let at = |rule: &str| format!("{os}/{arch}: {rule}");
        must(selector.match_labels.len() == 2, &at("is selected by os and arch"));
        must(PLATFORMS.contains(&(&os, &arch)), &at("is released"));
        must(seen.insert((os.clone(), arch.clone())), &at("is there once"));
        must(
            uri.starts_with("https://") && uri.ends_with(&format!("_{os}_{arch}.tar.gz")),
            &at("its archive is its own"),
        );
        must(uri.contains(&format!("/download/{}/", spec.version)), &at("its archive is of the version"));
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        must(sha256.len() == 64 && sha256.chars().all(is_hex), &at("the sum is 64 hexadecimal digits"));
        let inside = |path: &str| {
            !path.is_empty() && !path.starts_with('/') && !path.split(['/', '\\']).any(|part| part == "..")
        };
        must(files.iter().all(|one| inside(&one.from) && inside(&one.to)), &at("files stay in their folder"));
        let is_moved = |name: &str| files.iter().any(|one| one.from == name && one.to == ".");
        must(is_moved(bin), &at("the program is among the files"));
        must(is_moved("LICENSE"), &at("the licence is among the files"));
        let name = if os == "windows" { "kubectl-ambassador.exe" } else { "kubectl-ambassador" };
        must(bin == name, &at("the program is called what kubectl looks for"));
    }
    must(seen.len() == PLATFORMS.len(), "every platform is there");
    found
}

#[test]
fn the_manifest_keeps_the_rules() {
    assert_eq!(objections(&committed()), Vec::<String>::new());
}

#[test]
fn the_manifest_is_of_this_version() {
    assert!(committed().contains(concat!("\n  version: v", env!("CARGO_PKG_VERSION"), "\n")));
    assert!(committed().contains(concat!("\n  homepage: ", env!("CARGO_PKG_REPOSITORY"), "\n")));
}

#[test]
fn broken_rules_are_seen() {
    #[track_caller]
    fn breaks(what: &str, with: &str, rule: &str) {
        let manifest = committed();
        assert!(manifest.contains(what), "{what}");
        let found = objections(&manifest.replacen(what, with, 1));
        assert!(found.iter().any(|one| one.contains(rule)), "{rule}: {found:?}");
    }
    breaks("v1alpha2", "v1alpha1", "apiVersion");
    breaks("name: ambassador", "name: kube_ambassador", "lower-case");
    breaks("version: v0", "version: 0", "semantic version");
    breaks("version: v0", "version: v01", "semantic version");
    breaks("shortDescription: ", "shortDescription: kubectl plugin, ", "does not say kubectl");
    breaks("sha256: \"0", "sha256: \"X", "64 hexadecimal");
    breaks("bin: kubectl-ambassador.exe", "bin: kubectl-ambassador", "among the files");
    breaks("- from: LICENSE\n      to: .", "- from: LICENSE\n      to: ../..", "stay in their folder");
    breaks("arch: arm64", "arch: amd64", "is there once");
    breaks("caveats:", "caveat:", "unknown field");
    breaks("_linux_arm64.tar", "_linux_amd64.tar", "its archive is its own");
}

/// The script wants a shell and the tools beside it.
#[cfg(unix)]
mod filled {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::*;

    fn release(sums: &str) -> (bool, String) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugin-manifest/release");
        let mut command = Command::new(script);
        command.arg("manifest").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(sums.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        (out.status.success(), String::from_utf8(out.stdout).unwrap())
    }

    fn sum(of: usize) -> String {
        format!("{:064x}", 0xfeed_0000 + of)
    }

    fn sums(platforms: &[(&str, &str)]) -> String {
        let line = |(at, (os, arch)): (usize, &(&str, &str))| {
            format!("{}  kubectl-ambassador_v{}_{os}_{arch}.tar.gz\n", sum(at), env!("CARGO_PKG_VERSION"))
        };
        platforms.iter().enumerate().map(line).collect()
    }

    #[test]
    fn every_archive_gets_its_own_sum() {
        let (done, manifest) = release(&sums(&PLATFORMS));
        assert!(done);
        assert_eq!(objections(&manifest), Vec::<String>::new());
        let plugin: Plugin = serde_yaml::from_str(&manifest).unwrap();
        for (at, platform) in plugin.spec.platforms.iter().enumerate() {
            assert_eq!(platform.sha256, sum(at), "{}", platform.uri);
        }
    }

    #[test]
    fn a_missing_archive_is_no_manifest() {
        assert!(!release(&sums(&PLATFORMS[1..])).0);
    }
}
