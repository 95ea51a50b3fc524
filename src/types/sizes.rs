//! Sizes, alignment and pointer data of types on a target, as gc lays them out.
//!
//! | type | size in words | alignment |
//! | --- | --- | --- |
//! | pointer, map, channel, function, `uintptr`, `int` | 1 | word |
//! | string, interface | 2 | word |
//! | slice | 3 | word |
//! | `complex128` | 16 bytes | that of `float64` |
//! | struct | fields at their alignments; one byte more if the last field has no size but the struct has | the largest of its fields |
//!
//! Eight-byte numbers are aligned to 4 bytes on 386 and arm, except in structs with an `align64` marker of sync/atomic.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::object::Obj;
use super::ty::{BasicKind, Named, Struct, Ty, TyKind, settle};

/// The target's sizes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sizes {
    /// Bytes of a pointer, `int`, `uint` and `uintptr`.
    pub word: u8,
    /// The largest alignment in bytes.
    pub max_align: u8,
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes::AMD64
    }
}

/// How the compiler decides which types an interface's data word holds directly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DirectRule {
    /// Up to Go 1.25: pointers, and arrays of one element or structs of one field that come to one.
    SingleField,
    /// Since Go 1.26: any type of pointer size that consists of one pointer.
    OneWord,
}

impl Sizes {
    /// amd64, and arm64.
    pub const AMD64: Sizes = Sizes {
        word: 8,
        max_align: 8,
    };
    /// 386, and arm.
    pub const I386: Sizes = Sizes {
        word: 4,
        max_align: 4,
    };

    /// The sizes of a GOARCH that heaplint knows.
    pub fn for_arch(arch: &str) -> Option<Sizes> {
        match arch {
            "amd64" | "arm64" => Some(Sizes::AMD64),
            "386" | "arm" => Some(Sizes::I386),
            _ => None,
        }
    }

    /// Bytes of a pointer.
    pub fn word(self) -> i64 {
        i64::from(self.word)
    }

    /// Bytes of a value of type `ty`; negative if they are too many to count. Type parameters and invalid types count
    /// as one word.
    pub fn size_of(self, ty: Ty) -> i64 {
        self.layout(ty).size
    }

    /// The alignment of type `ty` in bytes, at least 1.
    pub fn align_of(self, ty: Ty) -> i64 {
        self.layout(ty).align
    }

    /// Offsets of fields in bytes; negative from the first on that lies too far.
    pub fn offsets_of(self, fields: &[Obj]) -> Vec<i64> {
        let mut end = 0;
        fields
            .iter()
            .map(|f| next_offset(&mut end, self.layout(f.ty())))
            .collect()
    }

    /// How many bytes at the start of a value may hold pointers: what the collector scans, 0 for none.
    pub fn pointer_bytes(self, ty: Ty) -> i64 {
        self.layout(ty).pointer_bytes
    }

    /// Whether values of the type hold pointers that the collector follows.
    pub fn has_pointers(self, ty: Ty) -> bool {
        // Asked for each variable and many values: what needs no layout is said without one, as `literal` has it.
        match ty.unalias().kind() {
            TyKind::Slice(_)
            | TyKind::Interface(_)
            | TyKind::Map { .. }
            | TyKind::Chan { .. }
            | TyKind::Signature(_) => true,
            TyKind::Pointer(elem) => !is_not_in_heap(*elem),
            _ => self.pointer_bytes(ty) > 0,
        }
    }

    /// Whether an interface holds values of the type in its data word, without boxing them.
    pub fn is_pointer_shaped(self, ty: Ty, rule: DirectRule) -> bool {
        match rule {
            DirectRule::OneWord => {
                let layout = self.layout(ty);
                layout.size == self.word() && layout.pointer_bytes == self.word()
            }
            DirectRule::SingleField => is_single_pointer(ty),
        }
    }

    /// Size, alignment and pointer data of a type.
    pub fn layout(self, ty: Ty) -> Layout {
        let ty = ty.unalias();
        match ty.kind() {
            TyKind::Basic(b) => return self.basic(b.kind),
            TyKind::Named(named) => {
                if let Some(known) = self.known(named).get() {
                    return *known;
                }
            }
            _ => {}
        }
        LayoutFinder {
            sizes: self,
            found: FxHashMap::default(),
            complete: true,
        }
        .of(ty)
    }

    /// The layout of a defined type, if it was asked for before.
    fn known(self, named: &Named) -> &OnceLock<Layout> {
        &named.layouts[usize::from(self.word == Sizes::AMD64.word)]
    }

