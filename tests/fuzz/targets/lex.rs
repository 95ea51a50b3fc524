//! Any bytes → tokens that lie in order and inside the file.
#![no_main]

use heaplint::lex::lex;
use heaplint::lex::token::Kind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|src: &[u8]| {
    let lexed = lex(src);
    let mut at = 0;
    for &token in &lexed.tokens {
        assert!(token.start() >= at);
        at = lexed.end(token);
    }
    assert!(at as usize <= src.len());
    assert_eq!(lexed.tokens.last().map(|t| t.kind()), Some(Kind::Eof));
});
