//! The body of a request: read once from the client, given to all who need it.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame, SizeHint};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::body::Failure;
use super::filters::grpc_stats::Messages;
use super::http1::ClientBody;

/// How far the client has come with its request.
#[derive(Debug)]
pub(crate) struct Progress {
    received: Cell<u64>,
    is_complete: Cell<bool>,
    last: Cell<Instant>,
    /// Our own address of the connection to the upstream.
    pub(crate) local: Cell<Option<std::net::SocketAddr>>,
    waiting: RefCell<Option<Waker>>,
    messages: OnceCell<Rc<Messages>>,
}

impl Progress {
    fn new(is_complete: bool, now: Instant) -> Rc<Self> {
        Rc::new(Self {
            received: Cell::new(0),
            is_complete: Cell::new(is_complete),
            last: Cell::new(now),
            local: Cell::new(None),
            waiting: RefCell::new(None),
            messages: OnceCell::new(),
        })
    }

    /// Bytes of the body so far.
    pub(crate) fn received(&self) -> u64 {
        self.received.get()
    }

    /// Whether all of the request has come.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete.get()
    }

    /// When the last piece came.
    pub(crate) fn last(&self) -> Instant {
        self.last.get()
    }

    /// Waits until all of the request has come.
    pub(crate) async fn completed(&self) {
        std::future::poll_fn(|cx| {
            if self.is_complete.get() {
                return Poll::Ready(());
            }
            *self.waiting.borrow_mut() = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// So many bytes came after the request, through a tunnel.
    pub(crate) fn carried(&self, bytes: u64) {
        self.received.set(self.received.get() + bytes);
    }

    /// Counts messages of a gRPC call in what comes from now on.
    pub(crate) fn watch(&self, messages: Rc<Messages>) {
        let _ = self.messages.set(messages);
    }

    fn saw(&self, bytes: &[u8]) {
        self.received.set(self.received.get() + bytes.len() as u64);
        if let Some(messages) = self.messages.get() {
            messages.see(bytes);
        }
        self.last.set(Instant::now());
    }

    fn end(&self, is_broken: bool) {
        self.is_complete.set(!is_broken);
        if let Some(waker) = self.waiting.borrow_mut().take() {
            waker.wake();
        }
    }
}

/// A request's body on its way in.
pub(crate) struct Upload {
    kind: Kind,
    progress: Rc<Progress>,
    /// Whether trailers go on: only from HTTP/2 to HTTP/2.
    trailers: bool,
}

enum Kind {
    Empty,
    /// Another body in the client's place.
    Own(Bytes),
    Shared(Rc<RefCell<Source>>),
}

/// A body that several read, and that can be read again.
struct Source {
    incoming: Option<ClientBody>,
    pieces: VecDeque<Bytes>,
    /// Pieces that were given up because keeping them would take too much.
    dropped: usize,
    /// Bytes in pieces.
    held: u64,
    keeps_up_to: u64,
    /// Readings that go on.
    readers: usize,
    trailers: Option<http::HeaderMap>,
    is_broken: bool,
    wakers: Vec<Waker>,
    progress: Rc<Progress>,
}

impl Upload {
    /// A body as it arrives, from now on.
    pub(crate) fn new(incoming: ClientBody, now: Instant) -> Self {
        if incoming.is_end_stream() {
            return Self { kind: Kind::Empty, progress: Progress::new(true, now), trailers: false };
        }
        let progress = Progress::new(false, now);
        let source = Source {
            incoming: Some(incoming),
            pieces: VecDeque::new(),
            dropped: 0,
            held: 0,
            keeps_up_to: 0,
            readers: 0,
            trailers: None,
            is_broken: false,
            wakers: Vec::new(),
            progress: Rc::clone(&progress),
        };
        Self { kind: Kind::Shared(Rc::new(RefCell::new(source))), progress, trailers: false }
    }

    /// How far the client has come.
    pub(crate) fn progress(&self) -> &Rc<Progress> {
        &self.progress
    }

    /// Whether there is no body.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self.kind, Kind::Empty)
    }

    /// Lets trailers go on.
    pub(crate) fn pass_trailers(&mut self) {
        self.trailers = true;
    }

    /// Keeps what is read, up to so many bytes, so that it can be read again.
    pub(crate) fn keep(&mut self, up_to: u64) {
        if let Kind::Shared(source) = &self.kind {
            let most = source.borrow().keeps_up_to.max(up_to);
            source.borrow_mut().keeps_up_to = most;
        }
    }

    /// Whether the body can be read once more from its beginning.
    pub(crate) fn is_repeatable(&self) -> bool {
        match &self.kind {
            Kind::Empty | Kind::Own(_) => true,
            Kind::Shared(source) => source.borrow().dropped == 0,
        }
    }

    /// A reader from the beginning.
    pub(crate) fn reader(&self) -> UpBody {
        match &self.kind {
            Kind::Empty => UpBody::Empty,
            Kind::Own(body) => UpBody::Full(body.clone()),
            Kind::Shared(source) => {
                source.borrow_mut().readers += 1;
                UpBody::Shared { source: Reader { source: Rc::clone(source), at: 0 }, trailers: self.trailers }
            }
        }
    }

    /// Reads ahead a little for as long as it is polled; it never ends. A client that has sent its request whole counts
    /// as such, whatever becomes of the request.
    pub(crate) fn gather(&self) -> Gathering {
        match &self.kind {
            Kind::Empty | Kind::Own(_) => Gathering(None),
            Kind::Shared(source) => Gathering(Some(Rc::clone(source))),
        }
    }

    /// Puts another body in the place of the client's, which was read.
    pub(crate) fn replace(&mut self, body: Bytes) {
        self.kind = Kind::Own(body);
    }

    /// Bytes that are held.
    pub(crate) fn held(&self) -> u64 {
        match &self.kind {
            Kind::Empty => 0,
            Kind::Own(body) => body.len() as u64,
            Kind::Shared(source) => source.borrow().held,
        }
    }

    /// The means to give up the rest of the body.
    pub(crate) fn rest(&self) -> Rest {
        match &self.kind {
            Kind::Empty | Kind::Own(_) => Rest(None),
            Kind::Shared(source) => Rest(Some(Rc::clone(source))),
        }
    }

    /// Reads until the end, or until there are more than `most` bytes: what was read, and whether it is all.
    ///
    /// # Errors
    ///
    /// The body breaks off.
    pub(crate) async fn fill(&mut self, most: u64) -> Result<(Bytes, bool), ()> {
        self.keep(most.saturating_add(1));
        let source = match &self.kind {
            Kind::Empty => return Ok((Bytes::new(), true)),
            Kind::Own(body) => return Ok((body.clone(), body.len() as u64 <= most)),
            Kind::Shared(source) => source,
        };
        loop {
            let (is_end, kept, is_broken) = {
                let source = source.borrow();
                (source.incoming.is_none(), source.held, source.is_broken)
            };
            if is_broken {
                return Err(());
            }
            if is_end || kept > most {
                let source = source.borrow();
                let mut all = BytesMut::with_capacity(source.held as usize);
                source.pieces.iter().for_each(|piece| all.extend_from_slice(piece));
                return Ok((all.freeze(), is_end && source.held <= most));
            }
            std::future::poll_fn(|cx| source.borrow_mut().poll_more(cx)).await;
        }
    }
}

impl Source {
    /// Reads one more piece from the client.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(incoming) = &mut self.incoming else { return Poll::Ready(()) };
        let frame = ready!(Pin::new(incoming).poll_frame(cx));
        match frame {
            None => self.end(false),
            Some(Err(_)) => self.end(true),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => {
                    self.progress.saw(&data);
                    self.held += data.len() as u64;
                    self.pieces.push_back(data);
                    if self.incoming.as_ref().is_some_and(|incoming| incoming.is_end_stream()) {
                        self.end(false);
                    }
                }
                Err(frame) => {
                    self.trailers = frame.into_trailers().ok();
                    self.end(false);
                }
            },
        }
        self.wakers.drain(..).for_each(Waker::wake);
        Poll::Ready(())
    }

    fn end(&mut self, is_broken: bool) {
        self.incoming = None;
        self.is_broken = is_broken;
        self.progress.end(is_broken);
    }
}

