//! One file a rule.

pub(super) mod dead_insecure_port;
pub(super) mod environment_variable;
pub(super) mod invalid_yaml;
pub(super) mod lost_annotation;
pub(super) mod misplaced_annotation;
pub(super) mod old_version;
pub(super) mod other_core_attribute;
pub(super) mod refused_document;
pub(super) mod relative_prefix;
pub(super) mod repeated_key;
pub(super) mod told_by_emissary;
pub(super) mod unfit_field;
pub(super) mod unknown_field;
pub(super) mod unreachable_mapping;
pub(super) mod websocket_flag;
pub(super) mod weights_below_total;
