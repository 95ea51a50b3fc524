//! The `heaplint` command: arguments in, exit code out.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use heaplint::cli::{Cli, Exit};
use heaplint::driver::{self, Streams};
use heaplint::report::Style;
use mimalloc::MiMalloc;

/// Packages are taken apart into millions of short lists, by several threads at once; that is what this allocator is good
/// at.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let wish = cli.color.wish();
    let mut out = io::stdout();
    let mut err = io::stderr();
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
        out_style: Style::of_stdout(wish),
        err_style: Style::of_stderr(wish),
    };
    let exit = driver::run(&cli, &mut streams).and_then(|exit| io::stdout().flush().map(|()| exit));
    ExitCode::from(match exit {
        Ok(exit) => exit as u8,
        // Whoever reads us has seen enough, as `head` does: no error of ours.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean as u8,
        Err(error) => {
            // If standard error is gone too, the exit code must do.
            let _ = writeln!(io::stderr(), "error: {error}");
            Exit::Fault as u8
        }
    })
}
