//! What a run needs before any Go code is read: settings, where to walk, how to load; and when to refuse.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::diag::{ConfigError, Diagnostic, Level};
use crate::base::files::{Disk, Overlay};
use crate::base::source::SourceFile;
use crate::cli::{Exit, InputArgs};
use crate::config::{Config, FailOn};
use crate::facts::Corrupt;
use crate::facts::cache::{Cache, MAX_BYTES, usual_folder};
use crate::finding::RuleMeta;
use crate::git::GitError;
use crate::load::{self, Env, Package, Program, Target};
use crate::report::{self, Notice, Places};
use crate::rules::RuleSet;
use crate::settings::SettingsCache;
use crate::types::sizes::Sizes;
use crate::walk::{self, Exclude, Problem, Walked, normalize};

use super::{Streams, Wanted};

/// Why a run does not begin: exit code 2.
pub(super) enum Refusal {
    /// Config or rule files with mistakes.
    Config(Vec<ConfigError>),
    /// Paths that were named and cannot be read.
    Paths(Vec<Problem>),
    /// The current folder is gone.
    NoFolder(io::Error),
    /// The standard library's embedded facts are damaged.
    Facts(Corrupt),
    /// Something else, in one sentence.
    Said(String),
}

impl From<GitError> for Refusal {
    fn from(error: GitError) -> Refusal {
        Refusal::Said(error.to_string())
    }
}

impl Refusal {
    /// Says why.
    pub(super) fn tell(self, streams: &mut Streams<'_>) -> io::Result<Exit> {
        match self {
            Refusal::Config(errors) => {
                report::write_config_errors(&errors, streams.err_style, &mut streams.err)?;
            }
            Refusal::Paths(problems) => {
                for problem in problems {
                    writeln!(
                        streams.err,
                        "error: {}: {}",
                        problem.path.display(),
                        problem.message
                    )?;
                }
            }
            Refusal::NoFolder(error) => {
                writeln!(streams.err, "error: the current folder: {error}")?;
            }
            Refusal::Said(message) => writeln!(streams.err, "error: {message}")?,
            Refusal::Facts(why) => {
                writeln!(
                    streams.err,
                    "error: the embedded facts of the standard library: {why}"
                )?;
            }
        }
        Ok(Exit::Fault)
    }
}

/// What the stages are given.
pub(super) struct Setup<'f> {
    pub(super) settings: SettingsCache<'f>,
    pub(super) walk: walk::Request,
    pub(super) load: load::Options,
    pub(super) places: Places,
    /// Where facts of dependencies are kept, unless they are not to be or there is no place.
    pub(super) cache: Option<Cache>,
    /// The named files, absolute: excludes do not touch them unless asked to.
    named: Vec<PathBuf>,
}

impl<'f> Setup<'f> {
    /// Reads the settings for the current folder and makes the requests of the first stages of them.
    pub(super) fn new(
        disk: &'f Disk,
        paths: &[PathBuf],
        input: &InputArgs,
        overlay: &Arc<Overlay>,
    ) -> Result<Setup<'f>, Refusal> {
        let cwd = std::env::current_dir().map_err(Refusal::NoFolder)?;
        let settings = SettingsCache::new(disk, input.config.as_deref());
        let top = settings.for_folder(&cwd);
        refuse_errors(&settings)?;
        let config = &top.config;
        let env = Env::read(|name| std::env::var_os(name));
        let tests = input.tests || config.tests;
        let mut walk = walk::Request::new(&cwd, paths.iter().cloned());
        walk.gopath.clone_from(&env.gopath);
        walk.excludes = exclude_of(config, &cwd).into_iter().collect();
        walk.force_exclude = input.force_exclude;
        walk.tests = tests;
        walk.threads = rayon::current_num_threads();
        let load = load::Options {
            cwd: cwd.clone(),
            go: input.go.or(config.go),
            tests,
            target: target(input, config, &env),
            env,
            overlay: Arc::clone(overlay),
        };
        let named = if input.force_exclude {
            Vec::new()
        } else {
            paths.iter().map(|p| normalize(&cwd.join(p))).collect()
        };
        // Paths in reports are relative to the repository that is checked, wherever the command is run.
        let first = paths.first().map_or(cwd.clone(), |path| cwd.join(path));
        let places = Places {
            root: repository_root(&normalize(&first))
                .unwrap_or(&cwd)
                .to_path_buf(),
            cwd,
        };
        Ok(Setup {
            settings,
            walk,
            load,
            places,
            cache: cache(input),
            named,
        })
    }

    /// Leaves out the findings that the config nearest to each folder excludes; fails if one of those configs is wrong.
    pub(super) fn exclude_by_nearest_config(&self, walked: &mut Walked) -> Result<(), Refusal> {
        for dir in &mut walked.dirs {
            let settings = self.settings.for_folder(&dir.path);
            for file in &mut dir.files {
                let path = dir.path.join(&file.name);
                if settings.config.is_excluded(&path) && !self.named.contains(&path) {
                    file.selected = false;
                }
            }
        }
        refuse_errors(&self.settings)
    }

    /// The target's sizes.
    pub(super) fn sizes(&self) -> Sizes {
        Sizes::for_arch(&self.load.target.goarch).unwrap_or_default()
    }

    /// What reports need to know of all rules of the run, each id once; nothing if they show no findings.
    pub(super) fn rules(&self, wanted: Wanted) -> Vec<RuleMeta> {
        let mut rules = Vec::new();
        if !wanted.findings {
            return rules;
        }
        for settings in self.settings.all() {
            rules.extend(settings.metas().iter().cloned());
        }
        rules.sort_by(|a: &RuleMeta, b| a.id.cmp(&b.id));
        rules.dedup_by(|a, b| a.id == b.id);
        rules
    }

    /// From which level on findings fail the run, by the config of the current folder; `None` is never.
    pub(super) fn fail_on(&self) -> Option<Level> {
        match self.settings.for_folder(&self.places.cwd).config.fail_on {
            FailOn::Note => Some(Level::Note),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Error => Some(Level::Error),
            FailOn::Never => None,
        }
    }
}

