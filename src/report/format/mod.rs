//! One file per format.

pub mod answer;
mod difference;
pub mod excerpt;
mod folder;
pub mod json;
pub mod junit;
mod table;
pub mod tap;

pub use difference::Difference;
pub(super) use folder::Folder;
pub(super) use table::Columns;
