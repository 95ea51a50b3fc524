//! What callers in other batches and packages need of a function: a tag a parameter, and the directives that change how
//! arguments are passed.

use super::effect::Effect;
use super::leaks::Leaks;
use crate::ast::Pragma;
use crate::ir::body::FuncRef;

/// Where one parameter's value goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tag {
    /// Known ways, normalised.
    pub leaks: Leaks,
    /// Least derefs of a way to something that is not known, plus one; 0 for none.
    pub unknown: u8,
}

impl Tag {
    /// A parameter that goes nowhere.
    pub const NONE: Tag = Tag {
        leaks: Leaks::NONE,
        unknown: 0,
    };

    /// A parameter that leaks, its value itself.
    pub const HEAP: Tag = Tag {
        leaks: Leaks::HEAP,
        unknown: 0,
    };

    /// A parameter of which nothing is known.
    pub const UNKNOWN: Tag = Tag {
        leaks: Leaks::NONE,
        unknown: 1,
    };
}

/// A function's tags.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// The receiver's tag, if there is a receiver, then those of the parameters.
    pub params: Vec<Tag>,
    /// `//go:uintptrescapes`, `//go:uintptrkeepalive` (which assembly functions have without being told), and the rest.
    pub pragma: Pragma,
    /// What running it may allocate; `None` where nobody asked.
    pub effect: Option<Effect>,
}

impl Summary {
    /// The tag of parameter `i`; a parameter that is not there leaks, as one without a tag does.
    pub fn tag(&self, i: usize) -> Tag {
        self.params.get(i).copied().unwrap_or(Tag::HEAP)
    }
}

/// Finds the summaries of other packages' functions.
pub trait Callees {
    /// What is known of `func`; `None` if its package is missing.
    fn summary(&self, func: FuncRef) -> Option<&Summary>;
}
