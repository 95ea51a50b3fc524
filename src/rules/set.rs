//! The rules there are: the built-in ones, and those that a repository adds or replaces.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use super::matcher::{Matcher, Values};
use super::message::Template;
use super::schema::{MatchFile, RuleFile};
use crate::base::diag::ConfigError;
use crate::base::files::Files;
use crate::base::source::SourceFile;
use crate::base::span::Span;
use crate::base::yaml::{self, Problem, Spanned};
use crate::finding::RuleMeta;
use crate::option::{OptionSpec, OptionValue, option_value};

/// The files of `rules/`: name and contents, sorted by name.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rule about allocations that a function promises not to make.
pub const NOALLOC: &str = "noalloc";
/// The rule about such promises that cannot be proved.
pub const NOALLOC_UNPROVABLE: &str = "noalloc-unprovable";
/// The rule that a Go file has to parse.
pub const SYNTAX_ERROR: &str = "syntax-error";
/// The rule that comments for heaplint have to mean something.
pub const UNKNOWN_SUPPRESSION: &str = "unknown-suppression";
/// The rule that suppressions have to suppress something.
pub const UNUSED_SUPPRESSION: &str = "unused-suppression";

/// The ids of rules about the run itself, which match no sites.
const ABOUT_RUN: [&str; 5] = [
    SYNTAX_ERROR,
    UNKNOWN_SUPPRESSION,
    UNUSED_SUPPRESSION,
    NOALLOC,
    NOALLOC_UNPROVABLE,
];

/// A rule that has been read and found sound.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What reports show.
    pub meta: RuleMeta,
    /// The file it was read from.
    pub file: Arc<SourceFile>,
    /// Where its examples lie in that file: the bad ones, then the good ones.
    pub examples: [Vec<Span>; 2],
    pub(super) matches: Vec<MatchFile>,
    pub(super) message: Template,
    /// Ways out, and the sites for which they hold; none given is all.
    pub(super) advice: Vec<(Vec<MatchFile>, Template)>,
}

impl Rule {
    /// The values of its options, `set` ones over the defaults.
    pub(super) fn values(&self, set: &[(String, OptionValue)]) -> Values {
        let defaults = self
            .meta
            .options
            .iter()
            .map(|o| (o.name.clone(), o.default.clone()));
        defaults.chain(set.iter().cloned()).collect()
    }
}

/// Rules, sorted by id, each id once.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

static BUILTIN: LazyLock<(RuleSet, Vec<ConfigError>)> = LazyLock::new(|| {
    let mut set = RuleSet::default();
    let mut errors = Vec::new();
    for (name, text) in FILES {
        let file = Arc::new(SourceFile::new(format!("rules/{name}"), *text));
        set.add(&file, None, &mut errors);
    }
    (set, errors)
});

