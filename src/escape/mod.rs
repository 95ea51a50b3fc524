//! What the compiler puts on the heap.
//!
//! Until types are known, [`syntax`] decides the sites that syntax alone decides, soundly for the chosen compiler
//! version. [`version`] is the table of what differs between versions.

pub mod syntax;
pub mod version;
