//! The settings in force for a folder: its config, the rules that the config brings in, and what is on for each file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use crate::base::diag::ConfigError;
use crate::base::files::{Files, Look};
use crate::base::source::SourceFile;
use crate::config::{self, Config};
use crate::finding::RuleMeta;
use crate::heat::HeatConfig;
use crate::heat::calls::Callbacks;
use crate::heat::handlers::Handlers;
use crate::option::RuleSetting;
use crate::rules::{Active, RuleSet};

/// A config and its rules.
#[derive(Debug)]
pub struct Settings {
    /// The config as meant.
    pub config: Config,
    /// The built-in rules and those that the config names; `None` if it names none.
    own_rules: Option<RuleSet>,
    metas: OnceLock<Vec<RuleMeta>>,
    /// All that is wrong with the config file and its rule files. A run with errors does not check: exit code 2.
    pub errors: Vec<ConfigError>,
    /// The rules in force by the overrides that apply.
    active: Mutex<FxHashMap<Vec<bool>, Arc<Active>>>,
}

impl Settings {
    /// The defaults, for files below `root`.
    pub fn defaults(root: &Path) -> Settings {
        let config = Config {
            root: root.to_path_buf(),
            ..config::usual().clone()
        };
        Settings::new(config, None, Vec::new())
    }

    /// The settings of the config file at `path`, with every problem of it and of the rule files it names.
    pub fn load(files: &dyn Files, path: &Path) -> Settings {
        match config::open(files, path) {
            Ok(file) => Settings::of_file(files, &file),
            Err(error) => {
                let mut settings = Settings::defaults(path.parent().unwrap_or(Path::new("")));
                settings.errors.push(error);
                settings
            }
        }
    }

    /// The settings of a config file that has been read.
    pub fn of_file(files: &dyn Files, file: &Arc<SourceFile>) -> Settings {
        let (written, mut errors) = config::read(file);
        let (extends, more) = config::extends(&written, file);
        errors.extend(more);
        let (rules, more) = RuleSet::builtin().extended(files, file, &extends.paths);
        errors.extend(more);
        let (config, more) = config::validate(&written, file, &rules.metas(), config::usual());
        errors.extend(more);
        Settings::new(config, Some(rules), errors)
    }

    /// The defaults with the rules of files and folders that the command line names.
    pub fn of_rule_files(files: &dyn Files, paths: &[PathBuf]) -> Settings {
        let (rules, errors) = RuleSet::builtin().with_files(files, paths);
        Settings::new(config::usual().clone(), Some(rules), errors)
    }

    fn new(config: Config, own_rules: Option<RuleSet>, errors: Vec<ConfigError>) -> Settings {
        Settings {
            config,
            own_rules,
            metas: OnceLock::new(),
            errors,
            active: Mutex::default(),
        }
    }

    /// The built-in rules and those that the config names. The built-in ones are read when they are first asked for: a
    /// run that only shows what the compiler says needs none.
    pub fn rules(&self) -> &RuleSet {
        match &self.own_rules {
            Some(rules) => rules,
            None => RuleSet::builtin(),
        }
    }

    /// What reports need to know of the rules, sorted by id.
    pub fn metas(&self) -> &[RuleMeta] {
        self.metas.get_or_init(|| self.rules().metas())
    }

    /// The rules in force for the file at `path`.
    pub fn active_for(&self, path: &Path) -> Arc<Active> {
        let path = self.config.relative(path);
        let overrides = self.config.overrides.iter();
        let applies: Vec<bool> = overrides.map(|o| o.files.match_path(path)).collect();
        let mut cache = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = cache.entry(applies);
        let applies = entry.key().clone();
        Arc::clone(entry.or_insert_with(|| Arc::new(self.active(&applies))))
    }

    fn active(&self, applies: &[bool]) -> Active {
        let overrides = self.config.overrides.iter().zip(applies);
        let overriding = overrides
            .filter(|(_, applies)| **applies)
            .flat_map(|(o, _)| &o.rules);
        let settings: Vec<&RuleSetting> = self.config.rules.iter().chain(overriding).collect();
        let preset = self.config.preset;
        Active::new(
            self.rules(),
            |meta| config::starting_level(preset, meta),
            &settings,
        )
    }

