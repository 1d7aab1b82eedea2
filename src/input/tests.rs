//! What fetching promises.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::*;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn read_with(input: &Input, mut stdin: &[u8]) -> Result<SourceMap, InputError> {
    let mut sources = SourceMap::default();
    input.read(&mut sources, &mut stdin).map(|()| sources)
}

fn input(files: &[&Path]) -> Input {
    Input { files: files.iter().map(|path| path.to_path_buf()).collect(), ..Input::default() }
}

fn texts(sources: &SourceMap) -> Vec<&str> {
    sources.ids().map(|id| &*sources.get(id).text).collect()
}

fn error(input: &Input) -> String {
    read_with(input, b"").unwrap_err().to_string()
}

#[test]
fn a_folder_gives_its_manifests_in_order() {
    let folder = folder(&[
        ("b.yml", "b"),
        ("a.yaml", "a"),
        ("c.json", "c"),
        ("d.txt", "d"),
        ("sub/e.yaml", "e"),
        (".h.yaml", "h"),
    ]);
    let flat = input(&[folder.path()]);
    assert_eq!(texts(&read_with(&flat, b"").unwrap()), ["h", "a", "b", "c"]);
    let deep = Input { recursive: true, ..flat };
    assert_eq!(texts(&read_with(&deep, b"").unwrap()), ["h", "a", "b", "c", "e"]);
}

#[test]
fn ignore_files_do_not_hide_what_was_named() {
    let folder = folder(&[(".gitignore", "*"), (".ignore", "*"), ("a.yaml", "a"), (".git/config", "")]);
    assert_eq!(texts(&read_with(&input(&[folder.path()]), b"").unwrap()), ["a"]);
}

#[test]
fn a_named_file_is_read_whatever_its_name_and_only_once() {
    let folder = folder(&[("notes.txt", "a"), ("b.yaml", "b")]);
    let (a, b) = (folder.path().join("notes.txt"), folder.path().join("b.yaml"));
    let sources = read_with(&input(&[&b, folder.path(), &a, &a]), b"").unwrap();
    assert_eq!(texts(&sources), ["b", "a"]);
    assert_eq!(sources.get(sources.ids().next().unwrap()).origin.to_string(), b.display().to_string());
}

#[test]
fn standard_input_is_read_once() {
    let dash = Path::new("-");
    assert_eq!(texts(&read_with(&input(&[dash]), b"kind: A").unwrap()), ["kind: A"]);
    assert_eq!(error(&input(&[dash, dash])), "`-` is given twice, and standard input can be read once only");
    let broken = read_with(&input(&[dash]), b"a: \xff").unwrap_err();
    assert_eq!(broken.to_string(), "`<stdin>` is not UTF-8: byte 0xff in line 1, column 4");
}

#[test]
fn what_is_missing_is_named() {
    let folder = folder(&[("sub/a.yaml", "a")]);
    let missing = folder.path().join("x.yaml");
    assert_eq!(error(&input(&[&missing])), format!("`{}` does not exist", missing.display()));
    let shown = folder.path().display();
    let hint = format!("the folder `{shown}` holds no .yaml, .yml or .json file; `-R` looks into its folders too");
    assert_eq!(error(&input(&[folder.path()])), hint);
    let empty = tempfile::tempdir().unwrap();
    assert!(error(&input(&[empty.path()])).ends_with(".json file"));
    assert!(error(&input(&[Path::new("https://example.com/a.yaml")])).contains("is an address"));
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let folder = folder(&[("a.yaml", "")]);
    let path = folder.path().join("a.yaml");
    // Sparse: takes no room on the disk.
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len((1 << 30) + 1).unwrap();
    assert_eq!(error(&input(&[&path])), format!("`{}` is larger than 1 GiB", path.display()));
}

#[cfg(unix)]
#[test]
fn links_to_files_are_followed_and_links_to_folders_are_not() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("..data/a.yaml", "a"), ("deep/b.yaml", "b")]);
    symlink("..data/a.yaml", folder.path().join("a.yaml")).unwrap();
    symlink("..", folder.path().join("deep/up")).unwrap();
    symlink("nowhere", folder.path().join("dead.yaml")).unwrap();
    let deep = Input { recursive: true, ..input(&[folder.path()]) };
    assert_eq!(texts(&read_with(&deep, b"").unwrap()), ["a", "b"]);
}

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
    assert!(command.output().unwrap().status.success(), "{arguments:?}");
}

