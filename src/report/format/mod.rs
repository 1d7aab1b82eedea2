//! One file per format.

pub mod answer;
pub mod excerpt;
mod folder;
pub mod json;
pub mod junit;
pub mod patch;
mod table;
pub mod tap;

pub(super) use folder::Folder;
pub(super) use table::Columns;
