//! What the README shows is what is said.

use std::fs;

use crate::run::Run;

/// Set to write the answers anew instead of comparing them.
const UPDATE: &str = "UPDATE_GENERATED";

#[test]
fn every_answer_in_the_readme_is_given() {
    let readme = fs::read_to_string("README.md").unwrap();
    let said = answered(&readme);
    if std::env::var_os(UPDATE).is_some() {
        fs::write("README.md", said).unwrap();
        return;
    }
    assert!(said.matches("\n$ kubectl ambassador ").count() >= 5, "the README shows too little");
    assert_eq!(readme, said, "run `{UPDATE}=1 cargo test --test cli readme`");
}

/// The text with the answers to its commands; what a block does not answer stays without one.
fn answered(readme: &str) -> String {
    let mut out = String::new();
    let mut parts = readme.split_inclusive("```console\n");
    out.push_str(parts.next().unwrap());
    for part in parts {
        let (block, rest) = part.split_once("```\n").unwrap();
        let commands: Vec<&str> = block.lines().filter(|line| line.starts_with("$ ")).collect();
        let has_answers = block.lines().count() > commands.len();
        for command in commands {
            out.push_str(command);
            out.push('\n');
            if let Some(line) = command.strip_prefix("$ kubectl ambassador ").filter(|_| has_answers) {
                let ran = Run::default().line(line);
                assert!(ran.code < 2, "{command}: {}", ran.stderr);
                out.push_str(&ran.stderr);
                out.push_str(&ran.stdout);
            }
        }
        out.push_str("```\n");
        out.push_str(rest);
    }
    out
}
