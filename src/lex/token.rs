//! The vocabulary of tokens: kinds, sets of kinds, binding strength.

/// What a token is. Operators are exact kinds, so the tree can name them by their token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
#[allow(missing_docs)] // the spelling is the documentation: see `Kind::spelling`
pub enum Kind {
    Eof,
    /// A byte sequence that is no token; the lexer has reported it.
    Bad,
    /// `;` as written.
    Semi,
    /// A semicolon inserted at a line end.
    AutoSemi,
    /// A semicolon inserted at the end of the file.
    EofSemi,
    Name,
    // Literals.
    Int,
    Float,
    Imag,
    Rune,
    String,
    RawString,
    // Binary operators, weakest first.
    OrOr,
    AndAnd,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Or,
    Xor,
    Mul,
    Div,
    Rem,
    And,
    AndNot,
    Shl,
    Shr,
    // Other operators.
    Not,
    Tilde,
    Arrow,
    Inc,
    Dec,
    Assign,
    Define,
    AddAssign,
    SubAssign,
    OrAssign,
    XorAssign,
    MulAssign,
    DivAssign,
    RemAssign,
    AndAssign,
    AndNotAssign,
    ShlAssign,
    ShrAssign,
    // Brackets and separators.
    LParen,
    LBrack,
    LBrace,
    RParen,
    RBrack,
    RBrace,
    Comma,
    Colon,
    Dot,
    Ellipsis,
    // Keywords.
    Break,
    Case,
    Chan,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Fallthrough,
    For,
    Func,
    Go,
    Goto,
    If,
    Import,
    Interface,
    Map,
    Package,
    Range,
    Return,
    Select,
    Struct,
    Switch,
    Type,
    Var,
}

impl Kind {
    /// The source text of operators, brackets and keywords; the spec's word for the others.
    pub const fn spelling(self) -> &'static str {
        match self {
            Kind::Eof => "EOF",
            Kind::Bad => "invalid token",
            Kind::Semi => "semicolon",
            Kind::AutoSemi => "newline",
            Kind::EofSemi => "EOF",
            Kind::Name => "name",
            Kind::Int | Kind::Float | Kind::Imag | Kind::Rune | Kind::String | Kind::RawString => {
                "literal"
            }
            Kind::OrOr => "||",
            Kind::AndAnd => "&&",
            Kind::Eq => "==",
            Kind::Ne => "!=",
            Kind::Lt => "<",
            Kind::Le => "<=",
            Kind::Gt => ">",
            Kind::Ge => ">=",
            Kind::Add => "+",
            Kind::Sub => "-",
            Kind::Or => "|",
            Kind::Xor => "^",
            Kind::Mul => "*",
            Kind::Div => "/",
            Kind::Rem => "%",
            Kind::And => "&",
            Kind::AndNot => "&^",
            Kind::Shl => "<<",
            Kind::Shr => ">>",
            Kind::Not => "!",
            Kind::Tilde => "~",
            Kind::Arrow => "<-",
            Kind::Inc => "++",
            Kind::Dec => "--",
            Kind::Assign => "=",
            Kind::Define => ":=",
            Kind::AddAssign => "+=",
            Kind::SubAssign => "-=",
            Kind::OrAssign => "|=",
            Kind::XorAssign => "^=",
            Kind::MulAssign => "*=",
            Kind::DivAssign => "/=",
            Kind::RemAssign => "%=",
            Kind::AndAssign => "&=",
            Kind::AndNotAssign => "&^=",
            Kind::ShlAssign => "<<=",
            Kind::ShrAssign => ">>=",
            Kind::LParen => "(",
            Kind::LBrack => "[",
            Kind::LBrace => "{",
            Kind::RParen => ")",
            Kind::RBrack => "]",
            Kind::RBrace => "}",
            Kind::Comma => "comma",
            Kind::Colon => ":",
            Kind::Dot => ".",
            Kind::Ellipsis => "...",
            Kind::Break => "break",
            Kind::Case => "case",
            Kind::Chan => "chan",
            Kind::Const => "const",
            Kind::Continue => "continue",
            Kind::Default => "default",
            Kind::Defer => "defer",
            Kind::Else => "else",
            Kind::Fallthrough => "fallthrough",
            Kind::For => "for",
            Kind::Func => "func",
            Kind::Go => "go",
            Kind::Goto => "goto",
            Kind::If => "if",
            Kind::Import => "import",
            Kind::Interface => "interface",
            Kind::Map => "map",
            Kind::Package => "package",
            Kind::Range => "range",
            Kind::Return => "return",
            Kind::Select => "select",
            Kind::Struct => "struct",
            Kind::Switch => "switch",
            Kind::Type => "type",
            Kind::Var => "var",
        }
    }

    /// Binding strength of a binary operator, 1 (`||`) to 5 (`*`); 0 for every other kind (Go spec, "Operator
    /// precedence").
    #[inline]
    pub fn precedence(self) -> u8 {
        PRECEDENCE[self as usize]
    }

    /// Bytes in the source, for kinds that are always spelled alike; 0 for the others.
    #[inline]
    pub fn width(self) -> u8 {
        LENS[self as usize]
    }

    /// Whether this is a semicolon, written or inserted.
    #[inline]
    pub fn is_semi(self) -> bool {
        matches!(self, Kind::Semi | Kind::AutoSemi | Kind::EofSemi)
    }

    /// Whether this is a literal.
    #[inline]
    pub const fn is_literal(self) -> bool {
        Kind::Int as u8 <= self as u8 && self as u8 <= Kind::RawString as u8
    }

    /// Whether this is a keyword.
    pub fn is_keyword(self) -> bool {
        self >= Kind::Break
    }

    /// The binary operator of a compound assignment: `+` for `+=`.
    pub fn assign_op(self) -> Option<Kind> {
        Some(match self {
            Kind::AddAssign => Kind::Add,
            Kind::SubAssign => Kind::Sub,
            Kind::OrAssign => Kind::Or,
            Kind::XorAssign => Kind::Xor,
            Kind::MulAssign => Kind::Mul,
            Kind::DivAssign => Kind::Div,
            Kind::RemAssign => Kind::Rem,
            Kind::AndAssign => Kind::And,
            Kind::AndNotAssign => Kind::AndNot,
            Kind::ShlAssign => Kind::Shl,
            Kind::ShrAssign => Kind::Shr,
            _ => return None,
        })
    }
}

