//! Reading chains together, lowest rank first.

use super::super::request::RequestView;
use super::super::route::RouteId;
use super::RouteList;
use super::chain::{EMPTY, Position, Step};

/// How many chains are read together. A request that touches more (a dozen nested wildcards, a header that comes twenty
/// times) is answered from the whole list, which is slower and just as right.
const ROOM: usize = 24;

/// The routes that could take a request, in rank order, each once.
#[derive(Clone, Debug)]
pub struct Likely<'i> {
    list: &'i RouteList,
    request: &'i RequestView<'i>,
    cursors: [Cursor; ROOM],
    len: usize,
    /// The cursor whose route was given last: it moves on only when another is asked for.
    due: Option<usize>,
    last: Option<u32>,
    /// The place in the whole list, once the chains were too many.
    whole: Option<usize>,
}

/// A chain being read: the route it stands on, and where that stands.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    route: u32,
    position: Position,
}

/// There was no room for another cursor.
struct NoRoom;

impl<'i> Likely<'i> {
    #[inline]
    pub(super) fn new(list: &'i RouteList, request: &'i RequestView<'i>) -> Self {
        let cursors = [Cursor { route: 0, position: EMPTY }; ROOM];
        let mut likely = Self { list, request, cursors, len: 0, due: None, last: None, whole: None };
        let mut fits = true;
        list.heads(request, |head| fits = fits && likely.open(head).is_ok());
        if !fits {
            likely.whole = Some(0);
        }
        likely
    }

    /// Begins to read a chain.
    #[inline]
    fn open(&mut self, chain: Position) -> Result<(), NoRoom> {
        let at = self.len;
        *self.cursors.get_mut(at).ok_or(NoRoom)? = Cursor { route: 0, position: EMPTY };
        self.len += 1;
        if !self.settle(at, chain)? {
            self.close(at);
        }
        Ok(())
    }

    fn close(&mut self, at: usize) {
        self.len -= 1;
        self.cursors[at] = self.cursors[self.len];
    }

    /// Puts a cursor on the next route from a position on; whether there is one.
    #[inline]
    fn settle(&mut self, at: usize, mut position: Position) -> Result<bool, NoRoom> {
        loop {
            match self.list.chains.step(position) {
                Step::Route(route) => {
                    self.cursors[at] = Cursor { route, position };
                    return Ok(true);
                }
                Step::Jump(EMPTY) => return Ok(false),
                Step::Jump(target) => position = target,
                Step::Switch(switch) => position = self.turn(switch)?,
                Step::Fork(fork) => {
                    let Some(fork) = self.list.chains.fork(fork) else { return Ok(false) };
                    self.open(fork.one)?;
                    position = fork.other;
                }
            }
        }
    }

    /// Where a switch leads. A header that comes more than once leads to several places.
    fn turn(&mut self, switch: u32) -> Result<Position, NoRoom> {
        let Some(switch) = self.list.chains.switch(switch) else { return Ok(EMPTY) };
        let mut values = self.request.headers.get_all(&switch.name).iter();
        let place = |value: &http::HeaderValue| switch.place(value.as_bytes());
        let first = values.next().and_then(place).unwrap_or(switch.otherwise);
        for value in values {
            if let Some(other) = place(value) {
                self.open(other)?;
            }
        }
        Ok(first)
    }

    /// Goes over to the whole list, behind the route that was given last.
    #[cold]
    fn read_whole(&mut self) -> Option<RouteId> {
        let from = self.last.map_or(0, |last| self.list.ranked.partition_point(|id| id.0 <= last));
        self.whole = Some(from);
        self.next()
    }
}

impl Iterator for Likely<'_> {
    type Item = RouteId;

    #[inline]
    fn next(&mut self) -> Option<RouteId> {
        if let Some(at) = self.whole {
            self.whole = Some(at + 1);
            return self.list.ranked.get(at).copied();
        }
        loop {
            if let Some(at) = self.due.take() {
                let behind = self.cursors[at].position + 1;
                match self.settle(at, behind) {
                    Ok(true) => {}
                    Ok(false) => self.close(at),
                    Err(NoRoom) => return self.read_whole(),
                }
            }
            let (at, cursor) = self.cursors[..self.len].iter().enumerate().min_by_key(|(_, cursor)| cursor.route)?;
            self.due = Some(at);
            let route = cursor.route;
            if self.last != Some(route) {
                self.last = Some(route);
                return Some(RouteId(route));
            }
        }
    }
}
