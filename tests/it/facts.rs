//! Facts: a package read from its bytes is the package that was written, and damaged bytes are errors.

use std::sync::OnceLock;

use heaplint::base::bytes::crc32;
use heaplint::base::symbol::Symbol;
use heaplint::facts::archive::{Archive, pack};
use heaplint::facts::std::library;
use heaplint::facts::{Corrupt, Facts, Packages, decode, encode};
use heaplint::lex::token::Kind;
use heaplint::site::GoVersion;
use heaplint::types::constant::Value;
use heaplint::types::package::Pkg;
use heaplint::types::ty::TyKind;

use super::types::{Known, check, check_as};

const SHAPES: &str = r#"package shapes

import "lib"

const (
	Big     = 1 << 100
	Third   = 1.0 / 3
	Huge    = 1e1000
	Imag    = 2 + 3i
	Text    = "a\x00b"
	Yes     = true
	Typed   hidden = -7
)

type hidden int

func (h hidden) Method() hidden { return h }

type Node[K comparable, V any] struct {
	Key  K `json:"key,omitempty"`
	next *Node[K, V]
	lib.Thing
}

func (n *Node[P, Q]) Next(limit int) (node *Node[P, Q], ok bool) { return n.next, true }

type Pair[T any] = Node[string, T]

type Visitor interface {
	Visit(n int, rest ...lib.Thing) (Visitor, error)
	error
	private()
}

type Number interface{ ~int | ~float64 }

var Handlers map[string]func(chan<- *Pair[[]byte]) <-chan [4]struct{ X, y int }

var Any any

func Sum[T Number, S ~[]T](s S, more ...S) (total T) { return }
"#;

const LIB: &str = "package lib\ntype Thing struct{ a, b int32 }\nfunc (Thing) Exported() {}\nfunc (Thing) unexported() {}\n";

struct Only(Option<Pkg>);

impl Packages for Only {
    fn package(&self, path: Symbol) -> Result<Pkg, Corrupt> {
        let found = self.0.filter(|p| p.path == path);
        found.ok_or(Corrupt("no such package"))
    }
}

/// `shapes` and the `lib` that it imports, as checked.
fn shapes() -> (Pkg, Pkg) {
    let lib = check_as(27, "lib", LIB, &Known::default());
    let mut known = Known::default();
    known.0.insert(Symbol::intern("lib"), lib.package.pkg);
    let shapes = check_as(27, "shapes", SHAPES, &known);
    assert_eq!(shapes.messages(), [""; 0]);
    (shapes.package.pkg, lib.package.pkg)
}

/// What users of a package see of it, as text.
fn describe(pkg: Pkg) -> Vec<String> {
    let mut lines = Vec::new();
    for obj in pkg.objects().iter().filter(|o| o.exported()) {
        lines.push(format!("{} {} = {}", obj.name, obj.ty(), obj.ty().under()));
        let TyKind::Named(named) = obj.ty().kind() else {
            continue;
        };
        for m in named.declared_methods() {
            let pointer = m.as_func().unwrap().ptr_recv;
            let recv = m.ty().as_signature().unwrap().recv.unwrap();
            lines.push(format!(
                "  {} {} {pointer} {} {}",
                m.name,
                m.ty(),
                recv.name,
                recv.ty()
            ));
        }
    }
    lines
}

#[test]
fn a_package_read_from_its_facts_is_the_one_that_was_written() {
    let (written, lib) = shapes();
    let blob = encode(written);
    assert_eq!(blob, encode(written), "the same package, the same bytes");
    let read = decode(&blob, &Only(Some(lib))).unwrap();
    assert_eq!(describe(read), describe(written));
    for name in ["Big", "Third", "Huge", "Imag", "Text", "Yes", "Typed"] {
        let value = |p: Pkg| {
            p.lookup(Symbol::intern(name))
                .unwrap()
                .const_value()
                .cloned()
        };
        let (a, b) = (value(read).unwrap(), value(written).unwrap());
        assert!(Value::compare(&a, Kind::Eq, &b), "{name}");
    }
    assert_eq!(encode(read), blob, "facts survive being read and written");
}

#[test]
fn importers_cannot_tell_facts_from_source() {
    let (written, lib) = shapes();
    let read = decode(&encode(written), &Only(Some(lib))).unwrap();
    let importer = "package p
import \"shapes\"
var n shapes.Node[string, []byte]
var next, ok = n.Next(1)
var total = shapes.Sum([]float64{1})
var pair *shapes.Pair[int]
var key = pair.Key
var deep = shapes.Typed.Method()
func f(v shapes.Visitor) error { return v }
var _ = n.Exported
";
    let types = |pkg: Pkg| {
        let mut known = Known::default();
        known.0.insert(Symbol::intern("shapes"), pkg);
        let c = check_as(27, "p", importer, &known);
        assert_eq!(c.messages(), [""; 0]);
        let names = ["next", "total", "key", "deep", "n.Exported", "shapes.Sum"];
        names.map(|n| c.types_of(n))
    };
    let expected = types(written);
    assert_eq!(types(read), expected);
    assert_eq!(expected[0], ["*shapes.Node[string, []byte]"]);
}

