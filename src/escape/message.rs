//! What `-gcflags=-m` prints of escape analysis, word for word.
//!
//! | decision | line |
//! | --- | --- |
//! | variable on the heap | `moved to heap: x` |
//! | expression | `E escapes to heap`, `E does not escape` |
//! | string shared | `zero-copy string->[]byte conversion`, after the expression's line |
//! | parameter | `leaking param: x`, `leaking param content: x`, `leaking param: x to result r level=n`, `x does not escape` |
//! | assembly function | `assuming x is unsafe uintptr`; its parameters as above |
//! | `//go:uintptrescapes` | `marking x as escaping uintptr`, `… as escaping ...uintptr` |
//! | assignment to itself | `F ignoring self-assignment in S` |
//!
//! What is unknown prints nothing. Source: `escape/escape.go` of the compiler.

use rustc_hash::FxHashSet;

use super::analysis::{Analysis, BatchResult, Decided, Decision};
use super::build::Subject;
use super::call::is_escaping_uintptrs;
use super::graph::Place;
use super::leaks::{Layout, Sink};
use super::summary::Tag;
use crate::ast::Pragma;
use crate::ir::body::{Body, LocalId, Pos};
use crate::ir::node::{FuncId, Node, NodeId};
use crate::ir::print::node_text;
use crate::ir::quote::constant_text;
use crate::ir::release::Release;
use crate::ir::typetext::{has_name, symbol_text, type_text};
use crate::ir::{Func, FuncKind, Package};
use crate::types::builtin::BuiltinId;
use crate::types::constant::Value;
use crate::types::sizes::Sizes;
use crate::types::ty::{BasicKind, Ty, TyKind};

/// A line: where, and what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The position to print: that of the outermost inlined call. `None` where the compiler prints none, for variables
    /// that have no place.
    pub pos: Option<Pos>,
    /// The text after the position.
    pub text: String,
}

/// Prints a package's decisions.
pub struct Printer<'a> {
    /// The package.
    pub package: &'a Package,
    /// The release whose tags they are.
    pub release: &'static Release,
    /// The target.
    pub sizes: Sizes,
}

