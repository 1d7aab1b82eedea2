//! Host, Listener and TLSContext.

use super::field::{Bits, Field, INT, Int, Object, Type, between};
use super::shared::{AMBASSADOR_ID, LABEL_SELECTOR, MAX_TLS, MIN_TLS, NAME_REF, OLD_AMBASSADOR_ID, TEXTS};
use crate::edition::Edition;
use crate::resource::version::{Form, Forms};

const BOOL: Type = Type::Bool;
const TEXT: Type = Type::Text;

/// Host is read from v2 on.
const HOST_FORMS: Forms = Forms::FROM_V2;
const OLD_HOST_FORMS: Forms = Forms::of(&[Form::V2, Form::Old]);

pub(super) static HOST: Object = Object::new(&[
    Field::new("acmeProvider", Type::Object(&ACME_PROVIDER), "ACME; Emissary itself does none.").forms(HOST_FORMS),
    Field::new("ambassadorId", Type::TextOrList, "Added to ambassador_id.").forms(OLD_HOST_FORMS),
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("hostname", TEXT, "The names that are served: exact, or a DNS glob; `*` by default.").forms(HOST_FORMS),
    Field::new("mappingSelector", LABEL_SELECTOR, "Which Mappings belong to it, by their labels.").forms(Forms::NEW),
    Field::new("previewUrl", Type::Object(&PREVIEW_URL), "No effect.").forms(HOST_FORMS),
    Field::new("requestPolicy", Type::Object(&REQUEST_POLICY), "What becomes of requests without TLS.")
        .forms(HOST_FORMS),
    Field::new("selector", LABEL_SELECTOR, "Deprecated: the old name of mappingSelector.").forms(HOST_FORMS),
    Field::new("tls", Type::Object(&TLS_CONFIG), "TLS settings; only with tlsSecret.").forms(HOST_FORMS),
    Field::new("tlsContext", Type::Object(&NAME_REF), "A TLSContext with TLS settings; only with tlsSecret.")
        .forms(HOST_FORMS),
    Field::new("tlsSecret", Type::Object(&SECRET_REF), "The Secret with the certificate.").forms(HOST_FORMS),
]);

static ACME_PROVIDER: Object = Object::new(&[
    Field::new("authority", TEXT, "Who signs; `none` for nobody.").forms(Forms::EVER),
    Field::new("email", TEXT, "Who is told.").forms(Forms::EVER),
    Field::new("privateKeySecret", Type::Object(&NAME_REF), "The Secret with the account's key.").forms(Forms::EVER),
    Field::new("registration", TEXT, "The account.").forms(Forms::EVER),
]);

static PREVIEW_URL: Object = Object::new(&[
    Field::new("enabled", BOOL, "No effect.").forms(Forms::EVER),
    Field::new("type", Type::OneOf(&["Path"]), "No effect.").forms(Forms::EVER),
]);

static REQUEST_POLICY: Object =
    Object::new(&[Field::new("insecure", Type::Object(&INSECURE), "What becomes of requests without TLS.")
        .made()
        .forms(Forms::EVER)]);

static INSECURE: Object = Object::new(&[
    Field::new("action", Type::OneOf(&["Redirect", "Reject", "Route"]), "Redirect to https by default.")
        .forms(Forms::EVER),
    Field::new("additionalPort", INT, "No effect since 2.0.").forms(Forms::EVER),
]);

static SECRET_REF: Object = Object::new(&[
    Field::new("name", TEXT, "Its name.").forms(Forms::EVER),
    Field::new("namespace", TEXT, "Its namespace; the Host's own by default.").forms(Forms::EVER),
]);

static TLS_CONFIG: Object = Object::new(&[
    Field::new("alpn_protocols", TEXT, "The protocols that are offered, with commas.").forms(Forms::EVER),
    Field::new("ca_secret", TEXT, "The Secret with the authorities of client certificates.").forms(Forms::EVER),
    Field::new("cacert_chain_file", TEXT, "The same as a file in the pod.").forms(Forms::EVER),
    Field::new("cert_chain_file", TEXT, "The certificate as a file in the pod.").forms(Forms::EVER),
    Field::new("cert_required", BOOL, "Clients must have a certificate.").forms(Forms::EVER),
    Field::new("cipher_suites", TEXTS, "The ciphers that may be used.").forms(Forms::EVER),
    Field::new("crl_secret", TEXT, "The Secret with revoked certificates.").forms(Forms::NEW).since(Edition::Three),
    Field::new("ecdh_curves", TEXTS, "The curves that may be used.").forms(Forms::EVER),
    Field::new("max_tls_version", TEXT, MAX_TLS).forms(Forms::EVER),
    Field::new("min_tls_version", TEXT, MIN_TLS).forms(Forms::EVER),
    Field::new("private_key_file", TEXT, "The key as a file in the pod.").forms(Forms::EVER),
    Field::new("redirect_cleartext_from", INT, "No effect since 2.0.").forms(Forms::EVER),
    Field::new("sni", TEXT, "The server name towards services.").forms(Forms::EVER),
    Field::new("v3CRLSecret", TEXT, "The Secret with revoked certificates.")
        .old_name_of("crl_secret")
        .since(Edition::Three),
]);

