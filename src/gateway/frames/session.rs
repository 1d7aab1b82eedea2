//! The frames of one connection, judged as Envoy with nghttp2 judges them. No sockets here: bytes come, bytes go.
//!
//! nghttp2 ends a connection in two ways: some mistakes it answers with GOAWAY, and some it reports to Envoy, which
//! closes without a word.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::{Buf as _, Bytes, BytesMut};
use rustc_hash::FxHashMap;

use super::fields::{List, Taken, Wrong};
use super::hpack::{self, Decoder};
use super::outgoing::{Coming, Fate, Outgoing, Passed};
use super::{Code, End, HEADER, LARGEST, Rules, flag, kind, put_frame, stream_id};

/// How a client begins.
pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The window of a stream that clients get.
pub(crate) const WINDOW: u32 = 16 * 1024 * 1024;

/// Envoy's limits against floods.
const MOST_CONTINUATIONS: u32 = 1000;
const MOST_ANSWERS: u32 = 1000;
const MOST_PRIORITIES: u32 = 100;
const MOST_SETTINGS: usize = 32;
const MOST_RESETS: u32 = 250;
const MOST_BLOCK: usize = 1 << 20;

/// A stream that was reset younger than that counts as reset in haste.
const HASTE: Duration = Duration::from_secs(1);

/// `:status: 100`
const CONTINUE: &[u8] = &[0x08, 0x03, b'1', b'0', b'0'];

/// A stream that is open on one side at least.
#[derive(Clone, Copy, Debug)]
struct Stream {
    is_client_done: bool,
    is_answered: bool,
    since: Instant,
}

/// A block of headers that is not whole yet.
#[derive(Debug)]
struct Block {
    stream: u32,
    ends: bool,
    bytes: BytesMut,
    continuations: u32,
    /// What becomes of it.
    use_of: Use,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Request,
    Trailers,
    /// It is read for the sake of the table only.
    Nothing,
    /// As above, and the client is told that there are too many streams.
    Refusal,
}

/// The frames of one connection.
#[derive(Debug)]
pub(crate) struct Session {
    rules: Rules,
    inbox: BytesMut,
    /// For h2.
    inward: VecDeque<Bytes>,
    /// Frames of our own, for the client, once a frame of h2 has gone whole.
    own: Vec<u8>,
    outgoing: Outgoing,
    decoder: Decoder,
    block: Option<Block>,
    streams: FxHashMap<u32, Stream>,
    /// The last stream that the client opened.
    last: u32,
    end: Option<End>,
    is_welcome: bool,
    has_settings: bool,
    is_acknowledged: bool,
    // Counts against floods.
    answers: u32,
    priorities: u32,
    windows: u32,
    data_sent: u32,
    opened: u32,
    empty: u32,
    resets: u32,
}

/// What a step comes to.
type Step = Result<(), End>;

const QUIET: Step = Err(End::Quiet);
const PROTOCOL: Step = Err(End::GoAway(Code::Protocol));
const FRAME_SIZE: Step = Err(End::GoAway(Code::FrameSize));

/// A frame with its payload.
struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Bytes,
    /// Header and payload as they came.
    whole: Bytes,
}

impl Frame {
    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The payload without its padding, and without what HEADERS says of priority.
    fn unpadded(&self) -> Result<Bytes, End> {
        let mut payload = self.payload.clone();
        if self.has(flag::PADDED) {
            let padding = usize::from(*payload.first().ok_or(End::GoAway(Code::Protocol))?);
            payload.advance(1);
            let length = payload.len().checked_sub(padding).ok_or(End::GoAway(Code::Protocol))?;
            payload.truncate(length);
        }
        if self.kind == kind::HEADERS && self.has(flag::PRIORITY) {
            if payload.len() < 5 {
                return Err(End::GoAway(Code::Protocol));
            }
            payload.advance(5);
        }
        Ok(payload)
    }
}

