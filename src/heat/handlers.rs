//! Functions that handle requests: whatever runs in them runs once a request.

use crate::base::glob::Patterns;
use crate::types::object::Obj;
use crate::types::ty::Ty;
use crate::types::typestring::Style;

/// How handlers are told from other functions.
#[derive(Clone, Copy, Debug)]
pub struct Handlers<'c> {
    /// Their signatures, packages by name: `func(http.ResponseWriter, *http.Request)`.
    pub signatures: &'c Patterns,
    /// Types that services embed: `Unimplemented*Server`. Exported methods of a service are handlers.
    pub services: &'c Patterns,
}

impl Handlers<'_> {
    /// Whether a declared function is a handler.
    pub(super) fn is_handler(&self, func: Obj) -> bool {
        let Some(signature) = func.ty().as_signature() else {
            return false;
        };
        let of_service = signature
            .recv
            .is_some_and(|recv| func.exported() && self.is_service(recv.ty()));
        of_service || self.has_signature(func.ty())
    }

    fn is_service(&self, recv: Ty) -> bool {
        if self.services.is_empty() {
            return false;
        }
        let base = recv.under_pointer().unwrap_or(recv);
        let fields = base.under_struct().map_or(&[][..], |s| s.fields);
        let embedded = fields
            .iter()
            .filter(|f| f.as_var().is_some_and(|v| v.embedded));
        embedded
            .into_iter()
            .any(|f| self.services.match_name(f.name.as_str()))
    }

    /// Whether a function type is a handler's. Names of parameters do not count.
    pub(super) fn has_signature(&self, ty: Ty) -> bool {
        let Some(signature) = ty.under_signature() else {
            return false;
        };
        if self.signatures.is_empty() || signature.param_vars().is_empty() {
            return false;
        }
        let list = |vars: &[Obj]| {
            let types = vars
                .iter()
                .map(|v| v.ty().printed(Style::Short(None)).to_string());
            types.collect::<Vec<_>>().join(", ")
        };
        let results = list(signature.result_vars());
        let params = list(signature.param_vars());
        let text = match signature.result_vars().len() {
            0 => format!("func({params})"),
            1 => format!("func({params}) {results}"),
            _ => format!("func({params}) ({results})"),
        };
        self.signatures.match_name(&text)
    }
}
