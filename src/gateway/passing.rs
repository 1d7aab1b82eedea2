//! The body of an upstream's answer on its way to the client, and what is due when it ends.

use std::future::Future as _;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::account::{Account, Flag};
use super::body::Failure;
use super::upload::{Progress, Rest};
use super::upstream::Arriving;

/// The body of an upstream's answer.
pub(crate) struct Passing {
    pub(crate) incoming: Arriving,
    /// Told at the end, however it comes.
    pub(crate) account: Account,
    /// How far the client's request has come.
    pub(crate) progress: Rc<Progress>,
    /// What has not come of the request.
    pub(crate) rest: Rest,
    /// The end of the whole exchange.
    pub(crate) deadline: Option<Instant>,
    pub(crate) timer: Option<Pin<Box<Sleep>>>,
    /// The longest silence.
    pub(crate) idle: Option<Duration>,
    pub(crate) silence: Option<Pin<Box<Sleep>>>,
    /// Whether trailers go on: only from HTTP/2 to HTTP/2.
    pub(crate) trailers: bool,
    pub(crate) last: Instant,
    /// Whether a broken answer ends the connection a second later, as Envoy's delayed close does.
    pub(crate) lingers: bool,
    pub(crate) broken: Option<Pin<Box<Sleep>>>,
}

/// How long a connection is kept after an answer broke off.
const LINGER: Duration = Duration::from_secs(1);

impl Passing {
    /// The body has ended.
    pub(crate) fn end(&mut self) {
        self.incoming = Arriving::Done;
        // An answer that is done ends the request, too.
        self.rest.give_up();
        self.account.complete();
    }

    fn break_off(&mut self, cx: &mut Context<'_>, flag: Flag) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        self.account.flag(flag);
        self.account.complete();
        self.incoming = Arriving::Done;
        if !self.lingers {
            return Poll::Ready(Some(Err("the upstream's answer broke off".into())));
        }
        self.broken = Some(Box::pin(tokio::time::sleep(LINGER)));
        self.poll_broken(cx)
    }

    fn poll_broken(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        if let Some(linger) = &mut self.broken
            && linger.as_mut().poll(cx).is_pending()
        {
            return Poll::Pending;
        }
        Poll::Ready(Some(Err("the upstream's answer broke off".into())))
    }

    fn is_out_of_time(&mut self, cx: &mut Context<'_>) -> Option<Flag> {
        if let Some(deadline) = self.deadline {
            let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
            if timer.as_mut().poll(cx).is_ready() {
                return Some(Flag::UpstreamTimeout);
            }
        }
        let idle = self.idle?;
        let last = self.last.max(self.progress.last());
        let silence = self.silence.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(last + idle)));
        while silence.as_mut().poll(cx).is_ready() {
            if last + idle <= Instant::now() {
                return Some(Flag::StreamIdle);
            }
            silence.as_mut().reset(last + idle);
        }
        None
    }
}

impl http_body::Body for Passing {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        let this = &mut *self;
        if this.broken.is_some() {
            return this.poll_broken(cx);
        }
        match Pin::new(&mut this.incoming).poll_frame(cx) {
            Poll::Pending => match this.is_out_of_time(cx) {
                Some(flag) => this.break_off(cx, flag),
                None => Poll::Pending,
            },
            Poll::Ready(None) => {
                this.end();
                Poll::Ready(None)
            }
            Poll::Ready(Some(Err(_))) => this.break_off(cx, Flag::UpstreamTermination),
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    this.account.passed(data);
                    if this.incoming.is_end_stream() {
                        this.end();
                    } else if this.idle.is_some() {
                        this.last = Instant::now();
                    }
                    return Poll::Ready(Some(Ok(frame)));
                }
                this.account.trailers(frame.trailers_ref());
                this.end();
                Poll::Ready(if this.trailers { Some(Ok(frame)) } else { None })
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.broken.is_none() && self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
