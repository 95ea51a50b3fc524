//! Constant expressions as they are written: up to Go 1.21 the compiler prints them so (`syntax.String`), not their value.

use super::Builder;
use crate::ast::{Expr, ExprId};
use crate::base::symbol::Symbol;
use crate::ir::body::Written;
use crate::ir::node::{Node, NodeId};

/// How deep expressions are written anew; deeper ones keep their blanks.
const MAX_DEPTH: u32 = 200;

impl Builder<'_> {
    /// Notes how the literal `node` is written in the source, if the release prints that.
    pub(super) fn note_written(&mut self, e: ExprId, node: NodeId) {
        if !self.release.source_constants {
            return;
        }
        let mut text = String::new();
        self.write(e, MAX_DEPTH, &mut text);
        let written = Written {
            text: Symbol::intern(&text),
            precedence: match self.ast().expr(e) {
                Expr::Binary { op, .. } => {
                    super::expr::binary_op(op).map_or(8, crate::ir::print::precedence)
                }
                Expr::Unary { .. } => 7,
                _ => 8,
            },
        };
        if let Node::Literal(constant) = self.body().node(node) {
            self.body_mut().set_written(constant, written);
        }
    }

    fn write(&self, e: ExprId, depth: u32, out: &mut String) {
        let ast = self.ast();
        let depth = depth.saturating_sub(1);
        match ast.expr(e) {
            _ if depth == 0 => self.write_source(e, out),
            Expr::Name(name) => out.push_str(name.as_str()),
            Expr::Selector { x, sel } => {
                self.write(x, depth, out);
                out.push('.');
                out.push_str(sel.as_str());
            }
            Expr::Paren(x) => {
                out.push('(');
                self.write(x, depth, out);
                out.push(')');
            }
            Expr::Unary { op, x } => {
                out.push_str(op.spelling());
                self.write(x, depth, out);
            }
            Expr::Binary { op, x, y } => {
                self.write(x, depth, out);
                out.push(' ');
                out.push_str(op.spelling());
                out.push(' ');
                self.write(y, depth, out);
            }
            Expr::Call { fun, args, .. } => {
                self.write(fun, depth, out);
                for (i, arg) in ast.list(args).enumerate() {
                    out.push_str(if i == 0 { "(" } else { ", " });
                    self.write(arg, depth, out);
                }
                out.push(')');
            }
            _ => self.write_source(e, out),
        }
    }

    fn write_source(&self, e: ExprId, out: &mut String) {
        let text = self.ast().expr_span(e).text(self.source());
        out.push_str(&String::from_utf8_lossy(text));
    }

    fn source(&self) -> &[u8] {
        self.sources[self.frame().place.file].text
    }
}