    /// What the config says about the heat of the file at `path`.
    pub fn heat_for(&self, path: &Path) -> HeatConfig<'_> {
        let path = self.config.relative(path);
        HeatConfig {
            hot_functions: &self.config.hot.functions,
            cold_functions: &self.config.cold.functions,
            hot_file: self.config.hot.files.match_path(path),
            cold_file: self.config.cold.files.match_path(path),
            for_tests: false,
        }
    }

    /// What the config says about functions that are given to others.
    pub fn callbacks(&self) -> Callbacks<'_> {
        Callbacks {
            hot: &self.config.hot.callbacks,
            cold: &self.config.cold.callbacks,
        }
    }

    /// What the config says about handlers of requests.
    pub fn handlers(&self) -> Handlers<'_> {
        Handlers {
            signatures: &self.config.hot.handlers,
            services: &self.config.hot.services,
        }
    }

    /// Every rule on, with default options: for `rules test`.
    pub fn everything(&self) -> Active {
        Active::new(self.rules(), |meta| config::Preset::All.level(meta), &[])
    }

    /// The config in force, written out.
    pub fn effective(&self) -> config::Effective {
        config::effective(&self.config, self.metas())
    }
}

/// Settings by folder, each config file read once.
pub struct SettingsCache<'f> {
    files: &'f dyn Files,
    /// The config that the command line names; it holds for every folder.
    fixed: Option<Arc<Settings>>,
    by_folder: Mutex<FxHashMap<PathBuf, Arc<Settings>>>,
    by_config: Mutex<FxHashMap<Option<PathBuf>, Arc<Settings>>>,
}

impl<'f> SettingsCache<'f> {
    /// A cache that looks for config files, or uses `fixed` for all folders.
    pub fn new(files: &'f dyn Files, fixed: Option<&Path>) -> SettingsCache<'f> {
        SettingsCache {
            files,
            fixed: fixed.map(|path| Arc::new(Settings::load(files, path))),
            by_folder: Mutex::default(),
            by_config: Mutex::default(),
        }
    }

    /// The settings for files right in `folder`, which is an absolute path.
    pub fn for_folder(&self, folder: &Path) -> Arc<Settings> {
        if let Some(fixed) = &self.fixed {
            return Arc::clone(fixed);
        }
        let mut by_folder = self
            .by_folder
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut way = Vec::new();
        // Many folders lie below one, and what is above that is looked at once.
        let settings = folder.ancestors().find_map(|dir| {
            by_folder.get(dir).cloned().or_else(|| {
                way.push(dir.to_path_buf());
                self.right_in(dir)
            })
        });
        let settings = settings.unwrap_or_else(|| self.of_config(None));
        let known = |dir| (dir, Arc::clone(&settings));
        by_folder.extend(way.into_iter().map(known));
        settings
    }

    /// The settings for `folder`, if it does not leave them to a folder above.
    fn right_in(&self, folder: &Path) -> Option<Arc<Settings>> {
        match config::look(self.files, folder) {
            Look::Above => None,
            Look::Found(path) => Some(self.of_config(Some(path))),
            Look::Nowhere => Some(self.of_config(None)),
        }
    }

    fn of_config(&self, path: Option<PathBuf>) -> Arc<Settings> {
        let mut by_config = self
            .by_config
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(settings) = by_config.get(&path) {
            return Arc::clone(settings);
        }
        let settings = Arc::new(match &path {
            Some(path) => Settings::load(self.files, path),
            None => Settings::defaults(Path::new("")),
        });
        by_config.insert(path, Arc::clone(&settings));
        settings
    }

    /// All settings that were asked for, sorted by their config's path: where errors are.
    pub fn all(&self) -> Vec<Arc<Settings>> {
        let by_config = self
            .by_config
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Arc<Settings>> = by_config.values().chain(&self.fixed).cloned().collect();
        all.sort_by(|a, b| a.config.path.cmp(&b.config.path));
        all
    }
}
