//! The kinds of `getambassador.io`.

/// A kind of Emissary's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Kind {
    AuthService,
    ConsulResolver,
    DevPortal,
    Host,
    KubernetesEndpointResolver,
    KubernetesServiceResolver,
    Listener,
    LogService,
    Mapping,
    Module,
    RateLimitService,
    TCPMapping,
    TLSContext,
    TracingService,
}

impl Kind {
    /// All of them, by name.
    pub const ALL: [Self; 14] = [
        Self::AuthService,
        Self::ConsulResolver,
        Self::DevPortal,
        Self::Host,
        Self::KubernetesEndpointResolver,
        Self::KubernetesServiceResolver,
        Self::Listener,
        Self::LogService,
        Self::Mapping,
        Self::Module,
        Self::RateLimitService,
        Self::TCPMapping,
        Self::TLSContext,
        Self::TracingService,
    ];

    /// The kind as manifests write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthService => "AuthService",
            Self::ConsulResolver => "ConsulResolver",
            Self::DevPortal => "DevPortal",
            Self::Host => "Host",
            Self::KubernetesEndpointResolver => "KubernetesEndpointResolver",
            Self::KubernetesServiceResolver => "KubernetesServiceResolver",
            Self::Listener => "Listener",
            Self::LogService => "LogService",
            Self::Mapping => "Mapping",
            Self::Module => "Module",
            Self::RateLimitService => "RateLimitService",
            Self::TCPMapping => "TCPMapping",
            Self::TLSContext => "TLSContext",
            Self::TracingService => "TracingService",
        }
    }

    /// The kind of this name; kinds are case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
