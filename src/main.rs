//! The `heaplint` command.

fn main() {}
