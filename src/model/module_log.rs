//! The access log and client certificates, as the Module sets them.

use super::fields::{self, Fields};
use super::format;
use super::module::Reader;
use super::problem::Effect;
use super::settings::{LogShape, Settings};
use crate::source::Span;
use crate::yaml::{Dialect, Meaning};

impl Reader<'_, '_> {
    pub(crate) fn logging(&mut self, settings: &mut Settings) -> Result<(), ()> {
        let config = self.config;
        if let Some(path) = config.filled("envoy_log_path") {
            path.clone_into(&mut settings.log.path);
        }
        let kind = config.text("envoy_log_type").unwrap_or("text");
        let format = config.node("envoy_log_format");
        match kind {
            "text" => {
                if let Some(node) = format {
                    let Some(text) = fields::text(node) else {
                        return self
                            .fail(node.span, "envoy_log_format must be a text with envoy_log_type text".to_owned());
                    };
                    self.check_format(text, node.span);
                    settings.log.shape = LogShape::Text(Some(text.to_owned()));
                }
            }
            "json" | "typed_json" => {
                let keys = match format {
                    None => None,
                    Some(node) => match node.as_map() {
                        Some(map) => {
                            let mut keys = Vec::new();
                            for entry in map.entries() {
                                if let (Some(key), Some(value)) = (entry.key.text(), entry.value.text()) {
                                    self.check_format(value, entry.value.span);
                                    keys.push((key.to_owned(), value.to_owned()));
                                }
                            }
                            Some(keys)
                        }
                        None => {
                            let message = format!("envoy_log_format must be a mapping with envoy_log_type {kind}");
                            return self.fail(node.span, message);
                        }
                    },
                };
                settings.log.shape = LogShape::Json { format: keys, typed: kind == "typed_json" };
            }
            other => {
                let message = format!("envoy_log_type `{other}` is neither text, json nor typed_json");
                return self.fail(config.span_of("envoy_log_type"), message);
            }
        }
        Ok(())
    }

    fn check_format(&mut self, text: &str, span: Span) {
        if let Err(why) = format::check(text) {
            let message = format!("envoy_log_format: {why}: Envoy refuses the whole configuration");
            self.post(Effect::Reject, "module-log-format", span, message);
        }
    }

    pub(crate) fn client_certs(&mut self, settings: &mut Settings) -> Result<(), ()> {
        const DETAILS: [&str; 5] =
            ["SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"];
        let config = self.config;
        if let Some(node) = config.node("forward_client_cert_details") {
            match fields::text(node).filter(|word| DETAILS.contains(word)) {
                Some(word) => settings.forward_client_cert_details = Some(word.to_owned()),
                None => {
                    let message = "forward_client_cert_details must be SANITIZE, FORWARD_ONLY, APPEND_FORWARD, \
                                   SANITIZE_SET or ALWAYS_FORWARD_ONLY: Envoy refuses the whole configuration";
                    if self.is_checking {
                        self.post(Effect::Kept, "module-check", node.span, message);
                    }
                    self.post(Effect::Reject, "module-enum", node.span, message);
                    return Err(());
                }
            }
        }
        let Some(node) = config.node("set_current_client_cert_details") else { return Ok(()) };
        if node.as_map().is_none() {
            let message = "set_current_client_cert_details must be a mapping: Emissary's compiler aborts";
            self.post(Effect::Abort, "module-type", node.span, message);
            return Err(());
        }
        for entry in Fields::of(node).all() {
            let key = entry.key.text().unwrap_or_default();
            if !["subject", "cert", "chain", "dns", "uri"].contains(&key) {
                let message =
                    format!("`{key}` is no part of a client certificate: Envoy refuses the whole configuration");
                if self.is_checking {
                    self.post(Effect::Kept, "module-check", entry.key.span, message.clone());
                }
                self.post(Effect::Reject, "module-enum", entry.key.span, message);
                return Err(());
            }
            let on = entry.value.meaning(Dialect::Kubernetes) == Some(Meaning::Bool(true));
            settings.set_current_client_cert_details.push((key.to_owned(), on));
        }
        Ok(())
    }
}
