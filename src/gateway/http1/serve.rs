//! A connection of HTTP/1: one request and its answer after the other, until it ends or becomes something else.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Response;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http_body::Body as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

use super::answer::{self, Manner};
use super::body::{Bodies, ClientBody};
use super::lines::{next_line, trimmed};
use super::stream::{Broken, Stream, Told};
use super::{Notes, Rules};
use crate::gateway::arrived::{Arrived, method_of};
use crate::gateway::body::{Body, Failure};
use crate::gateway::outbox::{Framing, Outbox};
use crate::outcome::request::Version;

/// The interim answer that asks for a body.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// How long a connection that we end is read on, and how much at once.
const LINGER: Duration = Duration::from_secs(1);
const PIECE: usize = 16 * 1024;

/// How many headers the gateway puts on most requests.
const ADDED: usize = 6;

/// A client's connection, shared with whoever reads the body of its request.
struct Client<S> {
    stream: RefCell<Stream<S>>,
    notes: Rc<Notes>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Bodies for Client<S> {
    fn poll_piece(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        let piece = ready!(self.stream.borrow_mut().poll_body(cx));
        Poll::Ready(piece.map(|piece| {
            piece.map_err(|broken| {
                if let Broken::Malformed(refusal) = broken {
                    self.notes.body_fault.set(Some(refusal));
                }
                "the client's body broke off".into()
            })
        }))
    }

    fn is_over(&self) -> bool {
        self.stream.borrow().is_body_over()
    }
}

/// What a connection is served by.
pub(crate) struct Service<F> {
    pub(crate) rules: Rules,
    /// Whether names are written In-Title-Case.
    pub(crate) title_case: bool,
    /// Becomes true when the gateway drains.
    pub(crate) drain: watch::Receiver<bool>,
    /// Serves one request.
    pub(crate) exchange: F,
}

/// Serves a connection to its end; `first` was read from it already.
pub(crate) async fn serve<S, F, A>(wire: S, first: BytesMut, service: Service<F>)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
    F: Fn(Arrived, Rc<Notes>) -> A,
    A: Future<Output = Result<Response<Body>, Failure>>,
{
    let Service { rules, title_case, mut drain, exchange } = service;
    let notes = Rc::new(Notes::default());
    let client = Rc::new(Client { stream: RefCell::new(Stream::new(wire, first, rules)), notes: Rc::clone(&notes) });
    loop {
        let head = tokio::select! {
            biased;
            head = poll_fn(|cx| client.stream.borrow_mut().poll_head(cx)) => head,
            _ = drain.wait_for(|drains| *drains) => None,
        };
        let Some(told) = head else {
            if client.stream.borrow().is_within_head() {
                return;
            }
            break;
        };
        let is_last = told.judged.ends_connection();
        notes.body_fault.set(None);
        let arrived = arrived(told, &client);
        let to_head = arrived.method == "HEAD";
        if arrived.note.expects && client.say(CONTINUE).await.is_err() {
            return;
        }
        let answered = {
            // Boxed: an idle connection is small.
            let mut exchange = Box::pin(exchange(arrived, Rc::clone(&notes)));
            poll_fn(|cx| match exchange.as_mut().poll(cx) {
                Poll::Ready(answered) => Poll::Ready(answered.ok()),
                Poll::Pending => client.stream.borrow_mut().poll_gone(cx).map(|()| None),
            })
            .await
        };
        let Some(response) = answered else { return };
        let manner = Manner { to_head, title_case, closes: is_last || *drain.borrow() };
        let Ok(goes_on) = client.answer(response, manner).await else { return };
        if let Some(tunnel) = notes.tunnel.take() {
            let Some(client) = Rc::into_inner(client) else { return };
            return tunnel.carry(client.stream.into_inner().into_inner()).await;
        }
        if !goes_on || !client.stream.borrow().is_body_over() {
            break;
        }
    }
    client.end().await;
}

/// A request as its head tells it.
fn arrived<S>(told: Told, client: &Rc<Client<S>>) -> Arrived
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let Told { judged, bytes } = told;
    let note = judged.note.unwrap_or_default();
    let version = if note.is_http10 { Version::Http10 } else { Version::Http11 };
    let body =
        if client.is_over() { ClientBody::Empty } else { ClientBody::Http1(Rc::clone(client) as Rc<dyn Bodies>) };
    let mut arrived = Arrived { version, body, note, ..Arrived::default() };
    if arrived.note.refusal.is_some() {
        return arrived;
    }
    let bytes = judged.clean.map_or(bytes, Bytes::from);
    let Some((line, mut rest)) = next_line(&bytes) else { return arrived };
    let mut words = line.split(|byte| *byte == b' ').map(|word| std::str::from_utf8(word).unwrap_or_default());
    arrived.method = method_of(words.next().unwrap_or_default());
    let target = words.next().unwrap_or_default();
    arrived.path = arrived.note.target.take().map_or_else(|| target.to_owned(), String::from);
    arrived.headers = HeaderMap::with_capacity(memchr::memchr_iter(b'\n', rest).count() + ADDED);
    while let Some((line, after)) = next_line(rest).filter(|(line, _)| !line.is_empty()) {
        rest = after;
        let (name, value) = line.split_at(line.iter().position(|byte| *byte == b':').unwrap_or(line.len()));
        let value = bytes.slice_ref(trimmed(value.get(1..).unwrap_or_default()));
        // Both were judged to be good.
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_maybe_shared(value)) {
            arrived.headers.append(name, value);
        }
    }
    arrived
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Writes bytes.
    async fn say(&self, bytes: &'static [u8]) -> io::Result<()> {
        let mut outbox = Outbox::default();
        outbox.head().extend_from_slice(bytes);
        poll_fn(|cx| self.poll_send(cx, &mut outbox)).await
    }

    /// Sends all that was written.
    fn poll_send(&self, cx: &mut Context<'_>, outbox: &mut Outbox) -> Poll<io::Result<()>> {
        let mut stream = self.stream.borrow_mut();
        while !outbox.is_empty() {
            ready!(outbox.poll_send(cx, stream.wire()))?;
        }
        stream.wire().poll_flush(cx)
    }

    /// Writes an answer; tells whether the connection goes on.
    ///
    /// # Errors
    ///
    /// The client is gone, or the body of the answer broke off.
    async fn answer(&self, response: Response<Body>, manner: Manner) -> Result<bool, Failure> {
        let (parts, body) = response.into_parts();
        let length = if body.is_end_stream() { Some(0) } else { body.size_hint().exact() };
        let mut outbox = Outbox::with_room_for(length.unwrap_or_default());
        let (framing, closes) = answer::write(&parts, length, manner, outbox.head());
        outbox.framing = framing;
        let mut body = pin!(body);
        poll_fn(|cx| {
            loop {
                if self.stream.borrow().is_gone() {
                    return Poll::Ready(Err(Failure::from("the client is gone")));
                }
                let waits = outbox.load(body.as_mut(), cx)?;
                match self.poll_send(cx, &mut outbox)? {
                    Poll::Ready(()) if outbox.framing == Framing::Ended => return Poll::Ready(Ok(())),
                    Poll::Ready(()) if !waits => {}
                    _ => {
                        ready!(self.stream.borrow_mut().poll_gone(cx));
                    }
                }
            }
        })
        .await?;
        Ok(!closes)
    }

    /// Ends our side, and reads on for a little: a client that still sends would lose our last answer by a reset.
    async fn end(&self) {
        let _ = tokio::time::timeout(LINGER, async {
            poll_fn(|cx| self.stream.borrow_mut().wire().poll_shutdown(cx)).await?;
            let mut rest = vec![0; PIECE];
            loop {
                let mut rest = ReadBuf::new(&mut rest);
                poll_fn(|cx| self.stream.borrow_mut().wire().poll_read(cx, &mut rest)).await?;
                if rest.filled().is_empty() {
                    return io::Result::Ok(());
                }
            }
        })
        .await;
    }
}
