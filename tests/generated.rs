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

/// The script is asked as bash asks it, with the words of a line and the place of the cursor.
#[cfg(unix)]
#[test]
fn bash_completes_the_flags_of_a_verb() {
    let asked = r#"
        eval "$SCRIPT"
        COMP_WORDS=(kubectl-ambassador routes --ed) COMP_CWORD=2
        _kubectl__ambassador kubectl-ambassador --ed routes
        echo "${COMPREPLY[@]}"
        COMP_WORDS=(kubectl-ambassador route-test --output j) COMP_CWORD=3
        _kubectl__ambassador kubectl-ambassador j --output
        echo "${COMPREPLY[@]}"
    "#;
    let mut bash = std::process::Command::new("bash");
    bash.args(["--norc", "-c", asked]).env("SCRIPT", Shell::Bash.script());
    // A machine without bash completes nothing in bash.
    let Ok(out) = bash.output() else { return };
    assert_eq!(String::from_utf8_lossy(&out.stdout), "--edition\njson jsonl junit\n");
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
