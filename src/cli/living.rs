//! The commands and options for repositories that have findings already.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::InputArgs;

/// Which findings are old, and so not reported.
#[derive(Args, Clone, PartialEq, Eq, Debug, Default)]
pub struct PastArgs {
    /// Take the findings in this file as known, instead of those in the nearest .heaplint-baseline.json
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline", value_hint = ValueHint::FilePath, help_heading = "Known findings")]
    pub baseline: Option<PathBuf>,

    /// Report what a baseline holds too
    #[arg(long, help_heading = "Known findings")]
    pub no_baseline: bool,

    /// Report what the code of this git revision does not have; `REV...` is where HEAD left REV
    ///
    /// Findings are compared by what they are, not by line: an escape that a change elsewhere brings to an untouched line
    /// is reported, a finding that only moved is not.
    #[arg(
        long,
        value_name = "REV",
        conflicts_with = "staged",
        help_heading = "Known findings"
    )]
    pub since: Option<String>,

    /// Check what is staged, and report what HEAD does not have
    #[arg(long, help_heading = "Known findings")]
    pub staged: bool,
}

/// Whether findings are mended.
#[derive(Args, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FixArgs {
    /// Rewrite files where a finding can be mended without changing what the program does, then report what is left
    ///
    /// A rewrite is made only if an analysis of the result no longer has the finding and has nothing new. Suppressed and
    /// known findings, and files that a program wrote, are left alone. The exit code is about what is left.
    #[arg(
        long,
        conflicts_with_all = ["diff", "staged"],
        help_heading = "Rewriting"
    )]
    pub fix: bool,

    /// Print what --fix would change as a unified diff instead of findings, and change nothing
    ///
    /// The exit code is about the findings as they are.
    #[arg(long, help_heading = "Rewriting")]
    pub diff: bool,
}

/// `heaplint baseline`.
#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
pub enum BaselineCommand {
    /// Write all findings into the baseline: `check` no longer reports them
    Write(BaselineArgs),
    /// Fail if the baseline holds findings that are gone
    Check(BaselineArgs),
    /// Take findings that are gone out of the baseline
    Prune(BaselineArgs),
}

impl BaselineCommand {
    /// What was given with it.
    pub fn args(&self) -> &BaselineArgs {
        match self {
            BaselineCommand::Write(args)
            | BaselineCommand::Check(args)
            | BaselineCommand::Prune(args) => args,
        }
    }
}

/// What the baseline commands take.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct BaselineArgs {
    /// Folders or `./…` patterns; the current directory if none is given
    #[arg(value_name = "PATH", value_hint = ValueHint::DirPath)]
    pub paths: Vec<PathBuf>,

    /// The baseline [default: the nearest .heaplint-baseline.json, else one beside the configuration or in the root]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,

    /// What the files are read as.
    #[command(flatten)]
    pub input: InputArgs,

    /// Use this many threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// `heaplint suppress`.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct SuppressArgs {
    /// Files, folders or `./…` patterns; the current directory if none is given
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// Why; every comment says it
    ///
    /// Comments go to the ends of lines. `gofmt` aligns those on neighbouring lines.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,

    /// Suppress findings of these rules only
    #[arg(long = "rule", value_name = "RULE,…", value_delimiter = ',')]
    pub rules: Vec<String>,

    /// Say what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,

    /// What the files are read as.
    #[command(flatten)]
    pub input: InputArgs,

    /// Which findings are known from before.
    #[command(flatten)]
    pub past: PastArgs,

    /// Use this many threads [default: one a core]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// `heaplint init`.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct InitArgs {
    /// A folder of the repository
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,

    /// Print what would be written, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}
