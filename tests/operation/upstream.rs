//! Upstreams that behave and misbehave.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::wire::{Message, Reader};

/// What an upstream does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Tells the target of the request.
    Echo,
    /// Answers nothing, ever.
    Silent,
    /// Breaks off in the middle of the body.
    BreaksOff,
    /// Takes the request and closes.
    Closes,
    /// Answers without end.
    Endless,
    /// Answers with as many bytes as it is sent, and does not wait for them.
    Eager,
}

/// A running upstream; dropped, it ends with all its connections.
pub struct Upstream {
    address: SocketAddr,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Upstream {
    pub fn start(manner: Manner) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), manner)
    }

    /// An upstream at an address; one that was just given up may take a moment to become free.
    pub fn at(address: SocketAddr, manner: Manner) -> Self {
        let mut bound = TcpListener::bind(address);
        for _ in 0..100 {
            if bound.is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
            bound = TcpListener::bind(address);
        }
        let listener = bound.unwrap();
        let address = listener.local_addr().unwrap();
        let (streams, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (kept, ends) = (Arc::clone(&streams), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                kept.lock().unwrap().push(stream.try_clone().unwrap());
                std::thread::spawn(move || serve(stream, manner));
            }
        });
        Self { address, streams, is_over, thread: Some(thread) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn serve(stream: TcpStream, manner: Manner) {
    let _ = stream.set_nodelay(true);
    let mut reader = Reader::new(stream);
    while let Ok(Some(mut request)) = reader.head() {
        if manner == Manner::Silent {
            let mut rest = [0; 1024];
            while reader.stream.read(&mut rest).is_ok_and(|length| length > 0) {}
            return;
        }
        if manner == Manner::Eager {
            let mut stream = reader.stream.try_clone().unwrap();
            let length = request.value("content-length").map_or(0, |length| length.parse().unwrap());
            let answers = std::thread::spawn(move || {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
                stream.write_all(head.as_bytes()).is_ok() && stream.write_all(&vec![b'x'; length]).is_ok()
            });
            if reader.body(&mut request, false).is_err() || !answers.join().unwrap() {
                return;
            }
            continue;
        }
        if reader.body(&mut request, false).is_err() || !answer(&mut reader.stream, &request, manner) {
            let _ = reader.stream.shutdown(Shutdown::Both);
            return;
        }
    }
}

/// Answers; whether the connection goes on.
fn answer(stream: &mut TcpStream, request: &Message, manner: Manner) -> bool {
    let target = request.line.split(' ').nth(1).unwrap_or_default();
    let length = request.body.len();
    let text = format!("{target} {length}\n");
    match manner {
        Manner::Echo => {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len());
            stream.write_all(head.as_bytes()).is_ok()
        }
        Manner::BreaksOff => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nthe beginning");
            false
        }
        Manner::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n");
            while stream.write_all(&[b'x'; 64 * 1024]).is_ok() {}
            false
        }
        Manner::Silent | Manner::Closes | Manner::Eager => false,
    }
}

/// A server that answers everything with nothing, and hands on what it is asked.
pub fn recorder() -> (SocketAddr, Receiver<Message>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                let mut reader = Reader::new(stream);
                while let Ok(Some(mut asked)) = reader.head() {
                    reader.body(&mut asked, false).unwrap();
                    let answer = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
                    if reader.stream.write_all(answer).is_err() || sender.send(asked).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, receiver)
}
