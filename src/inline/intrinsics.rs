//! Calls that the compiler counts as one node: intrinsics, which it never inlines, and a few cheap functions.
//!
//! The lists are those of amd64 (`ssagen/intrinsics.go`, `inline/inl.go`). A name is an intrinsic in every release that
//! has it; packages below runtime were `runtime/internal/…` once and are `internal/runtime/…` now.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::base::symbol::Symbol;
use crate::ir::body::FuncRef;
use crate::ir::release::Release;
use crate::types::ty::{Ty, TyKind};

/// How a call of a function counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Special {
    /// As any call.
    None,
    /// One node, never inlined.
    Intrinsic,
    /// One node; may be inlined.
    Cheap,
    /// As much as a function may cost at all.
    Throw,
    /// Makes the function that calls it impossible to inline.
    Forbids,
}

/// The packages that have such functions.
static PACKAGES: LazyLock<FxHashSet<Symbol>> = LazyLock::new(|| {
    const PATHS: &[&str] = &[
        "crypto/internal/constanttime",
        "encoding/binary",
        "hash/maphash",
        "internal/abi",
        "internal/byteorder",
        "internal/runtime/atomic",
        "internal/runtime/maps",
        "internal/runtime/math",
        "internal/runtime/sys",
        "math",
        "math/big",
        "math/bits",
        "reflect",
        "runtime",
        "runtime/internal/atomic",
        "runtime/internal/math",
        "runtime/internal/sys",
        "sync",
        "sync/atomic",
    ];
    PATHS.iter().map(|path| Symbol::intern(path)).collect()
});

/// How a call of `func` counts.
pub fn special(func: FuncRef, release: &Release) -> Special {
    let obj = func.obj();
    let Some(pkg) = obj.pkg else {
        return Special::None;
    };
    if !PACKAGES.contains(&pkg.path) {
        return Special::None;
    }
    let path = pkg.path.as_str();
    let name = obj.name.as_str();
    match receiver_name(func) {
        Some(recv) => cheap_method(path, recv, name),
        None if release.helpers_in_runtime && path == "runtime" && name == "throw" => {
            Special::Throw
        }
        None if forbids(path, name) => Special::Forbids,
        // It takes the check of a loop's state for a call like any other as long as it looks for runtime's own functions.
        None if release.helpers_in_runtime && path == "runtime" && name == "panicrangestate" => {
            Special::None
        }
        None if is_helper(path, name, release) || is_cheap(path, name) => Special::Cheap,
        None if is_intrinsic(path, name) => Special::Intrinsic,
        None => Special::None,
    }
}

/// The name of a method's receiver type.
fn receiver_name(func: FuncRef) -> Option<&'static str> {
    let recv = func.obj().ty().as_signature()?.recv?.ty();
    let base: Ty = match recv.unalias().kind() {
        TyKind::Pointer(elem) => *elem,
        _ => recv,
    };
    Some(base.as_named().map_or("", |n| n.obj.name.as_str()))
}

fn cheap_method(path: &str, recv: &str, name: &str) -> Special {
    let order = path == "encoding/binary" && matches!(recv, "littleEndian" | "bigEndian");
    if order && is_integer_access(name) {
        return Special::Cheap;
    }
    if path == "runtime" && recv == "heapBits" && name == "nextArena" {
        return Special::Cheap;
    }
    Special::None
}

/// `Uint16`, `PutUint32`, `AppendUint64` …
fn is_integer_access(name: &str) -> bool {
    let rest = name
        .strip_prefix("Put")
        .or_else(|| name.strip_prefix("Append"))
        .unwrap_or(name);
    matches!(rest, "Uint16" | "Uint32" | "Uint64")
}

fn forbids(path: &str, name: &str) -> bool {
    (path == "runtime" && name == "deferrangefunc")
        || path == "internal/runtime/sys" && matches!(name, "GetCallerPC" | "GetCallerSP")
        || path == "runtime" && matches!(name, "getcallerpc" | "getcallersp")
}

