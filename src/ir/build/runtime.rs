//! Functions of the runtime that bodies call and no source names.

use std::sync::LazyLock;

use crate::base::symbol::{Symbol, sym};
use crate::types::object::{FuncInfo, Obj, ObjKind, VarKind};
use crate::types::package::Pkg;
use crate::types::ty::{BasicKind, Signature, Ty};
use crate::types::universe::UNIVERSE;

/// `runtime.panicrangestate(state int)`
pub(super) static PANIC_RANGE_STATE: LazyLock<Obj> = LazyLock::new(|| {
    let state = Obj::var(
        VarKind::Param,
        sym::EMPTY,
        None,
        None,
        Ty::basic(BasicKind::Int),
    );
    runtime_function("panicrangestate", vec![state], Vec::new())
});

/// `runtime.deferrangefunc() any`
pub(super) static DEFER_RANGE_FUNC: LazyLock<Obj> = LazyLock::new(|| {
    let token = Obj::var(VarKind::Result, sym::EMPTY, None, None, UNIVERSE.any);
    runtime_function("deferrangefunc", Vec::new(), vec![token])
});

/// `runtime.KeepAlive(x any)`, as the compiler calls it: with a pointer.
static KEEP_ALIVE: LazyLock<Obj> = LazyLock::new(|| {
    let word = Ty::basic(BasicKind::UnsafePointer);
    let x = Obj::var(VarKind::Param, sym::EMPTY, None, None, word);
    runtime_function("KeepAlive", vec![x], Vec::new())
});

/// The function that keeps alive what an address points to; nothing comes of its argument.
pub fn keep_alive() -> Obj {
    *KEEP_ALIVE
}

/// The functions of the runtime that bodies call and no source names.
pub fn runtime_functions() -> [Obj; 3] {
    [*PANIC_RANGE_STATE, *DEFER_RANGE_FUNC, *KEEP_ALIVE]
}

fn runtime_function(name: &str, params: Vec<Obj>, results: Vec<Obj>) -> Obj {
    let runtime = Symbol::intern("runtime");
    let info = FuncInfo {
        ptr_recv: false,
        origin: None,
    };
    let pkg = Some(Pkg::new(runtime, runtime));
    let ty = signature(params, results);
    Obj::typed(ObjKind::Func(info), Symbol::intern(name), pkg, None, ty)
}

/// A function type of parameters and results.
pub(super) fn signature(params: Vec<Obj>, results: Vec<Obj>) -> Ty {
    Ty::signature(Signature {
        tparams: &[],
        rparams: &[],
        recv: None,
        params: Ty::tuple(params),
        results: Ty::tuple(results),
        variadic: false,
    })
}
