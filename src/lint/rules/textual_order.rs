//! Documents of one annotation that are sorted as texts.

use crate::diagnostic::Severity;
use crate::lint::{Check, Code, Context, Example, Findings, GroupView, MappingView, Rule};
use crate::resource::Carrier;

pub(crate) static RULE: Rule = Rule {
    code: Code::new("AMB012"),
    name: "textual-order",
    severity: Severity::Info,
    summary: "the tenth document of an annotation comes before the second",
    why: "Emissary sorts resources by keys that end with the number of the document, compared as text: `.10` \
          stands before `.2`. The order decides who founds a group, whose settings count, and how weights are cut.",
    facts: &["B28"],
    examples: &[Example::annotation(
        concat!(
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m1, hostname: '*', prefix: /1/, service: a}\n---\n",
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m2, hostname: '*', prefix: /cart/, service: a}\n---\n",
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m3, hostname: '*', prefix: /3/, service: a}\n---\n",
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m4, hostname: '*', prefix: /4/, service: a}\n---\n",
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m5, hostname: '*', prefix: /5/, service: a}\n---\n",
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m6, hostname: '*', prefix: /6/, service: a}\n---\n",
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m7, hostname: '*', prefix: /7/, service: a}\n---\n",
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m8, hostname: '*', prefix: /8/, service: a}\n---\n",
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m9, hostname: '*', prefix: /9/, service: a}\n---\n",
            "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m10, hostname: '*', prefix: /cart/, service: b}\n"
        ),
        "{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m1, hostname: '*', prefix: /cart/, service: a}\n---\n{apiVersion: getambassador.io/v3alpha1, kind: Mapping, name: m2, hostname: '*', prefix: /cart/, service: b}\n",
    )],
    check: Check::Group(check),
    ..Rule::BASE
};

fn check(group: &GroupView<'_>, _: &Context<'_>, out: &mut Findings) {
    for late in &group.members {
        let Some((on, number)) = place(late).filter(|(_, number)| *number >= 10) else { continue };
        let overtaken = group.members.iter().find_map(|early| {
            let (carrier, other) = place(early)?;
            let is_overtaken = carrier == on && other < number && number.to_string() < other.to_string();
            is_overtaken.then_some((early, other))
        });
        if let Some((early, other)) = overtaken {
            out.report(
                late.name_span(),
                format!("document {number} of this annotation counts as earlier than document {other}"),
            )
            .also(early.name_span(), format!("document {other}"));
        }
    }
}

/// The annotation that a Mapping stands in, and its number there.
fn place<'v>(mapping: &MappingView<'v>) -> Option<(&'v crate::source::ObjectRef, u32)> {
    let Carrier::Annotation { on, .. } = &mapping.resource.carrier else { return None };
    Some((on, mapping.resource.key.rsplit('.').next()?.parse().ok()?))
}
