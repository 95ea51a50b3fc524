//! A progress bar for runs that take long enough to wonder, on terminals only.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(700);

/// Draws per second.
const HERTZ: u8 = 8;

/// How far a run is. It draws on standard error if that is a terminal, and takes what it drew away when it is dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
    drawn: OnceLock<()>,
}

impl Progress {
    /// A run of `total` steps.
    pub fn new(total: usize) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
        let style = "{bar:30} {pos}/{len} packages, {eta} left";
        // The template is a constant; if it were wrong, indicatif's own look would do.
        bar.set_style(
            ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        Progress {
            bar,
            started: Instant::now(),
            drawn: OnceLock::new(),
        }
    }

    /// A step is done; from any thread.
    pub fn step(&self) {
        self.bar.inc(1);
        if self.started.elapsed() > PATIENCE {
            self.drawn.get_or_init(|| {
                self.bar
                    .set_draw_target(ProgressDrawTarget::stderr_with_hz(HERTZ));
            });
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