/// What has not come of a body.
pub(crate) struct Rest(Option<Rc<RefCell<Source>>>);

impl Rest {
    /// Nobody wants it any more: those who read break off.
    pub(crate) fn give_up(&mut self) {
        if let Some(source) = self.0.take() {
            let mut source = source.borrow_mut();
            if source.incoming.is_some() {
                source.end(true);
                source.wakers.drain(..).for_each(Waker::wake);
            }
        }
    }
}

/// How much is read ahead of the upstream.
const AHEAD: u64 = 64 * 1024;

/// Reads ahead for as long as it is polled.
pub(crate) struct Gathering(Option<Rc<RefCell<Source>>>);

impl Future for Gathering {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(source) = &self.0 {
            let mut source = source.borrow_mut();
            while source.incoming.is_some() && source.held <= AHEAD && source.poll_more(cx).is_ready() {}
        }
        Poll::Pending
    }
}

impl Drop for Gathering {
    fn drop(&mut self) {
        // The client's body wakes whoever polled it last: readers must ask for themselves from now on.
        if let Some(source) = &self.0 {
            source.borrow_mut().wakers.drain(..).for_each(Waker::wake);
        }
    }
}

/// One reading of a body.
pub(crate) struct Reader {
    source: Rc<RefCell<Source>>,
    at: usize,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.source.borrow_mut().readers -= 1;
    }
}

