//! Static values: what an expression is known to be because variables on the way are assigned once.
//!
//! A local variable that is no parameter, whose address is not taken and that nothing but its definition `x := e` assigns
//! to, has the static value of `e`. Assignments are looked for in the outermost function around it and all closures in
//! there. A variable of function type with only plain assignments has the list of what is assigned.
//!
//! Source: `ir/reassignment.go` of the compiler.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ir::body::{Body, Class, ConvKind, LocalId};
use crate::ir::node::{FuncId, ListKind, Node, NodeId};
use crate::ir::{FuncKind, Package};
use crate::types::ty::TyKind;

/// A variable where it is declared.
type Variable = (FuncId, LocalId);

/// A right side: whose body it lies in, and the node; `None` zeroes.
pub(super) type Assigned = (FuncId, Option<NodeId>);

/// What is assigned in one outermost function.
#[derive(Default)]
struct Assignments {
    /// Variables with an assignment that is not their definition.
    reassigned: FxHashSet<Variable>,
    /// The plain assignments to variables of function type; `None` if there are others.
    functions: FxHashMap<Variable, Option<Vec<Assigned>>>,
}

/// The assignments of the functions asked for so far.
pub(super) struct Cache<'a> {
    package: &'a Package,
    known: FxHashMap<FuncId, Assignments>,
}

impl<'a> Cache<'a> {
    pub fn new(package: &'a Package) -> Cache<'a> {
        Cache {
            package,
            known: FxHashMap::default(),
        }
    }

    fn body(&self, func: FuncId) -> &'a Body {
        &self.package.funcs[func].body
    }

    /// What expression `node` of `func` is known to be: a node, maybe of an enclosing function. The node itself if
    /// nothing more is known.
    pub fn value(&mut self, mut func: FuncId, mut node: NodeId) -> (FuncId, NodeId) {
        // Each step goes to an earlier definition, so this ends; the bound is for bodies that are not well formed.
        for _ in 0..10_000 {
            let body = self.body(func);
            match body.node(node) {
                Node::Conv { x, .. } if body.conv_kind(node) == ConvKind::Nop => node = x,
                Node::InlinedCall { results, .. } => match body.list(results) {
                    [result] => node = *result,
                    _ => break,
                },
                Node::Name(local) => match self.definition(func, local) {
                    Some(definition) => (func, node) = definition,
                    None => break,
                },
                _ => break,
            }
        }
        (func, node)
    }

    fn definition(&mut self, func: FuncId, local: LocalId) -> Option<(FuncId, NodeId)> {
        let (func, local) = self.package.canonical(func, local);
        let body = self.body(func);
        let var = body.locals[local];
        let defn = var.defn.filter(|_| is_candidate(body, local))?;
        let value = match body.node(defn) {
            Node::Assign { y, .. } => y?,
            Node::AssignList {
                kind: ListKind::Pairs,
                lhs,
                rhs,
                ..
            } => {
                let at = body
                    .list(lhs)
                    .iter()
                    .position(|&x| body.node(x) == Node::Name(local))?;
                *body.list(rhs).get(at)?
            }
            _ => return None,
        };
        let again = self.assignments(func).reassigned.contains(&(func, local));
        (!again).then_some((func, value))
    }

    /// All right sides of a variable of function type; `None` if it is no such variable or may hold something else.
    pub fn function_values(&mut self, func: FuncId, local: LocalId) -> Option<Vec<Assigned>> {
        let variable = self.package.canonical(func, local);
        let assignments = self.assignments(variable.0);
        assignments.functions.get(&variable)?.clone()
    }

    fn assignments(&mut self, func: FuncId) -> &Assignments {
        let package = self.package;
        let root = outermost(package, func);
        self.known
            .entry(root)
            .or_insert_with(|| find_assignments(package, root))
    }
}

/// The function around all closures around `func`; initialisers are apart from each other.
fn outermost(package: &Package, mut func: FuncId) -> FuncId {
    while let Some(parent) = package.funcs[func].parent {
        if package.funcs[parent].kind == FuncKind::PackageInit {
            break;
        }
        func = parent;
    }
    func
}

/// Whether the variable may have a static value at all.
fn is_candidate(body: &Body, local: LocalId) -> bool {
    let var = &body.locals[local];
    var.class == Class::Auto && !var.addr_taken
}

fn find_assignments(package: &Package, root: FuncId) -> Assignments {
    let mut found = Assignments::default();
    let mut todo = vec![root];
    let mut seen = FxHashSet::default();
    while let Some(func) = todo.pop() {
        if !seen.insert(func) {
            continue;
        }
        let body: &Body = &package.funcs[func].body;
        body.preorder(body.stmts, |id| {
            match body.node(id) {
                Node::Closure(literal) => todo.push(literal),
                _ => found.look_at(package, func, id),
            }
            true
        });
    }
    found
}

impl Assignments {
    fn look_at(&mut self, package: &Package, func: FuncId, id: NodeId) {
        let body: &Body = &package.funcs[func].body;
        match body.node(id) {
            Node::Assign { x, y, .. } => self.plain(package, func, id, x, y),
            Node::AssignOp { x, .. } => self.other(package, func, id, x),
            Node::AssignList { lhs, .. } => {
                for &x in body.list(lhs) {
                    self.other(package, func, id, x);
                }
            }
            Node::Range { key, value, .. } => {
                for x in [key, value].into_iter().flatten() {
                    self.other(package, func, id, x);
                }
            }
            Node::Dcl(local) => self.declared(package, func, local),
            _ => {}
        }
    }

    fn declared(&mut self, package: &Package, func: FuncId, local: LocalId) {
        let body = &package.funcs[func].body;
        let is_function = matches!(body.locals[local].ty.under().kind(), TyKind::Signature(_));
        if is_function && is_candidate(body, local) {
            self.functions
                .entry((func, local))
                .or_insert_with(|| Some(Vec::new()));
        }
    }

    fn plain(&mut self, package: &Package, func: FuncId, id: NodeId, x: NodeId, y: Option<NodeId>) {
        let Some(variable) = outer_variable(package, func, x) else {
            return;
        };
        self.unless_definition(package, variable, (func, id));
        if let Some(Some(list)) = self.functions.get_mut(&variable) {
            list.push((func, y));
        }
    }

    fn other(&mut self, package: &Package, func: FuncId, id: NodeId, x: NodeId) {
        let Some(variable) = outer_variable(package, func, x) else {
            return;
        };
        self.unless_definition(package, variable, (func, id));
        self.functions.insert(variable, None);
    }

    fn unless_definition(&mut self, package: &Package, variable: Variable, at: (FuncId, NodeId)) {
        let (func, local) = variable;
        let defn = package.funcs[func].body.locals[local].defn;
        if defn.map(|d| (func, d)) != Some(at) {
            self.reassigned.insert(variable);
        }
    }
}

/// The variable of which a destination is a part.
fn outer_variable(package: &Package, func: FuncId, mut id: NodeId) -> Option<Variable> {
    let body = &package.funcs[func].body;
    loop {
        id = match body.node(id) {
            Node::Name(local) => return Some(package.canonical(func, local)),
            Node::Dot { x, .. } if body.ty(x).under_pointer().is_none() => x,
            Node::Conv { x, .. } if body.conv_kind(id) == ConvKind::Nop => x,
            Node::Index { x, .. } if matches!(body.ty(x).under().kind(), TyKind::Array { .. }) => x,
            _ => return None,
        };
    }
}
