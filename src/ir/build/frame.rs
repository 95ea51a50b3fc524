//! The function under construction: its body, its variables, and counters for generated names.

use rustc_hash::FxHashMap;

use super::Builder;
use super::rangefunc::RangeLoop;
use crate::ast::Ast;
use crate::base::symbol::{Numbered, Symbol, sym};
use crate::ir::ClosureCounts;
use crate::ir::body::{Body, Class, Local, LocalId, Pos};
use crate::ir::node::{Branch, FuncId, Node, NodeId, Nodes};
use crate::types::constant::Value;
use crate::types::info::FileInfo;
use crate::types::object::Obj;
use crate::types::ty::{BasicKind, Ty};

/// What the compiler calls temporaries.
static TEMPORARIES: Numbered = Numbered::new(".autotmp_");

/// What a statement can be the target of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Jump {
    /// `break` and `continue`.
    Loop,
    /// `break` only.
    Switch,
}

/// The file of what is built: asked for with each expression, so it is at hand.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// Its index.
    pub file: usize,
    /// Its tree.
    pub ast: &'a Ast,
    /// What checking found out about it.
    pub info: &'a FileInfo,
}

/// A function under construction.
pub struct Frame<'a> {
    /// Which function.
    pub func: FuncId,
    /// Its file.
    pub place: Place<'a>,
    /// Its body so far.
    pub body: Body,
    /// Its variables by object.
    pub vars: FxHashMap<Obj, LocalId>,
    /// Captured variables in order of first use.
    pub captured: Vec<LocalId>,
    /// Result types.
    pub results: Vec<Ty>,
    /// Its type parameters.
    pub tparams: Vec<Ty>,
    /// The parameter or captured variable that holds the dictionary of a generic function.
    pub dictionary: Option<LocalId>,
    /// The loop whose body it is.
    pub range: Option<RangeLoop>,
    /// Statements around the point of construction that `break` and `continue` can name or mean.
    pub targets: Vec<(Symbol, Jump)>,
    /// `#next`, if a loop over a function needs it.
    pub next: Option<LocalId>,
    /// `#defers`, likewise.
    pub defers: Option<LocalId>,
    /// Loops over functions so far.
    pub range_loops: u32,
    /// Its declared variables and temporaries: what numbers temporaries.
    pub declared: u32,
    /// Closures so far that are named after it.
    pub closures: ClosureCounts,
}

impl<'a> Frame<'a> {
    /// A function without anything in it; nor is there in `body` and `vars`.
    pub fn new(
        func: FuncId,
        place: Place<'a>,
        body: Body,
        vars: FxHashMap<Obj, LocalId>,
    ) -> Frame<'a> {
        Frame {
            func,
            place,
            body,
            vars,
            captured: Vec::new(),
            results: Vec::new(),
            tparams: Vec::new(),
            dictionary: None,
            range: None,
            targets: Vec::new(),
            next: None,
            defers: None,
            range_loops: 0,
            declared: 0,
            closures: ClosureCounts::default(),
        }
    }
}

impl Frame<'_> {
    /// Whether a jump stays within this function: an unlabelled one means the innermost statement that can be its target.
    pub fn has_target(&self, kind: Branch, label: Symbol) -> bool {
        self.targets.iter().any(|&(name, jump)| {
            (label == sym::EMPTY || name == label) && (kind == Branch::Break || jump == Jump::Loop)
        })
    }

    /// Numbers a loop over a function.
    pub fn count_range_loop(&mut self) -> u32 {
        self.range_loops += 1;
        self.range_loops
    }
}

impl<'a> Builder<'a> {
    /// Starts a function.
    pub(super) fn open(&mut self, func: FuncId, file: usize) {
        let (body, vars) = self.spare.pop().unwrap_or_default();
        let place = self.place(file);
        self.frames.push(Frame::new(func, place, body, vars));
    }