impl Reader {
    fn poll_piece(&mut self, cx: &mut Context<'_>, trailers: bool) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        loop {
            let mut source = self.source.borrow_mut();
            let Some(index) = self.at.checked_sub(source.dropped) else {
                return Poll::Ready(Some(Err("the beginning of the body is gone".into())));
            };
            if let Some(piece) = source.pieces.get(index) {
                let piece = piece.clone();
                self.at += 1;
                // What another reader has not seen stays.
                while source.held > source.keeps_up_to && source.readers == 1 && source.dropped < self.at {
                    let gone = source.pieces.pop_front().map_or(0, |piece| piece.len());
                    source.held -= gone as u64;
                    source.dropped += 1;
                }
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            if source.is_broken {
                return Poll::Ready(Some(Err("the client's body broke off".into())));
            }
            if source.incoming.is_none() {
                let last = if trailers && self.at != usize::MAX { source.trailers.clone() } else { None };
                return Poll::Ready(last.map(|trailers| {
                    self.at = usize::MAX;
                    Ok(Frame::trailers(trailers))
                }));
            }
            if source.poll_more(cx).is_pending() {
                if !source.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                    source.wakers.push(cx.waker().clone());
                }
                return Poll::Pending;
            }
        }
    }

    fn is_end(&self, trailers: bool) -> bool {
        let source = self.source.borrow();
        let is_read = self.at >= source.dropped + source.pieces.len();
        // A body that was announced is sent, even if nothing is in it.
        let has_begun = self.at > 0;
        has_begun
            && source.incoming.is_none()
            && !source.is_broken
            && is_read
            && (!trailers || source.trailers.is_none())
    }
}

/// The body of a request to an upstream.
pub(crate) enum UpBody {
    /// None.
    Empty,
    /// None, and nothing is said of it.
    Silent,
    /// One piece, of our own.
    Full(Bytes),
    /// Piece by piece, of our own.
    Pushed(mpsc::Receiver<Bytes>),
    /// The client's.
    Shared {
        /// The reading.
        source: Reader,
        /// Whether trailers go on.
        trailers: bool,
    },
}

impl http_body::Body for UpBody {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        match &mut *self {
            Self::Empty | Self::Silent => Poll::Ready(None),
            Self::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Self::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Self::Pushed(pieces) => pieces.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece)))),
            Self::Shared { source, trailers } => {
                let trailers = *trailers;
                source.poll_piece(cx, trailers)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty | Self::Silent => true,
            Self::Full(bytes) => bytes.is_empty(),
            Self::Pushed(_) => false,
            Self::Shared { source, trailers } => source.is_end(*trailers),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Silent | Self::Pushed(_) | Self::Shared { .. } => SizeHint::default(),
        }
    }
}
