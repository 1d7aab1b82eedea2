//! Many clients at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// What came of a load.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many were answered with 200.
    pub(crate) good: u64,
    /// How many were not, by what came instead.
    pub(crate) bad: BTreeMap<String, u64>,
    /// How many each body was.
    pub(crate) bodies: BTreeMap<String, u64>,
    /// How long it took.
    pub(crate) took: Duration,
}

/// A load that runs until it is stopped.
pub(crate) struct Load {
    stops: Arc<AtomicBool>,
    good: Arc<AtomicU64>,
    thread: std::thread::JoinHandle<Outcome>,
}

impl Load {
    /// Starts so many clients, each with one request at a time; on a connection for all of them, or for each.
    pub(crate) fn start(address: SocketAddr, path: &str, clients: usize, keeps: bool) -> Self {
        let (stops, good) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (path, end, count) = (path.to_owned(), Arc::clone(&stops), Arc::clone(&good));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(address, path, clients, keeps, end, count))
        });
        Self { stops, good, thread }
    }

    /// How many were answered so far.
    pub(crate) fn good(&self) -> u64 {
        self.good.load(Ordering::Relaxed)
    }

    /// Ends it.
    pub(crate) fn stop(self) -> Outcome {
        self.stops.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

async fn run(
    address: SocketAddr,
    path: String,
    clients: usize,
    keeps: bool,
    stops: Arc<AtomicBool>,
    good: Arc<AtomicU64>,
) -> Outcome {
    let began = Instant::now();
    let outcome = Arc::<Mutex<Outcome>>::default();
    let connection = if keeps { "keep-alive" } else { "close" };
    let request = Arc::new(format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: {connection}\r\n\r\n"));
    let mut tasks = Vec::new();
    for _ in 0..clients {
        let (stops, good, outcome, request) =
            (Arc::clone(&stops), Arc::clone(&good), Arc::clone(&outcome), Arc::clone(&request));
        tasks.push(tokio::spawn(async move {
            let mut kept = None;
            while !stops.load(Ordering::Relaxed) {
                let answer = exchange(address, &request, &mut kept).await;
                if !keeps {
                    kept = None;
                }
                let mut outcome = outcome.lock().unwrap();
                match answer {
                    Ok((200, body)) => {
                        good.fetch_add(1, Ordering::Relaxed);
                        outcome.good += 1;
                        *outcome.bodies.entry(body).or_default() += 1;
                    }
                    Ok((status, body)) => *outcome.bad.entry(format!("{status} {body}")).or_default() += 1,
                    Err(error) => *outcome.bad.entry(error.to_string()).or_default() += 1,
                }
            }
        }));
    }
    for task in tasks {
        let _ = task.await;
    }
    let mut outcome = std::mem::take(&mut *outcome.lock().unwrap());
    outcome.took = began.elapsed();
    outcome
}

async fn exchange(address: SocketAddr, request: &str, kept: &mut Option<TcpStream>) -> std::io::Result<(u16, String)> {
    let mut stream = match kept.take() {
        Some(stream) => stream,
        None => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            stream
        }
    };
    stream.write_all(request.as_bytes()).await?;
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length =
            head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0);
        while bytes.len() < end + 4 + length {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        *kept = Some(stream);
        return Ok((status, String::from_utf8_lossy(&bytes[end + 4..end + 4 + length]).into_owned()));
    }
}
