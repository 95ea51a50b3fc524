//! Functions: the package's, in the compiler's order, and function literals.

use std::sync::Arc;

use super::Builder;
use crate::ast::{Decl, ExprId, Pragma, Stmt, StmtId};
use crate::base::symbol::{Numbered, Symbol, sym};
use crate::ir::body::{Class, FuncRef, LocalId, Pos};
use crate::ir::instantiate::type_param_types;
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::print::func_text;
use crate::ir::{ClosureCounts, Func, FuncKind};
use crate::types::info::FuncDecl;
use crate::types::object::Obj;
use crate::types::ty::{Signature, Ty};

/// What the compiler calls parameters and results without names.
static PARAMETERS: Numbered = Numbered::new("~p");
static RESULTS: Numbered = Numbered::new("~r");
/// What newer releases call blank results.
static BLANK_RESULTS: Numbered = Numbered::new("~b");

/// What a closure is made from.
pub(super) struct Closure {
    /// What it is.
    pub kind: FuncKind,
    /// Its signature.
    pub ty: Ty,
    /// Where it starts.
    pub pos: Pos,
}

impl Builder<'_> {
    /// Builds all functions: headers first, so that closures come behind every declaration, then bodies.
    pub(super) fn package(&mut self) {
        let init = self.funcs.push(self.init_header());
        let mut declared = self.checked.funcs.clone();
        // Nothing can call a function without a name: the compiler leaves it out.
        declared.retain(|f| f.obj.name != sym::BLANK);
        declared.sort_by_key(|f| (f.file, f.decl));
        let ids: Vec<(FuncId, FuncDecl)> = declared
            .into_iter()
            .map(|decl| (self.header(decl), decl))
            .collect();
        self.package_init(init);
        for (id, decl) in ids {
            self.declared_body(id, decl);
        }
    }

    fn init_header(&self) -> Func {
        Func {
            kind: FuncKind::PackageInit,
            name: sym::INIT,
            pkg: Some(self.checked.pkg),
            sym: None,
            pos: Pos::NONE,
            ty: Ty::INVALID,
            params: Vec::new(),
            results: Vec::new(),
            closure_vars: Vec::new(),
            parent: None,
            pragma: Pragma::default(),
            has_body: true,
            generic: false,
            silent: false,
            dup_ok: false,
            body: Arc::clone(&self.nothing),
            original: Arc::clone(&self.nothing),
            inline: None,
            closures: ClosureCounts::default(),
        }
    }

    fn header(&mut self, decl: FuncDecl) -> FuncId {
        let ast = self.sources[decl.file].ast;
        let Decl::Func {
            name: at,
            body,
            recv,
            ..
        } = ast.decl(decl.decl)
        else {
            return self.funcs.push(self.init_header());
        };
        let func = FuncRef::Decl(decl.obj);
        // The compiler's position is behind the keyword: for methods at the parenthesis of the receiver.
        let offset = match recv {
            Some(_) => ast.decl_span(decl.decl).start + "func ".len() as u32,
            None => ast.expr_pos(at),
        };
        let pos = Pos::new(self.checked.files[decl.file].file, offset);
        let mut name = func_text(func, decl.obj.pkg);
        if decl.obj.name == sym::INIT && recv.is_none() {
            name = format!("init.{}", self.init_functions);
            self.init_functions += 1;
        }
        let id = self.funcs.push(Func {
            kind: FuncKind::Declared,
            name: Symbol::intern(&name),
            sym: Some(func),
            pos,
            ty: decl.obj.ty(),
            pragma: ast.pragma(decl.decl),
            has_body: body.is_some(),
            generic: !type_param_types(decl.obj).is_empty(),
            ..self.init_header()
        });
        self.by_ref.insert(func, id);
        id
    }

    fn declared_body(&mut self, id: FuncId, decl: FuncDecl) {
        let Decl::Func { body, ty, recv, .. } = self.sources[decl.file].ast.decl(decl.decl) else {
            return;
        };
        let Some(sig) = decl.obj.ty().as_signature() else {
            return;
        };
        self.open(id, decl.file);
        self.frame_mut().tparams = type_param_types(decl.obj);
        let receiver = recv.map(|f| self.ast().field(f));
        let receiver_pos = receiver.map(|f| self.pos(f.name.unwrap_or(f.ty)));
        self.parameters(id, sig, receiver_pos, ty);
        if let Some(body) = body {
            self.statements_of(body);
        }
        self.finish(id);
    }

    /// Declares receiver, parameters and results. Unnamed ones get the compiler's names.
    fn parameters(&mut self, id: FuncId, sig: &Signature, receiver: Option<Pos>, ty: ExprId) {
        let mut params = Vec::new();
        if let Some(recv) = sig.recv {
            params.push(self.parameter(
                recv,
                &RESULTS,
                0,
                Class::Param,
                receiver.unwrap_or(Pos::NONE),
            ));
        }
        if !self.frame().tparams.is_empty() {
            params.push(self.dictionary_parameter());
        }
        let (param_pos, result_pos) = self.field_positions(ty);
        for (i, &p) in sig.param_vars().iter().enumerate() {
            let pos = param_pos.get(i).copied().unwrap_or(Pos::NONE);
            params.push(self.parameter(p, &PARAMETERS, i, Class::Param, pos));
        }
        let results: Vec<LocalId> = sig
            .result_vars()
            .iter()
            .enumerate()
            .map(|(i, &r)| {
                let pos = result_pos.get(i).copied().unwrap_or(Pos::NONE);
                self.parameter(r, &RESULTS, i, Class::Result, pos)
            })
            .collect();
        self.frame_mut().results = sig.result_vars().iter().map(|r| r.ty()).collect();
        let func = &mut self.funcs[id];
        func.params = params;
        func.results = results;
    }

    fn parameter(
        &mut self,
        obj: Obj,
        prefix: &Numbered,
        i: usize,
        class: Class,
        pos: Pos,
    ) -> LocalId {
        let name = match obj.name {
            sym::EMPTY => prefix.symbol(i),
            sym::BLANK if class == Class::Result && self.release.renames_inlined_results => {
                BLANK_RESULTS.symbol(i)
            }
            sym::BLANK if class == Class::Result => RESULTS.symbol(i),
            name => name,
        };
        let local = self.declare(name, obj.ty(), class, pos);
        self.frame_mut().vars.insert(obj, local);
        local
    }

    /// Where parameters and results are: at their names, or at their types.
    fn field_positions(&self, ty: ExprId) -> (Vec<Pos>, Vec<Pos>) {
        let ast = self.ast();
        let crate::ast::Expr::FuncType { params, results } = ast.expr(ast.unparen(ty)) else {
            return (Vec::new(), Vec::new());
        };
        let positions = |fields| {
            ast.list(fields)
                .map(|f| {
                    let field = ast.field(f);
                    self.at(field
                        .name
                        .map_or_else(|| ast.expr_start(field.ty), |n| ast.expr_pos(n)))
                })
                .collect()
        };
        (positions(params), positions(results))
    }

    /// The statements of a function's body become the body.
    fn statements_of(&mut self, block: StmtId) {
        let Stmt::Block(list) = self.ast().stmt(block) else {
            return;
        };
        let stmts: Vec<StmtId> = self.ast().list(list).collect();
        let mut out = Vec::new();
        self.stmts(&stmts, &mut out);
        let list = self.list(&out);
        self.body_mut().stmts = list;
    }

    /// Takes the innermost frame away and gives its body to its function.
    pub(super) fn finish(&mut self, id: FuncId) {
        let Some(mut frame) = self.frames.pop() else {
            return;
        };
        let body = Arc::new(frame.body.take_packed());
        if self.frames.is_empty() {
            // Each expression is built in one outermost function.
            self.replaced.clear();
        }
        frame.vars.clear();
        self.spare.push((frame.body, frame.vars));
        let func = &mut self.funcs[id];
        func.closures = frame.closures;
        func.closure_vars = frame.captured;
        func.original = Arc::clone(&body);
        func.body = body;
    }

    /// Opens a frame for a new closure of the function under construction.
    pub(super) fn open_closure(&mut self, closure: &Closure) -> FuncId {
        let name = self.closure_name(closure.kind);
        let parent = self.frame().func;
        let file = self.frame().place.file;
        let generic = self.funcs[parent].generic;
        let id = self.funcs.push(Func {
            generic,
            kind: closure.kind,
            name: Symbol::intern(&name),
            pos: closure.pos,
            ty: closure.ty,
            parent: Some(parent),
            ..self.init_header()
        });
        self.open(id, file);
        id
    }

    /// `F.func1`, `F.func1.1`, `F-range1`, `F.gowrap1`, `F.deferwrap1` (`ir.closureName`).
    fn closure_name(&mut self, kind: FuncKind) -> String {
        let release = self.release;
        let at = self.naming_frame();
        let parent = &self.funcs[self.frames[at].func];
        let suffix = closure_suffix(kind, parent.kind.is_closure());
        let in_init = parent.kind == FuncKind::PackageInit;
        let outer = if in_init {
            release.package_closures.to_owned()
        } else {
            parent.name.as_str().to_owned()
        };
        let mut n = self.frames[at].closures.next(kind);
        if in_init {
            self.package_closures += 1;
            n = self.package_closures;
        }
        format!("{outer}{suffix}{n}")
    }

    /// The frame after which closures are named: in older releases, bodies of loops over functions do not count.
    fn naming_frame(&self) -> usize {
        let last = self.frames.len().saturating_sub(1);
        if self.release.short_inlined_names {
            return last;
        }
        let is_body = |i: usize| self.funcs[self.frames[i].func].kind == FuncKind::RangeBody;
        (0..=last).rev().find(|&i| !is_body(i)).unwrap_or(last)
    }

    /// A function literal.
    pub(super) fn function_literal(&mut self, e: ExprId, ty_expr: ExprId, block: StmtId) -> NodeId {
        let ty = self.type_of(e);
        let pos = self.pos(e);
        let Some(sig) = ty.under_signature() else {
            return self.unknown(&[], ty, pos);
        };
        let id = self.open_closure(&Closure {
            kind: FuncKind::Literal,
            ty,
            pos,
        });
        self.parameters(id, sig, None, ty_expr);
        self.statements_of(block);
        self.dictionary_variable();
        self.finish(id);
        self.add(Node::Closure(id), ty, pos)
    }

    /// What cannot be decided, with the operands that are known.
    pub(super) fn unknown(&mut self, operands: &[NodeId], ty: Ty, pos: Pos) -> NodeId {
        let list = self.list(operands);
        self.add(Node::Unknown(list), ty, pos)
    }
}

/// What follows the name of the enclosing function in a closure's; `nested`: that is a closure itself.
pub fn closure_suffix(kind: FuncKind, nested: bool) -> &'static str {
    match kind {
        FuncKind::RangeBody => "-range",
        FuncKind::GoWrapper => ".gowrap",
        FuncKind::DeferWrapper => ".deferwrap",
        _ if nested => ".",
        _ => ".func",
    }
}