/// Has a thread read the built-in rules, if there are to be findings: they are wanted last of all, and reading them takes
/// as long as all that comes before Go code is parsed.
pub(super) fn read_rules_ahead(wanted: Wanted) {
    if wanted.findings {
        rayon::spawn(|| {
            let _read = RuleSet::builtin();
        });
    }
}

fn refuse_errors(settings: &SettingsCache<'_>) -> Result<(), Refusal> {
    let errors: Vec<ConfigError> = settings
        .all()
        .iter()
        .flat_map(|s| s.errors.iter().cloned())
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Config(errors))
    }
}

/// The config's excludes for the walker, which need not go into excluded folders. A pattern that does not compile here
/// has been reported by the config's own validation.
fn exclude_of(config: &Config, cwd: &Path) -> Option<Exclude> {
    let root = normalize(&cwd.join(&config.root));
    Exclude::new(root, config.exclude.texts()).ok()
}

/// Flags over config over environment over defaults.
fn target(input: &InputArgs, config: &Config, env: &Env) -> Target {
    let wish = |flag: &Option<String>, own: &Option<String>, rest: &str| {
        flag.clone()
            .or_else(|| own.clone())
            .unwrap_or_else(|| rest.to_owned())
    };
    let mut tags = env.target.tags.clone();
    tags.extend(config.target.tags.iter().chain(&input.tags).cloned());
    tags.sort();
    tags.dedup();
    Target {
        goos: wish(&input.goos, &config.target.goos, &env.target.goos),
        goarch: wish(&input.goarch, &config.target.goarch, &env.target.goarch),
        cgo: input.cgo.or(config.target.cgo).unwrap_or(env.target.cgo),
        tags,
    }
}

/// Fails if a path that was named cannot be read.
pub(super) fn refuse_unusable_paths(walked: &Walked) -> Result<(), Refusal> {
    let problems = walked.problems.iter();
    let named: Vec<Problem> = problems.filter(|p| p.named).cloned().collect();
    if named.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Paths(named))
    }
}

/// The cache that the options and the environment name.
fn cache(input: &InputArgs) -> Option<Cache> {
    if input.no_cache {
        return None;
    }
    let usual = || usual_folder(|name| std::env::var_os(name));
    let dir = input.cache_dir.clone().or_else(usual)?;
    Some(Cache::at(dir, MAX_BYTES))
}

/// The root of the repository that `path` lies in: the nearest folder upwards with `.git`.
pub(super) fn repository_root(path: &Path) -> Option<&Path> {
    path.ancestors().find(|dir| dir.join(".git").exists())
}

/// What loading has to say, and which compiler versions are beyond what is known.
pub(super) fn notices(program: &Program, diagnostics: &[Diagnostic]) -> Vec<Notice> {
    let mut notices: Vec<Notice> = diagnostics.iter().map(|d| notice(program, d)).collect();
    for build in program.builds.iter().filter(|b| b.wanted > b.compiler) {
        notices.push(Notice {
            path: Some(build.root.clone()),
            level: Level::Note,
            message: format!(
                "Go {} is newer than what is known; decided as Go {}",
                build.wanted, build.compiler
            ),
        });
    }
    notices
}

/// That a stage panicked over a package.
pub(super) fn fault(package: &Package) -> Notice {
    Notice {
        path: Some(package.dir.clone()),
        level: Level::Error,
        message: format!(
            "internal error in package {}; please report it",
            package.path
        ),
    }
}

/// A diagnostic of loading as a notice: its place is part of the text, because it may lie in a go.mod file.
fn notice(program: &Program, diagnostic: &Diagnostic) -> Notice {
    let file: &SourceFile = &program.files[diagnostic.file];
    let at = file.line_col(diagnostic.span.start);
    let has_place = diagnostic.span.end > 0;
    let place = if has_place {
        format!("{}:{}: ", at.line, at.column)
    } else {
        String::new()
    };
    Notice {
        path: Some(file.path().to_path_buf()),
        level: diagnostic.level,
        message: format!("{place}{}", diagnostic.message),
    }
}
