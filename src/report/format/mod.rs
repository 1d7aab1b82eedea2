//! One file per format.

pub mod answer;
mod difference;
pub mod excerpt;
pub mod json;
pub mod junit;
mod table;
pub mod tap;

pub use difference::Difference;
pub(super) use table::Columns;
