//! Module, the resolvers and DevPortal.

use super::field::{Field, Object, Type};
use super::shared::{AMBASSADOR_ID, OLD_AMBASSADOR_ID, TEXT_MAP, TEXTS};
use crate::resource::version::Forms;

const BOOL: Type = Type::Bool;
const TEXT: Type = Type::Text;

pub(super) static MODULE: Object = Object::new(&[
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("config", Type::Untyped, "The settings of the whole gateway.").required().made().forms(Forms::NEW),
    Field::new("config", Type::Untyped, "The settings of the whole gateway.").made().forms(Forms::EVER_BUT_NEW),
]);

pub(super) static KUBERNETES: Object = Object::new(&[AMBASSADOR_ID, OLD_AMBASSADOR_ID]);

pub(super) static CONSUL: Object = Object::new(&[
    Field::new("address", TEXT, "Where Consul is.").forms(Forms::FROM_V1),
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("datacenter", TEXT, "The datacenter that is asked for.").forms(Forms::FROM_V1),
]);

pub(super) static DEV_PORTAL: Object = Object::new(&[
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("content", Type::Object(&CONTENT), "Where the portal's pages are.").forms(Forms::FROM_V2),
    Field::new("default", BOOL, "Whether it is the portal that is shown first.").forms(Forms::FROM_V2),
    Field::new("docs", Type::List(&Type::Object(&DOCS), 0), "Descriptions of services.").forms(Forms::FROM_V2),
    Field::new(
        "naming_scheme",
        Type::OneOf(&["namespace.name", "name.prefix"]),
        "How services are named in the portal.",
    )
    .forms(Forms::FROM_V2),
    Field::new("preserve_servers", BOOL, "Whether the servers in descriptions are kept."),
    Field::new("search", Type::Object(&SEARCH), "Whether one can search in the portal.").forms(Forms::FROM_V2),
    Field::new("selector", Type::Object(&SELECTOR), "Which services are shown.").forms(Forms::FROM_V2),
]);

static CONTENT: Object = Object::new(&[
    Field::new("branch", TEXT, "The branch.").forms(Forms::EVER),
    Field::new("dir", TEXT, "The folder.").forms(Forms::EVER),
    Field::new("url", TEXT, "The git repository.").forms(Forms::EVER),
]);

static DOCS: Object = Object::new(&[
    Field::new("service", TEXT, "The service.").forms(Forms::EVER),
    Field::new("timeout_ms", Type::Millis, "How long fetching it may take.").forms(Forms::EVER),
    Field::new("url", TEXT, "Where its description is.").forms(Forms::EVER),
]);

static SEARCH: Object = Object::new(&[
    Field::new("enabled", BOOL, "Whether one can search.").forms(Forms::EVER),
    Field::new("type", Type::OneOf(&["title-only", "all-content"]), "What is searched.").forms(Forms::EVER),
]);

static SELECTOR: Object = Object::new(&[
    Field::new("matchLabels", TEXT_MAP, "By the labels of Mappings.").forms(Forms::EVER),
    Field::new("matchNamespaces", TEXTS, "By namespace.").forms(Forms::EVER),
]);
