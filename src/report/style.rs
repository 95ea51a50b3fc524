//! What the terminal can show: colour, box-drawing characters, width.
//!
//! Colour, from strongest to weakest: `--color`; `NO_COLOR` (any value but the empty one) turns it off;
//! `CLICOLOR_FORCE` (any value but empty or `0`) turns it on, for CI logs that render it; `TERM=dumb` turns it off; a
//! terminal has it, a file or pipe has not.

use std::ffi::OsString;
use std::io::IsTerminal;

use terminal_size::{Width, terminal_size_of};

/// How text for people is dressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Use ANSI colours.
    pub color: bool,
    /// Draw with box characters instead of ASCII.
    pub unicode: bool,
    /// Columns to wrap prose at. Source lines are never wrapped.
    pub width: usize,
}

impl Style {
    /// What is safe anywhere: no colour, 80 columns, box characters.
    pub const PLAIN: Style = Style {
        color: false,
        unicode: true,
        width: 80,
    };

    /// The style for standard output; `wish` is what `--color` asks for, if anything.
    pub fn of_stdout(wish: Option<bool>) -> Style {
        let out = std::io::stdout();
        let columns = terminal_size_of(&out).map(|(Width(columns), _)| columns.into());
        Style::detect(wish, out.is_terminal(), columns, |name| {
            std::env::var_os(name)
        })
    }

    /// The style for standard error; `wish` is what `--color` asks for, if anything.
    pub fn of_stderr(wish: Option<bool>) -> Style {
        let err = std::io::stderr();
        let columns = terminal_size_of(&err).map(|(Width(columns), _)| columns.into());
        Style::detect(wish, err.is_terminal(), columns, |name| {
            std::env::var_os(name)
        })
    }

    /// The style for a stream.
    ///
    /// `wish` is what the user asked for by option, `terminal` whether the stream is one, `columns` its width if
    /// known, and `env` reads the environment.
    pub fn detect(
        wish: Option<bool>,
        terminal: bool,
        columns: Option<usize>,
        env: impl Fn(&str) -> Option<OsString>,
    ) -> Style {
        Style {
            color: wish.unwrap_or_else(|| wants_color(terminal, &env)),
            unicode: speaks_unicode(&env),
            width: columns
                .filter(|_| terminal)
                .unwrap_or(Style::PLAIN.width)
                .clamp(40, 160),
        }
    }

    /// `text` in an ANSI colour (its SGR number), if there is colour.
    pub(super) fn paint(self, sgr: &str, text: &str) -> String {
        if self.color {
            format!("\u{1b}[{sgr}m{text}\u{1b}[0m")
        } else {
            text.to_string()
        }
    }
}

fn wants_color(terminal: bool, env: &impl Fn(&str) -> Option<OsString>) -> bool {
    let set = |name| env(name).is_some_and(|value| !value.is_empty());
    if set("NO_COLOR") {
        false
    } else if set("CLICOLOR_FORCE") && env("CLICOLOR_FORCE").is_some_and(|v| v != "0") {
        true
    } else {
        terminal && env("TERM").is_none_or(|term| term != "dumb")
    }
}

/// POSIX takes the character set from the first of three variables that is set; Windows has its own rules, and every
/// terminal that runs a recent tool there draws boxes.
fn speaks_unicode(env: &impl Fn(&str) -> Option<OsString>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(env)
        .find(|value| !value.is_empty());
    let named = locale.is_some_and(|value| {
        let value = value.to_string_lossy().to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    });
    named || cfg!(windows) || cfg!(target_os = "macos")
}

#[cfg(test)]
mod tests {
    use super::Style;
    use std::ffi::OsString;

    fn color(wish: Option<bool>, terminal: bool, env: &[(&str, &str)]) -> bool {
        let get = |name: &str| {
            let found = env.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        };
        Style::detect(wish, terminal, None, get).color
    }

    #[test]
    fn colour_follows_option_then_environment_then_terminal() {
        assert!(color(None, true, &[]));
        assert!(!color(None, false, &[]));
        assert!(!color(None, true, &[("NO_COLOR", "1")]));
        assert!(color(None, true, &[("NO_COLOR", "")]));
        assert!(!color(None, true, &[("TERM", "dumb")]));
        assert!(color(None, false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!color(None, false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!color(
            None,
            false,
            &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
        ));
        assert!(color(Some(true), false, &[("NO_COLOR", "1")]));
        assert!(!color(Some(false), true, &[]));
    }

    #[test]
    fn width_is_that_of_the_terminal_within_reason() {
        let width = |terminal, columns| Style::detect(None, terminal, columns, |_| None).width;
        assert_eq!(width(true, Some(120)), 120);
        assert_eq!(width(true, Some(7)), 40);
        assert_eq!(width(false, Some(120)), 80);
    }
}
