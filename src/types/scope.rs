//! Scopes of one package while it is checked: a tree of blocks, innermost looked at first.
//!
//! Blocks are small, so a scope is a linked list in one shared vector, newest name first; a scope that grows large
//! gets a hash table beside it. Function literals are checked late, with the scope they stand in, so scopes outlive
//! their blocks.

use rustc_hash::FxHashMap;

use super::object::Obj;
use crate::base::index::IndexVec;
use crate::base::symbol::{Symbol, sym};

crate::newtype_index! {
    /// A block of the package under check. Package and universe scopes are not among them.
    ScopeId
}

struct Scope {
    parent: Option<ScopeId>,
    /// 1 + index of the newest entry; 0 for none.
    head: u32,
    len: u32,
}

struct Entry {
    name: Symbol,
    obj: Obj,
    next: u32,
}

/// All blocks of a package.
#[derive(Default)]
pub struct Scopes {
    blocks: IndexVec<ScopeId, Scope>,
    entries: Vec<Entry>,
    large: FxHashMap<(ScopeId, Symbol), Obj>,
}

/// Scopes with more names than this are looked up by hash.
const SMALL: u32 = 12;

impl Scopes {
    /// Opens a block inside `parent`.
    pub fn open(&mut self, parent: Option<ScopeId>) -> ScopeId {
        self.blocks.push(Scope {
            parent,
            head: 0,
            len: 0,
        })
    }

    /// The enclosing block.
    pub fn parent(&self, scope: ScopeId) -> Option<ScopeId> {
        self.blocks[scope].parent
    }

    /// The object of that name in `scope` itself.
    pub fn lookup(&self, scope: ScopeId, name: Symbol) -> Option<Obj> {
        let s = &self.blocks[scope];
        if s.len > SMALL {
            return self.large.get(&(scope, name)).copied();
        }
        let mut at = s.head;
        while at != 0 {
            let entry = &self.entries[at as usize - 1];
            if entry.name == name {
                return Some(entry.obj);
            }
            at = entry.next;
        }
        None
    }

    /// The object of that name in `scope` or the nearest enclosing block that has one.
    pub fn lookup_chain(&self, scope: Option<ScopeId>, name: Symbol) -> Option<(ScopeId, Obj)> {
        let mut at = scope;
        while let Some(s) = at {
            if let Some(obj) = self.lookup(s, name) {
                return Some((s, obj));
            }
            at = self.blocks[s].parent;
        }
        None
    }

    /// Adds `obj` under `name` unless the scope has that name; then gives the object that has it. The blank name is
    /// never added.
    pub fn insert(&mut self, scope: ScopeId, name: Symbol, obj: Obj) -> Option<Obj> {
        if name == sym::BLANK {
            return None;
        }
        let previous = self.lookup(scope, name);
        if previous.is_none() {
            self.push(scope, name, obj);
        }
        previous
    }

    fn push(&mut self, scope: ScopeId, name: Symbol, obj: Obj) {
        let s = &mut self.blocks[scope];
        self.entries.push(Entry {
            name,
            obj,
            next: s.head,
        });
        s.head = self.entries.len() as u32;
        s.len += 1;
        if s.len == SMALL + 1 {
            self.index(scope);
        } else if s.len > SMALL {
            self.large.insert((scope, name), obj);
        }
    }

    fn index(&mut self, scope: ScopeId) {
        for (name, obj) in self.names(scope) {
            self.large.insert((scope, name), obj);
        }
    }

    /// The names in `scope` itself, newest first.
    pub fn names(&self, scope: ScopeId) -> Vec<(Symbol, Obj)> {
        let mut all = Vec::new();
        let mut at = self.blocks[scope].head;
        while at != 0 {
            let entry = &self.entries[at as usize - 1];
            all.push((entry.name, entry.obj));
            at = entry.next;
        }
        all
    }
}
