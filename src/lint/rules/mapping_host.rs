//! The old name of a Mapping's hostname.

use crate::diagnostic::Severity;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Entry, Example, Findings, FixKind, Rule};
use crate::resource::Kind;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB411"),
    name: "mapping-host",
    severity: Severity::Info,
    summary: "`host` of a Mapping is deprecated",
    why: "`hostname` says the same. In a cluster that serves `v2` too, `host` comes back as `hostname` anyway.",
    facts: &["H07", "B33"],
    editions: Editions::LATER,
    fix: FixKind::Safe("write `hostname`"),
    examples: &[
        Example::mapping(
            "host: shop.example.com\nprefix: /cart/\nservice: cart\n",
            "hostname: shop.example.com\nprefix: /cart/\nservice: cart\n",
        ),
        Example::mapping(
            "host: .*\\.example\\.com\nhost_regex: true\nprefix: /cart/\nservice: cart\n",
            "hostname: '*.example.com'\nprefix: /cart/\nservice: cart\n",
        ),
    ],
    check: Check::Entry(check),
    ..Rule::BASE
};

fn check(entry: &Entry<'_>, cx: &Context<'_>, out: &mut Findings) {
    let fields = entry.fields();
    let is_new = entry.kind == Some(Kind::Mapping) && entry.version == Some(Version::V3alpha1);
    let Some(host) = fields.filled("host").filter(|_| is_new && entry.is_converted() && !fields.has("hostname")) else {
        return;
    };
    let is_regex = fields.is_true("host_regex");
    if is_regex {
        if let Some(glob) = as_glob(host.value).filter(|_| !fields.is_true("host_redirect")) {
            // Which Hosts it stands under is asked of a hostname, not of a regex.
            let mend = entry.mend(cx);
            let edits = mend.remove("host_regex").zip(mend.replace_field("host", "hostname", glob.as_str()));
            out.report(host.span, format!("`hostname: \"{glob}\"` says the same without a regex"))
                .mend_unsafely(edits.map(|(regex, host)| [regex, host].concat()));
        }
    } else if !host.value.contains('*') {
        out.report(host.span, "`host` is the old name of `hostname`").mend(entry.mend(cx).rename("host", "hostname"));
    }
}

/// A regex that stands for all names with one ending, as a glob.
fn as_glob(regex: &str) -> Option<String> {
    let rest = regex.strip_prefix(".+").or_else(|| regex.strip_prefix(".*"))?;
    let plain = rest.replace("\\.", ".").replace("[.]", ".");
    let is_plain = plain.len() > 1 && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let are_dots_quoted = rest.matches('.').count() == rest.matches("\\.").count() + rest.matches("[.]").count();
    (is_plain && are_dots_quoted && plain.starts_with('.')).then(|| format!("*{plain}"))
}

#[cfg(test)]
mod tests {
    use super::as_glob;

    #[test]
    fn endings_are_globs() {
        assert_eq!(as_glob(".*\\.example\\.com").as_deref(), Some("*.example.com"));
        assert_eq!(as_glob(".+[.]example[.]com").as_deref(), Some("*.example.com"));
        assert_eq!(as_glob(".*.example.com"), None);
        assert_eq!(as_glob("(a|b)\\.example\\.com"), None);
    }
}