impl RuleSet {
    /// The built-in rules.
    pub fn builtin() -> &'static RuleSet {
        &BUILTIN.0
    }

    /// What is wrong with the built-in rule files: nothing, as the tests see to.
    pub fn builtin_errors() -> &'static [ConfigError] {
        &BUILTIN.1
    }

    /// These rules and those of the files and folders `paths`, which are relative to the folder of `config`. A rule with
    /// a known id replaces the one that has it.
    pub fn extended(
        &self,
        files: &dyn Files,
        config: &Arc<SourceFile>,
        paths: &[Spanned<String>],
    ) -> (RuleSet, Vec<ConfigError>) {
        let mut set = self.clone();
        let mut errors = Vec::new();
        let root = config.path().parent().unwrap_or(Path::new(""));
        for path in paths {
            if let Err(why) = set.add_from(files, &root.join(path.as_str()), &mut errors) {
                let message = format!("cannot read rules from `{}`: {why}", path.value);
                errors.push(ConfigError::new(config, Problem::new(path.span, message)));
            }
        }
        (set, errors)
    }

    /// These rules and those of the files and folders `paths`, as the command line names them.
    pub fn with_files(&self, files: &dyn Files, paths: &[PathBuf]) -> (RuleSet, Vec<ConfigError>) {
        let mut set = self.clone();
        let mut errors = Vec::new();
        for path in paths {
            if let Err(why) = set.add_from(files, path, &mut errors) {
                let file = Arc::new(SourceFile::new(path, Vec::new()));
                let problem = Problem::new(Span::default(), format!("cannot be read: {why}"));
                errors.push(ConfigError::new(&file, problem));
            }
        }
        (set, errors)
    }

    /// Adds the rules of a file or folder.
    fn add_from(
        &mut self,
        files: &dyn Files,
        path: &Path,
        errors: &mut Vec<ConfigError>,
    ) -> std::io::Result<()> {
        for file in rule_files(files, path)? {
            self.add(&file, Some(file.path()), errors);
        }
        Ok(())
    }

    /// All rules, sorted by id.
    pub fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.rules.iter()
    }

    /// The rule called `id`.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.position(id).ok().map(|i| &self.rules[i])
    }

    /// What reports and config need to know of all rules, sorted by id.
    pub fn metas(&self) -> Vec<RuleMeta> {
        self.rules.iter().map(|r| r.meta.clone()).collect()
    }

    fn position(&self, id: &str) -> Result<usize, usize> {
        self.rules.binary_search_by(|r| r.meta.id.as_str().cmp(id))
    }

    fn add(
        &mut self,
        file: &Arc<SourceFile>,
        origin: Option<&Path>,
        errors: &mut Vec<ConfigError>,
    ) {
        let (rule, problems) = read_rule(file, origin);
        errors.extend(problems.into_iter().map(|p| ConfigError::new(file, p)));
        let Some(rule) = rule else { return };
        match self.position(&rule.meta.id) {
            Ok(i) => self.rules[i] = rule,
            Err(i) => self.rules.insert(i, rule),
        }
    }
}

