//! What names mean as far as one declaration shows: enough to be sure, or to know that one is not.
//!
//! Scopes are not tracked. A name counts as a variable only if everything of that name in the whole top-level
//! declaration, literals included, is a variable and the package declares nothing but variables under it; it counts as
//! predeclared only if nothing at all declares it. So an answer is right whatever the scopes are.

use rustc_hash::FxHashMap;

use crate::ast::visit::{Node, walk};
use crate::ast::{Ast, Decl, DeclId, Expr, ExprId, FieldId, List, Stmt};
use crate::base::span::Span;
use crate::base::symbol::{Symbol, sym};
use crate::lex::token::Kind;

/// What kinds of thing a name is declared as; several at once if it is declared several times.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Kinds(u8);

impl Kinds {
    /// A variable with a value or type of its own.
    pub const VARIABLE: Kinds = Kinds(1);
    /// A parameter, result or receiver.
    pub const PARAMETER: Kinds = Kinds(1 << 1);
    /// A constant.
    pub const CONSTANT: Kinds = Kinds(1 << 2);
    /// A function.
    pub const FUNCTION: Kinds = Kinds(1 << 3);
    /// A type, type parameter, import, or something else.
    pub const OTHER: Kinds = Kinds(1 << 4);

    fn with(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// Whether nothing but `others` is in the set.
    pub fn within(self, others: Kinds) -> bool {
        self.0 & !others.0 == 0
    }
}

/// What a package declares at its top level, imports of all its files included.
#[derive(Clone, Debug, Default)]
pub struct PackageNames {
    names: FxHashMap<Symbol, Kinds>,
    /// A dot import or a file that did not parse may declare anything.
    incomplete: bool,
}

impl PackageNames {
    /// The names of the package with these files, each with its bytes.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a Ast, &'a [u8])>) -> PackageNames {
        let mut package = PackageNames::default();
        for (ast, text) in files {
            for &decl in &ast.decls {
                package.add(ast, text, decl);
            }
        }
        package
    }

    fn add(&mut self, ast: &Ast, text: &[u8], decl: DeclId) {
        match ast.decl(decl) {
            Decl::Bad => self.incomplete = true,
            Decl::Import {
                name: Some(name), ..
            } if ast.name(name) == sym::DOT => self.incomplete = true,
            Decl::Import {
                name: Some(name), ..
            } => self.note(ast.name(name), Kinds::OTHER),
            // Packages are called as the last part of their path says, but for rare ones.
            Decl::Import { name: None, path } => {
                let path = String::from_utf8_lossy(ast.expr_span(path).text(text));
                let last = path
                    .trim_matches(['"', '`'])
                    .rsplit('/')
                    .next()
                    .unwrap_or_default();
                self.note(Symbol::intern(last), Kinds::OTHER);
            }
            Decl::Const { names, .. } => self.note_all(ast, names, Kinds::CONSTANT),
            Decl::Var { names, .. } => self.note_all(ast, names, Kinds::VARIABLE),
            Decl::Type { name, .. } => self.note(ast.name(name), Kinds::OTHER),
            Decl::Func {
                recv: None, name, ..
            } => self.note(ast.name(name), Kinds::FUNCTION),
            Decl::Func { .. } => {}
        }
    }

    fn note_all(&mut self, ast: &Ast, names: List<ExprId>, kinds: Kinds) {
        for name in ast.list(names) {
            self.note(ast.name(name), kinds);
        }
    }

    fn note(&mut self, name: Symbol, kinds: Kinds) {
        let entry = self.names.entry(name).or_default();
        *entry = entry.with(kinds);
    }

    fn get(&self, name: Symbol) -> Option<Kinds> {
        self.names.get(&name).copied()
    }
}

/// All declarations of one name inside of a top-level declaration.
#[derive(Clone, Debug, Default)]
struct Local {
    /// Offsets, ascending.
    at: Vec<u32>,
    kinds: Kinds,
}

/// The names that one top-level declaration declares, on top of its package's.
pub struct Names<'n> {
    ast: &'n Ast,
    package: &'n PackageNames,
    locals: FxHashMap<Symbol, Local>,
    /// The types of parameters, results and variables that are declared once with a type.
    types: FxHashMap<Symbol, ExprId>,
    /// What local variables may get their values from: see [`Names::may_be_static`].
    values: FxHashMap<Symbol, Vec<Option<ExprId>>>,
    /// Whether a label may be jumped back to, which makes loops that are not written as such.
    pub has_goto: bool,
}

