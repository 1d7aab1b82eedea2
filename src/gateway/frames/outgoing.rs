//! What h2 writes, frame by frame, on its way to the client.

use super::{Code, HEADER, flag, kind, stream_id};

/// A frame that has been passed on whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// Of no interest.
    Other,
    /// A piece of a body.
    Data,
    /// This stream has ended on our side.
    Ended(u32),
    /// This stream was reset.
    Reset(u32),
}

/// What becomes of a frame whose header has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes on.
    Pass,
    /// It falls away.
    Drop,
}

/// Follows the frames of h2.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    header: Vec<u8>,
    left: usize,
    is_dropped: bool,
    /// The stream whose last headers are being written.
    ending: Option<u32>,
    /// Whether our settings went out.
    is_greeted: bool,
}

/// The header of a frame, or a reset as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coming {
    /// Its kind.
    pub(super) kind: u8,
    /// Its stream.
    pub(super) stream: u32,
    /// The code of a reset.
    pub(super) code: Option<u8>,
    /// Whether it is the greeting: our first settings.
    pub(super) is_greeting: bool,
}

impl Outgoing {
    /// Whether no frame is under way.
    pub(super) fn is_between(&self) -> bool {
        self.header.is_empty() && self.left == 0 && self.ending.is_none()
    }

    /// Follows bytes. `judge` is asked about each frame before any of it goes into `out`, `tell` hears of each that went.
    pub(super) fn follow(
        &mut self,
        mut bytes: &[u8],
        out: &mut Vec<u8>,
        mut judge: impl FnMut(Coming, &mut Vec<u8>) -> Fate,
        mut tell: impl FnMut(Passed, &mut Vec<u8>),
    ) {
        while !bytes.is_empty() {
            if self.left > 0 {
                let (piece, rest) = bytes.split_at(self.left.min(bytes.len()));
                if !self.is_dropped {
                    out.extend_from_slice(piece);
                }
                self.left -= piece.len();
                bytes = rest;
                if self.left == 0 {
                    self.end(out, &mut tell);
                }
                continue;
            }
            // Resets are looked at whole: their code matters.
            let wanted = if self.header.get(3) == Some(&kind::RST_STREAM) { HEADER + 4 } else { HEADER };
            let (piece, rest) = bytes.split_at((wanted - self.header.len()).min(bytes.len()));
            self.header.extend_from_slice(piece);
            bytes = rest;
            let is_reset = self.header.get(3) == Some(&kind::RST_STREAM);
            if self.header.len() < if is_reset { HEADER + 4 } else { HEADER } {
                continue;
            }
            self.begin(out, &mut judge);
            if self.left == 0 {
                self.end(out, &mut tell);
            }
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>, judge: &mut impl FnMut(Coming, &mut Vec<u8>) -> Fate) {
        let [high, middle, low, kind, flags, id @ ..] = self.header.as_slice() else { return };
        let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
        let is_greeting = !self.is_greeted && *kind == kind::SETTINGS && flags & flag::ACK == 0;
        self.is_greeted |= is_greeting;
        let code = (*kind == kind::RST_STREAM).then(|| self.header.last().copied().unwrap_or(0));
        let coming = Coming { kind: *kind, stream: stream_id(id), code, is_greeting };
        self.is_dropped = judge(coming, out) == Fate::Drop;
        self.left = (HEADER + length).saturating_sub(self.header.len());
        if !self.is_dropped {
            out.extend_from_slice(&self.header);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>, tell: &mut impl FnMut(Passed, &mut Vec<u8>)) {
        let [_, _, _, kind, flags, id @ ..] = self.header.as_slice() else { return };
        let (kind, flags, stream) = (*kind, *flags, stream_id(id));
        self.header.clear();
        if self.is_dropped {
            return;
        }
        let ends = flags & flag::END_STREAM != 0;
        let passed = match kind {
            kind::DATA if ends => Passed::Ended(stream),
            kind::DATA => Passed::Data,
            kind::HEADERS | kind::CONTINUATION => {
                if kind == kind::HEADERS && ends {
                    self.ending = Some(stream);
                }
                let is_last = flags & flag::END_HEADERS != 0;
                match self.ending.filter(|_| is_last) {
                    Some(stream) => {
                        self.ending = None;
                        Passed::Ended(stream)
                    }
                    None => Passed::Other,
                }
            }
            kind::RST_STREAM => Passed::Reset(stream),
            _ => Passed::Other,
        };
        tell(passed, out);
    }
}

impl Coming {
    /// Whether h2 ends a stream where Envoy ends the connection.
    pub(super) fn ends_connection(self) -> bool {
        self.code == Some(Code::FlowControl as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_however_they_are_cut() {
        let reset = [0, 0, 4, kind::RST_STREAM, 0, 0, 0, 0, 3, 0, 0, 0, 1];
        let data = [&[0, 0, 2, kind::DATA, flag::END_STREAM, 0, 0, 0, 1][..], b"hi"].concat();
        let settings = [0, 0, 0, kind::SETTINGS, 0, 0, 0, 0, 0];
        let bytes = [&settings[..], &data, &reset].concat();
        for cut in 1..bytes.len() {
            let (mut outgoing, mut out, mut passed, mut codes) =
                (Outgoing::default(), Vec::new(), Vec::new(), Vec::new());
            for piece in bytes.chunks(cut) {
                let judge = |coming: Coming, _: &mut Vec<u8>| {
                    codes.extend(coming.code);
                    if coming.is_greeting { Fate::Drop } else { Fate::Pass }
                };
                outgoing.follow(piece, &mut out, judge, |what, _| passed.push(what));
            }
            assert_eq!(passed, [Passed::Ended(1), Passed::Reset(3)], "{cut}");
            assert_eq!((codes, outgoing.is_between()), (vec![1], true));
            assert_eq!(out, [&data[..], &reset].concat());
        }
    }
}
