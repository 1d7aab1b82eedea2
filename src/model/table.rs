//! Vectors addressed by an id type of their own.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// An id: a number that only fits one kind of table.
pub trait Id: Copy {
    /// The id of a place in the table.
    fn new(index: usize) -> Self;
    /// The place in the table.
    fn index(self) -> usize;
}

/// A vector that is addressed by its own ids only.
#[derive(Clone, Debug)]
pub struct Table<I, T> {
    items: Vec<T>,
    id: PhantomData<I>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { items: Vec::new(), id: PhantomData }
    }
}

impl<I: Id, T> Table<I, T> {
    /// Puts an item at the end.
    pub fn push(&mut self, item: T) -> I {
        self.items.push(item);
        I::new(self.items.len() - 1)
    }

    /// The items in order, with their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (I, &T)> + DoubleEndedIterator {
        self.items.iter().enumerate().map(|(index, item)| (I::new(index), item))
    }

    /// The items in order.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

impl<I: Id, T> Index<I> for Table<I, T> {
    type Output = T;

    fn index(&self, id: I) -> &T {
        &self.items[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for Table<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl Id for $name {
            fn new(index: usize) -> Self {
                Self(index as u32)
            }
            fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A resource that the snapshot was made from, in Emissary's order of processing.
    ResourceId;
    /// A Mapping that is in force.
    MappingId;
    /// A TCPMapping that is in force.
    TcpMappingId;
    /// Mappings that share a match.
    GroupId;
    /// A Host that is in force.
    HostId;
    /// TLS settings that are in force.
    TlsId;
    /// A named set of endpoints.
    ClusterId;
}
