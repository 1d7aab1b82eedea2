//! What is generated and committed is current.

use kubectl_ambassador::cli::Shell;

/// Set to write the files anew instead of comparing them.
const UPDATE: &str = "UPDATE_GENERATED";

#[test]
fn completions_are_current() {
    for shell in Shell::ALL {
        is_current(&format!("completions/{}", shell.file_name()), &shell.script());
    }
}

fn is_current(path: &str, expected: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os(UPDATE).is_some() {
        let written =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, expected));
        assert!(written.is_ok(), "{}: {written:?}", path.display());
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{} is not current: run `{UPDATE}=1 cargo test --test generated`", path.display());
}