    fn basic(self, kind: BasicKind) -> Layout {
        let size = self.basic_size(kind);
        let align = match kind {
            BasicKind::String | BasicKind::UntypedString => self.word(),
            BasicKind::Complex64 | BasicKind::Complex128 | BasicKind::UntypedComplex => size / 2,
            _ => size,
        };
        let pointer_bytes = match kind {
            BasicKind::String
            | BasicKind::UntypedString
            | BasicKind::UnsafePointer
            | BasicKind::UntypedNil => self.word(),
            _ => 0,
        };
        Layout {
            size,
            align: align.clamp(1, i64::from(self.max_align)),
            pointer_bytes,
        }
    }

    fn basic_size(self, kind: BasicKind) -> i64 {
        match kind {
            BasicKind::Bool | BasicKind::Int8 | BasicKind::Uint8 | BasicKind::UntypedBool => 1,
            BasicKind::Int16 | BasicKind::Uint16 => 2,
            BasicKind::Int32 | BasicKind::Uint32 | BasicKind::Float32 | BasicKind::UntypedRune => 4,
            BasicKind::Int64
            | BasicKind::Uint64
            | BasicKind::Float64
            | BasicKind::Complex64
            | BasicKind::UntypedFloat => 8,
            BasicKind::Complex128 | BasicKind::UntypedComplex => 16,
            BasicKind::String | BasicKind::UntypedString => 2 * self.word(),
            _ => self.word(),
        }
    }
}

/// How a type lies in memory, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The size; negative if it is too large to count.
    pub size: i64,
    /// The alignment, at least 1.
    pub align: i64,
    /// How many bytes at the start may hold pointers, 0 for none.
    pub pointer_bytes: i64,
}

/// The offset of the next field, with `end` the end of the previous one, which becomes this one's.
fn next_offset(end: &mut i64, field: Layout) -> i64 {
    if *end < 0 {
        return -1;
    }
    let offset = align_up(*end, field.align);
    *end = match offset.checked_add(field.size) {
        Some(next) if offset >= 0 && field.size >= 0 => next,
        _ => -1,
    };
    offset
}

/// Finds layouts, each defined type's once and for all.
struct LayoutFinder {
    sizes: Sizes,
    /// By defined type met; `None` while it is being found out.
    found: FxHashMap<Ty, Option<Layout>>,
    /// Whether all types met are known: not while their declarations are under check.
    complete: bool,
}

impl LayoutFinder {
    fn of(&mut self, ty: Ty) -> Layout {
        let ty = ty.unalias();
        let TyKind::Named(named) = ty.kind() else {
            return self.literal(ty, ty);
        };
        let known = self.sizes.known(named);
        if let Some(known) = known.get() {
            return *known;
        }
        if let Some(found) = self.found.get(&ty) {
            self.complete = false;
            // Without a layout the type contains itself, which is an error that is reported where it is declared.
            return found.unwrap_or_else(|| self.words(1, 0));
        }
        let outer = std::mem::replace(&mut self.complete, true);
        self.found.insert(ty, None);
        let layout = self.literal(ty.under(), ty);
        self.found.insert(ty, Some(layout));
        if self.complete {
            settle(known, layout);
        }
        self.complete &= outer;
        layout
    }

    fn words(&self, size: i64, pointers: i64) -> Layout {
        let word = self.sizes.word();
        Layout {
            size: size * word,
            align: word,
            pointer_bytes: pointers * word,
        }
    }

    /// The layout of type literal `under`, which `ty` is or stands for.
    fn literal(&mut self, under: Ty, ty: Ty) -> Layout {
        match under.kind() {
            TyKind::Basic(b) => {
                self.complete &= b.kind != BasicKind::Invalid;
                self.sizes.basic(b.kind)
            }
            TyKind::Pointer(elem) if is_not_in_heap(*elem) => self.words(1, 0),
            TyKind::Slice(_) => self.words(3, 1),
            TyKind::Interface(_) => self.words(2, 2),
            TyKind::Array { len, elem } => array(*len, self.of(*elem)),
            TyKind::Struct(s) => self.structure(s, ty),
            TyKind::TypeParam(_) => {
                self.complete = false;
                self.words(1, 1)
            }
            _ => self.words(1, 1),
        }
    }

