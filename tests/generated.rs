//! What is generated and committed is current.

use kubectl_ambassador::cli::Shell;
use kubectl_ambassador::lint::RULES;
use kubectl_ambassador::lint::facts::{FACTS, UNDECIDABLE};
use kubectl_ambassador::report::view::rules_doc;

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

#[test]
fn the_list_of_rules_is_current() {
    is_current("docs/rules.md", &rules_doc::write(RULES));
}

#[test]
fn every_fact_has_a_rule() {
    let has_rule = |id: &str| RULES.iter().any(|rule| rule.facts.contains(&id));
    let is_undecidable = |id: &str| UNDECIDABLE.iter().any(|(fact, why)| *fact == id && why.ends_with('.'));
    let missing: Vec<_> = FACTS.iter().map(|fact| fact.id).filter(|id| !has_rule(id) && !is_undecidable(id)).collect();
    assert!(missing.is_empty(), "{} facts have no rule: {}", missing.len(), missing.join(" "));
    assert!(UNDECIDABLE.len() <= 15);
    let is_known = |id: &str| FACTS.iter().any(|fact| fact.id == id);
    let unknown: Vec<_> = RULES.iter().flat_map(|rule| rule.facts).filter(|id| !is_known(id)).collect();
    assert!(unknown.is_empty(), "there are no facts {unknown:?}");
}
