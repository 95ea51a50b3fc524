//! Where types and objects live: per-thread bump arenas whose slots are never freed.
//!
//! A completed package's types are read from many threads without locks or reference counts, and a run is short; so
//! types and objects are `&'static`. A thread takes slots from its own chunk: no contention, good locality, no `unsafe`.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::thread::LocalKey;

/// A thread's unused slots.
pub type Pool<T> = Cell<&'static mut [MaybeUninit<T>]>;

/// A type with an arena. Implemented by [`pooled!`](crate::pooled) only.
pub trait Pooled: Sized + 'static {
    /// This thread's unused slots.
    fn pool() -> &'static LocalKey<Pool<Self>>;
}

/// Gives a type its arena.
#[macro_export]
macro_rules! pooled {
    ($name:ty) => {
        impl $crate::types::arena::Pooled for $name {
            fn pool() -> &'static ::std::thread::LocalKey<$crate::types::arena::Pool<Self>> {
                ::std::thread_local! {
                    static POOL: $crate::types::arena::Pool<$name> =
                        const { ::std::cell::Cell::new(&mut []) };
                }
                &POOL
            }
        }
    };
}

const CHUNK: usize = 256;

/// Puts `value` where it stays for the rest of the process.
pub fn alloc<T: Pooled>(value: T) -> &'static T {
    T::pool().with(|pool| {
        let mut free = pool.take();
        if free.is_empty() {
            free = Box::leak(Box::new_uninit_slice(CHUNK));
        }
        match free.split_first_mut() {
            Some((slot, rest)) => {
                pool.set(rest);
                slot.write(value)
            }
            None => Box::leak(Box::new(value)),
        }
    })
}

/// Keeps a list for the rest of the process.
pub fn alloc_slice<T>(items: Vec<T>) -> &'static [T] {
    if items.is_empty() {
        return &[];
    }
    Box::leak(items.into_boxed_slice())
}
