//! A gateway as users start it, in a folder of its own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::wire::{Message, Reader};

/// How long anything may take before a test gives up; machines may be slow.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A Listener and a Host for everything; Mappings come behind.
pub const FRONT: &str = r#"---
apiVersion: getambassador.io/v3alpha1
kind: Listener
metadata: { name: http }
spec: { port: 8080, protocol: HTTP, securityModel: XFP, hostBinding: { namespace: { from: ALL } } }
---
apiVersion: getambassador.io/v3alpha1
kind: Host
metadata: { name: all }
spec: { hostname: "*", requestPolicy: { insecure: { action: Route } } }
"#;

/// A Mapping for all authorities; `more` are further fields, a line each.
pub fn mapping(name: &str, prefix: &str, service: impl std::fmt::Display, more: &str) -> String {
    let more: String = more.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "---\napiVersion: getambassador.io/v3alpha1\nkind: Mapping\nmetadata: {{ name: {name} }}\nspec:\n  hostname: \
         \"*\"\n  prefix: {prefix}\n  service: {service}\n{more}"
    )
}

/// A running gateway.
pub struct Served {
    child: Child,
    folder: TempDir,
    listeners: BTreeMap<u16, SocketAddr>,
    admin: SocketAddr,
    said: Arc<Mutex<Vec<String>>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// Starts a gateway with [`FRONT`] and these Mappings.
    pub fn start(mappings: &str) -> Self {
        Self::with(&format!("{FRONT}{mappings}"), &["--access-log", "off"])
    }

    /// Starts a gateway with a configuration and flags.
    pub fn with(configuration: &str, flags: &[&str]) -> Self {
        Self::try_with(configuration, flags).unwrap_or_else(|said| panic!("it does not serve: {said}"))
    }

    /// Starts a gateway; what it says where it ends instead.
    pub fn try_with(configuration: &str, flags: &[&str]) -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("gateway.yaml"), configuration).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-ambassador"));
        command.args(["serve", "--workers", "2", "--admin", "127.0.0.1:0", "--listen", "8080=127.0.0.1:0"]);
        command.args(["--listen", "8443=127.0.0.1:0"]).args(flags).arg("-f").arg(folder.path());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        gather(child.stderr.take().unwrap(), Arc::clone(&said));
        gather(child.stdout.take().unwrap(), Arc::clone(&said));
        let none = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut served = Self { child, folder, listeners: BTreeMap::new(), admin: none, said };
        let began = Instant::now();
        while !served.has_said("serving") {
            if served.child.try_wait().unwrap().is_some() {
                std::thread::sleep(Duration::from_millis(50));
                return Err(served.said());
            }
            assert!(began.elapsed() < PATIENCE, "it does not begin to serve: {}", served.said());
            std::thread::sleep(Duration::from_millis(5));
        }
        for line in served.said.lock().unwrap().iter() {
            if let Some((address, port)) =
                line.strip_prefix("listening on ").and_then(|rest| rest.split_once(" for port "))
            {
                served.listeners.insert(port.parse().unwrap(), address.parse().unwrap());
            }
            if let Some(url) = line.strip_prefix("admin pages on http://") {
                served.admin = url.trim_end_matches('/').parse().unwrap();
            }
        }
        Ok(served)
    }

    /// Where the cleartext Listener is.
    pub fn address(&self) -> SocketAddr {
        self.listeners[&8080]
    }

    /// Where the Listener of a port is.
    pub fn address_of(&self, port: u16) -> SocketAddr {
        self.listeners[&port]
    }

    /// Where the admin pages are.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin
    }

    /// Another configuration in place of the one that is served, whole at once.
    pub fn write(&self, configuration: &str) {
        // Not a name that is read.
        let fresh = self.folder.path().join("gateway.fresh");
        std::fs::write(&fresh, configuration).unwrap();
        std::fs::rename(fresh, self.folder.path().join("gateway.yaml")).unwrap();
    }

    /// Sends a signal.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let command = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &command]).status().unwrap().success());
    }

    /// Waits until the process ends; whether it ended well.
    pub fn ended_well(&mut self) -> bool {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// All that it said so far, on both streams.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().join("\n")
    }

    fn has_said(&self, what: &str) -> bool {
        self.said.lock().unwrap().iter().any(|line| line.contains(what))
    }

    /// Waits until it says something.
    pub fn until_said(&self, what: &str) {
        until(&format!("it says {what:?}"), || self.has_said(what));
    }

    /// One request over a connection of its own.
    pub fn get(&self, path: &str) -> Message {
        Client::new(self.address()).get(path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A page of the admin listener.
    pub fn page(&self, path: &str) -> Message {
        Client::new(self.admin).get(path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The text of a page of the admin listener.
    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.page(path).body).unwrap()
    }

    /// A counter or gauge without labels.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.text("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("there is no {name}")).parse().unwrap()
    }

    /// Resident memory, where the system tells it.
    pub fn memory_kib(&self) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        text.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().split(' ').next()?.parse().ok())
    }
}

fn gather(stream: impl std::io::Read + Send + 'static, said: Arc<Mutex<Vec<String>>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            said.lock().unwrap().push(line);
        }
    });
}

/// Waits until something is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it never came about that {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A client that keeps its connection.
pub struct Client(Reader<TcpStream>);

impl Client {
    pub fn new(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(Reader::new(stream))
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.0.stream.write_all(bytes.as_ref())
    }

    /// The connection itself.
    pub fn stream(&self) -> &TcpStream {
        &self.0.stream
    }

    pub fn get(&mut self, path: &str) -> std::io::Result<Message> {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: test.example.com\r\n\r\n"))?;
        self.answer()
    }

    /// The next answer, whole.
    pub fn answer(&mut self) -> std::io::Result<Message> {
        let closed = || std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
        let mut answer = self.0.head()?.ok_or_else(closed)?;
        let says_length = ["content-length", "transfer-encoding"].iter().any(|name| answer.value(name).is_some());
        self.0.body(&mut answer, !says_length)?;
        Ok(answer)
    }

    /// Whatever comes next, at once; empty at the end.
    pub fn block(&mut self) -> std::io::Result<Vec<u8>> {
        self.0.block()
    }
}
