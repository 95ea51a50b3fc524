//! Build constraints: `//go:build` expressions and the older `// +build` lines.
//!
//! ```text
//! expr = and { "||" and }
//! and  = not { "&&" not }
//! not  = [ "!" ] atom
//! atom = tag | "(" expr ")"
//! ```
//!
//! The grammar, the size limits and the meaning of a constraint as a language version are those of
//! `go/build/constraint`.

use crate::site::GoVersion;

/// How many operands an expression may have, which bounds its nesting too.
const MAX_OPERANDS: u32 = 1000;
/// How many operators a `+build` line may have.
const MAX_LEGACY_OPERATORS: u32 = 100;

/// A boolean expression over build tags.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expr {
    /// A tag.
    Tag(String),
    /// `!x`
    Not(Box<Expr>),
    /// `x && y`
    And(Box<Expr>, Box<Expr>),
    /// `x || y`
    Or(Box<Expr>, Box<Expr>),
}

/// Why a `//go:build` line is not a constraint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// Byte offset in the expression's text.
    pub offset: usize,
    /// What is wrong, in the toolchain's words.
    pub message: String,
}

impl Expr {
    /// Whether the expression holds where `has` says which tags do.
    pub fn eval(&self, has: &impl Fn(&str) -> bool) -> bool {
        match self {
            Expr::Tag(tag) => has(tag),
            Expr::Not(x) => !x.eval(has),
            Expr::And(x, y) => x.eval(has) && y.eval(has),
            Expr::Or(x, y) => x.eval(has) || y.eval(has),
        }
    }

    /// The least language version that the expression implies, each tag taken as independent; `None` if it can hold
    /// without any `go1.N` tag.
    pub fn go_version(&self) -> Option<GoVersion> {
        self.min_version(true)
    }

    // `None` orders before every version, so conjunction is `max` and disjunction is `min`.
    fn min_version(&self, positive: bool) -> Option<GoVersion> {
        match self {
            Expr::Tag(tag) if positive => tag_version(tag),
            Expr::Tag(_) => None,
            Expr::Not(x) => x.min_version(!positive),
            Expr::And(x, y) | Expr::Or(x, y) => {
                let (x_min, y_min) = (x.min_version(positive), y.min_version(positive));
                if matches!(self, Expr::And(..)) == positive {
                    x_min.max(y_min)
                } else {
                    x_min.min(y_min)
                }
            }
        }
    }
}

fn tag_version(tag: &str) -> Option<GoVersion> {
    if tag == "go1" {
        return Some(GoVersion(0));
    }
    tag.strip_prefix("go1.")?.parse().ok().map(GoVersion)
}

fn is_tag_char(c: char) -> bool {
    c.is_alphabetic() || c.is_numeric() || c == '_' || c == '.'
}