impl<'n> Names<'n> {
    /// Collects the names of `decl`.
    pub fn new(ast: &'n Ast, package: &'n PackageNames, decl: DeclId) -> Names<'n> {
        let mut names = Names {
            ast,
            package,
            locals: FxHashMap::default(),
            types: FxHashMap::default(),
            values: FxHashMap::default(),
            has_goto: false,
        };
        walk(ast, Node::Decl(decl), |node| names.node(decl, node));
        names.locals.values_mut().for_each(|l| l.at.sort_unstable());
        names
    }

    fn node(&mut self, root: DeclId, node: Node) {
        match node {
            Node::Decl(id) if id != root => self.declaration(id),
            Node::Decl(id) => {
                if let Decl::Func {
                    recv: Some(recv), ..
                } = self.ast.decl(id)
                {
                    self.parameter(recv);
                }
            }
            Node::Stmt(id) => self.statement(self.ast.stmt(id)),
            Node::Expr(id) => {
                if let Expr::FuncType { params, results } = self.ast.expr(id) {
                    let fields: Vec<FieldId> = self
                        .ast
                        .list(params)
                        .chain(self.ast.list(results))
                        .collect();
                    fields.into_iter().for_each(|f| self.parameter(f));
                }
            }
            Node::Field(_) => {}
        }
    }

    fn parameter(&mut self, field: FieldId) {
        let field = self.ast.field(field);
        if let Some(name) = field.name {
            self.declare(name, Kinds::PARAMETER);
            self.types.insert(self.ast.name(name), field.ty);
        }
    }

    fn declaration(&mut self, decl: DeclId) {
        match self.ast.decl(decl) {
            Decl::Const { names, .. } => self.declare_all(names, Kinds::CONSTANT),
            Decl::Var { names, ty, values } => {
                self.declare_all(names, Kinds::VARIABLE);
                self.assign(names, values);
                for name in self.ast.list(names) {
                    ty.map(|ty| self.types.insert(self.ast.name(name), ty));
                }
            }
            Decl::Type { name, .. } => self.declare(name, Kinds::OTHER),
            _ => {}
        }
    }

    fn statement(&mut self, stmt: Stmt) {
        match stmt {
            Stmt::Assign { op, lhs, rhs } => {
                if op == Kind::Define {
                    self.declare_all(lhs, Kinds::VARIABLE);
                }
                match op {
                    Kind::Define | Kind::Assign => self.assign(lhs, rhs),
                    _ => self.assign(lhs, List::EMPTY),
                }
            }
            Stmt::Range { lhs, define, .. } => {
                if define {
                    self.declare_all(lhs, Kinds::VARIABLE);
                }
                self.assign(lhs, List::EMPTY);
            }
            Stmt::IncDec { x, .. } => {
                let name = self.ast.name(self.ast.unparen(x));
                self.values.entry(name).or_default().push(None);
            }
            Stmt::TypeSwitch {
                name: Some(name), ..
            } => self.declare(name, Kinds::VARIABLE),
            Stmt::Branch {
                keyword: Kind::Goto,
                ..
            } => self.has_goto = true,
            _ => {}
        }
    }

    fn declare_all(&mut self, names: List<ExprId>, kinds: Kinds) {
        for name in self.ast.list(names) {
            self.declare(name, kinds);
        }
    }

    fn declare(&mut self, name: ExprId, kinds: Kinds) {
        let local = self.locals.entry(self.ast.name(name)).or_default();
        local.at.push(self.ast.expr_pos(name));
        local.kinds = local.kinds.with(kinds);
    }

    /// Notes what the names on the left get: the value beside them, or something that is not a single expression.
    fn assign(&mut self, lhs: List<ExprId>, rhs: List<ExprId>) {
        let paired = self.ast.list_len(lhs) == self.ast.list_len(rhs);
        for (i, target) in self.ast.list(lhs).enumerate() {
            let value = self.ast.list_get(rhs, i).filter(|_| paired);
            let name = self.ast.name(self.ast.unparen(target));
            self.values.entry(name).or_default().push(value);
        }
    }

    /// What kinds of thing `name` may be, anywhere in the declaration; `None` if nothing declares it.
    fn kinds(&self, name: Symbol) -> Option<Kinds> {
        let local = self.locals.get(&name).map(|l| l.kinds);
        local
            .into_iter()
            .chain(self.package.get(name))
            .reduce(Kinds::with)
    }

    /// Whether `name` means what the language says it means.
    pub fn is_predeclared(&self, name: Symbol) -> bool {
        !self.package.incomplete && self.kinds(name).is_none()
    }

    /// The predeclared name that `x` is, if it is one for sure.
    pub fn predeclared(&self, x: ExprId) -> Option<Symbol> {
        let name = self.ast.name(self.ast.unparen(x));
        (name != sym::EMPTY && self.is_predeclared(name)).then_some(name)
    }

    /// Whether `name` is a variable or parameter, wherever in the declaration it is used.
    pub fn is_variable(&self, name: Symbol) -> bool {
        let variable = Kinds::VARIABLE.with(Kinds::PARAMETER);
        !self.package.incomplete && self.kinds(name).is_some_and(|k| k.within(variable))
    }

    /// Whether `name` is a function of the package and nothing else.
    pub fn is_function(&self, name: Symbol) -> bool {
        !self.package.incomplete && self.kinds(name) == Some(Kinds::FUNCTION)
    }

    /// Whether `name` is a variable of this very declaration.
    pub fn is_local(&self, name: Symbol) -> bool {
        self.is_variable(name)
            && self.locals.contains_key(&name)
            && self.package.get(name).is_none()
    }

    /// Whether `name` is a parameter and nothing else.
    pub fn is_parameter(&self, name: Symbol) -> bool {
        !self.package.incomplete && self.kinds(name) == Some(Kinds::PARAMETER)
    }

    /// Whether `name` is declared in the bytes `span` of the declaration, and whether it is declared outside of them.
    pub fn declared(&self, name: Symbol, span: Span) -> (bool, bool) {
        let Some(local) = self.locals.get(&name) else {
            return (false, false);
        };
        let from = local.at.partition_point(|&at| at < span.start);
        let to = local.at.partition_point(|&at| at < span.end);
        (from < to, to - from < local.at.len())
    }

    /// Whether `at` is the first place that declares `name`.
    pub fn is_first_declaration(&self, name: Symbol, at: u32) -> bool {
        self.locals
            .get(&name)
            .is_some_and(|l| l.at.first() == Some(&at))
    }

    /// The written type of the only declaration of `name`, if it has one.
    pub fn type_of(&self, name: Symbol) -> Option<ExprId> {
        let only = self.locals.get(&name).is_some_and(|l| l.at.len() == 1);
        self.types
            .get(&name)
            .copied()
            .filter(|_| only && self.package.get(name).is_none())
    }

    /// Whether the compiler may know the value of `x` at compile time, by following variables that get a value only once
    /// (`ir.StaticValue`). Parameters have none, nor has what is read from memory or computed from variables.
    pub fn may_be_static(&self, x: ExprId) -> bool {
        self.may_be_static_within(x, 16)
    }

    fn may_be_static_within(&self, x: ExprId, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return true;
        };
        match self.ast.expr(self.ast.unparen(x)) {
            Expr::Name(name) if self.is_parameter(name) => false,
            Expr::Name(name) if self.is_local(name) => {
                match self.values.get(&name).map(Vec::as_slice) {
                    Some([Some(value)]) => self.may_be_static_within(*value, depth),
                    Some(_) => false,
                    None => true,
                }
            }
            Expr::Index { .. } | Expr::Star(_) | Expr::Assert { .. } => false,
            Expr::Unary { op, .. } => op != Kind::Arrow,
            Expr::Binary { x, y, .. } => {
                ![x, y].into_iter().any(|side| self.is_variable_name(side))
            }
            Expr::Call { fun, args, .. } => self.may_be_static_call(fun, args, depth),
            _ => true,
        }
    }

    /// A conversion or length is followed to its operand; a call may be inlined and give a constant.
    fn may_be_static_call(&self, fun: ExprId, args: List<ExprId>, depth: u32) -> bool {
        match (self.predeclared(fun), self.ast.list_get(args, 0)) {
            (Some(_), Some(arg)) => self.may_be_static_within(arg, depth),
            _ => true,
        }
    }

    fn is_variable_name(&self, x: ExprId) -> bool {
        self.is_variable(self.ast.name(self.ast.unparen(x)))
    }
}