    fn structure(&mut self, s: &Struct, ty: Ty) -> Layout {
        let mut end = 0;
        let mut whole = Layout {
            size: 0,
            align: if s.fields.is_empty() && is_align64(ty) {
                8
            } else {
                1
            },
            pointer_bytes: 0,
        };
        let mut last_size = 1;
        for f in s.fields {
            let field = self.of(f.ty());
            let offset = next_offset(&mut end, field);
            whole.align = whole.align.max(field.align);
            if field.pointer_bytes > 0 {
                whole.pointer_bytes = offset.saturating_add(field.pointer_bytes);
            }
            last_size = field.size;
        }
        // The address of a last field without a size must not be that of the next object.
        if end > 0 && last_size == 0 {
            end += 1;
        }
        whole.size = if end < 0 {
            -1
        } else {
            align_up(end, whole.align)
        };
        whole
    }
}

fn array(len: i64, elem: Layout) -> Layout {
    if len <= 0 || elem.size < 0 {
        return Layout {
            size: if len <= 0 { 0 } else { -1 },
            pointer_bytes: 0,
            ..elem
        };
    }
    let before_last = elem.size.saturating_mul(len - 1);
    Layout {
        size: elem.size.checked_mul(len).unwrap_or(-1),
        align: elem.align,
        pointer_bytes: match elem.pointer_bytes {
            0 => 0,
            bytes => before_last.saturating_add(bytes),
        },
    }
}

fn is_single_pointer(ty: Ty) -> bool {
    match ty.under().kind() {
        TyKind::Pointer(elem) => !is_not_in_heap(*elem),
        TyKind::Map { .. } | TyKind::Chan { .. } | TyKind::Signature(_) => true,
        TyKind::Basic(b) => b.kind == BasicKind::UnsafePointer,
        TyKind::Array { len, elem } => *len == 1 && is_single_pointer(*elem),
        TyKind::Struct(s) => match s.fields {
            [only] => is_single_pointer(only.ty()),
            _ => false,
        },
        _ => false,
    }
}

/// `n` rounded up to a multiple of `align`; negative if that overflows.
fn align_up(n: i64, align: i64) -> i64 {
    match n % align {
        0 => n,
        over => n.checked_add(align - over).unwrap_or(-1),
    }
}

/// Whether the type is one of the runtime's markers that align the struct around them to 8 bytes.
fn is_align64(ty: Ty) -> bool {
    declared_in(
        ty,
        "align64",
        &[
            "sync/atomic",
            "internal/runtime/atomic",
            "runtime/internal/atomic",
        ],
    )
}

/// Whether the type is the runtime's mark for types that never lie in the heap, or contains it: pointers to such types
/// are no pointers to the collector.
pub fn is_not_in_heap(ty: Ty) -> bool {
    let ty = ty.unalias();
    match ty.kind() {
        TyKind::Named(named) => {
            if let Some(&known) = named.not_in_heap.get() {
                return known;
            }
        }
        TyKind::Array { .. } | TyKind::Struct(_) => {}
        _ => return false,
    }
    let mut search = MarkSearch {
        seen: FxHashSet::default(),
        complete: true,
    };
    search.marked(ty)
}

/// Looks for the mark in types, in each defined type once and for all.
struct MarkSearch {
    /// The defined types met.
    seen: FxHashSet<Ty>,
    /// Whether all types met are known.
    complete: bool,
}

impl MarkSearch {
    fn marked(&mut self, ty: Ty) -> bool {
        let ty = ty.unalias();
        let TyKind::Named(named) = ty.kind() else {
            return self.contains_mark(ty);
        };
        if let Some(&known) = named.not_in_heap.get() {
            return known;
        }
        if !self.seen.insert(ty) {
            self.complete = false;
            return false;
        }
        let outer = std::mem::replace(&mut self.complete, true);
        let found = declared_in(ty, "nih", &["runtime/internal/sys", "internal/runtime/sys"])
            || self.contains_mark(ty.under());
        if self.complete {
            settle(&named.not_in_heap, found);
        }
        self.complete &= outer;
        found
    }

    fn contains_mark(&mut self, literal: Ty) -> bool {
        match literal.kind() {
            TyKind::Array { elem, .. } => self.marked(*elem),
            TyKind::Struct(s) => s.fields.iter().any(|f| self.marked(f.ty())),
            TyKind::Basic(b) => {
                self.complete &= b.kind != BasicKind::Invalid;
                false
            }
            _ => false,
        }
    }
}

fn declared_in(ty: Ty, name: &str, packages: &[&str]) -> bool {
    ty.as_named().is_some_and(|n| {
        n.obj.name.as_str() == name
            && n.obj
                .pkg
                .is_some_and(|p| packages.contains(&p.path.as_str()))
    })
}
