//! Expressions and statements as the compiler prints them in messages (`ir/fmt.go`).
//!
//! The text comes from the nodes, not from the source: constants are folded, implicit conversions, addresses and
//! dereferences show only their operand, methods of concrete types are called as method expressions, and an inlined
//! call shows its result variable.

use std::fmt::Write;

use super::Package;
use super::body::{Body, ConvKind, FuncKey, FuncRef, LocalId};
use super::node::{BinOp, FuncId, Node, NodeId, Nodes, UnOp};
use super::quote::constant_text;
use super::shape::has_shape;
use super::typetext::{has_name, link_text, symbol_text, type_text};
use crate::base::symbol::Symbol;
use crate::types::builtin::BuiltinId;
use crate::types::object::Obj;
use crate::types::package::Pkg;
use crate::types::ty::{Ty, TyKind};

/// Deeper expressions print as `...`.
const MAX_DEPTH: u32 = 200;

/// The text of expression or statement `id` of `func`, in messages about `package`.
pub fn node_text(package: &Package, func: FuncId, id: NodeId) -> String {
    body_text(&package.funcs[func].body, package.pkg, id)
}

/// The same for people who do not know what the compiler calls its own variables: what such a one holds shows in its place,
/// or `…` where no source stands for it.
pub fn plain_text(package: &Package, func: FuncId, id: NodeId) -> String {
    let body = &package.funcs[func].body;
    let mut printer = Printer::new(body, package.pkg);
    printer.plain = true;
    printer.stmt(id);
    printer.out
}

/// A variable in words: "`x`", "the result of `F`", "a temporary".
pub fn variable_text(package: &Package, func: FuncId, local: LocalId) -> String {
    let body = &package.funcs[func].body;
    let name = body.locals[local].name.as_str();
    let mut printer = Printer::new(body, package.pkg);
    if is_written(name) {
        return format!("`{name}`");
    }
    match &name[..name.len().min(2)] {
        "~r" | "~R" | "~b" => match printer.inlined_callee(local) {
            Some(callee) => format!("the result of `{callee}`"),
            None => "the result".to_owned(),
        },
        "~p" => "a parameter without a name".to_owned(),
        _ => {
            printer.plain = true;
            printer.made_up(local);
            match printer.out.as_str() {
                MADE_UP => "a temporary".to_owned(),
                text => format!("`{text}`"),
            }
        }
    }
}

/// What stands in plain text for what has no source.
const MADE_UP: &str = "…";

/// Whether a variable's name is one that source has, and not one that the compiler makes up: `~r0`, `.autotmp_3`, `#next`.
fn is_written(name: &str) -> bool {
    !name.starts_with(['~', '.', '#'])
}

/// The text of expression or statement `id` of a body, in messages about package `local`.
pub fn body_text(body: &Body, local: Pkg, id: NodeId) -> String {
    let mut printer = Printer::new(body, local);
    printer.stmt(id);
    printer.out
}

/// The name of a function in messages about package `local`: `F`, `(*T).M`, `strings.(*Builder).WriteString`.
pub fn func_text(func: FuncRef, local: Option<Pkg>) -> String {
    let obj = func.obj();
    let mut name = match receiver(obj) {
        None => symbol_text(obj.name, obj.pkg, local),
        Some(recv) => {
            let own = match recv.kind() {
                TyKind::Pointer(elem) => format!("(*{})", instance_text(func, *elem)),
                _ => instance_text(func, recv),
            };
            let method = format!("{own}.{}", obj.name);
            match obj.pkg.filter(|&p| Some(p) != local) {
                Some(p) => format!("{}.{method}", p.name),
                None => method,
            }
        }
    };
    if let (FuncRef::Inst(_, inst), None) = (func, receiver(obj)) {
        let _infallible = write!(name, "[{}]", targs_text(inst.targs()));
    }
    name
}

/// The declared receiver type of a method.
fn receiver(obj: Obj) -> Option<Ty> {
    Some(obj.ty().as_signature()?.recv?.ty())
}