static LENS: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < ALL.len() {
        table[i] = match ALL[i] {
            Kind::Eof | Kind::Bad | Kind::AutoSemi | Kind::EofSemi | Kind::Name => 0,
            Kind::Semi | Kind::Comma => 1,
            kind if kind.is_literal() => 0,
            kind => kind.spelling().len() as u8,
        };
        i += 1;
    }
    table
};

static PRECEDENCE: [u8; 256] = {
    let mut table = [0; 256];
    let mut k = Kind::OrOr as usize;
    while k <= Kind::Shr as usize {
        table[k] = match k {
            _ if k == Kind::OrOr as usize => 1,
            _ if k == Kind::AndAnd as usize => 2,
            _ if k <= Kind::Ge as usize => 3,
            _ if k <= Kind::Xor as usize => 4,
            _ => 5,
        };
        k += 1;
    }
    table
};

/// A set of kinds as a bit mask.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenSet(u128);

const _: () = assert!((Kind::Var as usize) < 128);

impl TokenSet {
    /// The set of `kinds`.
    pub const fn new(kinds: &[Kind]) -> TokenSet {
        let mut bits = 0;
        let mut i = 0;
        while i < kinds.len() {
            bits |= 1 << kinds[i] as u8;
            i += 1;
        }
        TokenSet(bits)
    }

    /// The kinds of both sets.
    #[must_use]
    pub const fn union(self, other: TokenSet) -> TokenSet {
        TokenSet(self.0 | other.0)
    }

    /// Whether `kind` is in the set.
    #[inline]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

macro_rules! all_kinds {
    ($($kind:ident)*) => {
        const ALL: &[Kind] = &[$(Kind::$kind),*];
    };
}

all_kinds! {
    Eof Bad Semi AutoSemi EofSemi Name Int Float Imag Rune String RawString
    OrOr AndAnd Eq Ne Lt Le Gt Ge Add Sub Or Xor Mul Div Rem And AndNot Shl Shr
    Not Tilde Arrow Inc Dec Assign Define AddAssign SubAssign OrAssign XorAssign MulAssign DivAssign RemAssign
    AndAssign AndNotAssign ShlAssign ShrAssign
    LParen LBrack LBrace RParen RBrack RBrace Comma Colon Dot Ellipsis
    Break Case Chan Const Continue Default Defer Else Fallthrough For Func Go Goto If Import Interface Map Package Range
    Return Select Struct Switch Type Var
}

const _: () = {
    let mut i = 0;
    while i < ALL.len() {
        assert!(
            ALL[i] as usize == i,
            "the list of kinds follows their order"
        );
        i += 1;
    }
    assert!(ALL.len() == Kind::Var as usize + 1);
};

/// The kind with that number.
#[inline]
pub(super) fn kind(number: u8) -> Kind {
    KINDS[number as usize]
}

static KINDS: [Kind; 256] = kind_table();

/// Kinds by number; numbers beyond the last kind give [`Kind::Bad`].
const fn kind_table() -> [Kind; 256] {
    let mut table = [Kind::Bad; 256];
    let mut i = 0;
    while i < ALL.len() {
        table[i] = ALL[i];
        i += 1;
    }
    table
}

/// The keywords, in alphabetical order.
pub(super) fn keywords() -> &'static [Kind] {
    &ALL[Kind::Break as usize..]
}
