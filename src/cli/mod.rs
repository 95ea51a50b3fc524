//! The command line as plain structs, and the exit codes in one table.
//!
//! Nothing is decided here: a value that was not given is `None`, and config and defaults are the driver's business.
//! The help texts are the reference; the README shows only the common ones.
//!
//! | exit code | meaning | name |
//! | --- | --- | --- |
//! | 0 | nothing at or above `--fail-on` | [`Exit::Clean`] |
//! | 1 | findings at or above `--fail-on`, or rule examples that do not hold | [`Exit::Findings`] |
//! | 2 | wrong use, bad config or rule file, or a fault of our own | [`Exit::Fault`] |

mod living;

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{BoolishValueParser, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand, ValueEnum, ValueHint};

use crate::base::diag::Level;
use crate::report::Format;
use crate::site::GoVersion;

pub use living::{BaselineArgs, BaselineCommand, FixArgs, InitArgs, PastArgs, SuppressArgs};

/// What the process says to its caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Nothing at or above the threshold.
    Clean = 0,
    /// Findings at or above the threshold.
    Findings = 1,
    /// Wrong use, bad config, or a fault of our own; also what clap exits with.
    Fault = 2,
}

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on
  2  wrong use, bad configuration, or an internal fault";

const CHECK_EXAMPLES: &str = "\
Examples:
  heaplint check                              the module in the current directory
  heaplint check ./internal/... cmd/x.go      some packages and a file's package
  heaplint check --output sarif:heaplint.sarif --format github
                                              annotations in the log, SARIF in a file
  heaplint check --go 1.24 --fail-on warning  as another compiler would decide, strictly
  heaplint check --since main...              what this branch brings
  heaplint check --diff                       what could be rewritten; --fix rewrites it

Exit codes:
  0  nothing at or above --fail-on
  1  findings at or above --fail-on
  2  wrong use, bad configuration, or an internal fault";

/// Finds heap escapes on the hot paths of Go programs, without compiling them.
#[derive(Parser, Clone, PartialEq, Eq, Debug)]
#[command(name = "heaplint", version, styles = STYLES, after_help = EXIT_CODES)]
#[command(
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(max_term_width = 100)]
pub struct Cli {
    /// When to use colour
    ///
    /// `auto` colours on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`; `CLICOLOR_FORCE` colours everywhere.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Check Go files, packages and modules
    Check(Box<CheckArgs>),
    /// Say what a rule means, or why a value is on the heap
    Explain(ExplainArgs),
    /// Keep the findings of today apart from those of tomorrow
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Write `//heaplint:ignore` comments where findings are
    Suppress(SuppressArgs),
    /// Bring heaplint into this repository: configuration, workflow, pre-commit hook
    Init(InitArgs),
    /// List, show or test rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Check or show the configuration, or print its JSON Schema
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print what a stage computed (for development)
    #[command(subcommand, hide = true)]
    Dump(DumpCommand),
    /// Work on the facts of packages (for development)
    #[command(subcommand, hide = true)]
    Facts(FactsCommand),
    /// Print the completion script for a shell
    Completions(CompletionsArgs),
}

