//! TAP version 14: one line a check.

use std::fmt::Write as _;

use crate::report::Cases;

/// All checks as one stream.
pub fn write(suites: &[Cases]) -> String {
    let total: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let mut out = format!("TAP version 14\n1..{total}\n");
    let cases = suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (&suite.name, case)));
    for (number, (file, case)) in (1..).zip(cases) {
        let name =
            format!("{file}: {}", case.name).replace('\\', "\\\\").replace('#', "\\#").replace(['\n', '\r'], " ");
        // Writing to a String cannot fail.
        let Some(failure) = &case.failure else {
            let _ = writeln!(out, "ok {number} - {name}");
            continue;
        };
        let _ = writeln!(out, "not ok {number} - {name}\n  ---");
        let _ = writeln!(out, "  message: {}", quoted(&failure.message));
        let _ = writeln!(out, "  at: {}", quoted(&case.place));
        if !failure.details.is_empty() {
            out.push_str("  details:\n");
            for line in &failure.details {
                let _ = writeln!(out, "    - {}", quoted(line));
            }
        }
        out.push_str("  ...\n");
    }
    out
}

/// A YAML scalar in double quotes, which JSON's strings are.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::case::samples::suites;

    #[test]
    fn failures_carry_their_place() {
        insta::assert_snapshot!(write(&suites()), @r#"
        TAP version 14
        1..2
        ok 1 - shop.yaml: plain traffic
        not ok 2 - shop.yaml: canary \#2 & "quoted"
          ---
          message: "service: want `cart <v2>`, got `cart`"
          at: "shop.yaml:9:5"
          details:
            - "GET https://shop.example.com/cart/7"
            - "Mapping cart, m.yaml:3:9"
          ...
        "#);
    }
}
