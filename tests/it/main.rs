//! All tests.

mod config;
mod heat;
mod pipeline;
mod rules;
mod sites;
mod suppress;