/// A receiver's base type without package, with the instance's type arguments.
fn instance_text(func: FuncRef, base: Ty) -> String {
    let name = match base.unalias().kind() {
        TyKind::Named(n) => n.obj.name.as_str().to_owned(),
        _ => type_text(base, func.obj().pkg),
    };
    match func {
        FuncRef::Inst(_, inst) => format!("{name}[{}]", targs_text(inst.targs())),
        FuncRef::Decl(_) => name,
    }
}

fn targs_text(targs: &[Ty]) -> String {
    let texts: Vec<String> = targs.iter().map(|&t| link_text(t)).collect();
    texts.join(",")
}

struct Printer<'a> {
    body: &'a Body,
    local: Option<Pkg>,
    out: String,
    depth: u32,
    /// Without names that the compiler makes up.
    plain: bool,
}

impl<'a> Printer<'a> {
    fn new(body: &'a Body, local: Pkg) -> Printer<'a> {
        Printer {
            body,
            local: Some(local),
            out: String::new(),
            depth: 0,
            plain: false,
        }
    }
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn ty(&mut self, ty: Ty) {
        let text = type_text(ty, self.local);
        self.text(&text);
    }

    fn stmt(&mut self, id: NodeId) {
        match self.body.node(id) {
            Node::Assign { x, y, def } => {
                self.expr(x, 0);
                self.text(if def { " := " } else { " = " });
                match y {
                    Some(y) => self.expr(y, 0),
                    None => self.text("<nil>"),
                }
            }
            Node::AssignOp {
                op, x, y, inc_dec, ..
            } => self.assign_op(op, x, y, inc_dec),
            Node::AssignList { lhs, rhs, def, .. } => {
                self.list(lhs);
                self.text(if def { " := " } else { " = " });
                self.list(rhs);
            }
            Node::Return(results) => {
                self.text("return ");
                self.list(results);
            }
            _ => self.expr(id, 0),
        }
    }

    fn assign_op(&mut self, op: BinOp, x: NodeId, y: NodeId, inc_dec: bool) {
        self.expr(x, 0);
        if inc_dec {
            self.text(if op == BinOp::Add { "++" } else { "--" });
            return;
        }
        self.text(" ");
        self.text(operator(op).0);
        self.text("= ");
        self.expr(y, 0);
    }

    fn list(&mut self, list: Nodes) {
        for (i, &id) in self.body.list(list).iter().enumerate() {
            self.text(if i > 0 { ", " } else { "" });
            self.expr(id, 0);
        }
    }

    /// What the compiler leaves out when it prints: operations that it added itself.
    fn skip_implicit(&self, mut id: NodeId) -> NodeId {
        loop {
            id = match self.body.node(id) {
                Node::Addr { x, implicit: true } | Node::Deref { x, implicit: true } => x,
                Node::Conv { x, implicit: true } if self.is_plain_conversion(id) => x,
                _ => return id,
            };
        }
    }

    fn is_plain_conversion(&self, id: NodeId) -> bool {
        matches!(
            self.body.conv_kind(id),
            ConvKind::Nop | ConvKind::Number | ConvKind::Interface
        )
    }

    /// Prints an operand of an operator with precedence `prec`.
    fn expr(&mut self, id: NodeId, prec: u8) {
        let id = self.skip_implicit(id);
        if self.depth > MAX_DEPTH {
            self.text("...");
            return;
        }
        self.depth += 1;
        let own = self.precedence(id);
        if prec > own {
            self.text("(");
            self.bare(id, own);
            self.text(")");
        } else {
            self.bare(id, own);
        }
        self.depth -= 1;
    }

    fn precedence(&self, id: NodeId) -> u8 {
        match self.body.node(id) {
            Node::Binary { op, .. } => precedence(op),
            Node::Literal(c) => self.body.written(c).map_or(8, |w| w.precedence),
            Node::Unary { .. } | Node::Addr { .. } | Node::Deref { .. } | Node::Recv(_) => 7,
            Node::Type if matches!(self.body.ty(id).kind(), TyKind::Pointer(_)) => 7,
            Node::Closure(_)
            | Node::PtrLit(_)
            | Node::InlinedCall { .. }
            | Node::AddStr(_)
            | Node::Key { .. }
            | Node::StructKey { .. } => 0,
            Node::Builtin {
                id: BuiltinId::Complex | BuiltinId::Real | BuiltinId::Imag | BuiltinId::Recover,
                ..
            } => 0,
            _ => 8,
        }
    }

    fn bare(&mut self, id: NodeId, own: u8) {
        let ty = self.body.ty(id);
        match self.body.node(id) {
            Node::Name(local)
                if self.plain && !is_written(self.body.locals[local].name.as_str()) =>
            {
                self.made_up(local);
            }
            Node::Name(local) => {
                let local = self.body.locals[local];
                let text = symbol_text(local.name, local.pkg, self.local);
                self.text(if local.name.as_str().starts_with("~b") {
                    "_"
                } else {
                    &text
                });
            }
            Node::Blank => self.text("_"),
            Node::Global(obj) => self.text(&symbol_text(obj.name, obj.pkg, self.local)),
            Node::Func(func) => self.text(&func_text(func, self.local)),
            Node::MethodExpr { func, .. } => self.method_expr(func, ty),
            Node::Literal(c) => {
                if let Some(written) = self.body.written(c) {
                    return self.text(written.text.as_str());
                }
                let text = constant_text(self.body.value(c), ty, self.local);
                self.text(&text);
            }
            Node::Nil => self.text("nil"),
            // A type that is looked up in the dictionary has no text of its own.
            Node::Type if has_shape(ty) => self.text("<node DYNAMICTYPE>"),
            Node::Type => self.ty(ty),
            Node::Dict(func) => {
                let text = self.dictionary(func);
                self.text(&text);
            }
            Node::Unary { op, x } => self.unary(
                unary_text(op),
                x,
                own,
                matches!(self.body.node(x), Node::Unary { op: o, .. } if o == op),
            ),
            Node::Recv(x) => self.unary("<-", x, own, matches!(self.body.node(x), Node::Recv(_))),
            Node::Addr { x, .. } => {
                self.unary("&", x, own, matches!(self.body.node(x), Node::Addr { .. }));
            }
            Node::Deref { x, .. } => self.unary("*", x, own, false),
            Node::Binary { op, x, y } => {
                self.expr(x, own);
                self.text(" ");
                self.text(operator(op).0);
                self.text(" ");
                self.expr(y, own + 1);
            }
            Node::AddStr(list) => {
                for (i, &x) in self.body.list(list).iter().enumerate() {
                    self.text(if i > 0 { " + " } else { "" });
                    self.expr(x, own);
                }
            }
            Node::PtrLit(x) => {
                self.text("&");
                self.expr(x, 0);
            }
            Node::Dot { x, field, .. } => {
                self.expr(x, own);
                let name = field_name(self.body.ty(x), field);
                let _infallible = write!(self.out, ".{name}");
            }
            Node::DotInter { x, method } => {
                self.expr(x, own);
                let _infallible = write!(self.out, ".{}", method.name);
            }
            Node::MethodValue { x, func } => {
                self.expr(x, own);
                let _infallible = write!(self.out, ".{}", func.obj().name);
            }
            Node::DotType { x, .. } => {
                self.expr(x, own);
                self.text(".(");
                self.ty(asserted(ty));
                self.text(")");
            }
            Node::Index { x, i } => {
                self.expr(x, own);
                self.text("[");
                self.expr(i, 0);
                self.text("]");
            }
            Node::Slice { x, parts } => self.slice(x, parts, own),
            Node::Conv { x, .. } => self.conversion(ty, x),
            Node::CompLit { list, dots: true } if self.plain => self.list(list),
            Node::CompLit { dots: true, .. } => self.text("... argument"),
            Node::CompLit { list, .. } => {
                self.ty(ty);
                self.text(if list.is_empty() { "{}" } else { "{...}" });
            }
            Node::StructKey { value, .. } => self.expr(value, 0),
            Node::Key { key, value } => {
                self.expr(key, 0);
                self.text(":");
                self.expr(value, 0);
            }
            Node::Closure(_) => self.text("func literal"),
            Node::Call { fun, args, ddd, .. } => {
                self.expr(fun, own);
                self.arguments(args, ddd);
            }
            Node::Builtin { id, args, ddd } => self.builtin(id, args, ddd, ty),
            Node::InlinedCall { results, .. } => self.inlined(results),
            Node::Unknown(_) => self.text("<unknown>"),
            Node::Send { chan, value } => {
                self.expr(chan, 3);
                self.text(" <- ");
                self.expr(value, 4);
            }
            _ => self.text("<statement>"),
        }
    }

    /// `&.dict.F[int]`, `&pkg..dict.F[int]`; the dictionary of a method is that of its type.
    fn dictionary(&self, func: FuncRef) -> String {
        let pkg = func.obj().pkg;
        let of = match receiver(func.obj()).map(Ty::unalias).map(Ty::kind) {
            None => func_text(func, pkg),
            Some(TyKind::Pointer(elem)) => instance_text(func, *elem),
            Some(_) => receiver(func.obj()).map_or_else(String::new, |t| instance_text(func, t)),
        };
        let name = Symbol::intern(&format!("{}.{of}", super::DICTIONARY));
        format!("&{}", symbol_text(name, pkg, self.local))
    }

    fn method_expr(&mut self, func: FuncRef, ty: Ty) {
        let recv = ty
            .as_signature()
            .and_then(|s| s.param_vars().first().copied());
        if let Some(recv) = recv {
            let pointer = matches!(recv.ty().kind(), TyKind::Pointer(_));
            self.text(if pointer { "(" } else { "" });
            self.ty(recv.ty());
            self.text(if pointer { ")" } else { "" });
        }
        let _infallible = write!(self.out, ".{}", func.obj().name);
    }

    fn unary(&mut self, op: &str, x: NodeId, own: u8, same: bool) {
        self.text(op);
        self.text(if same { " " } else { "" });
        self.expr(x, own + 1);
    }

    fn slice(&mut self, x: NodeId, parts: Nodes, own: u8) {
        self.expr(x, own);
        self.text("[");
        for (i, &part) in self.body.list(parts).iter().enumerate() {
            self.text(if i > 0 { ":" } else { "" });
            if self.body.node(part) != Node::Blank {
                self.expr(part, 0);
            }
        }
        self.text("]");
    }

    fn conversion(&mut self, ty: Ty, x: NodeId) {
        if has_name(ty) {
            self.ty(ty);
        } else {
            self.text("(");
            self.ty(ty);
            self.text(")");
        }
        self.text("(");
        self.expr(x, 0);
        self.text(")");
    }

    fn arguments(&mut self, args: Nodes, ddd: bool) {
        self.text("(");
        self.list(args);
        let args = self.body.list(args);
        let packed = |id: &NodeId| matches!(self.body.node(*id), Node::CompLit { dots: true, .. });
        let packed = self.plain && args.last().is_some_and(packed);
        self.text(if ddd && !packed { "...)" } else { ")" });
    }

    fn builtin(&mut self, id: BuiltinId, args: Nodes, ddd: bool, ty: Ty) {
        self.text(builtin_name(id));
        if id != BuiltinId::Make {
            self.arguments(args, ddd);
            return;
        }
        self.text("(");
        self.ty(ty);
        for &arg in self.body.list(args).iter().skip(1) {
            self.text(", ");
            self.expr(arg, 0);
        }
        self.text(")");
    }

    /// The function whose inlined call declares a variable.
    fn inlined_callee(&self, local: LocalId) -> Option<String> {
        let at = self.body.locals[local].pos.inline?;
        match self.body.inlined[at].callee {
            FuncKey::Ref(func) => Some(func_text(func, self.local)),
            FuncKey::Closure(_) => None,
        }
    }

    /// What a variable of the compiler holds: the result of a call, or what it is set to.
    fn made_up(&mut self, local: LocalId) {
        let set_to = self.body.locals[local].defn.map(|id| self.body.node(id));
        if let Some(callee) = self.inlined_callee(local).filter(|_| self.is_result(local)) {
            self.text(&format!("{callee}({MADE_UP})"));
        } else if let Some(Node::Assign { y: Some(y), .. }) = set_to {
            self.expr(y, 0);
        } else {
            self.text(MADE_UP);
        }
    }

    fn is_result(&self, local: LocalId) -> bool {
        let name = self.body.locals[local].name.as_str();
        ["~r", "~R", "~b"]
            .iter()
            .any(|start| name.starts_with(start))
    }

    fn inlined(&mut self, results: Nodes) {
        if let [one] = self.body.list(results) {
            self.expr(*one, 0);
            return;
        }
        self.text("(.");
        self.list(results);
        self.text(")");
    }
}

/// The type of an assertion: the first of the two of a comma-ok form.
fn asserted(ty: Ty) -> Ty {
    ty.vars().first().map_or(ty, |v| v.ty())
}

fn field_name(ty: Ty, field: u32) -> &'static str {
    let base = ty.under_pointer().unwrap_or(ty);
    base.under_struct()
        .and_then(|s| s.fields.get(field as usize))
        .map_or("", |f| f.name.as_str())
}

