#![allow(clippy::unwrap_used)]

use super::*;
use crate::edition::Edition;
use crate::resource::{ReadOptions, read};
use crate::source::Origin;
use crate::yaml::parse;

fn converted(text: &str) -> Conversion {
    let mut sources = SourceMap::default();
    let id = sources.add(Origin::Stdin, text);
    let documents = parse(id, text).documents;
    let options = ReadOptions {
        edition: Edition::Four,
        legacy_versions: text.contains("\napiVersion: getambassador.io/v2")
            || text.starts_with("apiVersion: getambassador.io/v2"),
        ambassador_id: "default".into(),
        ambassador_namespace: "default".into(),
        serialised: true,
    };
    let reading = read(&mut sources, &documents, &options);
    convert(&documents, &reading, &sources)
}

fn yaml(text: &str) -> String {
    let once = converted(text).yaml();
    assert_eq!(converted(&once).yaml(), once, "converted again it differs");
    once
}

#[test]
fn what_needs_no_change_stays_as_it_is() {
    let text = "---\n# why\napiVersion: getambassador.io/v3alpha1 # new\nkind: Mapping\nmetadata: {name: m}\nspec:\n  # here\n  service: s   # there\n  prefix: /m/\n# end\n";
    assert_eq!(yaml(text), text);
}

#[test]
fn comments_of_objects_stay_where_they_are() {
    let text = "# before\napiVersion: getambassador.io/v2\nkind: Mapping\nmetadata:\n  name: m\nspec:\n  prefix: /m/ # the path\n  # the service\n  service: s\n  tls: true\n  retry_policy:\n    retry_on: 5xx\n";
    assert_eq!(
        yaml(text),
        "---\n# before\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata:\n  name: m\nspec:\n  prefix: /m/ # the path\n  # the service\n  service: https://s\n  retry_policy:\n    retry_on: 5xx\n  hostname: '*'\n  v2ExplicitTLS:\n    serviceScheme: ''\n    tls: bool:true\n"
    );
}

#[test]
fn lists_and_texts_change_in_their_place() {
    let text = "apiVersion: getambassador.io/v2\nkind: Mapping\nmetadata: {name: m}\nspec:\n  prefix: /m/\n  service: s\n  host: h\n  ambassador_id: default\n  cors:\n    origins: http://a,http://b # two\n    methods: GET\n";
    assert_eq!(
        yaml(text),
        "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: m}\nspec:\n  prefix: /m/\n  service: s\n  ambassador_id:\n    - default\n  cors:\n    origins:\n      - http://a\n      - http://b # two\n    methods:\n      - GET\n    v2CommaSeparatedOrigins: true\n  hostname: h\n"
    );
}

#[test]
fn annotations_become_objects_of_their_own() {
    let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\n  labels: {app: web}\n  annotations:\n    getambassador.io/config: |\n      # a note\n      apiVersion: getambassador.io/v2\n      kind: Mapping\n      name: web_mapping\n      prefix: /web/\n      service: web\nspec:\n  ports: [{port: 80}] # one\n";
    let conversion = converted(text);
    assert_eq!(
        conversion.yaml(),
        "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\n  labels: {app: web}\nspec:\n  ports: [{port: 80}] # one\n---\n# a note\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata:\n  labels:\n    app: web\n  name: web-mapping\n  namespace: shop\nspec:\n  hostname: '*'\n  prefix: /web/\n  service: web\n"
    );
    assert!(!conversion.lost);
    assert!(conversion.told.iter().any(|diagnostic| diagnostic.code == "renamed"));
    yaml(text);
}

#[test]
fn of_two_with_one_name_the_one_that_emissary_uses_is_written() {
    let document = |path: &str| {
        format!(
            "      ---\n      apiVersion: getambassador.io/v2\n      kind: Mapping\n      name: m\n      prefix: {path}\n      service: s\n"
        )
    };
    let text = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  annotations:\n    getambassador.io/config: |\n{}{}",
        document("/1/"),
        document("/2/")
    );
    let conversion = converted(&text);
    assert!(conversion.lost);
    assert!(conversion.yaml().contains("/2/") && !conversion.yaml().contains("/1/"));
}

#[test]
fn what_is_refused_is_not_written_and_told() {
    let conversion =
        converted("apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: m}\nspec: {prefix: /}\n");
    assert!(conversion.documents.is_empty() && conversion.lost);
    assert_eq!(conversion.told.len(), 1);
}

#[test]
fn fields_that_fall_away_are_told() {
    let conversion = converted(
        "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: m}\nspec:\n  prefix: /\n  service: s\n  prefx: /a\n",
    );
    assert!(conversion.lost && !conversion.yaml().contains("prefx"));
    assert_eq!(conversion.told[0].code, "dropped-field");
}

#[test]
fn objects_without_spec_stay_without() {
    let text = "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: m}\n";
    assert_eq!(yaml(text), text);
}

#[test]
fn json_documents_and_lists_are_converted() {
    yaml(
        "{\"apiVersion\": \"getambassador.io/v2\", \"kind\": \"Mapping\", \"metadata\": {\"name\": \"m\"}, \"spec\": {\"prefix\": \"/\", \"service\": \"s\"}}\n",
    );
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: getambassador.io/v3alpha1\n  kind: Mapping\n  metadata: {name: m}\n  spec: {prefix: /, service: s}\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n";
    assert_eq!(yaml(list).matches("---").count(), 2);
}

#[test]
fn lines_that_fall_away_at_the_end_leave_no_blank_ones() {
    for blank in ["\n", "\r\n", "  \n\n"] {
        let text = format!(
            "apiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {{name: m}}\nspec:\n  hostname: '*'\n  prefix: /\n  service: s\n  prefx: /a\n{blank}"
        );
        assert!(yaml(&text).ends_with("  service: s\n"));
    }
}

#[test]
fn blank_lines_that_belong_to_a_text_stay() {
    for text in [
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: |\n    b\n    \t\n",
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: |+\n    b\n\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: c}\n",
    ] {
        assert_eq!(yaml(text), text);
    }
}

#[test]
fn of_repeated_keys_the_last_is_converted() {
    let text = "apiVersion: getambassador.io/v3alpha1\nspec: {prefix: /}\nkind: Mapping\nmetadata: {name: m}\nspec:\n";
    assert_eq!(yaml(text), "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {name: m}\n");
}
