//! A config as meant: patterns compiled, rules known, versions read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::written::{self, FailOn, Written};
use crate::base::diag::{ConfigError, Level, LevelName};
use crate::base::glob::Patterns;
use crate::base::source::SourceFile;
use crate::base::suggest;
use crate::base::yaml::input::OptionInput;
use crate::base::yaml::{Problem, Spanned};
use crate::finding::{Group, RuleMeta};
use crate::option::{OptionValue, RuleSetting, option_value};
use crate::site::GoVersion;

/// Which built-in rules a config starts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Preset {
    /// The rules that find what is worth acting on, at their own level.
    #[default]
    Recommended,
    /// Those one level up, and more for code that has to be fast.
    Strict,
    /// Every rule at its own level, those that are off as warnings.
    All,
    /// No rule but those that `rules` switches on, and those about the run itself (`syntax-error`, suppressions).
    None,
}

/// One level up.
fn louder(level: Level) -> Level {
    match level {
        Level::Note => Level::Warning,
        Level::Warning | Level::Error => Level::Error,
    }
}

/// The names of [`Preset`].
pub const PRESETS: [&str; 4] = ["recommended", "strict", "all", "none"];

impl Preset {
    /// The preset called `name`.
    pub fn parse(name: &str) -> Option<Preset> {
        Some(match name {
            "recommended" => Preset::Recommended,
            "strict" => Preset::Strict,
            "all" => Preset::All,
            "none" => Preset::None,
            _ => return None,
        })
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        PRESETS[self as usize]
    }

    /// The level that a rule starts from.
    pub fn level(self, rule: &RuleMeta) -> Option<Level> {
        let own = rule.level;
        match (self, rule.group) {
            (Preset::Recommended, Group::Recommended) | (Preset::Strict, Group::Strict) => own,
            (Preset::Strict, Group::Recommended) => own.map(louder),
            (Preset::All, _) => own.or(Some(Level::Warning)),
            (Preset::None | Preset::Recommended | Preset::Strict, _) => None,
        }
    }
}

/// Rule settings for some files.
#[derive(Clone, PartialEq, Debug)]
pub struct Override {
    /// The files, relative to [`Config::root`].
    pub files: Patterns,
    /// What is asked there.
    pub rules: Vec<RuleSetting>,
}

/// Functions and files with a known heat.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Marks {
    /// Names as the compiler prints them.
    pub functions: Patterns,
    /// Files, relative to [`Config::root`].
    pub files: Patterns,
    /// Functions whose source is not looked at, by package path, that call what they are given again and again, or once.
    pub callbacks: Patterns,
    /// Types of functions that run once a request.
    pub handlers: Patterns,
    /// Names of types that are embedded by types whose methods run once a request.
    pub services: Patterns,
}

/// What to build for; `None` is the default of the one who loads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Target {
    /// `GOOS`.
    pub goos: Option<String>,
    /// `GOARCH`.
    pub goarch: Option<String>,
    /// `CGO_ENABLED`.
    pub cgo: Option<bool>,
    /// Build tags, sorted.
    pub tags: Vec<String>,
}

/// The settings in force for the files below a folder.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Config {
    /// The file they come from; `None` for the defaults.
    pub path: Option<PathBuf>,
    /// The folder that patterns are relative to.
    pub root: PathBuf,
    /// The compiler version asked for.
    pub go: Option<GoVersion>,
    /// The rules to start from.
    pub preset: Preset,
    /// From which level on the run fails.
    pub fail_on: FailOn,
    /// What is asked of rules.
    pub rules: Vec<RuleSetting>,
    /// Files to leave out.
    pub exclude: Patterns,
    /// Settings for some files; later ones win.
    pub overrides: Vec<Override>,
    /// Hot wherever it is called.
    pub hot: Marks,
    /// Cold even in loops.
    pub cold: Marks,
    /// What to build for.
    pub target: Target,
    /// Whether test files are checked.
    pub tests: bool,
}

impl Config {
    /// `path` as patterns see it: relative to [`Config::root`], where it lies below that.
    pub fn relative<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.root)
            .or_else(|_| path.strip_prefix("."))
            .unwrap_or(path)
    }

    /// Whether findings in the file are left out.
    pub fn is_excluded(&self, path: &Path) -> bool {
        self.exclude.match_path(self.relative(path))
    }
}

