//! Which API server, and as whom: kubectl's own rules for kubeconfigs and its flags.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};

use super::kube::KubeError;

/// What kubectl's connection flags say, and the variables that count.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The kubeconfig, instead of those of `KUBECONFIG` or the one in the home folder.
    pub kubeconfig: Option<PathBuf>,
    /// The context, instead of the current one.
    pub context: Option<String>,
    /// The cluster, instead of the context's.
    pub cluster: Option<String>,
    /// The user, instead of the context's.
    pub user: Option<String>,
    /// Whom to be.
    pub act_as: Option<String>,
    /// In which groups to be.
    pub act_as_groups: Vec<String>,
    /// How long one request may take.
    pub request_timeout: Option<Duration>,
    /// The environment.
    pub vars: BTreeMap<String, String>,
}

/// What a kubeconfig has to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KubeconfigNames {
    /// Its contexts.
    pub contexts: Vec<String>,
    /// Its clusters.
    pub clusters: Vec<String>,
    /// Its users.
    pub users: Vec<String>,
}

impl Connection {
    /// What the kubeconfig has to choose from.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn names(&self) -> Result<KubeconfigNames, KubeError> {
        let kubeconfig = self.kubeconfig()?.unwrap_or_default();
        Ok(KubeconfigNames {
            contexts: kubeconfig.contexts.into_iter().map(|named| named.name).collect(),
            clusters: kubeconfig.clusters.into_iter().map(|named| named.name).collect(),
            users: kubeconfig.auth_infos.into_iter().map(|named| named.name).collect(),
        })
    }

    fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where the API server is and as whom it is asked.
    pub(super) async fn config(&self) -> Result<kube::Config, KubeError> {
        let mut config = match self.kubeconfig()? {
            Some(kubeconfig) => {
                let names_proxy = kubeconfig
                    .clusters
                    .iter()
                    .any(|named| named.cluster.as_ref().is_some_and(|cluster| cluster.proxy_url.is_some()));
                let options = KubeConfigOptions {
                    context: self.context.clone(),
                    cluster: self.cluster.clone(),
                    user: self.user.clone(),
                };
                let mut config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(told)?;
                if !names_proxy && self.goes_without_proxy(&config.cluster_url) {
                    config.proxy_url = None;
                }
                config
            }
            None if self.var("KUBERNETES_SERVICE_HOST").is_some() => {
                kube::Config::incluster().map_err(|error| KubeError::Config(error.to_string()))?
            }
            None => return Err(KubeError::NoConfig),
        };
        if let Some(user) = &self.act_as {
            config.auth_info.impersonate = Some(user.clone());
        }
        if !self.act_as_groups.is_empty() {
            config.auth_info.impersonate_groups = Some(self.act_as_groups.clone());
        }
        Ok(config)
    }

    fn kubeconfig(&self) -> Result<Option<Kubeconfig>, KubeError> {
        if let Some(path) = &self.kubeconfig {
            return read(path).map(Some);
        }
        let paths: Vec<PathBuf> = match self.var("KUBECONFIG") {
            Some(list) => std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect(),
            None => {
                let home = self.var("HOME").or_else(|| self.var("USERPROFILE"));
                home.map(|home| Path::new(home).join(".kube").join("config")).into_iter().collect()
            }
        };
        // Like kubectl, those that are not there are passed over.
        let mut merged: Option<Kubeconfig> = None;
        for path in paths.iter().filter(|path| path.exists()) {
            let next = read(path)?;
            merged = Some(match merged {
                None => next,
                Some(before) => before.merge(next).map_err(told)?,
            });
        }
        Ok(merged)
    }

    /// Whether a proxy of the environment is not for this server, as Go's clients judge.
    fn goes_without_proxy(&self, server: &http::Uri) -> bool {
        let host = server.host().unwrap_or_default().trim_matches(['[', ']']);
        let is_loopback =
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        let list = self.var("NO_PROXY").or_else(|| self.var("no_proxy")).unwrap_or_default();
        let names = |entry: &str| {
            let entry = entry.trim().trim_start_matches('.');
            let network = || entry.parse::<ipnet::IpNet>().ok().zip(host.parse::<std::net::IpAddr>().ok());
            entry == "*"
                || !entry.is_empty() && (host == entry || host.ends_with(&format!(".{entry}")))
                || network().is_some_and(|(network, address)| network.contains(&address))
        };
        is_loopback || list.split(',').any(names)
    }
}