/// Whether the language declares `name` itself.
pub fn is_universal(name: Symbol) -> bool {
    const NAMES: [Symbol; 44] = [
        sym::ANY,
        sym::APPEND,
        sym::BOOL,
        sym::BYTE,
        sym::CAP,
        sym::CLEAR,
        sym::CLOSE,
        sym::COMPARABLE,
        sym::COMPLEX,
        sym::COMPLEX64,
        sym::COMPLEX128,
        sym::COPY,
        sym::DELETE,
        sym::ERROR,
        sym::FALSE,
        sym::FLOAT32,
        sym::FLOAT64,
        sym::IMAG,
        sym::INT,
        sym::INT8,
        sym::INT16,
        sym::INT32,
        sym::INT64,
        sym::IOTA,
        sym::LEN,
        sym::MAKE,
        sym::MAX,
        sym::MIN,
        sym::NEW,
        sym::NIL,
        sym::PANIC,
        sym::PRINT,
        sym::PRINTLN,
        sym::REAL,
        sym::RECOVER,
        sym::RUNE,
        sym::STRING,
        sym::TRUE,
        sym::UINT,
        sym::UINT8,
        sym::UINT16,
        sym::UINT32,
        sym::UINT64,
        sym::UINTPTR,
    ];
    NAMES.contains(&name)
}