impl Printer<'_> {
    /// All lines, in the compiler's order.
    pub fn lines(&self, analysis: &Analysis) -> Vec<Line> {
        let mut out = Vec::new();
        for batch in &analysis.batches {
            self.batch(analysis, batch, &mut out);
        }
        out
    }

    fn batch(&self, analysis: &Analysis, batch: &BatchResult, out: &mut Vec<Line>) {
        let spoken = |func: FuncId| is_code(&self.package.funcs[func]);
        let places = batch.self_assignments.iter().copied();
        out.extend(
            places
                .filter(|p| spoken(p.func))
                .map(|p| self.self_assignment(p)),
        );
        let moved = batch.decisions.iter().filter(|d| {
            let is_variable = matches!(d.subject, Subject::Variable(..));
            is_variable && d.decided != Decided::Stack
        });
        let moved: FxHashSet<Subject> = moved.map(|d| d.subject).collect();
        for &func in &batch.members {
            let f = &self.package.funcs[func];
            if let Some(summary) = &analysis.summaries[func]
                && prints_params(f)
            {
                for (i, &param) in f.params.iter().enumerate() {
                    let is_moved = moved.contains(&Subject::Variable(func, param));
                    self.param(func, param, summary.tag(i), is_moved, out);
                }
            }
        }
        for decision in batch.decisions.iter().filter(|d| spoken(d.owner)) {
            self.decision(decision, out);
        }
    }

    fn line(&self, func: FuncId, pos: Pos, text: String) -> Line {
        let pos = self.package.funcs[func].body.outermost(pos);
        Line {
            pos: Some(pos),
            text,
        }
    }

    fn self_assignment(&self, at: Place) -> Line {
        let f = &self.package.funcs[at.func];
        let statement = node_text(self.package, at.func, at.node);
        let name = symbol_text(f.name, f.pkg, Some(self.package.pkg));
        let text = format!("{name} ignoring self-assignment in {statement}");
        self.line(at.func, f.body.pos(at.node), text)
    }

    fn decision(&self, decision: &Decision, out: &mut Vec<Line>) {
        match decision.subject {
            Subject::Anonymous => {}
            Subject::Variable(func, local) => {
                if matches!(decision.decided, Decided::Heap(_)) {
                    let local = &self.package.funcs[func].body.locals[local];
                    let name = symbol_text(local.name, local.pkg, Some(self.package.pkg));
                    let mut line = self.line(func, local.pos, format!("moved to heap: {name}"));
                    line.pos = line.pos.filter(|&pos| pos != Pos::NONE);
                    out.push(line);
                }
            }
            Subject::Storage(place) => self.storage(decision, place, out),
        }
    }

    fn storage(&self, decision: &Decision, at: Place, out: &mut Vec<Line>) {
        let body = &self.package.funcs[at.func].body;
        let (pos, node) = (body.pos(at.node), body.node(at.node));
        if let Node::Closure(literal) = node
            && is_wrapper(&self.package.funcs[literal])
        {
            return;
        }
        let outcome = match decision.decided {
            Decided::Heap(_) => "escapes to heap",
            Decided::Stack => "does not escape",
            Decided::Unknown => return,
        };
        let what = self.storage_text(at, node, decision.literal.as_ref());
        out.push(self.line(at.func, pos, format!("{what} {outcome}")));
        if decision.shared {
            let text = "zero-copy string->[]byte conversion".to_owned();
            out.push(self.line(at.func, pos, text));
        }
    }

    /// The expression as the compiler prints it, a constant in place of what it stands for.
    fn storage_text(&self, at: Place, node: Node, literal: Option<&Value>) -> String {
        match (node, literal) {
            (
                Node::Builtin {
                    id: BuiltinId::Append,
                    ..
                },
                _,
            ) => "append".to_owned(),
            (Node::Builtin { args, .. }, Some(value)) => {
                let body = &self.package.funcs[at.func].body;
                let args = body.list(args);
                self.make_text(at, body.ty(at.node), args, value)
            }
            (Node::Conv { x, implicit }, Some(value)) => {
                let body = &self.package.funcs[at.func].body;
                let operand = constant_text(value, body.ty(x), Some(self.package.pkg));
                if implicit {
                    return operand;
                }
                let ty = body.ty(at.node);
                let name = type_text(ty, Some(self.package.pkg));
                if has_name(ty) {
                    format!("{name}({operand})")
                } else {
                    format!("({name})({operand})")
                }
            }
            _ => node_text(self.package, at.func, at.node),
        }
    }

    fn make_text(&self, at: Place, ty: Ty, args: &[NodeId], value: &Value) -> String {
        let size = value.as_i64().map_or_else(String::new, |n| n.to_string());
        let name = type_text(ty, Some(self.package.pkg));
        match args {
            [_, len, _] => {
                let len = node_text(self.package, at.func, *len);
                format!("make({name}, {len}, {size})")
            }
            _ => format!("make({name}, {size})"),
        }
    }

    fn param(&self, func: FuncId, param: LocalId, tag: Tag, is_moved: bool, out: &mut Vec<Line>) {
        let f = &self.package.funcs[func];
        let body: &Body = &f.body;
        let local = &body.locals[param];
        let mut say = |text: String| out.push(self.line(func, local.pos, text));
        let name = local.name.as_str();
        if is_kind(local.ty, BasicKind::Uintptr) && !f.has_body {
            say(format!(
                "assuming {} is unsafe uintptr",
                arg_name(f, param, name)
            ));
            return;
        }
        if f.has_body && f.pragma.has(Pragma::UINTPTR_ESCAPES) {
            if is_kind(local.ty, BasicKind::Uintptr) {
                say(format!("marking {name} as escaping uintptr"));
                return;
            }
            if is_escaping_uintptrs(f, param) {
                say(format!("marking {name} as escaping ...uintptr"));
                return;
            }
        }
        let unnamed = name.starts_with('~') || (f.has_body && name == "_");
        if is_moved || unnamed || tag.unknown > 0 || !self.sizes.has_pointers(local.ty) {
            return;
        }
        for text in self.leak_texts(f, tag, name) {
            say(text);
        }
    }

    fn leak_texts(&self, f: &Func, tag: Tag, name: &str) -> Vec<String> {
        let layout = Layout::of(self.release);
        let heap = tag.leaks.get(layout, Sink::Heap).map(|derefs| {
            let what = if derefs == 0 {
                "param"
            } else {
                "param content"
            };
            format!("leaking {what}: {name}")
        });
        let results = f.results.iter().enumerate().filter_map(|(i, &result)| {
            let level = tag.leaks.get(layout, Sink::Result(i as u32))?;
            let result = f.body.locals[result].name;
            Some(format!(
                "leaking param: {name} to result {result} level={level}"
            ))
        });
        let mut texts: Vec<String> = heap.into_iter().chain(results).collect();
        if texts.is_empty() {
            texts.push(format!("{name} does not escape"));
        }
        texts
    }
}

/// Wrappers and instances print nothing of their parameters.
fn prints_params(f: &Func) -> bool {
    !is_wrapper(f) && f.kind != FuncKind::Wrapper && !f.dup_ok && is_code(f)
}

/// Of generic functions only the instances are compiled.
fn is_code(f: &Func) -> bool {
    !f.generic
}

/// The closures that `go` and `defer` statements are wrapped in.
fn is_wrapper(f: &Func) -> bool {
    matches!(f.kind, FuncKind::GoWrapper | FuncKind::DeferWrapper)
}

/// Parameters without a name are numbered from 1, the receiver first.
fn arg_name(f: &Func, param: LocalId, name: &str) -> String {
    if !name.starts_with('~') {
        return name.to_owned();
    }
    let at = f.params.iter().position(|&p| p == param).unwrap_or(0);
    format!("arg#{}", at + 1)
}

fn is_kind(ty: Ty, kind: BasicKind) -> bool {
    matches!(ty.under().kind(), TyKind::Basic(b) if b.kind == kind)
}
