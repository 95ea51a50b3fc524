//! Sizes, alignment and pointer data: as gc lays types out on each target.

use heaplint::base::symbol::Symbol;
use heaplint::types::sizes::{DirectRule, Sizes};
use heaplint::types::ty::Ty;

use super::types::{Known, check, check_as};

/// The types of the package-level variables `v0`, `v1`, … declared with `types`.
fn types(types: &[&str]) -> Vec<Ty> {
    let lines = types.iter().enumerate();
    let vars: String = lines.map(|(i, t)| format!("var v{i} {t}\n")).collect();
    let c = check(&format!("package p\n{vars}"));
    assert_eq!(c.messages(), [""; 0]);
    let var = |i| c.package.pkg.lookup(Symbol::intern(&format!("v{i}")));
    (0..types.len()).map(|i| var(i).unwrap().ty()).collect()
}

#[test]
fn layouts_are_the_compilers() {
    // type, then size, alignment and pointer bytes on amd64 and on 386
    let rows: &[(&str, [i64; 3], [i64; 3])] = &[
        ("bool", [1, 1, 0], [1, 1, 0]),
        ("uint16", [2, 2, 0], [2, 2, 0]),
        ("int", [8, 8, 0], [4, 4, 0]),
        ("int64", [8, 8, 0], [8, 4, 0]),
        ("uintptr", [8, 8, 0], [4, 4, 0]),
        ("complex64", [8, 4, 0], [8, 4, 0]),
        ("complex128", [16, 8, 0], [16, 4, 0]),
        ("string", [16, 8, 8], [8, 4, 4]),
        ("[]byte", [24, 8, 8], [12, 4, 4]),
        ("error", [16, 8, 16], [8, 4, 8]),
        ("map[int]int", [8, 8, 8], [4, 4, 4]),
        ("func()", [8, 8, 8], [4, 4, 4]),
        ("[0]*int", [0, 8, 0], [0, 4, 0]),
        ("[3]string", [48, 8, 40], [24, 4, 20]),
        ("struct{}", [0, 1, 0], [0, 1, 0]),
        ("struct{ a bool; b int64; c bool }", [24, 8, 0], [16, 4, 0]),
        ("struct{ n int64; z struct{} }", [16, 8, 0], [12, 4, 0]),
        ("struct{ z struct{}; n int64 }", [8, 8, 0], [8, 4, 0]),
        ("struct{ n int; p *int; m int }", [24, 8, 16], [12, 4, 8]),
        ("[1 << 40][1 << 40]int", [-1, 8, 0], [-1, 4, 0]),
    ];
    let names: Vec<&str> = rows.iter().map(|r| r.0).collect();
    let layout = |s: Sizes, t| [s.size_of(t), s.align_of(t), s.pointer_bytes(t)];
    for (row, ty) in rows.iter().zip(types(&names)) {
        assert_eq!(layout(Sizes::AMD64, ty), row.1, "{} on amd64", row.0);
        assert_eq!(layout(Sizes::I386, ty), row.2, "{} on 386", row.0);
    }
}

#[test]
fn offsets_follow_alignment() {
    let ty = types(&["struct{ a bool; b int32; c bool; d *int }"])[0];
    let fields = ty.under_struct().unwrap().fields;
    assert_eq!(Sizes::AMD64.offsets_of(fields), [0, 4, 8, 16]);
    assert_eq!(Sizes::I386.offsets_of(fields), [0, 4, 8, 12]);
}

#[test]
fn the_runtimes_marks_change_alignment_and_pointers() {
    let atomic = check_as(
        27,
        "sync/atomic",
        "package atomic\ntype align64 struct{}\ntype Int64 struct { _ align64; v int64 }\n",
        &Known::default(),
    );
    let ty = |name| {
        atomic
            .package
            .pkg
            .lookup(Symbol::intern(name))
            .unwrap()
            .ty()
    };
    assert_eq!(Sizes::I386.align_of(ty("Int64")), 8);
    let sys = check_as(
        27,
        "internal/runtime/sys",
        "package sys\ntype nih struct{}\ntype NotInHeap struct{ _ nih }\nvar P *NotInHeap\n",
        &Known::default(),
    );
    let pointer = sys.package.pkg.lookup(Symbol::intern("P")).unwrap().ty();
    assert!(!Sizes::AMD64.has_pointers(pointer));
    assert!(!Sizes::AMD64.is_pointer_shaped(pointer, DirectRule::OneWord));
    assert!(!Sizes::AMD64.is_pointer_shaped(pointer, DirectRule::SingleField));
}

#[test]
fn what_an_interface_holds_directly_depends_on_the_compiler() {
    // type, up to Go 1.25, since Go 1.26
    let rows = [
        ("*int", true, true),
        ("map[int]int", true, true),
        ("struct{ p *int }", true, true),
        ("[1]chan int", true, true),
        ("struct{ z struct{}; p *int }", false, true),
        ("uintptr", false, false),
        ("string", false, false),
        ("struct{ p, q *int }", false, false),
    ];
    let names = rows.map(|r| r.0);
    for (row, ty) in rows.iter().zip(types(&names)) {
        let shaped = |rule| Sizes::AMD64.is_pointer_shaped(ty, rule);
        assert_eq!(shaped(DirectRule::SingleField), row.1, "{}", row.0);
        assert_eq!(shaped(DirectRule::OneWord), row.2, "{}", row.0);
    }
}
