//! Any bytes → a tree whose nodes lie inside the file, and whose children come before their parents.
#![no_main]

use heaplint::ast::visit::{Node, children};
use heaplint::parse::parse_file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|src: &[u8]| {
    let parsed = parse_file(src);
    let ast = &parsed.ast;
    for id in ast.expr_ids() {
        assert!(ast.expr_end(id) as usize <= src.len());
        children(ast, Node::Expr(id), &mut |child| {
            if let Node::Expr(child) = child {
                assert!(child < id);
            }
        });
    }
    for error in &parsed.errors {
        assert!(error.pos as usize <= src.len());
    }
});
