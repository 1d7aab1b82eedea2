//! JUnit's XML, as CI servers read it.

use std::fmt::Write as _;

use crate::report::Cases;

/// All checks as one document.
pub fn write(suites: &[Cases]) -> String {
    let total: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let failed: usize = suites.iter().map(Cases::failed).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(out, "<testsuites name=\"kubectl-ambassador\" tests=\"{total}\" failures=\"{failed}\">");
    for suite in suites {
        let (tests, failures) = (suite.cases.len(), suite.failed());
        let name = escape(&suite.name);
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
        );
        for case in &suite.cases {
            let head = format!("    <testcase classname=\"{name}\" name=\"{}\"", escape(&case.name));
            let Some(failure) = &case.failure else {
                let _ = writeln!(out, "{head}/>");
                continue;
            };
            let _ = writeln!(out, "{head}>");
            let details: Vec<String> =
                std::iter::once(&case.place).chain(&failure.details).map(|line| escape(line)).collect();
            let message = escape(&failure.message);
            let _ = writeln!(out, "      <failure message=\"{message}\">{}</failure>", details.join("\n"));
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// XML 1.0 has no way to write most control characters.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::case::samples::suites;

    #[test]
    fn failures_carry_their_place() {
        insta::assert_snapshot!(write(&suites()), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="kubectl-ambassador" tests="2" failures="1">
          <testsuite name="shop.yaml" tests="2" failures="1" errors="0" skipped="0">
            <testcase classname="shop.yaml" name="plain traffic"/>
            <testcase classname="shop.yaml" name="canary #2 &amp; &quot;quoted&quot;">
              <failure message="service: want `cart &lt;v2&gt;`, got `cart`">shop.yaml:9:5
        GET https://shop.example.com/cart/7
        Mapping cart, m.yaml:3:9</failure>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn odd_characters_are_escaped() {
        assert_eq!(escape("a<b>&\"c\"\u{1}\n"), "a&lt;b&gt;&amp;&quot;c&quot;\u{fffd}&#10;");
    }
}