fn repository() -> TempDir {
    let folder = folder(&[("deploy/a.yaml", "old a"), ("deploy/sub/b.yaml", "old b"), ("other.yaml", "é")]);
    git(folder.path(), &["init", "-q"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "-qm", "one"]);
    git(folder.path(), &["tag", "v1"]);
    fs::write(folder.path().join("deploy/a.yaml"), "new a").unwrap();
    fs::remove_dir_all(folder.path().join("deploy/sub")).unwrap();
    git(folder.path(), &["commit", "-qam", "two"]);
    folder
}

#[test]
fn a_revision_gives_the_files_as_they_were() {
    let repository = repository();
    let at = |path: &str, rev: &str, recursive| {
        let files = vec![repository.path().join(path)];
        let input = Input { files, recursive, rev: Some(rev.into()), kustomize: None };
        read_with(&input, b"")
    };
    assert_eq!(texts(&at("deploy", "HEAD", true).unwrap()), ["new a"]);
    assert_eq!(texts(&at("deploy", "v1", false).unwrap()), ["old a"]);
    assert_eq!(texts(&at("deploy/", "v1", true).unwrap()), ["old a", "old b"]);
    assert_eq!(texts(&at("deploy/../deploy/sub/b.yaml", "HEAD~1", false).unwrap()), ["old b"]);
    assert_eq!(texts(&at("", "v1", true).unwrap()), ["old a", "old b", "é"]);
    let sources = at("deploy/sub", "v1", false).unwrap();
    assert_eq!(sources.get(sources.ids().next().unwrap()).origin.to_string(), "v1:deploy/sub/b.yaml");
}

#[test]
fn what_a_revision_lacks_is_named() {
    let repository = repository();
    let fails = |path: &Path, rev: &str| {
        let input = Input { files: vec![path.into()], rev: Some(rev.into()), ..Input::default() };
        error(&input)
    };
    let top = repository.path();
    let shown = top.display();
    assert_eq!(fails(top, "v9"), format!("the repository of `{shown}` has no revision `v9`"));
    assert_eq!(fails(top, "--all"), format!("the repository of `{shown}` has no revision `--all`"));
    assert_eq!(fails(&top.join("deploy/x.yaml"), "v1"), "`deploy/x.yaml` does not exist in revision `v1`");
    assert_eq!(fails(&top.join("*.yaml"), "v1"), "`*.yaml` does not exist in revision `v1`");
    let elsewhere = tempfile::tempdir().unwrap();
    let shown = elsewhere.path().display();
    assert_eq!(fails(elsewhere.path(), "v1"), format!("`{shown}` is not in a git repository"));
    assert_eq!(fails(Path::new("-"), "v1"), "`-` cannot be read from a git revision");
}

#[test]
fn a_kustomization_does_not_mix_with_a_revision() {
    let both = Input { kustomize: Some(".".into()), rev: Some("v1".into()), ..Input::default() };
    assert_eq!(error(&both), "`-k` builds from files as they are and cannot be combined with `--rev`");
}

#[cfg(unix)]
#[test]
fn a_kustomization_is_what_kubectl_prints() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[(
        "kubectl",
        "#!/bin/sh\n[ \"$3\" = good ] || { echo 'error: no base' >&2; exit 1; }\necho \"kind: $1\"\n",
    )]);
    let program = folder.path().join("kubectl");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let program = program.to_str().unwrap();
    let (line, text) = kustomize::build_with(program, Path::new("good")).unwrap();
    assert_eq!((line.as_str(), text.as_str()), ("kubectl kustomize good", "kind: kustomize\n"));
    let failed = kustomize::build_with(program, Path::new("bad")).unwrap_err();
    assert_eq!(failed.to_string(), "`kubectl kustomize bad` failed: no base");
    let missing = kustomize::build_with("/nowhere/kubectl", Path::new("good")).unwrap_err();
    assert_eq!(missing.to_string(), "kubectl could not be run, which `-k` needs");
}
