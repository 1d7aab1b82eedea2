//! What an error of the kube crate means to the user. Outputs of exec plugins are left out: they may hold tokens.

use std::error::Error;

use kube::client::AuthError;

use super::kube::KubeError;

/// The error in our words.
pub(super) fn of(error: kube::Error, server: &str) -> KubeError {
    match error {
        kube::Error::Api(status) => of_status(status.code, &status.reason, status.message),
        kube::Error::Auth(error) => KubeError::Login(login(&error)),
        kube::Error::RustlsTls(error) => {
            KubeError::Config(format!("the kubeconfig's certificates cannot be used: {error}"))
        }
        kube::Error::ProxyProtocolUnsupported { .. } | kube::Error::ProxyProtocolDisabled { .. } => {
            KubeError::Config("the kubeconfig's proxy-url is neither http, https nor socks5".to_owned())
        }
        kube::Error::SerdeError(error) => KubeError::Other(format!("the API server's answer cannot be read: {error}")),
        kube::Error::UpgradeConnection(error) => KubeError::Other(error.to_string()),
        other => {
            if let Some(auth) = find::<AuthError>(&other) {
                return KubeError::Login(login(auth));
            }
            KubeError::Unreachable { server: server.to_owned(), why: innermost(&other) }
        }
    }
}

fn of_status(code: u16, reason: &str, message: String) -> KubeError {
    match code {
        401 => KubeError::Unauthorized,
        403 => KubeError::Forbidden { message },
        404 => KubeError::NotFound { message },
        _ if message.contains("conversion webhook") => KubeError::Conversion { message },
        _ if message.is_empty() => KubeError::Other(format!("the API server answered {code} {reason}")),
        _ => KubeError::Other(format!("the API server answered {code}: {message}")),
    }
}

fn login(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecRun { cmd, out } => {
            format!("the exec plugin `{cmd}` of the kubeconfig failed: {}", out.status)
        }
        AuthError::AuthExecStart(error) => format!("the exec plugin of the kubeconfig cannot be run: {error}"),
        AuthError::AuthExecParse(_) => "the exec plugin of the kubeconfig printed no credentials".to_owned(),
        AuthError::ReadTokenFile(error, path) => format!("the token file `{}` cannot be read: {error}", path.display()),
        AuthError::Oidc(_) => "the OIDC provider of the kubeconfig gave no token; log in anew".to_owned(),
        _ => "the credentials of the kubeconfig cannot be used".to_owned(),
    }
}

fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    std::iter::successors(Some(error), |error| (*error).source()).find_map(|error| error.downcast_ref())
}

/// The last cause, which is the one that helps; without the system's number for it.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let last = std::iter::successors(Some(error), |error| (*error).source()).last().map(ToString::to_string);
    let text = last.unwrap_or_default();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn refusals_have_names() {
        let forbidden = of_status(403, "Forbidden", "no".to_owned());
        assert_eq!(forbidden, KubeError::Forbidden { message: "no".to_owned() });
        let conversion = "conversion webhook for getambassador.io/v2, Kind=Mapping failed: no endpoints".to_owned();
        assert!(matches!(of_status(500, "", conversion), KubeError::Conversion { .. }));
        assert!(of_status(500, "InternalError", String::new()).to_string().contains("500 InternalError"));
    }

    #[cfg(unix)]
    #[test]
    fn what_an_exec_plugin_prints_is_not_told() {
        use std::os::unix::process::ExitStatusExt as _;
        let out = std::process::Output {
            status: std::process::ExitStatus::from_raw(256),
            stdout: b"TOKEN".to_vec(),
            stderr: b"TOKEN".to_vec(),
        };
        let error = kube::Error::Auth(AuthError::AuthExecRun { cmd: "aws".to_owned(), out: Box::new(out) });
        let told = of(error, "https://x").to_string();
        assert!(told.contains("`aws`") && !told.contains("TOKEN"), "{told}");
    }
}
