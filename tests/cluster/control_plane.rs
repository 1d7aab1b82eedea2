//! A Kubernetes without machines: one for all tests, which take turns.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::backends::Backends;

/// A user who may do everything, one who may do nothing, one who may read and not forward.
const TOKENS: &str =
    "admin-token-5c1f,admin,1,\"system:masters\"\nnobody-token-77aa,nobody,2,\nreader-token-10de,reader,3,\n";

/// The control plane.
pub(crate) struct ControlPlane {
    folder: PathBuf,
    assets: PathBuf,
    etcd: u16,
    port: u16,
    server: Mutex<Option<Process>>,
    _others: Vec<Process>,
    /// What stands behind the pods.
    pub(crate) backends: Backends,
    /// What was told before there were CRDs.
    pub(crate) without_crds: Output,
}

/// A process that ends when this is dropped, and also when the test process ends in any way: a shell waits for the end
/// of a pipe that only we hold open.
pub(crate) struct Process(Child);

const GUARD: &str = "\"$@\" </dev/null & child=$!; cat >/dev/null; kill -9 $child 2>/dev/null";

impl Process {
    fn start(program: &Path, args: &[String], log: &Path) -> Self {
        let log = fs::File::create(log).unwrap();
        let mut command = Command::new("sh");
        command.arg("-c").arg(GUARD).arg("sh").arg(program).args(args).stdin(Stdio::piped());
        command.stdout(log.try_clone().unwrap()).stderr(log);
        Self(command.spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// How long processors have worked for a process, where that can be told.
pub(crate) fn cpu_of(process: u32) -> Duration {
    let told = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // Its name, in parentheses, may hold blanks; ticks are hundredths of a second.
    let fields: Vec<&str> = told.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or_default();
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until something is so.
pub(crate) fn wait_for(what: &str, limit: Duration, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + limit;
    while !is_so() {
        assert!(Instant::now() < end, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The control plane for a test, alone with it; `None` where its programs are not there.
pub(crate) fn control_plane() -> Option<(&'static ControlPlane, MutexGuard<'static, ()>)> {
    static PLANE: OnceLock<Option<ControlPlane>> = OnceLock::new();
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let plane = PLANE.get_or_init(|| match assets() {
        Some(assets) => Some(ControlPlane::start(assets)),
        None => {
            let _ = writeln!(
                std::io::stderr(),
                "left out: the tests with a real API server; run them with \
                 `KUBEBUILDER_ASSETS=$(tests/cluster/assets) cargo test --locked --test cluster`"
            );
            None
        }
    });
    plane.as_ref().map(|plane| (plane, turn))
}

fn assets() -> Option<PathBuf> {
    let assets = PathBuf::from(std::env::var_os("KUBEBUILDER_ASSETS")?);
    let is_there = |name: &str| assets.join(name).exists() || which(name).is_some();
    (assets.join("etcd").exists() && assets.join("kube-apiserver").exists() && is_there("kwok") && is_there("kubectl"))
        .then_some(assets)
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.exists())
}

impl ControlPlane {
    fn start(assets: PathBuf) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let (etcd, port, node) = (free_port(), free_port(), free_port());
        fs::write(folder.join("tokens.csv"), TOKENS).unwrap();
        let key = include_str!("fixtures/service-accounts.pem");
        fs::write(folder.join("service-accounts.pem"), key).unwrap();
        let url = format!("http://127.0.0.1:{etcd}");
        let peers = format!("http://127.0.0.1:{}", free_port());
        let args = [
            format!("--data-dir={}", folder.join("etcd").display()),
            format!("--listen-client-urls={url}"),
            format!("--advertise-client-urls={url}"),
            format!("--listen-peer-urls={peers}"),
            format!("--initial-advertise-peer-urls={peers}"),
            format!("--initial-cluster=default={peers}"),
            "--unsafe-no-fsync".to_owned(),
        ];
        let store = Process::start(&assets.join("etcd"), &args, &folder.join("etcd.log"));
        let none = Command::new("true").output().unwrap();
        let backends = Backends::default();
        let mut plane = Self {
            folder,
            assets,
            etcd,
            port,
            server: Mutex::default(),
            _others: vec![store],
            backends,
            without_crds: none,
        };
        plane.start_server();
        plane.backends = Backends::start(&plane.folder);
        for user in ["admin", "nobody", "reader"] {
            fs::write(plane.kubeconfig(user), plane.config(user)).unwrap();
        }
        let kubelet = plane.start_kubelet(node);
        plane._others.push(kubelet);
        plane.apply("apiVersion: v1\nkind: Node\nmetadata: {name: here}\n");
        plane.without_crds = plane.run("admin", &["routes"]).output().unwrap();
        plane.install_crds();
        plane.kubectl(&["apply", "-f", concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rbac.yaml")]);
        plane.kubectl(&["create", "clusterrolebinding", "reader", "--clusterrole=kubectl-ambassador", "--user=reader"]);
        plane
    }

    /// Installs Emissary's kinds.
    pub(crate) fn install_crds(&self) {
        self.kubectl(&["apply", "-f", concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/crds/getambassador.io.yaml")]);
        self.kubectl(&["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
    }

    /// Starts the API server, and waits until it is ready.
    pub(crate) fn start_server(&self) {
        let path = |name: &str| self.folder.join(name).display().to_string();
        let args = [
            format!("--etcd-servers=http://127.0.0.1:{}", self.etcd),
            format!("--cert-dir={}", path("certificates")),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--secure-port={}", self.port),
            "--service-cluster-ip-range=10.0.0.0/16".to_owned(),
            "--service-account-issuer=https://localhost".to_owned(),
            format!("--service-account-key-file={}", path("service-accounts.pem")),
            format!("--service-account-signing-key-file={}", path("service-accounts.pem")),
            format!("--token-auth-file={}", path("tokens.csv")),
            "--authorization-mode=RBAC".to_owned(),
            "--disable-admission-plugins=ServiceAccount".to_owned(),
            "--endpoint-reconciler-type=none".to_owned(),
            "--allow-privileged".to_owned(),
        ];
        let program = self.assets.join("kube-apiserver");
        let process = Process::start(&program, &args, &self.folder.join("kube-apiserver.log"));
        *self.server.lock().unwrap() = Some(process);
        wait_for("the API server is ready", Duration::from_secs(90), || {
            fs::write(self.kubeconfig("admin"), self.config("admin")).unwrap();
            let ready = self.kubectl_command(&["get", "--raw", "/readyz", "--request-timeout=2s"]).output().unwrap();
            ready.status.success()
        });
    }

    /// How long processors have worked for the API server and the kubelet.
    pub(crate) fn cpu(&self) -> Duration {
        let server = self.server.lock().unwrap();
        let guards = self._others.iter().chain(server.as_ref()).map(|process| process.0.id());
        let guarded = guards.flat_map(|guard| {
            let children = fs::read_to_string(format!("/proc/{guard}/task/{guard}/children")).unwrap_or_default();
            children.split_whitespace().filter_map(|child| child.parse().ok()).collect::<Vec<u32>>()
        });
        guarded.map(cpu_of).sum()
    }

    /// Ends the API server at once.
    pub(crate) fn stop_server(&self) {
        self.server.lock().unwrap().take();
    }

    fn start_kubelet(&self, port: u16) -> Process {
        let stages = include_str!("fixtures/stages.yaml").replace("@PORT@", &port.to_string());
        fs::write(self.folder.join("kwok.yaml"), format!("{stages}{}", self.backends.forwards())).unwrap();
        let path = |name: &str| self.folder.join(name).display().to_string();
        let args = [
            format!("--kubeconfig={}", self.kubeconfig("admin").display()),
            format!("--config={}", path("kwok.yaml")),
            "--manage-all-nodes".to_owned(),
            "--node-ip=127.0.0.1".to_owned(),
            format!("--node-port={port}"),
            format!("--server-address=127.0.0.1:{port}"),
            format!("--tls-cert-file={}", path("certificates/apiserver.crt")),
            format!("--tls-private-key-file={}", path("certificates/apiserver.key")),
        ];
        let beside = self.assets.join("kwok");
        let program = if beside.exists() { beside } else { which("kwok").unwrap() };
        Process::start(&program, &args, &self.folder.join("kwok.log"))
    }

    /// The kubeconfig of a user.
    pub(crate) fn kubeconfig(&self, user: &str) -> PathBuf {
        self.folder.join(format!("{user}.kubeconfig"))
    }

    fn config(&self, user: &str) -> String {
        let token = TOKENS.lines().find_map(|line| line.split_once(&format!(",{user},"))).unwrap().0;
        let authority = self.folder.join("certificates/apiserver.crt");
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\ncontexts:\n- name: test\n  context: {{cluster: test, \
             user: {user}}}\nclusters:\n- name: test\n  cluster: {{server: 'https://127.0.0.1:{}', \
             certificate-authority: '{}'}}\nusers:\n- name: {user}\n  user: {{token: {token}}}\n",
            self.port,
            authority.display()
        )
    }

    /// The tokens of all users.
    pub(crate) fn tokens() -> Vec<&'static str> {
        TOKENS.lines().filter_map(|line| Some(line.split_once(',')?.0)).collect()
    }

    /// A command of kubectl.
    pub(crate) fn kubectl_command(&self, args: &[&str]) -> Command {
        let beside = self.assets.join("kubectl");
        let mut command = Command::new(if beside.exists() { beside } else { which("kubectl").unwrap() });
        command.args(args).env("KUBECONFIG", self.kubeconfig("admin")).env_remove("KUBERNETES_SERVICE_HOST");
        command
    }

    /// Runs kubectl; it must succeed.
    pub(crate) fn kubectl(&self, args: &[&str]) -> String {
        let ran = self.kubectl_command(args).output().unwrap();
        assert!(ran.status.success(), "kubectl {args:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    }

    /// Applies documents with kubectl.
    pub(crate) fn apply(&self, yaml: &str) {
        let mut command = self.kubectl_command(&["apply", "-f", "-"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(yaml.as_bytes()).unwrap();
        let ran = child.wait_with_output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }

    /// A run of the program as a user.
    pub(crate) fn run(&self, user: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-ambassador"));
        command.args(args).env_clear().env("KUBECONFIG", self.kubeconfig(user)).env("NO_COLOR", "1");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }
}