/// Reads the text behind `//go:build`.
pub fn parse(text: &str) -> Result<Expr, Error> {
    let mut p = Parser {
        text,
        at: 0,
        operands: 0,
        token: Token::End,
        start: 0,
    };
    let expr = p.or()?;
    if p.token == Token::End {
        Ok(expr)
    } else {
        Err(p.unexpected())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Tag(&'t str),
    Op(&'t str),
    End,
}

struct Parser<'t> {
    text: &'t str,
    /// Where the next token is looked for.
    at: usize,
    operands: u32,
    token: Token<'t>,
    /// Where `token` starts.
    start: usize,
}

impl Parser<'_> {
    fn or(&mut self) -> Result<Expr, Error> {
        let mut x = self.and()?;
        while self.token == Token::Op("||") {
            x = Expr::Or(Box::new(x), Box::new(self.and()?));
        }
        Ok(x)
    }

    fn and(&mut self) -> Result<Expr, Error> {
        let mut x = self.not()?;
        while self.token == Token::Op("&&") {
            x = Expr::And(Box::new(x), Box::new(self.not()?));
        }
        Ok(x)
    }

    fn not(&mut self) -> Result<Expr, Error> {
        self.operands += 1;
        if self.operands > MAX_OPERANDS {
            return Err(self.error("build expression too large"));
        }
        self.next()?;
        if self.token != Token::Op("!") {
            return self.atom();
        }
        self.next()?;
        if self.token == Token::Op("!") {
            return Err(self.error("double negation not allowed"));
        }
        Ok(Expr::Not(Box::new(self.atom()?)))
    }

    fn atom(&mut self) -> Result<Expr, Error> {
        match self.token {
            Token::Tag(tag) => {
                self.next()?;
                Ok(Expr::Tag(tag.to_string()))
            }
            Token::Op("(") => self.group(),
            _ => Err(self.unexpected()),
        }
    }

    fn group(&mut self) -> Result<Expr, Error> {
        let open = self.start;
        let x = self.or()?;
        if self.token != Token::Op(")") {
            return Err(Error {
                offset: open,
                message: "missing close paren".to_string(),
            });
        }
        self.next()?;
        Ok(x)
    }

    fn next(&mut self) -> Result<(), Error> {
        let rest = self.text[self.at..].trim_start_matches([' ', '\t']);
        self.start = self.text.len() - rest.len();
        let len = match rest.as_bytes() {
            [] => 0,
            [b'(' | b')' | b'!', ..] => 1,
            [b'&', b'&', ..] | [b'|', b'|', ..] => 2,
            _ => {
                let len = rest.find(|c| !is_tag_char(c)).unwrap_or(rest.len());
                self.token = Token::Tag(&rest[..len]);
                self.at = self.start + len;
                return if len == 0 {
                    let c = rest.chars().next().unwrap_or_default();
                    Err(self.error(&format!("invalid syntax at {c}")))
                } else {
                    Ok(())
                };
            }
        };
        self.token = if len == 0 {
            Token::End
        } else {
            Token::Op(&rest[..len])
        };
        self.at = self.start + len;
        Ok(())
    }

    fn error(&self, message: &str) -> Error {
        Error {
            offset: self.start,
            message: message.to_string(),
        }
    }

    fn unexpected(&self) -> Error {
        match self.token {
            Token::End => self.error("unexpected end of expression"),
            Token::Tag(t) | Token::Op(t) => self.error(&format!("unexpected token {t}")),
        }
    }
}

/// Reads the text behind `// +build`: words are alternatives, commas join, `!` negates. A word that is not a tag
/// counts as one that never holds. `None` if the line is too complex, which the toolchain ignores.
pub fn parse_legacy(text: &str) -> Option<Expr> {
    let operators = text.split_whitespace().count().saturating_sub(1) + text.matches(',').count();
    if operators as u32 > MAX_LEGACY_OPERATORS {
        return None;
    }
    let join = |x: Option<Expr>, y: Expr, op: fn(Box<Expr>, Box<Expr>) -> Expr| match x {
        None => Some(y),
        Some(x) => Some(op(Box::new(x), Box::new(y))),
    };
    let clause = |clause: &str| {
        clause
            .split(',')
            .map(legacy_literal)
            .fold(None, |x, y| join(x, y, Expr::And))
    };
    let expr = text
        .split_whitespace()
        .filter_map(clause)
        .fold(None, |x, y| join(x, y, Expr::Or));
    Some(expr.unwrap_or_else(never))
}

/// The tag that go/build gives to words it cannot read; nobody sets it.
fn never() -> Expr {
    Expr::Tag("ignore".to_string())
}

fn legacy_literal(word: &str) -> Expr {
    let (negated, tag) = match word.strip_prefix('!') {
        Some("") => return never(),
        Some(rest) if rest.starts_with('!') => return never(),
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let tag = if !tag.is_empty() && tag.chars().all(is_tag_char) {
        Expr::Tag(tag.to_string())
    } else {
        never()
    };
    if negated {
        Expr::Not(Box::new(tag))
    } else {
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::{GoVersion, parse, parse_legacy};

    fn holds(text: &str, tags: &[&str]) -> bool {
        parse(text).unwrap().eval(&|t: &str| tags.contains(&t))
    }

    #[test]
    fn operators_bind_as_in_go() {
        assert!(holds("a || b && c", &["a"]));
        assert!(!holds("(a || b) && c", &["a"]));
        assert!(holds("!(a && b)", &["a"]));
        assert!(holds("go1.21 && !windows", &["go1.21"]));
    }

    #[test]
    fn errors_say_where() {
        let message = |text: &str| {
            let e = parse(text).unwrap_err();
            (e.offset, e.message)
        };
        assert_eq!(message(""), (0, "unexpected end of expression".into()));
        assert_eq!(message("a b"), (2, "unexpected token b".into()));
        assert_eq!(message("!!a"), (1, "double negation not allowed".into()));
        assert_eq!(message("x && (a"), (5, "missing close paren".into()));
        assert_eq!(message("a & b"), (2, "invalid syntax at &".into()));
        let deep = "(".repeat(100_000) + "a";
        assert_eq!(message(&deep).1, "build expression too large");
    }

    #[test]
    fn versions_are_the_least_implied() {
        let version = |text: &str| parse(text).unwrap().go_version();
        assert_eq!(version("linux && go1.22"), Some(GoVersion(22)));
        assert_eq!(
            version("(linux && go1.22) || (windows && go1.20)"),
            Some(GoVersion(20))
        );
        assert_eq!(version("go1.20 && go1.22"), Some(GoVersion(22)));
        assert_eq!(version("linux || go1.22"), None);
        assert_eq!(version("!go1.22"), None);
        assert_eq!(version("!(!linux || !go1.22)"), Some(GoVersion(22)));
    }

    #[test]
    fn legacy_lines() {
        let holds = |text: &str, tags: &[&str]| {
            parse_legacy(text).is_some_and(|x| x.eval(&|t: &str| tags.contains(&t)))
        };
        assert!(holds("linux darwin", &["darwin"]));
        assert!(!holds("linux,cgo darwin", &["linux"]));
        assert!(holds("linux,!cgo", &["linux"]));
        assert!(!holds("", &["linux"]) && !holds("!!a", &[]) && !holds("a-b", &["a-b"]));
        assert!(parse_legacy(&"a ".repeat(200)).is_none());
    }
}