/// `heaplint check`.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct CheckArgs {
    /// Files, folders or `./…` patterns; the current directory if none is given
    ///
    /// A file is checked as part of its package. Folders are walked with .gitignore and the configured excludes.
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// What the files are read as.
    #[command(flatten)]
    pub input: InputArgs,

    /// How findings are mended.
    #[command(flatten)]
    pub fixes: FixArgs,

    /// Which findings are known from before.
    #[command(flatten)]
    pub past: PastArgs,

    /// What was measured.
    #[command(flatten)]
    pub profiles: ProfileArgs,

    /// Exit with 1 if there is a finding of this level or above [default: configuration, then error]
    #[arg(long, value_name = "LEVEL", help_heading = "Rules")]
    pub fail_on: Option<FailOn>,

    /// How findings are printed
    #[arg(long, short = 'f', value_name = "FORMAT", default_value = "human", help_heading = "Output", value_parser = formats())]
    pub format: Format,

    /// Write another report into a file; may be given several times
    ///
    /// FORMAT is one of --format. The file is overwritten; its folder must exist.
    #[arg(long, short = 'o', value_name = "FORMAT:FILE", value_parser = parse_output, help_heading = "Output")]
    pub output: Vec<Output>,

    /// Name of this analysis, if one commit gets several SARIF uploads of this tool
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub sarif_category: Option<String>,

    /// Count the findings by rule instead of listing them (as an array with --format json)
    #[arg(long, help_heading = "Output")]
    pub statistics: bool,

    /// List at most this many findings, the loudest ones; counts and exit code are of all
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub max_findings: Option<usize>,

    /// Report suppressed and old findings too, marked as such, where the format can say so (json, sarif)
    #[arg(long, help_heading = "Output")]
    pub show_suppressed: bool,

    /// Leave out the summary, progress and notes about files that were skipped
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    /// Use this many threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// What `check` and `dump` share: which files, read for which target.
#[derive(Args, Clone, PartialEq, Eq, Debug, Default)]
pub struct InputArgs {
    /// Use this configuration for all files instead of the nearest .heaplint.yml of each
    #[arg(long, value_name = "FILE", env = "HEAPLINT_CONFIG", hide_env_values = true, value_hint = ValueHint::FilePath, help_heading = "Rules")]
    pub config: Option<PathBuf>,

    /// Report findings in _test.go files too
    #[arg(long, help_heading = "Files")]
    pub tests: bool,

    /// Apply the configured excludes to files that are named on the command line too
    #[arg(long, help_heading = "Files")]
    pub force_exclude: bool,

    /// Decide as this compiler version does, e.g. 1.27 [default: configuration, then go.mod]
    #[arg(long, value_name = "VERSION", value_parser = parse_go, help_heading = "Go")]
    pub go: Option<GoVersion>,

    /// Operating system to build for [default: configuration, then `$GOOS`, then linux]
    #[arg(long, value_name = "OS", help_heading = "Go")]
    pub goos: Option<String>,

    /// Architecture to build for [default: configuration, then `$GOARCH`, then amd64]
    #[arg(long, value_name = "ARCH", help_heading = "Go")]
    pub goarch: Option<String>,

    /// Decide as the compiler does with -gcflags=-l: nothing is inlined
    #[arg(long, help_heading = "Go")]
    pub no_inline: bool,

    /// Analyse dependencies anew, and keep nothing of them for the next run
    #[arg(long, env = "HEAPLINT_NO_CACHE", hide_env_values = true, value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    pub no_cache: bool,

    /// Where to keep what was found out about dependencies [default: heaplint in the user's cache folder]
    #[arg(long, value_name = "DIR", env = "HEAPLINT_CACHE", hide_env_values = true, value_hint = ValueHint::DirPath)]
    pub cache_dir: Option<PathBuf>,

    /// Build tags that hold
    #[arg(long, value_name = "TAG,…", value_delimiter = ',', help_heading = "Go")]
    pub tags: Vec<String>,

    /// Whether cgo is on [default: configuration, then `$CGO_ENABLED`, then true]
    #[arg(long, value_name = "BOOL", value_parser = BoolishValueParser::new(), help_heading = "Go")]
    pub cgo: Option<bool>,
}

/// What was measured of the program.
#[derive(Args, Clone, PartialEq, Eq, Debug, Default)]
pub struct ProfileArgs {
    /// Take lines as hot that this heap, allocs or CPU profile shows, and list them first; may be given several times
    ///
    /// A default.pgo beside a command is taken without being named. Lines are found by function and offset, so that a
    /// profile may be older than the code.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Profiles")]
    pub profile: Vec<PathBuf>,

    /// Report only what has this share of a profile, in objects, bytes or time [default for being hot: 0.5%]
    #[arg(long, value_name = "PERCENT", requires = "profile", value_parser = parse_share, help_heading = "Profiles")]
    pub min_share: Option<u32>,
}