/// What `extends` asks for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Extends {
    /// The preset; the last one named.
    pub preset: Preset,
    /// Rule files and folders, as written.
    pub paths: Vec<Spanned<String>>,
}

/// Reads `extends`. Words that are neither a preset nor look like a path are errors.
pub fn extends(written: &Written, file: &Arc<SourceFile>) -> (Extends, Vec<ConfigError>) {
    let mut found = Extends::default();
    let mut errors = Vec::new();
    for entry in written.extends.iter().flat_map(|e| &e.0) {
        if let Some(preset) = Preset::parse(entry) {
            found.preset = preset;
        } else if entry.contains(['/', '.', '\\']) {
            found.paths.push(entry.clone());
        } else {
            let help = suggest::help(entry, PRESETS);
            let problem = Problem::new(entry.span, format!("unknown rule set `{}`", entry.value));
            errors.push(ConfigError::new(file, problem.help(help)));
        }
    }
    (found, errors)
}

/// What `written` means where `known` are the rules there are, and all that is wrong with it. Wrong parts are left out
/// of the result. What it does not say of heat is as in `usual`.
pub fn validate(
    written: &Written,
    file: &Arc<SourceFile>,
    known: &[RuleMeta],
    usual: &Config,
) -> (Config, Vec<ConfigError>) {
    let mut v = Validator {
        known,
        problems: Vec::new(),
    };
    let path = file.path().to_path_buf();
    let config = Config {
        root: path.parent().map(Path::to_path_buf).unwrap_or_default(),
        path: Some(path),
        go: written.go.as_ref().and_then(|go| v.go(go)),
        preset: extends(written, file).0.preset,
        fail_on: written.fail_on.unwrap_or_default(),
        rules: v.table(written.rules.as_ref()),
        exclude: v.paths(written.exclude.as_deref()),
        overrides: written
            .overrides
            .iter()
            .flatten()
            .map(|o| v.overriding(o))
            .collect(),
        hot: v.hot(written.hot.as_ref(), &usual.hot),
        cold: v.cold(written.cold.as_ref(), &usual.cold),
        target: v.target(written),
        tests: written.tests.unwrap_or(false),
    };
    let errors = v.problems.into_iter().map(|p| ConfigError::new(file, p));
    (config, errors.collect())
}

struct Validator<'k> {
    known: &'k [RuleMeta],
    problems: Vec<Problem>,
}

