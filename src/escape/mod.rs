//! Escape analysis as gc does it: which values stay in their frame, which go to the heap, and by which way.
//!
//! | word | meaning |
//! | --- | --- |
//! | location | one abstract storage cell: a variable, the storage of an allocating expression, or a helper in between ([`graph::Location`]) |
//! | edge | one assignment seen once for all: the value of the source, after some loads, is stored in the destination |
//! | derefs | an edge's weight: how many loads; −1 means the address of the source itself |
//! | hole | where the value of an expression goes while it is walked: a destination and the derefs so far |
//! | pseudo location | heap (outlives everything), mutator (what reaches it is written through), callee (what reaches it is called), blank (drops all) |
//! | leak | that a parameter's value flows to the heap, to a result, to mutator or callee, with the least derefs of any way |
//! | tag | the leaks of one parameter, eight bytes, all that callers in other batches need ([`leaks::Leaks`]) |
//! | batch | functions that mention each other in a circle, analysed in one graph; batches go bottom up ([`scc`](crate::ir::scc)) |
//! | outlives | a value stored in one location may be used when the other's frame or iteration is over |
//!
//! Worked example:
//!
//! ```go
//! func keep(p *int) **int {
//!     q := &p          // q ← &p        edge of −1
//!     r := *q          // r ← *q        edge of 1
//!     sink = r         // heap ← r      edge of 0
//!     return q         // ~r0 ← q       edge of 0
//! }
//! ```
//!
//! The walk from the result `~r0` finds `q` at 0 derefs and `p` at −1: the address of `p` flows to something that
//! outlives `p`, so `p` is moved to the heap. The walk from the heap finds `r` at 0, `q` at 1, and `p` at 1 − 1 = 0: the
//! value of `p` itself leaks.
//!
//! The analysis knows no order of statements, no paths, no fields and no indices; it runs once a batch, and each batch
//! sees of the others nothing but tags. [`graph`] is built by walking bodies, [`solve`] finds the attributes, and the ways
//! to the heap where they are wanted: [`sites`] and [`moved`] slices need them, the compiler's lines do not.
//! [`message`] prints what the compiler prints, and [`release`](crate::ir::release) is the table of what differs between versions.

pub mod analysis;
mod assign;
pub mod build;
mod call;
mod callee;
mod closure;
pub mod cost;
pub mod effect;
mod expr;
pub mod graph;
mod growth;
pub mod leaks;
mod loops;
pub mod message;
pub mod moved;
mod rewrite;
pub mod sites;
pub mod solve;
mod static_init;
mod stmt;
pub mod summary;
mod transient;
mod unprinted;
