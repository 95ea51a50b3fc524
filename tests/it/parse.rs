//! What users and the checker rely on of lexer and parser: trees, mistakes with their places, and answers in linear time
//! to any bytes.

use std::path::{Path, PathBuf};

use heaplint::ast::dump::dump;
use heaplint::base::source::SourceFile;
use heaplint::lex::lex;
use heaplint::lex::token::Kind;
use heaplint::parse::{MAX_NESTING, parse_file};

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/parse")
        .join(folder);
    let mut files: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "go"));
    files.sort();
    assert!(!files.is_empty());
    files
}

/// `line: message` of every mistake in `src`.
fn mistakes(src: &[u8]) -> Vec<(u32, String)> {
    let file = SourceFile::new("x.go", src);
    let errors = parse_file(src).errors;
    errors
        .into_iter()
        .map(|e| (file.line_col(e.pos).line, e.message))
        .collect()
}

#[test]
fn good_files_give_the_trees_that_lie_beside_them() {
    for path in fixtures("ok") {
        let src = std::fs::read(&path).unwrap();
        let parsed = parse_file(&src);
        assert!(
            parsed.errors.is_empty(),
            "{}: {:?}",
            path.display(),
            parsed.errors
        );
        let tree = dump(&parsed.ast, &src);
        let golden = path.with_extension("tree");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&golden, &tree).unwrap();
        }
        assert_eq!(
            tree,
            std::fs::read_to_string(&golden).unwrap(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn bad_files_have_mistakes_on_the_lines_that_say_so_and_on_no_other() {
    for path in fixtures("err") {
        let src = std::fs::read(&path).unwrap();
        let found = mistakes(&src);
        for (n, line) in String::from_utf8_lossy(&src).lines().enumerate() {
            let on_line: Vec<_> = found.iter().filter(|m| m.0 as usize == n + 1).collect();
            let Some((_, wanted)) = line.split_once("// ERROR \"") else {
                assert!(
                    on_line.is_empty(),
                    "{}:{}: {on_line:?}",
                    path.display(),
                    n + 1
                );
                continue;
            };
            let wanted = wanted.trim_end_matches('"');
            let matches = |m: &str| wanted.split('|').any(|w| m.contains(w));
            assert!(
                on_line.iter().any(|m| matches(&m.1)),
                "{}:{}: {on_line:?}",
                path.display(),
                n + 1
            );
        }
    }
}

#[test]
fn every_cut_of_a_file_is_answered() {
    for path in fixtures("ok") {
        let src = std::fs::read(&path).unwrap();
        for end in 0..src.len() {
            parse_file(&src[..end]);
        }
    }
}

#[test]
fn tokens_lie_in_order_and_inside_the_file() {
    for path in fixtures("ok").into_iter().chain(fixtures("err")) {
        let src = std::fs::read(&path).unwrap();
        let lexed = lex(&src);
        let mut at = 0;
        for &token in &lexed.tokens {
            assert!(token.start() >= at, "{token:?}");
            at = lexed.end(token);
        }
        assert_eq!(lexed.tokens.last().map(|t| t.kind()), Some(Kind::Eof));
        assert!(at as usize <= src.len());
    }
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    let unix = b"package p\n\nfunc f() {\n\tx()\n}\n";
    let dos: Vec<u8> = unix
        .iter()
        .flat_map(|&b| {
            if b == b'\n' {
                vec![b'\r', b'\n']
            } else {
                vec![b]
            }
        })
        .collect();
    let marked = [b"\xef\xbb\xbf".as_slice(), &dos].concat();
    let wanted = dump(&parse_file(unix).ast, unix);
    for src in [&dos, &marked] {
        let parsed = parse_file(src);
        assert!(parsed.errors.is_empty());
        assert_eq!(dump(&parsed.ast, src), wanted);
    }
}

#[test]
fn bytes_that_are_no_text_are_mistakes_with_a_place() {
    let cases: [(&[u8], &str); 4] = [
        (b"package p\nvar s = \"a\0b\"\n", "invalid NUL character"),
        (b"package p\nvar s = \"a\xffb\"\n", "invalid UTF-8 encoding"),
        (
            b"package p\nvar s = \"a\xef\xbb\xbfb\"\n",
            "invalid BOM in the middle of the file",
        ),
        (b"package p\n/* never closed", "comment not terminated"),
    ];
    for (src, message) in cases {
        assert_eq!(mistakes(src).first(), Some(&(2, message.to_string())));
    }
}

#[test]
fn a_mistake_costs_its_own_declaration_only() {
    let src = b"package p\n\nfunc a() {\n\tx := := 1\n}\n\nfunc b() {}\n";
    let parsed = parse_file(src);
    assert_eq!(parsed.errors.len(), 1);
    assert_eq!(parsed.ast.decls.len(), 2);
}

const DEEP: usize = 1_000_000;

/// Openers that nest, each with what makes it a declaration.
const NESTS: [(&str, &str); 14] = [
    ("var x = ", "("),
    ("var x = ", "["),
    ("var x = T", "{"),
    ("var x = ", "*"),
    ("var x = ", "<-"),
    ("var x = ", "- "),
    ("var x = ", "& "),
    ("var x = ", "func(){"),
    ("var x ", "[]"),
    ("var x ", "struct{x "),
    ("var x ", "map[int]"),
    ("var x ", "func("),
    ("func f() {", "{"),
    ("func f() { ", "if x {} else "),
];

#[test]
fn a_million_openers_get_one_answer() {
    for (head, opener) in NESTS {
        let src = format!(
            "package p\n{head}{}\n\nfunc after() {{}}\n",
            opener.repeat(DEEP)
        );
        let parsed = parse_file(src.as_bytes());
        let deep: Vec<_> = parsed
            .errors
            .iter()
            .filter(|e| e.message.contains("nested deeper"))
            .collect();
        assert_eq!(deep.len(), 1, "{head}{opener}: {:?}", parsed.errors);
        assert_eq!(
            parsed.errors.len(),
            1,
            "{head}{opener}: {:?}",
            parsed.errors
        );
    }
}

#[test]
fn long_chains_are_no_nesting() {
    for (head, link, tail) in [
        ("var x = a", " + a", ""),
        ("var x = a", ".f()", ""),
        ("var x = a", "[0]", ""),
        ("var x = []int{", "1, ", "}"),
        ("func f() {", "x(); ", "}"),
    ] {
        let src = format!("package p\n{head}{}{tail}\n", link.repeat(DEEP));
        let errors = parse_file(src.as_bytes()).errors;
        assert!(errors.is_empty(), "{head}{link}: {errors:?}");
    }
}

#[test]
fn nesting_below_the_limit_is_fine() {
    let n = MAX_NESTING as usize - 10;
    let src = format!("package p\nvar x = {}1{}\n", "(".repeat(n), ")".repeat(n));
    assert!(parse_file(src.as_bytes()).errors.is_empty());
}

#[test]
fn line_directives_and_pragmas_are_read() {
    let src = b"package p\n//line a.y:10\nvar x int\n/*line b.go:3:7*/var y int\n//go:linkname f runtime.f\n//go:noescape\nfunc f(p *int)\n";
    let ast = parse_file(src).ast;
    let lines: Vec<_> = ast
        .line_directives
        .iter()
        .map(|d| (d.file.as_str(), d.line, d.column))
        .collect();
    assert_eq!(lines, [("a.y", 10, 0), ("b.go", 3, 7)]);
    assert_eq!(
        ast.linknames
            .iter()
            .map(|l| (l.local.as_str(), l.remote.as_str()))
            .collect::<Vec<_>>(),
        [("f", "runtime.f")]
    );
    let function = *ast.decls.last().unwrap();
    assert!(ast.pragma(function).has(heaplint::ast::Pragma::NOESCAPE));
}
