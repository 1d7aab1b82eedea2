//! A spelling of v2 in a document of v3alpha1.

use super::boolean_word::is_word;
use crate::diagnostic::Severity;
use crate::edition::Version;
use crate::lint::{Check, Code, Context, Editions, Example, Findings, FixKind, Rule, Told};
use serde_yaml::Value;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB116"),
    name: "old-spelling",
    severity: Severity::Error,
    summary: "`v3alpha1` writes this otherwise than `v2`",
    why: "What could be a text or a list, a text or a boolean, a text or a map in `v2`, is one of them only in \
          `v3alpha1`. The cluster refuses the object; of an annotation Emissary drops the document.",
    facts: &["B13", "B17"],
    editions: Editions::LATER,
    fix: FixKind::Unsafe("write it as `v3alpha1` does"),
    examples: &[
        Example::mapping(
            "prefix: /cart/\nservice: cart\nadd_response_headers:\n  x-zone: eu\n",
            "prefix: /cart/\nservice: cart\nadd_response_headers:\n  x-zone: {value: eu}\n",
        ),
        Example::mapping(
            "prefix: /cart/\nservice: cart\nambassador_id: default\n",
            "prefix: /cart/\nservice: cart\nambassador_id: [default]\n",
        ),
        Example::mapping(
            "prefix: /cart/\nservice: cart\ncors: {origins: 'https://a.com, https://b.com'}\n",
            "prefix: /cart/\nservice: cart\ncors: {origins: ['https://a.com', 'https://b.com']}\n",
        ),
        Example::mapping(
            "prefix: /cart/\nservice: cart\nheaders: {x-debug: true}\n",
            "prefix: /cart/\nservice: cart\nregex_headers: {x-debug: .*}\n",
        ),
    ],
    check: Check::Told(&["wrong-type"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, cx: &Context<'_>, out: &mut Findings) {
    let written = cx.sources().text(told.span);
    let Some(entry) = told.entry.filter(|entry| entry.version == Some(Version::V3alpha1)) else { return };
    if is_word(written) {
        return;
    }
    let path: Vec<&str> = told.field().trim_start_matches("spec.").splitn(2, '.').collect();
    let text = || entry.fields().as_node()?.path(&path)?.text().map(str::to_owned);
    let list = |text: String| Value::from(text.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>());
    let (note, mend) = match path[..] {
        ["ambassador_id" | "remove_request_headers" | "remove_response_headers"] => {
            let mend = text().and_then(|text| entry.mend(cx).set(path[0], vec![text]));
            ("It is a list in `v3alpha1`.", mend)
        }
        ["cors", "origins" | "methods" | "headers" | "exposed_headers"] => {
            let mend = text().and_then(|text| entry.mend(cx).set_in(&["cors"], path[1], list(text)));
            ("It is a list in `v3alpha1`.", mend)
        }
        ["add_request_headers" | "add_response_headers", name] => {
            let value =
                |text: String| Value::Mapping([(Value::from("value"), Value::from(text))].into_iter().collect());
            let mend = text().and_then(|text| entry.mend(cx).set_in(&path[..1], name, value(text)));
            ("It is `{value: TEXT}` in `v3alpha1`.", mend)
        }
        ["headers", _] if is_boolean(written) => {
            ("Write `regex_headers` with `.*` for a header that must be there.", None)
        }
        ["query_parameters", _] if is_boolean(written) => {
            ("Write `regex_query_parameters` with `.*` for a parameter that must be there.", None)
        }
        ["tls"] if is_boolean(written) => ("Write `https://` before the service.", None),
        ["labels", _] => ("Labels are maps such as `{generic_key: {value: TEXT}}` in `v3alpha1`.", None),
        _ => return,
    };
    if !super::labels_for_limits::is_meant_for_metadata(entry, told) {
        out.pass_on(told).note(note).mend(mend);
    }
}

fn is_boolean(written: &str) -> bool {
    matches!(written, "true" | "false")
}
