//! Directives: `//go:…` comments above declarations, `//line` comments anywhere.
//!
//! As in the compiler, directives gather until a declaration takes them or something else drops them.

use super::input::Input;
use crate::ast::{Ast, Linkname, Pragma};
use crate::base::source::LineDirective;
use crate::base::symbol::Symbol;
use crate::lex::{Directive, DirectiveKind, Lexed, SyntaxError};

/// The directives since the last declaration or statement, up to the current token.
pub(super) fn take(i: Input<'_>) -> Pragma {
    let mut pragma = Pragma::default();
    for directive in pending(i) {
        if directive.kind == DirectiveKind::Go {
            pragma = pragma.with(flag(directive.span.text(i.file.src)));
        }
    }
    pragma
}

/// Drops the directives up to the current token: nothing here takes them.
#[inline]
pub(super) fn clear(i: Input<'_>) {
    if i.file.next_directive.get() < i.file.lexed.directives.len() {
        pending(i);
    }
}

fn pending(i: Input<'_>) -> &[Directive] {
    let directives = &i.file.lexed.directives;
    let from = i.file.next_directive.get();
    let rest = directives.get(from..).unwrap_or_default();
    let taken = &rest[..rest.partition_point(|d| d.token <= i.pos())];
    i.file.next_directive.set(from + taken.len());
    taken
}

/// The bit of a `//go:` directive; none for those that say nothing about functions and types.
fn flag(comment: &[u8]) -> Pragma {
    let text = comment.strip_prefix(b"//").unwrap_or(comment);
    let verb = text
        .split(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default();
    match verb {
        b"go:noinline" => Pragma::NOINLINE,
        b"go:noescape" => Pragma::NOESCAPE,
        b"go:nosplit" => Pragma::NOSPLIT,
        b"go:uintptrescapes" => Pragma::UINTPTR_ESCAPES,
        b"go:uintptrkeepalive" => Pragma::UINTPTR_KEEPALIVE,
        b"go:norace" => Pragma::NORACE,
        b"go:nocheckptr" => Pragma::NOCHECKPTR,
        b"go:systemstack" => Pragma::SYSTEMSTACK,
        b"go:nowritebarrier" | b"go:nowritebarrierrec" => Pragma::NOWRITEBARRIER,
        b"go:yeswritebarrierrec" => Pragma::YESWRITEBARRIERREC,
        b"go:cgo_unsafe_args" => Pragma::CGO_UNSAFE_ARGS,
        b"go:notinheap" => Pragma::NOTINHEAP,
        b"go:registerparams" => Pragma::REGISTERPARAMS,
        b"go:fix" => Pragma::FIX_INLINE,
        _ => Pragma::default(),
    }
}

/// Reads the directives that stand for themselves: `//go:linkname` and `//line`.
pub(super) fn file_directives(
    src: &[u8],
    lexed: &Lexed,
    ast: &mut Ast,
    errors: &mut Vec<SyntaxError>,
) {
    for directive in &lexed.directives {
        let text = String::from_utf8_lossy(directive.span.text(src));
        match directive.kind {
            DirectiveKind::Go => linkname(&text, directive, ast, errors),
            DirectiveKind::Line => line(src, &text, directive, ast, errors),
        }
    }
}

fn linkname(text: &str, directive: &Directive, ast: &mut Ast, errors: &mut Vec<SyntaxError>) {
    let mut fields = text.split_ascii_whitespace();
    let Some(verb @ ("//go:linkname" | "//go:linknamestd")) = fields.next() else {
        return;
    };
    let pos = directive.span.start;
    match (fields.next(), fields.next(), fields.next()) {
        (Some(local), remote, None) => ast.linknames.push(Linkname {
            pos,
            local: Symbol::intern(local),
            remote: Symbol::intern(remote.unwrap_or_default()),
        }),
        _ => errors.push(SyntaxError {
            pos: pos + 2,
            message: format!("usage: {verb} localname [linkname]"),
        }),
    }
}

/// `//line file:line`, `//line file:line:col` and the `/*line …*/` forms (cmd/compile, "Compiler Directives").
fn line(
    src: &[u8],
    text: &str,
    directive: &Directive,
    ast: &mut Ast,
    errors: &mut Vec<SyntaxError>,
) {
    let is_line_comment = text.starts_with("//");
    let body = text["//line ".len()..].trim_end_matches(if is_line_comment { "" } else { "*/" });
    let start = directive.span.start + "//line ".len() as u32;
    let Some((rest, last)) = body.rsplit_once(':') else {
        return;
    };
    let mut error = |at: usize, what: &str, value: &str| {
        errors.push(SyntaxError {
            pos: start + at as u32,
            message: format!("invalid {what} number: {value}"),
        });
    };
    let Some(last_number) = number(last) else {
        return error(rest.len() + 1, "line", last);
    };
    let (file, line, column) = match rest.rsplit_once(':') {
        Some((file, first)) if number(first).is_some() => {
            if last_number == 0 {
                return error(rest.len() + 1, "column", last);
            }
            (file, (first, file.len() + 1), Some(last_number))
        }
        _ => (rest, (last, rest.len() + 1), None),
    };
    let Some(number) = number(line.0).filter(|&n| n > 0) else {
        return error(line.1, "line", line.0);
    };
    let at = if is_line_comment {
        next_line(src, directive.span.end)
    } else {
        directive.span.end
    };
    let file = Symbol::intern(file);
    ast.line_directives.push(LineDirective {
        at,
        file,
        line: number,
        column: column.unwrap_or(0),
    });
}

/// The largest line and column that the compiler keeps.
const MAX_LINE: u32 = 1 << 30;

fn number(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // A number beyond the compiler's limit is a number all the same, and then an invalid one.
    digits.then(|| {
        text.parse()
            .ok()
            .filter(|&n: &u32| n <= MAX_LINE)
            .unwrap_or(0)
    })
}

fn next_line(src: &[u8], from: u32) -> u32 {
    let rest = src.get(from as usize..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(src.len() as u32, |n| from + n as u32 + 1)
}
