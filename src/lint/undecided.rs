//! Facts that no linter can decide, each with why.

/// The facts of `docs/rules.md` that have no rule, and a sentence that says why.
pub static UNDECIDED: &[(&str, &str)] = &[
    ("A32", "Whether a Lua script compiles is for Envoy's own Lua to say, which this tool does not carry."),
    ("H15", "Which port clients name in the authority depends on what stands before the gateway."),
    ("S10", "With which status an AuthService answers is a matter of its own code."),
    ("S12", "Which headers upstreams expect of the AuthService is a matter of their own code."),
];
