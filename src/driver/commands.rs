//! The commands that need no Go code: what rules and configs say, and whether rule files keep their promises.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::diag::{ConfigError, Level};
use crate::base::files::{Disk, Files};
use crate::base::{suggest, yaml};
use crate::cli::{ConfigCommand, Exit, ListFormat, RulesCommand, SchemaKind};
use crate::config;
use crate::finding::RuleMeta;
use crate::report;
use crate::rules::{self, Rule, RuleSet};
use crate::settings::{Settings, SettingsCache};

use super::{Streams, package};

/// `heaplint explain RULE`
pub(super) fn explain_rule(
    id: &str,
    config: Option<&Path>,
    streams: &mut Streams<'_>,
) -> io::Result<Exit> {
    let settings = settings_here(config);
    if !settings.errors.is_empty() {
        return refuse(&settings.errors, streams);
    }
    match find_rule(settings.rules(), id, streams)? {
        Some(rule) => write!(streams.out, "{}", rules::page(&rule.meta)).map(|()| Exit::Clean),
        None => Ok(Exit::Fault),
    }
}

/// `heaplint rules …`
pub(super) fn rules(command: &RulesCommand, streams: &mut Streams<'_>) -> io::Result<Exit> {
    match command {
        RulesCommand::List { config, format } => list_rules(config.as_deref(), *format, streams),
        RulesCommand::Show { rule, config } => show_rule(rule, config.as_deref(), streams),
        RulesCommand::Test { paths } => test_rules(paths, streams),
    }
}

/// `heaplint config …`
pub(super) fn config(command: &ConfigCommand, streams: &mut Streams<'_>) -> io::Result<Exit> {
    match command {
        ConfigCommand::Check { files } => check_configs(files, streams),
        ConfigCommand::Show { path, config } => show_config(path, config.as_deref(), streams),
        ConfigCommand::Schema { kind } => {
            let schema = match kind {
                SchemaKind::Config => config::schema(),
                SchemaKind::Rule => rules::schema(),
            };
            writeln!(streams.out, "{:#}", schema.as_value()).map(|()| Exit::Clean)
        }
    }
}

/// The settings of a named config, or those in force in the current folder.
fn settings_here(config: Option<&Path>) -> Arc<Settings> {
    settings_for(Path::new("."), config)
}

/// The settings of a named config, or those in force for `path`.
fn settings_for(path: &Path, config: Option<&Path>) -> Arc<Settings> {
    let folder = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = if folder.is_dir() {
        folder
    } else {
        folder.parent().unwrap_or(Path::new("/")).to_path_buf()
    };
    SettingsCache::new(&Disk, config).for_folder(&folder)
}

fn refuse(errors: &[ConfigError], streams: &mut Streams<'_>) -> io::Result<Exit> {
    report::write_config_errors(errors, streams.err_style, &mut streams.err)?;
    Ok(Exit::Fault)
}

fn find_rule<'r>(
    set: &'r RuleSet,
    id: &str,
    streams: &mut Streams<'_>,
) -> io::Result<Option<&'r Rule>> {
    if let Some(rule) = set.get(id) {
        return Ok(Some(rule));
    }
    let ids: Vec<&str> = set.iter().map(|r| r.meta.id.as_str()).collect();
    let hint = suggest::help(id, ids.iter().copied());
    writeln!(streams.err, "error: there is no rule `{id}`")?;
    match hint {
        Some(hint) => writeln!(streams.err, "help: {hint}")?,
        None if Path::new(id).extension().is_some_and(|e| e == "go") || id.contains(".go:") => {
            writeln!(streams.err, "help: a place is FILE:LINE or FILE:LINE:COL")?;
        }
        None => writeln!(streams.err, "help: `heaplint rules list` shows all rules")?,
    }
    Ok(None)
}

fn list_rules(
    config: Option<&Path>,
    format: ListFormat,
    streams: &mut Streams<'_>,
) -> io::Result<Exit> {
    let settings = settings_here(config);
    if !settings.errors.is_empty() {
        return refuse(&settings.errors, streams);
    }
    match format {
        ListFormat::Human => {
            let active = settings.active_for(Path::new(""));
            let level = |meta: &RuleMeta| active.level(&meta.id);
            let rules: Vec<(&RuleMeta, Option<Level>)> =
                settings.metas().iter().map(|m| (m, level(m))).collect();
            report::write_rule_list(&rules, streams.out_style, &mut streams.out)?;
        }
        ListFormat::Markdown => {
            let rules: Vec<&RuleMeta> = settings.metas().iter().collect();
            report::write_rule_table(&rules, &mut streams.out)?;
        }
    }
    Ok(Exit::Clean)
}

fn show_rule(id: &str, config: Option<&Path>, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let settings = settings_here(config);
    if !settings.errors.is_empty() {
        return refuse(&settings.errors, streams);
    }
    match find_rule(settings.rules(), id, streams)? {
        Some(rule) => streams
            .out
            .write_all(rule.file.text())
            .map(|()| Exit::Clean),
        None => Ok(Exit::Fault),
    }
}

/// Runs the examples of the rule files in `paths`, or of all rules in force.
fn test_rules(paths: &[PathBuf], streams: &mut Streams<'_>) -> io::Result<Exit> {
    let (settings, named) = if paths.is_empty() {
        (settings_here(None), false)
    } else {
        (Arc::new(Settings::of_rule_files(&Disk, paths)), true)
    };
    if !settings.errors.is_empty() {
        return refuse(&settings.errors, streams);
    }
    let active = settings.everything();
    let wanted = |rule: &Rule| !named || rule.meta.origin.is_some();
    let outcome = super::in_pool(0, || {
        rules::test_examples(settings.rules(), wanted, &|text| {
            package::snippet(text, &active)
        })
    });
    report::write_config_errors(&outcome.failures, streams.err_style, &mut streams.err)?;
    let (rules, examples, failed) = (outcome.rules, outcome.examples, outcome.failures.len());
    writeln!(
        streams.out,
        "{examples} examples of {rules} rules, {failed} failed"
    )?;
    Ok(if failed == 0 {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// Checks the named config files, or the one in force in the current folder.
fn check_configs(files: &[PathBuf], streams: &mut Streams<'_>) -> io::Result<Exit> {
    let all: Vec<Arc<Settings>> = if files.is_empty() {
        vec![settings_here(None)]
    } else {
        files
            .iter()
            .map(|f| Arc::new(Settings::load(&Disk as &dyn Files, f)))
            .collect()
    };
    let errors: Vec<ConfigError> = all.iter().flat_map(|s| s.errors.iter().cloned()).collect();
    if !errors.is_empty() {
        return refuse(&errors, streams);
    }
    for settings in &all {
        match &settings.config.path {
            Some(path) => writeln!(streams.out, "{}: fine", path.display())?,
            None => writeln!(
                streams.out,
                "no .heaplint.yml here: the defaults are in force"
            )?,
        }
    }
    Ok(Exit::Clean)
}

fn show_config(path: &Path, config: Option<&Path>, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let settings = settings_for(path, config);
    if !settings.errors.is_empty() {
        return refuse(&settings.errors, streams);
    }
    match yaml::write(&settings.effective()) {
        Ok(text) => write!(streams.out, "{text}").map(|()| Exit::Clean),
        Err(why) => Err(io::Error::other(why)),
    }
}
