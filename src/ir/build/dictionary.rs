//! Dictionaries: what a generic function gets to know its type arguments at run time.
//!
//! It is a pointer to an array of words, the first parameter behind the receiver. Literals in a generic function always
//! capture it, last. A call of an instance whose type arguments are known passes the address of a static dictionary;
//! otherwise a word of the caller's own.

use super::Builder;
use crate::base::symbol::Symbol;
use crate::ir::body::{Class, FuncRef, LocalId, Pos};
use crate::ir::node::{Node, NodeId};
use crate::types::infer::is_parameterized;
use crate::types::object::Obj;
use crate::types::ty::{BasicKind, Ty};

impl Builder<'_> {
    pub(super) fn dictionary_parameter(&mut self) -> LocalId {
        let words = Ty::array(1, Ty::basic(BasicKind::Uintptr));
        let name = Symbol::intern(crate::ir::DICTIONARY);
        let local = self.declare(name, Ty::pointer(words), Class::Param, Pos::NONE);
        self.frame_mut().dictionary = Some(local);
        local
    }

    /// The dictionary as a variable of the innermost function; `None` outside generic code.
    pub(super) fn dictionary_variable(&mut self) -> Option<LocalId> {
        let depth = self.frames.iter().rposition(|f| f.dictionary.is_some())?;
        let mut local = self.frames[depth].dictionary?;
        for i in depth + 1..self.frames.len() {
            local = self.capture(i, local, None, Pos::NONE);
            self.frames[i].dictionary = Some(local);
        }
        Some(local)
    }

    /// The dictionary argument for a call of an instance.
    pub(super) fn dictionary(&mut self, func: FuncRef, pos: Pos) -> NodeId {
        if let FuncRef::Inst(_, instance) = func
            && instance.targs().iter().any(|&t| self.depends(t))
            && let Some(word) = self.dictionary_word(pos)
        {
            let ty = Ty::basic(BasicKind::UnsafePointer);
            return self.add(
                Node::Conv {
                    x: word,
                    implicit: false,
                },
                ty,
                pos,
            );
        }
        self.add(Node::Dict(func), Ty::basic(BasicKind::UnsafePointer), pos)
    }

    /// Whether a type mentions type parameters of the functions under construction.
    fn depends(&self, ty: Ty) -> bool {
        self.frames
            .iter()
            .any(|f| !f.tparams.is_empty() && is_parameterized(&f.tparams, ty))
    }

    /// `.dict[0]`
    fn dictionary_word(&mut self, pos: Pos) -> Option<NodeId> {
        let local = self.dictionary_variable()?;
        let x = self.name(local, pos);
        let array = self.body().ty(x).under_pointer()?;
        let x = self.add(Node::Deref { x, implicit: true }, array, pos);
        let i = self.int_literal(0, pos);
        Some(self.add(Node::Index { x, i }, Ty::basic(BasicKind::Uintptr), pos))
    }

    /// A method of a type parameter's value: known only to the dictionary.
    pub(super) fn type_param_method(&mut self, method: Obj, recv: Ty, pos: Pos) -> NodeId {
        let ty = self.method_type(method, recv);
        let Some(word) = self.dictionary_word(pos) else {
            return self.unknown(&[], ty, pos);
        };
        let pointer = Ty::pointer(Ty::basic(BasicKind::Uintptr));
        let x = self.add(
            Node::Addr {
                x: word,
                implicit: false,
            },
            pointer,
            pos,
        );
        self.add(Node::Conv { x, implicit: false }, ty, pos)
    }
}