fn unary_text(op: UnOp) -> &'static str {
    match op {
        UnOp::Plus => "+",
        UnOp::Neg => "-",
        UnOp::BitNot => "^",
        UnOp::Not => "!",
    }
}

/// How tight an operator binds, in the compiler's printer.
pub(super) fn precedence(op: BinOp) -> u8 {
    operator(op).1
}

/// The operator's text and the compiler's precedence.
fn operator(op: BinOp) -> (&'static str, u8) {
    match op {
        BinOp::Mul => ("*", 6),
        BinOp::Div => ("/", 6),
        BinOp::Mod => ("%", 6),
        BinOp::Lsh => ("<<", 6),
        BinOp::Rsh => (">>", 6),
        BinOp::And => ("&", 6),
        BinOp::AndNot => ("&^", 6),
        BinOp::Add => ("+", 5),
        BinOp::Sub => ("-", 5),
        BinOp::Or => ("|", 5),
        BinOp::Xor => ("^", 5),
        BinOp::Eq => ("==", 4),
        BinOp::Ne => ("!=", 4),
        BinOp::Lt => ("<", 4),
        BinOp::Le => ("<=", 4),
        BinOp::Gt => (">", 4),
        BinOp::Ge => (">=", 4),
        BinOp::AndAnd => ("&&", 2),
        BinOp::OrOr => ("||", 1),
    }
}