pub(super) static HOST_STATUS: Object = Object::new(&[
    Field::new("errorBackoff", Type::Duration, "How long until the next try."),
    Field::new("errorReason", TEXT, "What went wrong."),
    Field::new("errorTimestamp", Type::Time, "When it went wrong."),
    Field::new("phaseCompleted", PHASE, "What is done."),
    Field::new("phasePending", PHASE, "What is to be done."),
    Field::new("state", Type::OneOf(&["Initial", "Pending", "Ready", "Error"]), "How it is."),
    Field::new(
        "tlsCertificateSource",
        Type::OneOf(&["Unknown", "None", "Other", "ACME"]),
        "Where the certificate comes from.",
    ),
]);

const PHASE: Type = Type::OneOf(&[
    "NA",
    "DefaultsFilled",
    "ACMEUserPrivateKeyCreated",
    "ACMEUserRegistered",
    "ACMECertificateChallenge",
]);

pub(super) static LISTENER: Object = Object::new(&[
    AMBASSADOR_ID,
    Field::new("hostBinding", Type::Object(&HOST_BINDING), "Which Hosts are served.")
        .required()
        .made()
        .forms(Forms::NEW),
    Field::new(
        "http2MaxConcurrentStreams",
        Type::Int(Int { min: 1, max: i64::MAX, bits: Bits::U32 }),
        "How many requests at a time one HTTP/2 connection may have.",
    )
    .forms(Forms::NEW)
    .since(Edition::Four),
    Field::new(
        "l7Depth",
        Type::Int(Int { min: i64::MIN, max: i64::MAX, bits: Bits::I32 }),
        "How many trusted proxies are in front.",
    )
    .omitted()
    .forms(Forms::NEW),
    Field::new("port", between(1, 65535), "The port that clients connect to.").required().forms(Forms::NEW),
    Field::new(
        "protocol",
        Type::OneOf(&["HTTP", "HTTPS", "HTTPPROXY", "HTTPSPROXY", "TCP", "TLS", "UDP"]),
        "What is spoken there, in one word.",
    )
    .forms(Forms::NEW),
    Field::new(
        "protocolStack",
        Type::List(&Type::OneOf(&["HTTP", "PROXY", "TLS", "TCP", "UDP"]), 0),
        "What is spoken there, layer by layer.",
    )
    .forms(Forms::NEW),
    Field::new(
        "securityModel",
        Type::OneOf(&["XFP", "SECURE", "INSECURE"]),
        "Whether requests count as secure: by x-forwarded-proto, always or never.",
    )
    .required()
    .kept()
    .forms(Forms::NEW),
    Field::new("statsPrefix", TEXT, "How its statistics begin.").forms(Forms::NEW),
]);

static HOST_BINDING: Object = Object::new(&[
    Field::new("namespace", Type::Object(&NAMESPACE_BINDING), "By the namespace of the Host.").made(),
    Field::new("selector", LABEL_SELECTOR, "By the labels of the Host."),
]);

static NAMESPACE_BINDING: Object =
    Object::new(&[Field::new("from", Type::OneOf(&["SELF", "ALL", "SELECTOR"]), "Its own namespace or all.")]);

const TLS_VERSION: Type = Type::OneOf(&["v1.0", "v1.1", "v1.2", "v1.3"]);

pub(super) static TLS_CONTEXT: Object = Object::new(&[
    Field::new("alpn_protocols", TEXT, "The protocols that are offered, with commas.").forms(Forms::FROM_V1),
    AMBASSADOR_ID,
    OLD_AMBASSADOR_ID,
    Field::new("ca_secret", TEXT, "The Secret with the authorities of the other side.").forms(Forms::FROM_V1),
    Field::new("cacert_chain_file", TEXT, "The same as a file in the pod.").forms(Forms::FROM_V1),
    Field::new("cert_chain_file", TEXT, "The certificate as a file in the pod.").forms(Forms::FROM_V1),
    Field::new("cert_required", BOOL, "Clients must have a certificate.").forms(Forms::FROM_V1),
    Field::new("cipher_suites", TEXTS, "The ciphers that may be used.").forms(Forms::FROM_V1),
    Field::new("crl_secret", TEXT, "The Secret with revoked certificates.").forms(Forms::NEW).since(Edition::Three),
    Field::new("ecdh_curves", TEXTS, "The curves that may be used.").forms(Forms::FROM_V1),
    Field::new("hosts", TEXTS, "The server names that it is for.").forms(Forms::FROM_V1),
    Field::new("max_tls_version", TLS_VERSION, MAX_TLS).forms(Forms::FROM_V1),
    Field::new("min_tls_version", TLS_VERSION, MIN_TLS).forms(Forms::FROM_V1),
    Field::new("private_key_file", TEXT, "The key as a file in the pod.").forms(Forms::FROM_V1),
    Field::new("redirect_cleartext_from", INT, "No effect since 2.0.").forms(Forms::FROM_V1),
    Field::new("secret", TEXT, "The Secret with the certificate.").forms(Forms::FROM_V1),
    Field::new("secret_namespacing", BOOL, "Whether a dot in a Secret's name means its namespace.")
        .forms(Forms::FROM_V1),
    Field::new("sni", TEXT, "The server name towards services.").forms(Forms::FROM_V1),
    Field::new("v3CRLSecret", TEXT, "The Secret with revoked certificates.")
        .old_name_of("crl_secret")
        .since(Edition::Three),
]);
