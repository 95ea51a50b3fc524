//! Instances: interned lists of type arguments, and the shapes that stand for groups of types.
//!
//! The compiler has one body for all type arguments of one *shape* (noder's `shapify`): a basic-interface constraint
//! groups all pointers, and otherwise types with the same underlying type are one shape.

use std::sync::{LazyLock, Mutex, PoisonError};

use super::body::Instance;
use crate::types::arena::alloc_slice;
use crate::types::predicates::identical_lists;
use crate::types::ty::Ty;

/// All lists so far, in order of first use. Instances are few; lookups are by hash of nothing but length.
static LISTS: LazyLock<Mutex<Vec<&'static &'static [Ty]>>> = LazyLock::new(Mutex::default);

impl Instance {
    /// The instance with these type arguments; identical lists give equal instances.
    pub fn of(targs: &[Ty]) -> Instance {
        let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lists.iter().find(|l| identical_lists(l, targs)) {
            return Instance::from_interned(known);
        }
        let list: &'static &'static [Ty] = Box::leak(Box::new(alloc_slice(targs.to_vec())));
        lists.push(list);
        Instance::from_interned(list)
    }
}
