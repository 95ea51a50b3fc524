//! Collects the package's objects, whatever the order of files and declarations.

use crate::ast::DeclId;

/// Where a package-level object or method is declared, and what its initialisation depends on.
pub struct DeclInfo {
    /// Index of the file.
    pub file: usize,
    /// The declaration.
    pub decl: DeclId,
    /// Indices of the declarations that the initialiser or body refers to, in order of first mention.
    pub deps: Vec<u32>,
}

impl DeclInfo {
    /// Adds a dependency once.
    pub fn add_dep(&mut self, to: usize) {
        let to = to as u32;
        if !self.deps.contains(&to) {
            self.deps.push(to);
        }
    }
}
