//! Findings to text edits: the rewrites that keep a program's meaning.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | rewrite | a kind of edit that a rule offers, named in its file: [`Rewrite`] |
//! | [`View`] | a file with its types, as rewrites ask it |
//! | [`Fix`] | the edits of one rewrite at one site |
//! | [`Refusal`] | why a rewrite does not apply there |
//!
//! # Worked example
//!
//! `w.WriteString(fmt.Sprintf("%d", n))` in a loop, `n` of type `int`: the site is the boxing of `n`, its rule offers
//! `strconv`. Around the site stands a call of `fmt.Sprintf` with the one verb `%d`, and `int` has no methods that `fmt`
//! would ask. The fix replaces `fmt.Sprintf("%d", ` by `strconv.Itoa(`, and says that the file needs `strconv` and has one
//! use of `fmt` less.
//!
//! # Input, output
//!
//! A [`View`] of a file in a package without mistakes, a site, the rewrites that its rule offers; out comes the [`Fix`] of the
//! first that applies, else the last [`Refusal`]. Pure functions: nothing is read, nothing is written.
//!
//! # Invariants
//!
//! - The rewritten program does what the specification says of the original one. What the specification leaves open may
//!   differ: the capacity that `append` gives, the order of a variable's evaluation among calls. Where that order could
//!   matter the rewrite refuses.
//! - A rewrite decides about meaning alone. Whether the allocation goes away is for whoever applies the fix to find out, by
//!   analysing what came out; that the result compiles is seen there too.
//! - No comment is lost, and the text is as `gofmt` leaves it.

mod append_string;
mod bound;
mod fixed_array;
mod imports;
mod preallocate;
mod spacing;
mod strconv;
mod trips;
mod view;

use crate::edit::{Edit, Fix, ImportChange, Rewrite};
use crate::site::Site;

pub use view::{Typed, View};

/// The packages that formatting is moved from and to.
const FMT: &str = "fmt";
const STRCONV: &str = "strconv";

/// Why a rewrite does not apply: part of a sentence, lower case, no full stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal(pub &'static str);

/// A fix, or why there is none.
pub type Offer = Result<Fix, Refusal>;

/// The fix of the first of `rewrites` that applies at `site`.
pub fn propose(view: &View<'_>, site: &Site, rewrites: &[Rewrite]) -> Offer {
    let mut offer = Err(Refusal("the rule offers no rewrite"));
    for &rewrite in rewrites {
        offer = match rewrite {
            Rewrite::FixedArray => fixed_array::propose(view, site),
            Rewrite::Preallocate => preallocate::propose(view, site),
            Rewrite::Strconv => strconv::propose(view, site),
            Rewrite::AppendString => append_string::propose(view, site),
        };
        if offer.is_ok() {
            break;
        }
    }
    offer
}

/// A fix of `own` edits that takes no comment out.
fn fix(
    view: &View<'_>,
    rewrite: Rewrite,
    title: String,
    mut own: Vec<Edit>,
    imports: Option<ImportChange>,
) -> Offer {
    view.keep_comments(&own)?;
    own.sort();
    Ok(Fix {
        rewrite,
        title,
        own,
        imports,
    })
}
