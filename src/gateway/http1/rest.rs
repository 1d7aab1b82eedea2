//! What has not come of a body, on either side.

use bytes::{Buf as _, Bytes, BytesMut};

use super::Refusal;
use super::chunks::Chunks;

/// What has not come of a body.
#[derive(Debug)]
pub(crate) enum Rest {
    /// Nothing.
    Nothing,
    /// So many bytes.
    Length(u64),
    /// Chunks.
    Chunked(Chunks),
    /// All that comes until the connection ends.
    UntilEnd,
}

impl Rest {
    /// Whether the body is over.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// How much it is, where that is known.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::Nothing => Some(0),
            Self::Length(length) => Some(*length),
            Self::Chunked(_) | Self::UntilEnd => None,
        }
    }

    /// Takes what came of the body; nothing where more must be read, or the body is over.
    ///
    /// # Errors
    ///
    /// What came is no chunk.
    pub(crate) fn take(&mut self, inbox: &mut BytesMut) -> Result<Bytes, Refusal> {
        let length = match self {
            Self::Nothing => 0,
            Self::UntilEnd => inbox.len(),
            Self::Length(left) => {
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(inbox.len());
                *left -= length as u64;
                if *left == 0 {
                    *self = Self::Nothing;
                }
                length
            }
            Self::Chunked(chunks) => {
                let taken = chunks.take(inbox)?;
                inbox.advance(taken.framing);
                if chunks.is_done() {
                    *self = Self::Nothing;
                }
                taken.data
            }
        };
        Ok(if length == 0 { Bytes::new() } else { inbox.split_to(length).freeze() })
    }
}