impl Validator<'_> {
    fn go(&mut self, go: &Spanned<String>) -> Option<GoVersion> {
        let version = GoVersion::parse(go);
        let message = match version {
            Some(v) if v >= GoVersion::OLDEST => return Some(v),
            Some(_) => format!(
                "Go {} is older than any version whose decisions are known",
                go.value
            ),
            None => format!("`{}` is no Go version", go.value),
        };
        let help = format!(
            "write a version from {} on, such as \"{}\"",
            GoVersion::OLDEST,
            GoVersion::NEWEST
        );
        self.problems
            .push(Problem::new(go.span, message).help(Some(help)));
        None
    }

    fn paths(&mut self, texts: Option<&[Spanned<String>]>) -> Patterns {
        self.patterns(texts, |one| Patterns::paths(one))
    }

    fn names(&mut self, texts: Option<&[Spanned<String>]>) -> Patterns {
        self.patterns(texts, |one| Patterns::names(one))
    }

    fn patterns(
        &mut self,
        texts: Option<&[Spanned<String>]>,
        compile: impl Fn(Vec<&str>) -> Result<Patterns, (usize, String)>,
    ) -> Patterns {
        let texts = texts.unwrap_or_default();
        if let Ok(all) = compile(texts.iter().map(|text| text.as_str()).collect()) {
            return all;
        }
        let good: Vec<&str> = texts
            .iter()
            .filter(|text| match compile(vec![text.as_str()]) {
                Ok(_) => true,
                Err((_, why)) => {
                    let message = format!("bad pattern: {why}");
                    self.problems.push(Problem::new(text.span, message));
                    false
                }
            })
            .map(|text| text.as_str())
            .collect();
        compile(good).unwrap_or_default()
    }

    fn hot(&mut self, hot: Option<&written::Hot>, usual: &Marks) -> Marks {
        let hot = hot.cloned().unwrap_or_default();
        Marks {
            functions: self.names(hot.functions.as_deref()),
            files: self.paths(hot.files.as_deref()),
            callbacks: self.names_or(hot.callbacks.as_deref(), &usual.callbacks),
            handlers: self.names_or(hot.handlers.as_deref(), &usual.handlers),
            services: self.names_or(hot.services.as_deref(), &usual.services),
        }
    }

    fn cold(&mut self, cold: Option<&written::Cold>, usual: &Marks) -> Marks {
        let cold = cold.cloned().unwrap_or_default();
        Marks {
            functions: self.names(cold.functions.as_deref()),
            files: self.paths(cold.files.as_deref()),
            callbacks: self.names_or(cold.callbacks.as_deref(), &usual.callbacks),
            ..Marks::default()
        }
    }

    fn names_or(&mut self, texts: Option<&[Spanned<String>]>, usual: &Patterns) -> Patterns {
        match texts {
            Some(_) => self.names(texts),
            None => usual.clone(),
        }
    }

    fn overriding(&mut self, o: &written::Override) -> Override {
        Override {
            files: self.paths(Some(&o.files)),
            rules: self.table(Some(&o.rules)),
        }
    }

    fn table(&mut self, table: Option<&written::RuleTable>) -> Vec<RuleSetting> {
        let entries = table.map(|t| t.0.as_slice()).unwrap_or_default();
        entries
            .iter()
            .filter_map(|(id, setting)| self.setting(id, setting))
            .collect()
    }

    fn setting(&mut self, id: &Spanned<String>, s: &written::RuleSetting) -> Option<RuleSetting> {
        let known = self.known;
        let Some(rule) = known.iter().find(|r| r.id == id.value) else {
            let help = suggest::help(id, known.iter().map(|r| r.id.as_str()));
            let problem = Problem::new(id.span, format!("unknown rule `{}`", id.value));
            self.problems.push(problem.help(help));
            return None;
        };
        Some(RuleSetting {
            rule: id.value.clone(),
            level: s.level.map(LevelName::level),
            options: s
                .options
                .iter()
                .filter_map(|(name, value)| self.option(rule, name, value))
                .collect(),
        })
    }

    fn option(
        &mut self,
        rule: &RuleMeta,
        name: &Spanned<String>,
        input: &Spanned<OptionInput>,
    ) -> Option<(String, OptionValue)> {
        let Some(spec) = rule.options.iter().find(|o| o.name == name.value) else {
            let message = format!("rule `{}` has no option `{}`", rule.id, name.value);
            let names = rule.options.iter().map(|o| o.name.as_str());
            let help = suggest::help(name, names.chain(["level"]));
            self.problems
                .push(Problem::new(name.span, message).help(help));
            return None;
        };
        match option_value(spec, input) {
            Ok(value) => Some((name.value.clone(), value)),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn target(&mut self, written: &Written) -> Target {
        let mut tags: Vec<String> = written
            .tags
            .iter()
            .flatten()
            .map(|t| t.value.clone())
            .collect();
        tags.sort();
        tags.dedup();
        Target {
            goos: self.one_of(written.goos.as_ref(), &GOOS, "operating system"),
            goarch: self.one_of(written.goarch.as_ref(), &GOARCH, "architecture"),
            cgo: written.cgo,
            tags,
        }
    }

    fn one_of(
        &mut self,
        text: Option<&Spanned<String>>,
        known: &[&str],
        what: &str,
    ) -> Option<String> {
        let text = text?;
        if known.contains(&text.as_str()) {
            return Some(text.value.clone());
        }
        let problem = Problem::new(text.span, format!("unknown {what} `{}`", text.value));
        let help = suggest::help(text, known.iter().copied());
        self.problems.push(problem.help(help));
        None
    }
}

/// The operating systems that Go's distribution knows as targets.
const GOOS: [&str; 16] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
];

/// The architectures that Go's distribution knows as targets.
const GOARCH: [&str; 14] = [
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64",
    "ppc64le", "riscv64", "s390x", "wasm",
];