fn read(path: &Path) -> Result<Kubeconfig, KubeError> {
    Kubeconfig::read_from(path).map_err(told)
}

/// A problem of a kubeconfig, without what stands in it.
fn told(error: KubeconfigError) -> KubeError {
    KubeError::Config(match error {
        KubeconfigError::CurrentContextNotSet => {
            "the kubeconfig has no current context: name one with `--context`".to_owned()
        }
        KubeconfigError::LoadContext(name) => format!("the kubeconfig has no context `{name}`"),
        KubeconfigError::LoadClusterOfContext(name) => format!("the kubeconfig has no cluster `{name}`"),
        KubeconfigError::ReadConfig(source, path) => {
            format!("the kubeconfig `{}` cannot be read: {source}", path.display())
        }
        KubeconfigError::Parse(_) => "the kubeconfig cannot be read: it is no YAML of a kubeconfig".to_owned(),
        other => format!("the kubeconfig cannot be used: {other}"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn connection(vars: &[(&str, &str)]) -> Connection {
        let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Connection { vars, ..Connection::default() }
    }

    fn config(connection: &Connection) -> Result<kube::Config, KubeError> {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(connection.config())
    }

    const CONFIG: &str = "apiVersion: v1\nkind: Config\ncurrent-context: here\ncontexts:\n- name: here\n  context: {cluster: c, user: u, namespace: shop}\nclusters:\n- name: c\n  cluster: {server: 'http://127.0.0.1:1'}\n";

    #[test]
    fn several_kubeconfigs_are_one_and_absent_ones_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        std::fs::write(&one, CONFIG).unwrap();
        std::fs::write(&other, "users:\n- name: u\n  user: {token: abc}\n").unwrap();
        let list = std::env::join_paths([folder.path().join("absent"), one, other]).unwrap();
        let connection = connection(&[("KUBECONFIG", list.to_str().unwrap())]);
        let config = config(&connection).unwrap();
        assert_eq!(config.default_namespace, "shop");
        assert!(config.auth_info.token.is_some());
    }

    #[test]
    fn what_is_missing_is_told_by_name() {
        assert_eq!(config(&connection(&[])).unwrap_err(), KubeError::NoConfig);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, CONFIG).unwrap();
        let mut with = connection(&[]);
        with.kubeconfig = Some(path);
        with.context = Some("there".into());
        assert_eq!(config(&with).unwrap_err().to_string(), "the kubeconfig has no context `there`");
    }

    #[test]
    fn a_user_may_be_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, CONFIG).unwrap();
        let with = Connection {
            kubeconfig: Some(path),
            act_as: Some("jane".into()),
            act_as_groups: vec!["dev".into()],
            ..connection(&[])
        };
        let auth = config(&with).unwrap().auth_info;
        assert_eq!((auth.impersonate.unwrap(), auth.impersonate_groups.unwrap()), ("jane".into(), vec!["dev".into()]));
    }

    #[test]
    fn proxies_are_not_for_this_machine_nor_for_whom_they_are_not_meant() {
        let with = connection(&[("NO_PROXY", "10.0.0.0/8,.example.com")]);
        let goes = |url: &str| with.goes_without_proxy(&url.parse().unwrap());
        assert!(goes("https://127.0.0.1:6443") && goes("https://[::1]:6443") && goes("https://10.1.2.3"));
        assert!(goes("https://api.example.com") && !goes("https://api.example.org") && !goes("https://11.0.0.1"));
    }
}
