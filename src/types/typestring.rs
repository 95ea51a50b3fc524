//! Types as go/types prints them.
//!
//! [`Display`](fmt::Display) prints full package paths, as export formats and `dump types` want; [`Style::Short`] prints
//! package names, as people want.

use std::fmt::{self, Write};

use super::object::Obj;
use super::package::Pkg;
use super::ty::{Interface, Signature, Struct, Ty, TyKind, TypeParam};
use super::universe::UNIVERSE;
use crate::ast::ChanDir;

/// How packages are named.
#[derive(Clone, Copy, Debug)]
pub enum Style {
    /// By import path.
    Path,
    /// By name; the given package's own types without any.
    Short(Option<Pkg>),
}

/// A type to be printed in a style.
#[derive(Clone, Copy)]
pub struct Printed {
    ty: Ty,
    style: Style,
}

impl Ty {
    /// The type, to be printed in that style.
    pub fn printed(self, style: Style) -> Printed {
        Printed { ty: self, style }
    }
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut writer = Writer {
            out: f,
            style: self.style,
            generic: Vec::new(),
        };
        writer.ty(self.ty)
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.printed(Style::Path).fmt(f)
    }
}

impl TypeParam {
    /// The constraint; one that is no interface is wrapped in an implicit one. Invalid while it is not known.
    pub fn constraint(&self) -> Ty {
        let bound = self.bound.get().copied().unwrap_or(Ty::INVALID);
        let under = bound.under();
        if under.is_invalid() || matches!(under.kind(), TyKind::Interface(_)) {
            return bound;
        }
        self.iface()
    }
}

struct Writer<'a, 'b> {
    out: &'a mut fmt::Formatter<'b>,
    style: Style,
    /// Generic types and type parameters whose constraints are being printed: these may mention them again.
    generic: Vec<Ty>,
}

impl Writer<'_, '_> {
    fn str(&mut self, s: &str) -> fmt::Result {
        self.out.write_str(s)
    }

    fn ty(&mut self, ty: Ty) -> fmt::Result {
        match ty.kind() {
            TyKind::Basic(b) => self.str(b.name),
            TyKind::Array { len, elem } => {
                write!(self.out, "[{len}]")?;
                self.ty(*elem)
            }
            TyKind::Slice(elem) => {
                self.str("[]")?;
                self.ty(*elem)
            }
            TyKind::Struct(s) => self.structure(s),
            TyKind::Pointer(elem) => {
                self.str("*")?;
                self.ty(*elem)
            }
            TyKind::Tuple(vars) => self.tuple(vars, false),
            TyKind::Signature(s) => {
                self.str("func")?;
                self.signature(s)
            }
            TyKind::Union(terms) => self.separated(terms, " | ", |w, t| {
                if t.tilde {
                    w.str("~")?;
                }
                w.ty(t.ty)
            }),
            TyKind::Interface(i) => self.interface(ty, i),
            TyKind::Map { key, elem } => {
                self.str("map[")?;
                self.ty(*key)?;
                self.str("]")?;
                self.ty(*elem)
            }
            TyKind::Chan { dir, elem } => self.chan(*dir, *elem),
            TyKind::Named(n) => {
                let tparams = n.tparams.get().copied().unwrap_or_default();
                self.named(ty, n.obj, n.targs(), tparams)
            }
            TyKind::Alias(a) => {
                let tparams = a.tparams.get().copied().unwrap_or_default();
                self.named(ty, a.obj, a.targs(), tparams)
            }
            TyKind::TypeParam(p) => self.type_param(p),
        }
    }

    fn separated<T: Copy>(
        &mut self,
        items: &[T],
        separator: &str,
        mut item: impl FnMut(&mut Self, T) -> fmt::Result,
    ) -> fmt::Result {
        for (i, &x) in items.iter().enumerate() {
            if i > 0 {
                self.str(separator)?;
            }
            item(self, x)?;
        }
        Ok(())
    }

    fn structure(&mut self, s: &Struct) -> fmt::Result {
        self.str("struct{")?;
        for (i, f) in s.fields.iter().enumerate() {
            if i > 0 {
                self.str("; ")?;
            }
            if !f.as_var().is_some_and(|v| v.embedded) {
                self.str(f.name.as_str())?;
                self.str(" ")?;
            }
            self.ty(f.ty())?;
            let tag = s.tag(i).as_str();
            if !tag.is_empty() {
                self.str(" ")?;
                self.quoted(tag)?;
            }
        }
        self.str("}")
    }

    /// A string literal as Go's strconv.Quote writes it.
    fn quoted(&mut self, text: &str) -> fmt::Result {
        self.str("\"")?;
        for c in text.chars() {
            match c {
                '"' => self.str("\\\"")?,
                '\\' => self.str("\\\\")?,
                '\u{7}' => self.str("\\a")?,
                '\u{8}' => self.str("\\b")?,
                '\u{c}' => self.str("\\f")?,
                '\n' => self.str("\\n")?,
                '\r' => self.str("\\r")?,
                '\t' => self.str("\\t")?,
                '\u{b}' => self.str("\\v")?,
                ' '..='~' => self.out.write_char(c)?,
                '\0'..='\u{7f}' => write!(self.out, "\\x{:02x}", c as u32)?,
                _ if is_printable(c) => self.out.write_char(c)?,
                _ if (c as u32) < 0x1_0000 => write!(self.out, "\\u{:04x}", c as u32)?,
                _ => write!(self.out, "\\U{:08x}", c as u32)?,
            }
        }
        self.str("\"")
    }

