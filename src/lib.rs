//! heaplint finds heap escapes on the hot paths of Go programs, without compiling and without a Go toolchain.
//!
//! ```text
//! walk → lex → parse → load → types → inline → escape → heat → rules → report
//! ```
//!
//! # Code map
//!
//! [`driver`] is the line above as one function: start reading there. In the order of the data:
//!
//! | module | in → out |
//! | --- | --- |
//! | [`cli`], [`config`], [`option`], [`settings`] | arguments and `.heaplint.yml` → what to do, and which rules where |
//! | [`walk`] | paths → Go files |
//! | [`load`] | files → packages in dependency order, for a target and a Go version |
//! | [`lex`], [`ast`], [`parse`] | bytes → tokens → tree with mistakes |
//! | [`types`] | trees → types, constants, uses |
//! | [`directive`] | comments → suppressions and heat marks |
//! | [`heat`], [`profile`] | how often each place runs, by its loops and by its callers, and what was measured there |
//! | [`ir`], [`inline`] | typed trees → the compiler's view of each function, calls inlined as it would |
//! | [`escape`] | trees → [`site`]s with verdict and cost |
//! | [`contract`] | what functions may allocate with all that they call; promises that are not kept |
//! | [`facts`] | what importers need of a package ↔ bytes: embedded for the standard library, cached for dependencies |
//! | [`rules`] | sites → [`finding`]s; suppressions |
//! | [`fix`], [`edit`] | findings → rewrites that keep a program's meaning, as text edits |
//! | [`baseline`], [`git`] | findings known from before: in a file, or by the code of an earlier revision |
//! | [`report`] | findings → text, JSON, SARIF |
//! | [`init`] | a repository → the files that bring heaplint into it |
//!
//! [`base`] holds what all of them stand on: spans, sources, symbols, ids, diagnostics, YAML.
//!
//! # Invariants
//!
//! - A stage takes plain data and gives a value and diagnostics. It never fails on user code, whatever the bytes are.
//! - Data flows one way: a module uses modules above it in the table, never below (`tests/it/tidy.rs` checks the imports).
//! - Files are read in `walk` and `load` (the cache of facts in `facts`), those of other times through `git`; threads are
//!   used in `driver`, text is printed in `report` and `main`.
//! - The same input gives the same bytes, for any number of threads.
//! - What cannot be known is [`site::Verdict::Unknown`] and is not reported.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))] // a test that cannot go on has failed

pub mod ast;
pub mod base;
pub mod baseline;
pub mod cli;
pub mod config;
pub mod contract;
pub mod directive;
pub mod driver;
pub mod edit;
pub mod escape;
pub mod facts;
pub mod finding;
pub mod fix;
pub mod git;
pub mod heat;
pub mod init;
pub mod inline;
pub mod ir;
pub mod lex;
pub mod load;
pub mod option;
pub mod parse;
pub mod profile;
pub mod report;
pub mod rules;
pub mod settings;
pub mod site;
pub mod types;
pub mod walk;
