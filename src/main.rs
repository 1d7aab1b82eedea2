//! The `kubectl-ambassador` binary.

fn main() -> std::process::ExitCode {
    kubectl_ambassador::cli::main()
}
