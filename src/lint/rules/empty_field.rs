//! A field that must say something, and is empty.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Entry, Example, Findings, Rule, Told};

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB130"),
    name: "empty-field",
    severity: Severity::Error,
    summary: "a field that must say something is empty",
    why: "The schema only asks that the field is there. Go leaves an empty text and a 0 out when it hands the \
          object on, and Emissary's compiler gives the whole configuration up over what is missing. In \
          annotations, and where `v2` is served, the object is checked again and dropped.",
    facts: &["A01", "A02", "A03", "A06"],
    examples: &[
        Example::mapping("prefix: /cart/\nservice: ''\n", "prefix: /cart/\nservice: cart\n"),
        Example::spec("TCPMapping", "port: 0\nservice: cart\n", "port: 9000\nservice: cart\n"),
        Example::annotation(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: ''\nservice: cart\n",
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nname: cart\nhostname: '*'\nprefix: /\nservice: cart\n",
        ),
    ],
    check: Check::Told(&["empty-field", "compiler-aborts", "missing-field"], check),
    ..Rule::BASE
};

fn check(told: &Told<'_>, _: &Context<'_>, out: &mut Findings) {
    let is_written = || {
        let fields = told.entry.map(Entry::fields);
        fields.and_then(|fields| fields.entry(told.name())).map(|entry| entry.value.span)
    };
    match told.code {
        _ if told.entry.is_some_and(|entry| entry.has_no_spec()) => {}
        // What is not there at all is a matter of the schema.
        "missing-field" => drop(is_written().map(|span| out.report(span, told.message.clone()))),
        _ => drop(out.pass_on(told)),
    }
}
