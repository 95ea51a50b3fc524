//! What checking finds out, by expression: dense tables beside the tree of each file.

use rustc_hash::FxHashMap;

use super::constant::Value;
use super::object::Obj;
use super::operand::Mode;
use super::package::Pkg;
use super::ty::Ty;
use crate::ast::{Ast, DeclId, ExprId, StmtId};
use crate::base::few::Few;
use crate::base::index::IndexVec;
use crate::base::source::FileId;

/// What one expression is. Expressions that are no operands or types (field names, keys of struct literals, labels)
/// have mode [`Mode::Invalid`] and no type; look at [`FileInfo::object`] for them.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExprInfo {
    /// The type; a tuple for calls with several results and for comma-ok expressions used as such.
    pub ty: Option<Ty>,
    /// What it denotes.
    pub mode: Mode,
    /// Bits of [`flag`].
    pub flags: u8,
    /// 1 + index into the constants (for [`Mode::Constant`]) or selections (for selectors); 0 for none.
    pub extra: u32,
}

const _: () = assert!(size_of::<ExprInfo>() == 16);

/// Bits of [`ExprInfo::flags`].
pub mod flag {
    /// The type is untyped and not final: the context may still give it one.
    pub const UNTYPED: u8 = 1;
    /// The left operand of a shift whose type the context decides.
    pub const SHIFT_LHS: u8 = 1 << 1;
    /// A call of the predeclared `panic`.
    pub const PANICS: u8 = 1 << 2;
}

/// What a selector `x.f` selects when `x` is no package.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SelectionKind {
    /// `x.f` is a field.
    Field,
    /// `x.f` is a method of the value `x`.
    Method,
    /// `T.f` is a method of the type `T`.
    MethodExpr,
}

/// A selection.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What is selected.
    pub kind: SelectionKind,
    /// The type of `x`, or `T` itself for a method expression.
    pub recv: Ty,
    /// The field or method.
    pub obj: Obj,
    /// The way through embedded fields: field indices, the last one that of the field, or of the method among its
    /// type's methods.
    pub path: Few<u32>,
    /// Whether a pointer is followed on the way.
    pub indirect: bool,
}

/// An instantiation of a generic function or type, by the name that denotes it.
#[derive(Clone, Copy, Debug)]
pub struct InstanceInfo {
    /// One type for each type parameter.
    pub targs: &'static [Ty],
    /// The instantiated type or signature.
    pub ty: Ty,
}

/// The findings for one file.
#[derive(Debug)]
pub struct FileInfo {
    /// The file.
    pub file: FileId,
    /// By expression.
    pub exprs: IndexVec<ExprId, ExprInfo>,
    /// What names and selectors define or use, by expression.
    pub objects: IndexVec<ExprId, Option<Obj>>,
    /// The names of types and type parameters that are declared anywhere in the file, as they were met.
    pub type_names: Vec<Obj>,
    consts: Vec<Value>,
    selections: Vec<Selection>,
    /// Instantiations, by the name (or selector) that denotes the generic function or type.
    pub instances: FxHashMap<ExprId, InstanceInfo>,
    /// The variable that a clause of a type switch declares, by clause.
    pub implicits: FxHashMap<StmtId, Obj>,
    /// The fields that embedded types declare, by the name (or selector) of the type.
    pub embedded: FxHashMap<ExprId, Obj>,
    /// Variables of enclosing functions that a function literal refers to, itself or in literals within, in order of
    /// first mention.
    pub captures: FxHashMap<ExprId, Vec<Obj>>,
}

impl FileInfo {
    /// Empty tables for a file.
    pub fn new(file: FileId, ast: &Ast) -> FileInfo {
        FileInfo {
            file,
            exprs: IndexVec::from_elem(ExprInfo::default(), ast.expr_count()),
            objects: IndexVec::from_elem(None, ast.expr_count()),
            type_names: Vec::new(),
            consts: Vec::new(),
            selections: Vec::new(),
            instances: FxHashMap::default(),
            implicits: FxHashMap::default(),
            embedded: FxHashMap::default(),
            captures: FxHashMap::default(),
        }
    }

    /// What a name or selector defines or uses.
    #[inline]
    pub fn object(&self, id: ExprId) -> Option<Obj> {
        self.objects[id]
    }

    /// The type of an expression: as recorded, else that of the object it stands for.
    pub fn type_of(&self, id: ExprId) -> Option<Ty> {
        self.exprs[id]
            .ty
            .or_else(|| self.objects[id].and_then(Obj::known_ty))
    }

    /// The value of a constant expression.
    pub fn const_value(&self, id: ExprId) -> Option<&Value> {
        let info = self.exprs[id];
        if info.mode != Mode::Constant {
            return None;
        }
        self.consts.get((info.extra as usize).checked_sub(1)?)
    }

    /// What a selector selects; `None` for qualified names.
    pub fn selection(&self, id: ExprId) -> Option<&Selection> {
        let info = self.exprs[id];
        if info.mode == Mode::Constant {
            return None;
        }
        self.selections.get((info.extra as usize).checked_sub(1)?)
    }

    /// Notes what an expression is; keeps its selection.
    pub fn record(&mut self, id: ExprId, mode: Mode, ty: Ty, flags: u8) {
        let info = &mut self.exprs[id];
        info.mode = mode;
        info.ty = Some(ty);
        info.flags = flags | (info.flags & flag::PANICS);
    }

    /// Notes a constant's value.
    pub fn record_const(&mut self, id: ExprId, value: Value) {
        match self.exprs[id].extra as usize {
            0 => {
                self.consts.push(value);
                self.exprs[id].extra = self.consts.len() as u32;
            }
            i => self.consts[i - 1] = value,
        }
    }

    /// Notes what a selector selects.
    pub fn record_selection(&mut self, id: ExprId, selection: Selection) {
        self.selections.push(selection);
        self.exprs[id].extra = self.selections.len() as u32;
    }
}

/// A package after checking.
#[derive(Debug)]
pub struct Package {
    /// The package as importers see it.
    pub pkg: Pkg,
    /// By file, in input order.
    pub files: Vec<FileInfo>,
    /// The packages that it imports, each once, sorted by path.
    pub imports: Vec<Pkg>,
    /// Package-level variable initialisations in execution order.
    pub init_order: Vec<Initializer>,
    /// Functions and methods with where they are declared.
    pub funcs: Vec<FuncDecl>,
}

/// `lhs = rhs` at package level.
#[derive(Clone, Debug)]
pub struct Initializer {
    /// The variables; several for `var a, b = f()`.
    pub lhs: Vec<Obj>,
    /// Index of the file.
    pub file: usize,
    /// The value.
    pub rhs: ExprId,
}

/// A declared function or method.
#[derive(Clone, Copy, Debug)]
pub struct FuncDecl {
    /// The function.
    pub obj: Obj,
    /// Index of the file.
    pub file: usize,
    /// Its declaration there.
    pub decl: DeclId,
}
