//! Types with members: structs and interfaces.

use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use super::arena::alloc_slice;
use super::check::Checker;
use super::constant::Value;
use super::lookup::deref;
use super::object::{FuncInfo, Obj, ObjKind, VarInfo, VarKind};
use super::ty::{Interface, Struct, Ty, TyKind};
use super::typeset::type_set;
use crate::ast::{Expr, ExprId, FieldId, List};
use crate::base::symbol::{Symbol, sym};
use crate::lex::token::Kind;

/// The fields of a struct type as they are collected.
#[derive(Default)]
struct Fields {
    vars: Vec<Obj>,
    tags: Vec<Symbol>,
    seen: FxHashSet<Symbol>,
}

impl Checker<'_> {
    /// The struct type with the fields of `list`.
    pub(super) fn struct_type(&mut self, list: List<FieldId>) -> Ty {
        let ast = self.ast;
        let mut fields = Fields::default();
        let mut previous: Option<(ExprId, Ty)> = None;
        for f in ast.list(list) {
            let field = ast.field(f);
            let ty = match previous {
                Some((same, ty)) if same == field.ty => ty,
                _ => self.var_type(field.ty),
            };
            previous = Some((field.ty, ty));
            let tag = field.tag.map_or(sym::EMPTY, |t| self.tag(t));
            match field.name {
                Some(name) => self.named_field(&mut fields, name, ty, tag),
                None => self.embedded_field(&mut fields, field.ty, ty, tag),
            }
        }
        let tags = if fields.tags.iter().all(|&t| t == sym::EMPTY) {
            Vec::new()
        } else {
            fields.tags
        };
        Ty::of_struct(Struct {
            fields: alloc_slice(fields.vars),
            tags: alloc_slice(tags),
        })
    }

    fn new_field(&self, name: Symbol, offset: u32, ty: Ty, embedded: bool) -> Obj {
        let info = VarInfo {
            kind: VarKind::Field,
            embedded,
            origin: None,
        };
        let pos = self.pos(offset);
        Obj::typed(ObjKind::Var(info), name, Some(self.pkg), pos, ty)
    }

    fn add_field(&mut self, fields: &mut Fields, at: ExprId, var: Obj, tag: Symbol) -> bool {
        if var.name != sym::BLANK && !fields.seen.insert(var.name) {
            self.error_at(at, format!("{} redeclared", var.name));
            return false;
        }
        fields.vars.push(var);
        fields.tags.push(tag);
        true
    }

    fn named_field(&mut self, fields: &mut Fields, name: ExprId, ty: Ty, tag: Symbol) {
        let var = self.new_field(self.ast.name(name), self.ast.expr_pos(name), ty, false);
        if self.add_field(fields, name, var, tag) {
            self.record_def(name, var);
        }
    }

    fn embedded_field(&mut self, fields: &mut Fields, e: ExprId, ty: Ty, tag: Symbol) {
        let Some(name) = self.embedded_name(e) else {
            self.error_at(e, "invalid embedded field type");
            return;
        };
        let ast = self.ast;
        let (symbol, offset) = match ast.expr(name) {
            Expr::Selector { sel, .. } => (sel, ast.sel_span(name).start),
            _ => (ast.name(name), ast.expr_pos(name)),
        };
        let var = self.new_field(symbol, offset, ty, true);
        if self.add_field(fields, name, var, tag) {
            self.tables().embedded.insert(name, var);
        }
        self.later(move |c| c.valid_embedded(e, ty));
    }

    /// The name or selector that names an embedded field.
    fn embedded_name(&self, mut e: ExprId) -> Option<ExprId> {
        let mut stars = 0;
        loop {
            e = match self.ast.expr(e) {
                Expr::Name(_) | Expr::Selector { .. } => return Some(e),
                Expr::Star(x) if stars == 0 => {
                    stars += 1;
                    x
                }
                Expr::Index { x, .. } | Expr::Paren(x) => x,
                _ => return None,
            }
        }
    }

    fn valid_embedded(&mut self, e: ExprId, ty: Ty) {
        let (base, is_ptr) = deref(ty);
        match base.under().kind() {
            TyKind::Pointer(_) => self.error_at(e, "embedded field type cannot be a pointer"),
            TyKind::Interface(_) if base.as_type_param().is_some() => {
                self.error_at(e, "embedded field type cannot be a type parameter");
            }
            TyKind::Interface(_) if is_ptr => {
                self.error_at(e, "embedded field type cannot be a pointer to an interface");
            }
            _ => {}
        }
    }

    fn tag(&mut self, literal: ExprId) -> Symbol {
        let text = self.ast.expr_span(literal).text(self.src());
        match Value::from_literal(text, self.literal_kind(literal)) {
            Value::Str(text) => Symbol::intern_bytes(&text.to_bytes()),
            _ => sym::EMPTY,
        }
    }

    fn literal_kind(&self, literal: ExprId) -> Kind {
        match self.ast.expr(literal) {
            Expr::BasicLit(kind) => kind,
            _ => Kind::Bad,
        }
    }

    /// The interface type with the elements of `list`, behind the name `def` if there is one.
    pub(super) fn interface_type(&mut self, list: List<FieldId>, def: Option<Obj>) -> Ty {
        let ast = self.ast;
        let mut methods = Vec::new();
        let mut embeddeds = Vec::new();
        let mut receivers = Vec::new();
        for f in ast.list(list) {
            let field = ast.field(f);
            match field.name {
                None => embeddeds.push(self.parse_union(field.ty)),
                Some(name) => {
                    if let Some((method, recv)) = self.interface_method(name, field.ty) {
                        methods.push(method);
                        receivers.push(recv);
                    }
                }
            }
        }
        let ty = self.new_interface(methods, embeddeds, false);
        let recv_ty = def.map_or(ty, |d| match d.ty().kind() {
            TyKind::Named(_) => d.ty(),
            _ => ty,
        });
        for recv in receivers {
            recv.set_ty(recv_ty);
        }
        ty
    }

    fn new_interface(&mut self, methods: Vec<Obj>, embeddeds: Vec<Ty>, implicit: bool) -> Ty {
        let ty = Ty::interface(Interface {
            methods: Self::sorted_methods(methods),
            embeddeds: alloc_slice(embeddeds),
            implicit,
            tset: OnceLock::new(),
        });
        self.later(move |_| {
            if let TyKind::Interface(iface) = ty.kind() {
                type_set(iface);
            }
        });
        ty
    }

    /// The interface that a constraint written without `interface` stands for.
    pub(super) fn implicit_interface(&mut self, e: ExprId) -> Ty {
        let element = self.parse_union(e);
        self.new_interface(Vec::new(), vec![element], true)
    }

    /// A method and its receiver, whose type is not set yet.
    fn interface_method(&mut self, name: ExprId, e: ExprId) -> Option<(Obj, Obj)> {
        let symbol = self.ast.name(name);
        if symbol == sym::BLANK {
            self.error_at(name, "methods must have a unique non-blank name");
            return None;
        }
        let written = self.typ(e);
        let TyKind::Signature(sig) = written.kind() else {
            return None;
        };
        let offset = self.ast.expr_pos(name);
        let recv = self.interface_recv(offset);
        let info = FuncInfo {
            ptr_recv: false,
            origin: None,
        };
        let sig = Self::with_recv(sig, recv);
        let pos = self.pos(offset);
        let method = Obj::typed(ObjKind::Func(info), symbol, Some(self.pkg), pos, sig);
        self.record_def(name, method);
        Some((method, recv))
    }
}
