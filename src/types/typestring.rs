//! Types as go/types prints them, with full package paths.

use std::fmt;

use super::ty::Ty;

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("type")
    }
}