/// `heaplint explain`.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct ExplainArgs {
    /// A rule's id, as findings show it, or the place of a value, as in main.go:12 or main.go:12:5
    #[arg(value_name = "RULE|PLACE")]
    pub subject: String,

    /// How the way of a value is shown: as text, or as a graph for Graphviz
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ExplainFormat,

    /// What the file is read as.
    #[command(flatten)]
    pub input: InputArgs,
}

/// How `explain` shows the way of a value.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExplainFormat {
    /// Step by step, with source lines.
    Text,
    /// A graph in Graphviz's language.
    Dot,
}

/// `heaplint rules`.
#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
pub enum RulesCommand {
    /// List the rules and the level that the configuration gives them
    List {
        /// List the rules of this configuration
        #[arg(long, value_name = "FILE", env = "HEAPLINT_CONFIG", hide_env_values = true, value_hint = ValueHint::FilePath)]
        config: Option<PathBuf>,
        /// How they are listed; `markdown` is a table of the levels that rules have by default
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: ListFormat,
    },
    /// Print a rule's file
    Show {
        /// The rule's id
        rule: String,
        /// Look for the rule in this configuration too
        #[arg(long, value_name = "FILE", env = "HEAPLINT_CONFIG", hide_env_values = true, value_hint = ValueHint::FilePath)]
        config: Option<PathBuf>,
    },
    /// Run the examples in rule files
    Test {
        /// Rule files or folders; the built-in rules and the configured ones if none is given
        #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
        paths: Vec<PathBuf>,
    },
}

/// `heaplint config`.
#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
pub enum ConfigCommand {
    /// Check configuration files and the rule files they name
    Check {
        /// Configuration files; the nearest .heaplint.yml if none is given
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
    },
    /// Print the configuration in force for a path
    Show {
        /// A file or folder
        #[arg(default_value = ".", value_hint = ValueHint::AnyPath)]
        path: PathBuf,
        /// Show this configuration instead of the nearest .heaplint.yml
        #[arg(long, value_name = "FILE", env = "HEAPLINT_CONFIG", hide_env_values = true, value_hint = ValueHint::FilePath)]
        config: Option<PathBuf>,
    },
    /// Print the JSON Schema of configuration or rule files
    Schema {
        /// Which kind of file
        #[arg(default_value = "config")]
        kind: SchemaKind,
    },
}

/// `heaplint dump`.
#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
pub enum DumpCommand {
    /// Every site, flagged or not: `path:line:col kind verdict cost heat type`, separated by tabs
    Sites(DumpArgs),
    /// Every identifier that defines or uses an object: `path:line:col name type`
    Types(DumpArgs),
    /// At which cost functions can be inlined, or why they cannot be: `path:line:col: can inline f with cost n`
    Inlining(DumpArgs),
    /// Every syntax error of the files as they are, without packages and build constraints: `path:line:col: message`
    Syntax {
        /// Files and folders
        #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
        paths: Vec<PathBuf>,
    },
    /// The tree of a file, one node a line
    Ast {
        /// A Go file
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
}

/// `heaplint facts …`
#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
pub enum FactsCommand {
    /// Write the facts of a Go tree's standard library, for linux/amd64
    Build(FactsBuildArgs),
}

/// `heaplint facts build`
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct FactsBuildArgs {
    /// The Go tree, with the library's sources in its src folder
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub goroot: PathBuf,

    /// Leave out packages that are the same in this archive
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub base: Option<PathBuf>,

    /// Where to write the archive
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: PathBuf,
}

/// What the dumps take.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct DumpArgs {
    /// Files, folders or `./…` patterns
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// What the files are read as.
    #[command(flatten)]
    pub input: InputArgs,

    /// Use this many threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// `heaplint completions`.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// When to use colour.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// What was asked for; `None` leaves it to the environment.
    pub fn wish(self) -> Option<bool> {
        match self {
            ColorChoice::Auto => None,
            ColorChoice::Always => Some(true),
            ColorChoice::Never => Some(false),
        }
    }
}