/// What only hides a pointer from escape analysis.
fn is_helper(path: &str, name: &str, release: &Release) -> bool {
    if release.helpers_in_runtime {
        path == "reflect" && name == "noescape"
    } else {
        path == "internal/abi" && name == "NoEscape"
    }
}

fn is_cheap(path: &str, name: &str) -> bool {
    match path {
        "internal/abi" => name == "EscapeNonString",
        "runtime" => matches!(name, "panicrangestate" | "panicrangeexit"),
        "hash/maphash" => name == "escapeForHash",
        "internal/byteorder" => name
            .strip_prefix("LE")
            .or_else(|| name.strip_prefix("BE"))
            .or_else(|| name.strip_prefix("Le"))
            .or_else(|| name.strip_prefix("Be"))
            .is_some_and(is_integer_access),
        _ => false,
    }
}

fn is_intrinsic(path: &str, name: &str) -> bool {
    match path {
        "math" => matches!(
            name,
            "Ceil" | "FMA" | "Floor" | "RoundToEven" | "Trunc" | "sqrt"
        ),
        "math/big" => name == "mulWW",
        "math/bits" => is_bits(name),
        "sync/atomic" => is_atomic(name),
        "runtime" => matches!(
            name,
            "KeepAlive" | "slicebytetostringtmp" | "getg" | "getclosureptr" | "mulUintptr"
        ),
        "sync" => matches!(name, "runtime_LoadAcquintptr" | "runtime_StoreReluintptr"),
        "crypto/internal/constanttime" => matches!(name, "Select" | "boolToUint8"),
        "internal/runtime/math" | "runtime/internal/math" => {
            matches!(name, "Add64" | "Mul64" | "MulUintptr")
        }
        "internal/runtime/sys" | "runtime/internal/sys" => is_sys(name),
        "internal/runtime/maps" => is_maps(name),
        "internal/runtime/atomic" | "runtime/internal/atomic" => is_runtime_atomic(name),
        _ => false,
    }
}

fn is_bits(name: &str) -> bool {
    const PREFIXES: &[&str] = &["Len", "OnesCount", "RotateLeft", "TrailingZeros"];
    matches!(
        name,
        "Add"
            | "Add64"
            | "Div"
            | "Div64"
            | "Mul"
            | "Mul64"
            | "ReverseBytes32"
            | "ReverseBytes64"
            | "Sub"
            | "Sub64"
    ) || !matches!(name, "OnesCount8" | "TrailingZeros")
        && PREFIXES.iter().any(|p| name.starts_with(p))
}

fn is_atomic(name: &str) -> bool {
    const OPERATIONS: &[&str] = &[
        "Add",
        "And",
        "Or",
        "CompareAndSwap",
        "Load",
        "Store",
        "Swap",
    ];
    const TYPES: &[&str] = &["Int32", "Int64", "Uint32", "Uint64", "Uintptr"];
    name == "LoadPointer"
        || OPERATIONS
            .iter()
            .filter_map(|op| name.strip_prefix(op))
            .any(|ty| TYPES.contains(&ty))
}

fn is_sys(name: &str) -> bool {
    matches!(
        name,
        "Bswap32"
            | "Bswap64"
            | "GetClosurePtr"
            | "Len8"
            | "Len64"
            | "OnesCount64"
            | "Prefetch"
            | "PrefetchStreamed"
            | "TrailingZeros8"
            | "TrailingZeros32"
            | "TrailingZeros64"
    )
}

fn is_maps(name: &str) -> bool {
    name.starts_with("ctrlGroupMatch")
        || matches!(
            name,
            "bitsetFirst" | "bitsetLowestSet" | "bitsetRemoveBelow" | "bitsetShiftOutLowest"
        )
}

fn is_runtime_atomic(name: &str) -> bool {
    const PREFIXES: &[&str] = &["Load", "Store", "Xchg", "Xadd", "Cas", "And", "Or"];
    PREFIXES.iter().any(|p| name.starts_with(p))
}