impl Session {
    /// A connection that begins.
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            rules,
            inbox: BytesMut::new(),
            inward: VecDeque::new(),
            own: Vec::new(),
            outgoing: Outgoing::default(),
            decoder: Decoder::default(),
            block: None,
            streams: FxHashMap::default(),
            last: 0,
            end: None,
            is_welcome: false,
            has_settings: false,
            is_acknowledged: false,
            answers: 0,
            priorities: 0,
            windows: 0,
            data_sent: 0,
            opened: 0,
            empty: 0,
            resets: 0,
        }
    }

    /// Where bytes of the client are put.
    pub(crate) fn inbox(&mut self) -> &mut BytesMut {
        &mut self.inbox
    }

    /// What h2 reads next.
    pub(crate) fn inward(&mut self) -> &mut VecDeque<Bytes> {
        &mut self.inward
    }

    /// How the connection ends, once it does.
    pub(crate) fn end(&self) -> Option<End> {
        self.end
    }

    /// Whether the client has said what it speaks: before that nothing is said to it.
    pub(crate) fn is_welcome(&self) -> bool {
        self.is_welcome
    }

    /// Whether no stream is open.
    pub(crate) fn is_idle(&self) -> bool {
        self.streams.is_empty()
    }

    /// All that was written is with the client's side of the socket.
    pub(crate) fn flushed(&mut self) {
        self.answers = 0;
    }

    /// Says farewell to a client that has nothing to ask.
    pub(crate) fn dismiss(&mut self) {
        self.finish(End::GoAway(Code::None));
    }

    /// Judges what is in the inbox.
    pub(crate) fn receive(&mut self) {
        if self.end.is_some() {
            self.inbox.clear();
            return;
        }
        let result = self.frames();
        let result = result.and(if self.answers > MOST_ANSWERS { QUIET } else { Ok(()) });
        if let Err(end) = result {
            self.finish(end);
        }
    }

    fn finish(&mut self, end: End) {
        self.end = Some(end);
        self.inward.clear();
        self.inbox.clear();
        if let End::GoAway(code) = end {
            let last = if code == Code::None { 0x7fff_ffff } else { self.last };
            let payload = [last.to_be_bytes(), [0, 0, 0, code as u8]].concat();
            put_frame(&mut self.own, kind::GOAWAY, 0, 0, &payload);
            self.is_welcome = true;
        }
    }

    fn frames(&mut self) -> Step {
        if !self.is_welcome {
            let length = self.inbox.len().min(PREFACE.len());
            if self.inbox.get(..length) != PREFACE.get(..length) {
                return QUIET;
            }
            if length < PREFACE.len() {
                return Ok(());
            }
            self.inward.push_back(self.inbox.split_to(PREFACE.len()).freeze());
            self.is_welcome = true;
        }
        while let Some(header) = self.inbox.get(..HEADER) {
            let [high, middle, low, kind, flags, id @ ..] = header else { return Ok(()) };
            let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
            let (kind, flags, stream) = (*kind, *flags, stream_id(id));
            if length > LARGEST {
                return FRAME_SIZE;
            }
            if !self.has_settings && (kind != kind::SETTINGS || flags & flag::ACK != 0) {
                return PROTOCOL;
            }
            if self.block.as_ref().is_some_and(|block| kind != kind::CONTINUATION || block.stream != stream) {
                return PROTOCOL;
            }
            if self.inbox.len() < HEADER + length {
                return Ok(());
            }
            let whole = self.inbox.split_to(HEADER + length).freeze();
            let payload = whole.slice(HEADER..);
            self.frame(Frame { kind, flags, stream, payload, whole })?;
        }
        Ok(())
    }

    fn frame(&mut self, frame: Frame) -> Step {
        if matches!(frame.kind, kind::DATA | kind::HEADERS | kind::CONTINUATION) {
            let is_empty =
                frame.payload.is_empty() && !(frame.has(flag::END_STREAM) && frame.kind != kind::CONTINUATION);
            self.empty = if is_empty { self.empty + 1 } else { 0 };
            if self.empty > 1 {
                return QUIET;
            }
        }
        match frame.kind {
            kind::DATA => self.data(frame),
            kind::HEADERS => self.headers(&frame),
            kind::CONTINUATION => self.continuation(frame),
            kind::PRIORITY => self.priority(&frame),
            kind::RST_STREAM => self.reset(frame),
            kind::SETTINGS => self.settings(&frame),
            kind::PUSH_PROMISE => QUIET,
            kind::PING => self.ping(frame),
            kind::GOAWAY => match frame.payload.len() {
                ..8 => FRAME_SIZE,
                _ if frame.stream != 0 => QUIET,
                _ => self.pass(frame),
            },
            kind::WINDOW_UPDATE => self.window(frame),
            // Extensions are nobody's business.
            _ => Ok(()),
        }
    }

    fn pass(&mut self, frame: Frame) -> Step {
        self.inward.push_back(frame.whole);
        Ok(())
    }

    fn put_inward(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut out = Vec::with_capacity(HEADER + payload.len());
        put_frame(&mut out, kind, flags, stream, payload);
        self.inward.push_back(Bytes::from(out));
    }

    fn is_idle_stream(&self, stream: u32) -> bool {
        stream > self.last || stream.is_multiple_of(2)
    }

    fn data(&mut self, frame: Frame) -> Step {
        if self.is_idle_stream(frame.stream) {
            return PROTOCOL;
        }
        frame.unpadded()?;
        let ends = frame.has(flag::END_STREAM);
        match self.streams.get_mut(&frame.stream) {
            Some(stream) if stream.is_client_done => return Err(End::GoAway(Code::StreamClosed)),
            Some(stream) => stream.is_client_done = ends,
            None => {
                // Nobody reads it any more; the window of the connection is given back.
                if let Ok(length @ 1..) = u32::try_from(frame.payload.len()) {
                    put_frame(&mut self.own, kind::WINDOW_UPDATE, 0, 0, &length.to_be_bytes());
                }
                return Ok(());
            }
        }
        self.pass(frame)
    }

    fn headers(&mut self, frame: &Frame) -> Step {
        if frame.stream == 0 {
            return QUIET;
        }
        let ends = frame.has(flag::END_STREAM);
        let use_of = if self.is_idle_stream(frame.stream) {
            if frame.stream.is_multiple_of(2) {
                return QUIET;
            }
            self.last = frame.stream;
            match (self.streams.len() >= self.rules.most_streams as usize, self.is_acknowledged) {
                (true, true) => return QUIET,
                (true, false) => Use::Refusal,
                (false, _) => Use::Request,
            }
        } else {
            match self.streams.get(&frame.stream) {
                None => Use::Nothing,
                Some(stream) if stream.is_client_done || !ends => return QUIET,
                Some(_) => Use::Trailers,
            }
        };
        let bytes = BytesMut::from(&*frame.unpadded()?);
        self.block = Some(Block { stream: frame.stream, ends, bytes, continuations: 0, use_of });
        if frame.has(flag::END_HEADERS) { self.end_block() } else { Ok(()) }
    }

    fn continuation(&mut self, frame: Frame) -> Step {
        let Some(block) = &mut self.block else { return PROTOCOL };
        block.continuations += 1;
        block.bytes.extend_from_slice(&frame.payload);
        if block.continuations > MOST_CONTINUATIONS || block.bytes.len() > MOST_BLOCK {
            return QUIET;
        }
        if frame.has(flag::END_HEADERS) { self.end_block() } else { Ok(()) }
    }

    fn end_block(&mut self) -> Step {
        let Some(block) = self.block.take() else { return Ok(()) };
        let (mut list, rules) = (List::default(), self.rules);
        let decoded = self.decoder.decode(&block.bytes.freeze(), |field| list.push(field, rules));
        if decoded.is_err() {
            return Err(End::GoAway(Code::Compression));
        }
        let judged = match block.use_of {
            Use::Nothing => return Ok(()),
            Use::Refusal => {
                self.tell_reset(block.stream, Code::Refused);
                return Ok(());
            }
            Use::Request => list.request(block.ends),
            Use::Trailers => list.trailers(),
        };
        match judged {
            Err(Wrong::Malformed) => QUIET,
            Err(Wrong::TooLarge) => {
                if self.streams.remove(&block.stream).is_some() {
                    self.put_inward(kind::RST_STREAM, 0, block.stream, &[0, 0, 0, Code::Cancel as u8]);
                }
                self.tell_reset(block.stream, Code::Internal);
                Ok(())
            }
            Ok(taken) => {
                self.take(&taken, block.stream, block.ends, block.use_of == Use::Request);
                Ok(())
            }
        }
    }

    fn take(&mut self, taken: &Taken, id: u32, ends: bool, is_request: bool) {
        if is_request {
            let stream = Stream { is_client_done: ends, is_answered: false, since: Instant::now() };
            self.streams.insert(id, stream);
            self.opened = self.opened.saturating_add(1);
            if taken.expects {
                put_frame(&mut self.own, kind::HEADERS, flag::END_HEADERS, id, CONTINUE);
            }
        } else if let Some(stream) = self.streams.get_mut(&id) {
            stream.is_client_done = true;
        }
        let mut pieces = taken.block.chunks(LARGEST);
        let first = pieces.next().unwrap_or_default();
        let mut left = pieces.len();
        let end_of = |left: usize| if left == 0 { flag::END_HEADERS } else { 0 };
        let flags = end_of(left) | if ends { flag::END_STREAM } else { 0 };
        self.put_inward(kind::HEADERS, flags, id, first);
        for piece in pieces {
            left -= 1;
            self.put_inward(kind::CONTINUATION, end_of(left), id, piece);
        }
    }

    fn tell_reset(&mut self, stream: u32, code: Code) {
        self.answers += 1;
        put_frame(&mut self.own, kind::RST_STREAM, 0, stream, &[0, 0, 0, code as u8]);
    }

    fn priority(&mut self, frame: &Frame) -> Step {
        self.priorities = self.priorities.saturating_add(1);
        match frame.payload.len() {
            5 if frame.stream == 0 => QUIET,
            5 if self.priorities > MOST_PRIORITIES.saturating_mul(self.opened.saturating_add(1)) => QUIET,
            // Nobody here goes by priorities.
            5 => Ok(()),
            _ => FRAME_SIZE,
        }
    }

    fn reset(&mut self, frame: Frame) -> Step {
        if frame.payload.len() != 4 {
            return FRAME_SIZE;
        }
        if self.is_idle_stream(frame.stream) {
            return QUIET;
        }
        let Some(stream) = self.streams.remove(&frame.stream) else { return Ok(()) };
        if !stream.is_answered && stream.since.elapsed() < HASTE {
            self.resets += 1;
            if self.resets >= MOST_RESETS {
                return QUIET;
            }
        }
        self.pass(frame)
    }

    fn settings(&mut self, frame: &Frame) -> Step {
        if frame.stream != 0 {
            return QUIET;
        }
        if frame.has(flag::ACK) {
            if !frame.payload.is_empty() {
                return FRAME_SIZE;
            }
            if std::mem::replace(&mut self.is_acknowledged, true) {
                return QUIET;
            }
            self.put_inward(kind::SETTINGS, flag::ACK, 0, &[]);
            return Ok(());
        }
        self.has_settings = true;
        self.answers += 1;
        if !frame.payload.len().is_multiple_of(6) {
            return FRAME_SIZE;
        }
        if frame.payload.len() / 6 > MOST_SETTINGS {
            return QUIET;
        }
        let mut known = Vec::with_capacity(frame.payload.len());
        for setting in frame.payload.chunks_exact(6) {
            let [high, low, value @ ..] = setting else { continue };
            let value = match value {
                [a, b, c, d] => u32::from_be_bytes([*a, *b, *c, *d]),
                _ => 0,
            };
            let is_allowed = match u16::from_be_bytes([*high, *low]) {
                2 | 8 | 9 => value <= 1,
                4 => value <= 0x7fff_ffff,
                5 => (16_384..=16_777_215).contains(&value),
                _ => true,
            };
            if !is_allowed {
                return QUIET;
            }
            if *high == 0 && matches!(low, 1..=6) {
                known.extend_from_slice(setting);
            }
        }
        self.put_inward(kind::SETTINGS, 0, 0, &known);
        Ok(())
    }

    fn ping(&mut self, frame: Frame) -> Step {
        if frame.payload.len() != 8 {
            return FRAME_SIZE;
        }
        if frame.stream != 0 {
            return QUIET;
        }
        if frame.has(flag::ACK) {
            return self.pass(frame);
        }
        self.answers += 1;
        put_frame(&mut self.own, kind::PING, flag::ACK, 0, &frame.payload);
        Ok(())
    }

    fn window(&mut self, frame: Frame) -> Step {
        if frame.payload.len() != 4 {
            return FRAME_SIZE;
        }
        let is_idle = frame.stream != 0 && self.is_idle_stream(frame.stream);
        if stream_id(&frame.payload) == 0 || is_idle {
            return QUIET;
        }
        self.windows = self.windows.saturating_add(1);
        let due = self.opened.saturating_add(self.data_sent.saturating_mul(10)).saturating_mul(2);
        if self.windows > due.saturating_add(5) {
            return QUIET;
        }
        if frame.stream != 0 && !self.streams.contains_key(&frame.stream) {
            return Ok(());
        }
        self.pass(frame)
    }

    /// What h2 writes: what of it goes to the client is put into `out`, with frames of our own between.
    pub(crate) fn send(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.end.is_some() {
            return;
        }
        let mut outgoing = std::mem::take(&mut self.outgoing);
        let most = self.rules.most_streams;
        let mut is_over = false;
        let mut passed = Vec::new();
        let streams = &self.streams;
        let judge = |coming: Coming, out: &mut Vec<u8>| {
            is_over |= coming.ends_connection();
            if coming.is_greeting {
                put_frame(out, kind::SETTINGS, 0, 0, &greeting(most));
                return Fate::Drop;
            }
            let is_gone = coming.kind == kind::RST_STREAM && !streams.contains_key(&coming.stream);
            if is_gone || is_over { Fate::Drop } else { Fate::Pass }
        };
        outgoing.follow(bytes, out, judge, |what, out| {
            if let Passed::Ended(id) = what
                && streams.get(&id).is_some_and(|stream| !stream.is_client_done)
                && !passed.contains(&what)
            {
                put_frame(out, kind::RST_STREAM, 0, id, &[0, 0, 0, Code::None as u8]);
            }
            passed.push(what);
        });
        self.outgoing = outgoing;
        for what in passed {
            self.sent(what);
        }
        if is_over {
            self.finish(End::Quiet);
        }
    }

    fn sent(&mut self, what: Passed) {
        match what {
            Passed::Other => {}
            Passed::Data => self.data_sent = self.data_sent.saturating_add(1),
            Passed::Reset(id) => {
                self.streams.remove(&id);
            }
            Passed::Ended(id) => {
                self.data_sent = self.data_sent.saturating_add(1);
                // What the client still sends is wanted by nobody.
                if self.streams.remove(&id).is_some_and(|stream| !stream.is_client_done) {
                    self.put_inward(kind::RST_STREAM, 0, id, &[0, 0, 0, Code::Cancel as u8]);
                }
            }
        }
    }

    /// Frames of our own, where they may stand now.
    pub(crate) fn take_own(&mut self, out: &mut Vec<u8>) {
        if !self.own.is_empty() && self.is_welcome && self.outgoing.is_between() {
            out.append(&mut self.own);
        }
    }
}

/// Our settings, as Envoy tells them.
fn greeting(most_streams: u32) -> Vec<u8> {
    let settings = [(1u16, hpack::TABLE_SIZE), (8, 0), (3, most_streams), (4, WINDOW)];
    settings.iter().flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect()
}