fn builtin_name(id: BuiltinId) -> &'static str {
    match id {
        BuiltinId::Append => "append",
        BuiltinId::Cap => "cap",
        BuiltinId::Clear => "clear",
        BuiltinId::Close => "close",
        BuiltinId::Complex => "complex",
        BuiltinId::Copy => "copy",
        BuiltinId::Delete => "delete",
        BuiltinId::Imag => "imag",
        BuiltinId::Len => "len",
        BuiltinId::Make => "make",
        BuiltinId::Max => "max",
        BuiltinId::Min => "min",
        BuiltinId::New => "new",
        BuiltinId::Panic => "panic",
        BuiltinId::Print => "print",
        BuiltinId::Println => "println",
        BuiltinId::Real => "real",
        BuiltinId::Recover => "recover",
        BuiltinId::UnsafeAdd => "unsafe.Add",
        BuiltinId::UnsafeAlignof => "unsafe.Alignof",
        BuiltinId::UnsafeOffsetof => "unsafe.Offsetof",
        BuiltinId::UnsafeSizeof => "unsafe.Sizeof",
        BuiltinId::UnsafeSlice => "unsafe.Slice",
        BuiltinId::UnsafeSliceData => "unsafe.SliceData",
        BuiltinId::UnsafeString => "unsafe.String",
        BuiltinId::UnsafeStringData => "unsafe.StringData",
    }
}
