//! Contracts: `//heaplint:noalloc` above a function promises that running it allocates nothing.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | cause | a place in a function's body, calls inlined, that allocates, calls, or cannot be seen through |
//! | [`Effect`](crate::escape::effect::Effect) | what running a function may allocate, what it calls included: what callers need to know, also those in other packages |
//! | breach | a cause that a function with a contract reaches |
//! | exempt | covered by `//heaplint:alloc-ok -- reason`: it is no cause |
//!
//! # What counts
//!
//! | code | counts |
//! | --- | --- |
//! | a site that costs something, always or under a condition | yes |
//! | an entry that is added to a map | yes: the map may have to grow |
//! | `go` | yes: a goroutine needs a stack |
//! | the same in a function that is called, inlined or not, also of the standard library | yes |
//! | a call of an interface's method or of a function value that is not known | it cannot be proved: the softer rule |
//! | a function without Go code | as above, but for the standard library's, which are known |
//! | a way that ends in `panic`, `os.Exit`, `log.Fatal` or `runtime.Goexit` for sure | no: a program that ends has no hot path |
//! | a way that handles an error | yes: programs live on with errors, and so does their hot path |
//!
//! Taking panics out is what those who write such contracts want: bounds that are checked and reported with
//! `panic(fmt.Sprintf(…))` would have to be exempted one by one otherwise. Growing stacks, the runtime's own bookkeeping and
//! what other goroutines allocate do not count.

pub mod breach;
pub mod cause;
pub mod effects;
pub mod exempt;
mod fatal;