    fn interface(&mut self, ty: Ty, i: &Interface) -> fmt::Result {
        if ty == UNIVERSE.comparable.under() {
            return self.str("interface{comparable}");
        }
        if let ([], [only], true) = (i.methods, i.embeddeds, i.implicit) {
            return self.ty(*only);
        }
        self.str("interface{")?;
        self.separated(i.methods, "; ", |w, m| {
            w.str(m.name.as_str())?;
            match m.ty().as_signature() {
                Some(s) => w.signature(s),
                None => Ok(()),
            }
        })?;
        if !i.methods.is_empty() && !i.embeddeds.is_empty() {
            self.str("; ")?;
        }
        self.separated(i.embeddeds, "; ", Writer::ty)?;
        self.str("}")
    }

    fn chan(&mut self, dir: ChanDir, elem: Ty) -> fmt::Result {
        let ambiguous = dir == ChanDir::Both
            && matches!(
                elem.kind(),
                TyKind::Chan {
                    dir: ChanDir::Recv,
                    ..
                }
            );
        self.str(match dir {
            ChanDir::Both => "chan ",
            ChanDir::Send => "chan<- ",
            ChanDir::Recv => "<-chan ",
        })?;
        if !ambiguous {
            return self.ty(elem);
        }
        self.str("(")?;
        self.ty(elem)?;
        self.str(")")
    }

    fn named(&mut self, ty: Ty, obj: Obj, targs: &[Ty], tparams: &[Ty]) -> fmt::Result {
        self.object(obj)?;
        if !targs.is_empty() {
            self.str("[")?;
            self.separated(targs, ", ", Writer::ty)?;
            return self.str("]");
        }
        if tparams.is_empty() || self.generic.contains(&ty) {
            return Ok(());
        }
        self.generic.push(ty);
        self.type_params(tparams)?;
        self.generic.pop();
        Ok(())
    }

    fn object(&mut self, obj: Obj) -> fmt::Result {
        if let Some(pkg) = obj.pkg {
            match self.style {
                Style::Path => self.qualified(pkg.path.as_str())?,
                Style::Short(own) if own == Some(pkg) => {}
                Style::Short(_) => self.qualified(pkg.name.as_str())?,
            }
        }
        self.str(obj.name.as_str())
    }

    fn qualified(&mut self, package: &str) -> fmt::Result {
        if package.is_empty() {
            return Ok(());
        }
        self.str(package)?;
        self.str(".")
    }

    fn type_param(&mut self, p: &TypeParam) -> fmt::Result {
        self.str(p.obj.name.as_str())?;
        // A parameter named like a predeclared object is marked, as go/types does.
        if UNIVERSE.objects.contains_key(&p.obj.name) {
            self.str("/* type parameter */")?;
        }
        Ok(())
    }

    /// `[P, Q any, R C]`: parameters that share a constraint's node print it once.
    fn type_params(&mut self, tparams: &[Ty]) -> fmt::Result {
        self.str("[")?;
        let outer = self.generic.len();
        let mut previous: Option<Ty> = None;
        for &t in tparams {
            let known = !self.generic.contains(&t);
            let bound = t.as_type_param().filter(|_| known);
            let bound = bound.map(TypeParam::constraint);
            if let Some(before) = previous {
                if bound != previous {
                    self.str(" ")?;
                    self.ty(before)?;
                }
                self.str(", ")?;
            }
            previous = bound;
            self.generic.push(t);
            self.ty(t)?;
        }
        if let Some(last) = previous {
            self.str(" ")?;
            self.ty(last)?;
        }
        self.generic.truncate(outer);
        self.str("]")
    }

    fn signature(&mut self, s: &Signature) -> fmt::Result {
        if !s.tparams.is_empty() {
            self.type_params(s.tparams)?;
        }
        self.tuple(s.param_vars(), s.variadic)?;
        match s.result_vars() {
            [] => Ok(()),
            [only] if only.name.as_str().is_empty() => {
                self.str(" ")?;
                self.ty(only.ty())
            }
            results => {
                self.str(" ")?;
                self.tuple(results, false)
            }
        }
    }

    fn tuple(&mut self, vars: &[Obj], variadic: bool) -> fmt::Result {
        self.str("(")?;
        for (i, v) in vars.iter().enumerate() {
            if i > 0 {
                self.str(", ")?;
            }
            if !v.name.as_str().is_empty() {
                self.str(v.name.as_str())?;
                self.str(" ")?;
            }
            if variadic && i + 1 == vars.len() {
                self.variadic(v.ty())?;
            } else {
                self.ty(v.ty())?;
            }
        }
        self.str(")")
    }

    /// A last parameter: `...T`, or `S...` in the odd signatures of `append` with a string.
    fn variadic(&mut self, ty: Ty) -> fmt::Result {
        if let TyKind::Slice(elem) = ty.kind() {
            self.str("...")?;
            return self.ty(*elem);
        }
        self.ty(ty)?;
        self.str("...")
    }
}

/// Whether Go prints the character as it is: letters, marks, numbers, punctuation and symbols.
fn is_printable(c: char) -> bool {
    c.is_alphanumeric() || !(c.is_control() || c.is_whitespace() || c.escape_debug().len() > 1)
}