    /// The file of that index.
    pub(super) fn place(&self, file: usize) -> Place<'a> {
        Place {
            file,
            ast: self.sources[file].ast,
            info: &self.checked.files[file],
        }
    }

    pub(super) fn frame(&self) -> &Frame<'a> {
        match self.frames.last() {
            Some(frame) => frame,
            None => unreachable!("nodes are only built inside functions"),
        }
    }

    pub(super) fn frame_mut(&mut self) -> &mut Frame<'a> {
        match self.frames.last_mut() {
            Some(frame) => frame,
            None => unreachable!("nodes are only built inside functions"),
        }
    }

    pub(super) fn body(&self) -> &Body {
        &self.frame().body
    }

    pub(super) fn body_mut(&mut self) -> &mut Body {
        &mut self.frame_mut().body
    }

    pub(super) fn add(&mut self, node: Node, ty: Ty, pos: Pos) -> NodeId {
        self.body_mut().add(node, ty, pos)
    }

    pub(super) fn add_stmt(&mut self, node: Node, pos: Pos) -> NodeId {
        self.add(node, Ty::INVALID, pos)
    }

    pub(super) fn list(&mut self, ids: &[NodeId]) -> Nodes {
        self.body_mut().add_list(ids)
    }

    pub(super) fn int_literal(&mut self, value: i64, pos: Pos) -> NodeId {
        let ty = Ty::basic(BasicKind::Int);
        self.body_mut().add_literal(Value::Int(value), ty, pos)
    }

    /// A new variable of this function.
    pub(super) fn declare(&mut self, name: Symbol, ty: Ty, class: Class, pos: Pos) -> LocalId {
        // Names that the compiler gives belong to no package.
        let pkg = Some(self.checked.pkg).filter(|_| !name.is_made_up());
        let frame = self.frame_mut();
        frame.declared += 1;
        frame.body.locals.push(Local {
            name,
            pkg,
            pos,
            ty,
            class,
            defn: None,
            addr_taken: false,
            autotemp: false,
            inl_formal: false,
            inl_local: false,
        })
    }

    /// A new variable for a declared one.
    pub(super) fn declare_obj(&mut self, obj: Obj, class: Class) -> LocalId {
        let pos = obj.pos.map_or(Pos::NONE, |p| Pos::new(p.file, p.offset));
        let local = self.declare(obj.name, obj.ty(), class, pos);
        self.frame_mut().vars.insert(obj, local);
        local
    }

    /// A new temporary (`typecheck.TempAt`), numbered by the variables that the function has so far.
    pub(super) fn temp(&mut self, ty: Ty, pos: Pos) -> LocalId {
        let name = TEMPORARIES.symbol(self.frame().declared as usize);
        let local = self.declare(name, ty, Class::Auto, pos);
        self.body_mut().locals[local].autotemp = true;
        self.body_mut().locals[local].pkg = None;
        local
    }

    pub(super) fn name(&mut self, local: LocalId, pos: Pos) -> NodeId {
        let ty = self.body().locals[local].ty;
        self.add(Node::Name(local), ty, pos)
    }

    /// `Dcl`s of variables, as an init list.
    pub(super) fn declarations(&mut self, locals: &[LocalId]) -> Nodes {
        let ids: Vec<NodeId> = locals
            .iter()
            .map(|&l| {
                let pos = self.body().locals[l].pos;
                self.add_stmt(Node::Dcl(l), pos)
            })
            .collect();
        self.list(&ids)
    }

    /// A temporary that holds `value`, with the statements that fill it appended to `init` (noder's `tempCopy`).
    pub(super) fn temp_copy(&mut self, value: NodeId, pos: Pos, init: &mut Vec<NodeId>) -> LocalId {
        let ty = self.body().ty(value);
        let temp = self.temp(ty, pos);
        let dcl = self.add_stmt(Node::Dcl(temp), pos);
        let x = self.name(temp, pos);
        let assign = Node::Assign {
            x,
            y: Some(value),
            def: true,
        };
        let assign = self.add_stmt(assign, pos);
        self.body_mut().locals[temp].defn = Some(assign);
        init.extend([dcl, assign]);
        temp
    }

    /// Like [`Builder::temp_copy`] for a callee; the declaration runs before the assignment
    /// (`typecheck.RewriteNonNameCall`).
    pub(super) fn callee_copy(
        &mut self,
        value: NodeId,
        pos: Pos,
        init: &mut Vec<NodeId>,
    ) -> LocalId {
        let ty = self.body().ty(value);
        let temp = self.temp(ty, pos);
        let x = self.name(temp, pos);
        let assign = Node::Assign {
            x,
            y: Some(value),
            def: false,
        };
        let assign = self.add_stmt(assign, pos);
        self.body_mut().locals[temp].defn = Some(assign);
        let declared = self.declarations(&[temp]);
        self.body_mut().set_init(assign, declared);
        init.push(assign);
        temp
    }

    /// The local that stands for a variable: captured from an enclosing function where need be. `None` if no function
    /// under construction declares it.
    pub(super) fn local_of(&mut self, obj: Obj, pos: Pos) -> Option<LocalId> {
        let mut frames = self.frames.iter().enumerate().rev();
        let known = |(depth, frame): (usize, &Frame<'_>)| Some((depth, *frame.vars.get(&obj)?));
        let (depth, mut local) = frames.find_map(known)?;
        for i in depth + 1..self.frames.len() {
            local = self.capture(i, local, Some(obj), pos);
        }
        Some(local)
    }

    /// A variable of frame `i` for `outer` of the frame around it.
    pub(super) fn capture(
        &mut self,
        i: usize,
        outer: LocalId,
        obj: Option<Obj>,
        pos: Pos,
    ) -> LocalId {
        let variable = self.frames[i - 1].body.locals[outer];
        let frame = &mut self.frames[i];
        let local = frame.body.locals.push(Local {
            class: Class::Captured(outer),
            pos,
            defn: None,
            ..variable
        });
        frame.captured.push(local);
        if let Some(obj) = obj {
            frame.vars.insert(obj, local);
        }
        local
    }

    /// Notes that a variable's address is taken, in the function that declares it and all between.
    pub(super) fn mark_addr_taken(&mut self, local: LocalId) {
        let mut local = local;
        for frame in self.frames.iter_mut().rev() {
            let variable = &mut frame.body.locals[local];
            variable.addr_taken = true;
            match variable.class {
                Class::Captured(outer) => local = outer,
                _ => break,
            }
        }
    }

    /// Marks the variable that `x`, or what it is a part of, lies in (`typecheck.markAddrOf`, `ir.OuterValue`).
    pub(super) fn mark_addr_of(&mut self, mut x: NodeId) {
        loop {
            let body = self.body();
            x = match body.node(x) {
                Node::Name(local) => return self.mark_addr_taken(local),
                Node::Dot { x: base, .. } if body.ty(base).under_pointer().is_none() => base,
                Node::Index { x: base, .. } if is_array(body.ty(base)) => base,
                _ => return,
            };
        }
    }

    /// The blank identifier as a destination.
    pub(super) fn blank(&mut self, pos: Pos) -> NodeId {
        self.add(Node::Blank, Ty::INVALID, pos)
    }

    /// Whether a declared name is `_`.
    pub(super) fn is_blank(name: Symbol) -> bool {
        name == sym::BLANK
    }
}

/// Whether the type is an array.
pub fn is_array(ty: Ty) -> bool {
    matches!(ty.under().kind(), crate::types::ty::TyKind::Array { .. })
}