#[test]
fn damaged_facts_are_errors() {
    let (written, lib) = shapes();
    let blob = encode(written);
    let packages = Only(Some(lib));
    for i in 0..blob.len() {
        let mut broken = blob.clone();
        broken[i] ^= 0x41;
        assert!(decode(&broken, &packages).is_err(), "byte {i}");
        assert!(decode(&blob[..i], &packages).is_err(), "cut at {i}");
    }
    assert!(decode(&blob, &Only(None)).is_err(), "an import is missing");
}

/// Whatever the bytes say, reading them must end and must not panic, even where the checksum was made to fit.
#[test]
fn forged_facts_do_no_harm() {
    let (written, lib) = shapes();
    let blob = encode(written);
    let body = blob.len() - 4;
    for i in 4..body {
        for value in [0, 1, 0x7f, 0xff, blob[i].wrapping_add(1)] {
            let mut forged = blob[..body].to_vec();
            forged[i] = value;
            forged.extend(crc32(&forged).to_le_bytes());
            if let Ok(pkg) = decode(&forged, &Only(Some(lib))) {
                let _seen = describe(pkg);
            }
        }
    }
}

#[test]
fn archives_share_what_is_the_same_in_their_base() {
    static BASE: OnceLock<Archive> = OnceLock::new();
    let (shapes, lib) = shapes();
    let path = Symbol::intern;
    let facts = |types: Vec<u8>| Facts {
        code: [b"code of ", &types[..20]].concat(),
        types,
    };
    let blobs = [
        (path("lib"), facts(encode(lib))),
        (path("shapes"), facts(encode(shapes))),
    ];
    let packed = pack("1.27", &blobs, None);
    let base = BASE.get_or_init(|| Archive::open(&packed, None).unwrap());
    let smaller = pack("1.26", &blobs, Some(base));
    assert!(smaller.len() < packed.len() / 2);
    let older = Archive::open(&smaller, Some(base)).unwrap();
    assert_eq!(older.version(), "1.26");
    let read = older.package(path("shapes")).unwrap().unwrap();
    assert_eq!(describe(read), describe(shapes));
    assert!(older.package(path("nothing")).is_none());
    for archive in [&older, base] {
        let code = archive.code_blob(path("lib")).unwrap().unwrap();
        assert_eq!(code, blobs[0].1.code);
    }

    for cut in [0, 3, 10, packed.len() - 1] {
        assert!(Archive::open(&packed[..cut], None).is_err());
    }
    let mut broken = packed.clone();
    broken[packed.len() / 2] ^= 1;
    assert!(Archive::open(&broken, None).is_err());
}

#[test]
fn every_known_version_has_its_standard_library() {
    for minor in GoVersion::OLDEST.0..=GoVersion::NEWEST.0 {
        let std = library(GoVersion(minor)).unwrap();
        assert_eq!(std.version(), format!("1.{minor}"));
        for path in std.paths() {
            let pkg = std.package(path).unwrap().unwrap();
            std.code(pkg).unwrap().unwrap();
        }
        let fmt = std.package(Symbol::intern("fmt")).unwrap().unwrap();
        let println = fmt.lookup(Symbol::intern("Println")).unwrap();
        assert_eq!(
            println.ty().to_string(),
            "func(a ...any) (n int, err error)"
        );
        assert!(fmt.lookup(Symbol::intern("newPrinter")).is_none());
        assert_eq!(std.package(Symbol::intern("iter")).is_some(), minor >= 23);
    }
}

#[test]
fn code_is_checked_against_the_embedded_library() {
    let std = library(GoVersion::NEWEST).unwrap();
    let mut known = Known::default();
    for path in ["fmt", "slices", "net/http", "sync/atomic"] {
        let pkg = std.package(Symbol::intern(path)).unwrap().unwrap();
        known.0.insert(Symbol::intern(path), pkg);
    }
    let c = check_as(
        27,
        "p",
        "package p
import (
	\"fmt\"
	\"net/http\"
	\"slices\"
	\"sync/atomic\"
)
type handler struct{ count atomic.Pointer[int] }
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	names := slices.Sorted(slices.Values([]string{r.Host}))
	fmt.Fprintln(w, names, h.count.Load())
}
var _ http.Handler = (*handler)(nil)
",
        &known,
    );
    assert_eq!(c.messages(), [""; 0]);
    assert_eq!(
        c.types_of("slices.Sorted"),
        ["func(seq iter.Seq[string]) []string"]
    );
    assert_eq!(c.types_of("h.count.Load"), ["func() *int"]);
    assert_eq!(check("package p\nimport _ \"fmt\"\n").messages(), [""; 0]);
}