impl<'s> IntoIterator for &'s RuleSet {
    type Item = &'s Rule;
    type IntoIter = std::slice::Iter<'s, Rule>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The rule file `path`, or the rule files right in the folder `path`, sorted by name.
fn rule_files(files: &dyn Files, path: &Path) -> std::io::Result<Vec<Arc<SourceFile>>> {
    let paths: Vec<PathBuf> = match files.list(path) {
        None => vec![path.to_path_buf()],
        Some(entries) => entries
            .into_iter()
            .filter(|p| p.extension().is_some_and(|e| e == "yml" || e == "yaml"))
            .collect(),
    };
    paths
        .into_iter()
        .map(|p| {
            files
                .read(&p)
                .map(|bytes| Arc::new(SourceFile::new(p, bytes)))
        })
        .collect()
}

/// Reads one rule; none if the file lacks something that a rule cannot do without.
fn read_rule(file: &Arc<SourceFile>, origin: Option<&Path>) -> (Option<Rule>, Vec<Problem>) {
    let (written, mut problems) = yaml::read::<RuleFile>(file.text());
    let rule = written.map(|w| {
        check_texts(&w, &mut problems);
        build(&w, file, origin, &mut problems)
    });
    problems.sort_by_key(|p| p.span);
    (rule, problems)
}

fn build(
    written: &RuleFile,
    file: &Arc<SourceFile>,
    origin: Option<&Path>,
    problems: &mut Vec<Problem>,
) -> Rule {
    let spans = |list: &[Spanned<String>]| list.iter().map(|e| e.span).collect();
    let matches = written.matches.iter().flat_map(|m| &m.0);
    let rule = Rule {
        meta: meta(written, origin, problems),
        file: Arc::clone(file),
        examples: [spans(&written.examples.bad), spans(&written.examples.good)],
        matches: matches.map(|m| m.value.clone()).collect(),
        message: Template::parse(&written.message, problems),
        advice: advice(written, problems),
    };
    let values = rule.values(&[]);
    let whens = rule.advice.iter().flat_map(|(when, _)| when);
    for m in rule.matches.iter().chain(whens) {
        Matcher::compile(m, &values, problems);
    }
    rule
}

fn advice(written: &RuleFile, problems: &mut Vec<Problem>) -> Vec<(Vec<MatchFile>, Template)> {
    let list = written.advice.iter().flatten();
    list.map(|advice| {
        let when = advice.when.iter().flat_map(|m| &m.0);
        let when = when.map(|m| m.value.clone()).collect();
        (when, Template::parse(&advice.text, problems))
    })
    .collect()
}

fn meta(written: &RuleFile, origin: Option<&Path>, problems: &mut Vec<Problem>) -> RuleMeta {
    let texts = |list: &[Spanned<String>]| list.iter().map(|t| t.value.clone()).collect();
    let mut tags = written.tags.clone().unwrap_or_default();
    tags.sort();
    RuleMeta {
        id: written.id.value.clone(),
        summary: written.summary.value.clone(),
        level: written.level.level(),
        group: written.preset.unwrap_or_default(),
        since: written.since.clone().unwrap_or_default(),
        tags,
        precision: written.precision.unwrap_or_default(),
        why: written.why.trim_end().to_owned(),
        fix: written.fix.trim_end().to_owned(),
        references: texts(written.references.as_deref().unwrap_or_default()),
        rewrites: written.rewrite.iter().flat_map(|r| r.0.clone()).collect(),
        options: options(written, problems),
        bad: texts(&written.examples.bad),
        good: texts(&written.examples.good),
        origin: origin.map(|p| p.display().to_string()),
        about_run: written.matches.is_none(),
    }
}

fn options(written: &RuleFile, problems: &mut Vec<Problem>) -> Vec<OptionSpec> {
    let mut specs = Vec::new();
    for (name, option) in written.options.iter().flatten() {
        let mut spec = OptionSpec {
            name: name.clone(),
            ty: option.ty,
            default: OptionValue::Bool(false),
            description: option.description.clone(),
        };
        match option_value(&spec, &option.default) {
            Ok(value) => spec.default = value,
            Err(problem) => problems.push(problem),
        }
        specs.push(spec);
    }
    specs
}

/// What the type alone does not ask of a rule file.
fn check_texts(written: &RuleFile, problems: &mut Vec<Problem>) {
    let mut say = |span: Span, message: String, help: Option<String>| {
        problems.push(Problem::new(span, message).help(help));
    };
    let id = &written.id;
    if !is_kebab(id) {
        let help = "use lower-case words joined by hyphens".to_owned();
        say(id.span, format!("`{}` is no rule id", id.value), Some(help));
    }
    if written.matches.is_none() && !ABOUT_RUN.contains(&id.as_str()) {
        let help = "say which sites it matches, such as `match: { kind: closure, heat: hot }`";
        say(
            id.span,
            "the rule has no `match`".to_owned(),
            Some(help.to_owned()),
        );
    }
    if written.matches.is_some() && ABOUT_RUN.contains(&id.as_str()) {
        say(
            id.span,
            format!("`{}` is about the run and matches no sites", id.value),
            None,
        );
    }
    let advice = written.advice.iter().flatten().map(|a| &a.text);
    for text in [&written.summary, &written.message]
        .into_iter()
        .chain(advice)
    {
        if text.trim().is_empty() || text.contains('\n') {
            say(text.span, "this text has to be one line".to_owned(), None);
        }
    }
    for text in [&written.why, &written.fix] {
        if text.trim().is_empty() {
            say(text.span, "this text is empty".to_owned(), None);
        }
    }
    for link in written.references.iter().flatten() {
        if !link.starts_with("https://") {
            say(
                link.span,
                format!("`{}` is no https link", link.value),
                None,
            );
        }
    }
}

/// Whether `id` is made of lower-case words joined by hyphens.
fn is_kebab(id: &str) -> bool {
    let word = |w: &str| {
        !w.is_empty()
            && w.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    id.split('-').all(word) && id.starts_with(|c: char| c.is_ascii_lowercase())
}
