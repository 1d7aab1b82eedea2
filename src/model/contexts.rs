//! TLSContexts, and the TLS settings inside Hosts.

use super::fields::{self, Fields};
use super::problem::{Effect, Problems};
use super::secret::Secrets;
use super::table::{ResourceId, Table, TlsId};
use super::tls::{CertificateSource, SecretRef, TlsContext, TlsVersion};
use crate::resource::{Kind, Resource};

/// The TLSContexts of the input, by name.
#[derive(Debug, Default)]
pub(crate) struct Contexts {
    /// All that may be used: those with a certificate, and those that Hosts take settings from.
    pub(crate) table: Table<TlsId, TlsContext>,
    usable: Vec<(String, TlsId)>,
    settings: Vec<(String, TlsId)>,
}

impl Contexts {
    /// A context that can start or end TLS.
    pub(crate) fn usable(&self, name: &str) -> Option<TlsId> {
        self.usable.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
    }

    /// A context that a Host may take settings from, with a certificate or without.
    pub(crate) fn named(&self, name: &str) -> Option<TlsId> {
        self.settings.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
    }

    /// Contexts that end TLS for server names of their own.
    pub(crate) fn terminating(&self) -> impl Iterator<Item = (TlsId, &TlsContext)> {
        self.usable.iter().map(|(_, id)| (*id, &self.table[*id])).filter(|(_, context)| !context.hosts.is_empty())
    }
}

/// Where Secrets of a resource are looked for.
pub(crate) struct Lookup<'a> {
    pub(crate) secrets: &'a Secrets,
    pub(crate) namespace: &'a str,
    pub(crate) splits_names: bool,
}

impl Lookup<'_> {
    fn secret(&self, name: &str) -> SecretRef {
        match name.rsplit_once('.').filter(|_| self.splits_names) {
            Some((name, namespace)) => SecretRef { name: name.to_owned(), namespace: namespace.to_owned() },
            None => SecretRef { name: name.to_owned(), namespace: self.namespace.to_owned() },
        }
    }
}

/// Reads all TLSContexts, in order.
pub(crate) fn read(
    resources: &[(ResourceId, &Resource)],
    secrets: &Secrets,
    default_namespacing: bool,
    problems: &mut Problems,
) -> Contexts {
    let mut contexts = Contexts::default();
    for (id, resource) in resources.iter().filter(|(_, resource)| resource.kind == Kind::TLSContext) {
        let fields = Fields::of(&resource.spec);
        let lookup = Lookup {
            secrets,
            namespace: &resource.namespace,
            splits_names: fields.bool("secret_namespacing").unwrap_or(default_namespacing),
        };
        let (context, complaints) = context(*id, &resource.name, fields, &lookup);
        let has_certificate = context.certificate.is_some();
        let is_sound = complaints.is_empty();
        for (field, message) in complaints {
            let span = fields.span_of(field);
            problems.post(Effect::Dropped, "tls-context", resource.key.clone(), span, message).in_field(field);
        }
        let tls = contexts.table.push(context);
        contexts.settings.push((resource.name.clone(), tls));
        if is_sound && has_certificate {
            contexts.usable.push((resource.name.clone(), tls));
        } else if is_sound {
            problems.post(
                Effect::Silent,
                "tls-context-without-certificate",
                None,
                resource.name_span,
                format!("TLSContext {} has no certificate: it can neither start nor end TLS by itself", resource.name),
            );
        }
    }
    contexts
}

/// Reads TLS settings, with what is wrong with them: the field and our words.
pub(crate) fn context(
    from: ResourceId,
    name: &str,
    fields: Fields<'_>,
    lookup: &Lookup<'_>,
) -> (TlsContext, Vec<(&'static str, String)>) {
    let mut complaints = Vec::new();
    let secret_name = |field: &str| {
        fields.filled(field).or_else(|| fields.map(field)?.filled("name")).map(|name| {
            let mut secret = lookup.secret(name);
            if let Some(namespace) = fields.map(field).and_then(|reference| reference.filled("namespace")) {
                namespace.clone_into(&mut secret.namespace);
            }
            secret
        })
    };
    let certificate = match (secret_name("secret"), fields.filled("cert_chain_file"), fields.filled("private_key_file"))
    {
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
            complaints.push(("secret", "secret and certificate files exclude each other".to_owned()));
            None
        }
        (Some(secret), None, None) => {
            let found = lookup.secrets.can_serve(&secret);
            if !found {
                let SecretRef { name, namespace } = &secret;
                complaints
                    .push(("secret", format!("Secret {name} with a certificate is not in namespace {namespace}")));
            }
            found.then_some(CertificateSource::Secret(secret))
        }
        (None, Some(chain), Some(key)) => {
            Some(CertificateSource::Files { chain: chain.to_owned(), key: Some(key.to_owned()) })
        }
        (None, Some(_), None) => {
            complaints.push(("cert_chain_file", "cert_chain_file needs private_key_file".to_owned()));
            None
        }
        (None, None, Some(_)) => {
            complaints.push(("private_key_file", "private_key_file needs cert_chain_file".to_owned()));
            None
        }
        (None, None, None) => None,
    };
    let authorities = match secret_name("ca_secret") {
        Some(secret) if lookup.secrets.can_verify(&secret) => Some(CertificateSource::Secret(secret)),
        Some(secret) => {
            let SecretRef { name, namespace } = secret;
            complaints.push(("ca_secret", format!("Secret {name} with authorities is not in namespace {namespace}")));
            None
        }
        None => fields
            .filled("cacert_chain_file")
            .map(|chain| CertificateSource::Files { chain: chain.to_owned(), key: None }),
    };
    let revocations = secret_name("crl_secret").filter(|secret| {
        let found = lookup.secrets.can_revoke(secret);
        if !found {
            let message =
                format!("Secret {} with a revocation list is not in namespace {}", secret.name, secret.namespace);
            complaints.push(("crl_secret", message));
        }
        found
    });
    let mut version = |field: &'static str| {
        let text = fields.text(field)?;
        let parsed = TlsVersion::parse(text);
        if parsed.is_none() {
            complaints.push((field, format!("{field} `{text}` is none of v1.0, v1.1, v1.2, v1.3")));
        }
        parsed
    };
    let (min_version, max_version) = (version("min_tls_version"), version("max_tls_version"));
    let texts =
        |field: &str| fields.texts(field).unwrap_or_default().into_iter().map(str::to_owned).collect::<Vec<_>>();
    let context = TlsContext {
        from: Some(from),
        name: name.to_owned(),
        hosts: texts("hosts"),
        certificate,
        authorities,
        revocations,
        // Split without trimming: what stands after a blank is never negotiated.
        alpn_protocols: fields
            .filled("alpn_protocols")
            .map(|list| list.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
        cert_required: fields.is_true("cert_required"),
        min_version,
        max_version,
        cipher_suites: texts("cipher_suites"),
        ecdh_curves: texts("ecdh_curves"),
        sni: fields.filled("sni").map(str::to_owned),
        redirect_cleartext_from: fields.node("redirect_cleartext_from").and_then(fields::int),
    };
    (context, complaints)
}
