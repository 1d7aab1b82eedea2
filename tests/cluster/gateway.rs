//! `serve` as a process of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::control_plane::{ControlPlane, cpu_of, wait_for};

/// A running gateway.
pub(crate) struct Gateway {
    child: Child,
    said: Arc<Mutex<String>>,
    /// Where it listens for the Listener of port 8080.
    pub(crate) address: SocketAddr,
    /// Where its admin pages are.
    pub(crate) admin: SocketAddr,
}

impl Gateway {
    /// Starts it, and waits until it serves.
    pub(crate) fn start(plane: &ControlPlane, user: &str, args: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "8080=127.0.0.1:0", "--admin", "127.0.0.1:0"];
        all.extend(args);
        let mut command = plane.run(user, &all);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let said = Arc::<Mutex<String>>::default();
        for stream in [
            Box::new(child.stderr.take().unwrap()) as Box<dyn std::io::Read + Send>,
            Box::new(child.stdout.take().unwrap()),
        ] {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let mut said = said.lock().unwrap();
                    said.push_str(&line);
                    said.push('\n');
                }
            });
        }
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut gateway = Self { child, said, address: nowhere, admin: nowhere };
        wait_for("the gateway serves", Duration::from_secs(60), || {
            assert!(gateway.child.try_wait().unwrap().is_none(), "it ended: {}", gateway.said());
            gateway.said().lines().any(|line| line == "serving")
        });
        let said = gateway.said();
        let after = |words: &str, end: &str| {
            let found = said.split_once(words).and_then(|(_, rest)| rest.split_once(end)).map(|(text, _)| text);
            found.and_then(|text| text.parse().ok()).unwrap_or(nowhere)
        };
        gateway.address = after("listening on ", " ");
        gateway.admin = after("admin pages on http://", "/");
        gateway
    }

    /// All that it has said.
    pub(crate) fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// The answer to a GET: its status and its body.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        get(self.address, path, "")
    }

    /// An admin page.
    pub(crate) fn page(&self, path: &str) -> String {
        get(self.admin, path, "").1
    }

    /// Its memory: what it has now, and the most that it had, in MiB.
    pub(crate) fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
        };
        (of("VmRSS:").unwrap_or(0), of("VmHWM:").unwrap_or(0))
    }

    /// How long processors have worked for it.
    pub(crate) fn cpu(&self) -> Duration {
        cpu_of(self.child.id())
    }

    /// How many files and sockets it has open.
    pub(crate) fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).map_or(0, Iterator::count)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let said = self.said();
            let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("ACCESS")).collect();
            let _ = writeln!(std::io::stderr(), "the gateway said:\n{}", lines.join("\n"));
        }
    }
}

/// The answer to a GET, on a connection of its own.
pub(crate) fn get(address: SocketAddr, path: &str, headers: &str) -> (u16, String) {
    send(address, "GET", path, headers)
}

/// The answer to a request without a body, on a connection of its own.
pub(crate) fn send(address: SocketAddr, method: &str, path: &str, headers: &str) -> (u16, String) {
    let Ok(mut stream) = TcpStream::connect(address) else { return (0, String::new()) };
    stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}\r\n");
    let _ = stream.write_all(request.as_bytes());
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, text.split_once("\r\n\r\n").map_or_else(String::new, |(_, body)| body.to_owned()))
}