/// From which level on a finding fails the run.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FailOn {
    /// Errors only.
    Error,
    /// Warnings and errors.
    Warning,
    /// Any finding.
    Note,
    /// No finding.
    Never,
}

impl FailOn {
    /// The lowest level that fails the run; `None` for never.
    pub fn threshold(self) -> Option<Level> {
        match self {
            FailOn::Error => Some(Level::Error),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Note => Some(Level::Note),
            FailOn::Never => None,
        }
    }
}

/// How rules are listed.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListFormat {
    /// In columns.
    Human,
    /// As a Markdown table.
    Markdown,
}

/// Which JSON Schema to print.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SchemaKind {
    /// Of `.heaplint.yml`.
    Config,
    /// Of a rule file.
    Rule,
}

/// A report that goes into a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// Its format.
    pub format: Format,
    /// Where it goes.
    pub path: PathBuf,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str))
        .try_map(|name| name.parse::<Format>())
}

fn parse_output(text: &str) -> Result<Output, String> {
    match text.split_once(':') {
        Some((format, path)) if !path.is_empty() => Ok(Output {
            format: format.parse()?,
            path: path.into(),
        }),
        _ => Err("expected FORMAT:FILE, such as sarif:heaplint.sarif".to_string()),
    }
}

fn parse_go(text: &str) -> Result<GoVersion, String> {
    GoVersion::parse(text).ok_or_else(|| "expected a Go version such as 1.27 or 1.26.3".to_string())
}

/// A percentage, in millionths of the whole.
fn parse_share(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim();
    match number.parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok((percent * 10_000.0).round() as u32),
        _ => Err("expected a percentage such as 0.5%".to_string()),
    }
}

/// Writes the completion script for `shell`.
pub fn write_completions(shell: clap_complete::Shell, out: &mut dyn Write) -> io::Result<()> {
    // The generator insists on panicking when its writer fails, so it gets a buffer, which cannot.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "heaplint", &mut script);
    out.write_all(&script)
}

#[cfg(test)]
mod tests {
    use super::{Cli, Command, Exit, FailOn};
    use crate::base::diag::Level;
    use crate::report::Format;
    use clap::{CommandFactory, Parser};

    fn check(args: &[&str]) -> Result<Box<super::CheckArgs>, String> {
        let args = ["heaplint", "check"].iter().chain(args);
        match Cli::try_parse_from(args).map(|cli| cli.command) {
            Ok(Command::Check(check)) => Ok(check),
            Ok(other) => Err(format!("{other:?}")),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn several_outputs_may_be_asked_for_in_one_run() {
        let args = check(&[
            "-o",
            "sarif:a:b.sarif",
            "--output",
            "json:x.json",
            "-f",
            "github",
        ])
        .unwrap();
        assert_eq!(args.format, Format::Github);
        assert_eq!(args.output[0].format, Format::Sarif);
        assert_eq!(args.output[0].path.to_str(), Some("a:b.sarif"));
        assert_eq!(args.output[1].format, Format::Json);
    }

    #[test]
    fn mistakes_name_what_was_expected() {
        assert!(
            check(&["--output", "sarif"])
                .unwrap_err()
                .contains("FORMAT:FILE")
        );
        assert!(
            check(&["--output", "xml:a"])
                .unwrap_err()
                .contains("concise")
        );
        assert!(
            check(&["--format", "sariff"])
                .unwrap_err()
                .contains("'sarif'")
        );
        assert!(check(&["--go", "2"]).unwrap_err().contains("1.27"));
        assert!(check(&["--threads", "0"]).is_err());
    }

    #[test]
    fn thresholds_are_levels() {
        assert_eq!(FailOn::Note.threshold(), Some(Level::Note));
        assert_eq!(FailOn::Never.threshold(), None);
        assert_eq!(Exit::Fault as i32, 2);
    }
}
