//! Config files: found upward, read with places, checked for sense.
//!
//! A config passes three types. [`Written`] is what the file says, key by key, with the bytes of every value.
//! [`Extends`] is what has to be read before the rest can be judged: rule files of the user's own. [`Config`] is what it
//! all means, once the rules are known. Each step yields a value and errors that point into the file; a wrong part is
//! left out, so that one run names everything that is wrong.
//!
//! Nothing here knows how rules work: they come in as [`RuleMeta`].

mod find;
mod meant;
mod show;
mod written;

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

pub use find::{look, nearest, open};
pub use meant::{Config, Extends, Marks, Override, PRESETS, Preset, Target, extends, validate};
pub use show::{Effective, effective};
pub use written::{FailOn, Written};

use crate::base::diag::{ConfigError, Level};
use crate::base::source::SourceFile;
use crate::base::yaml;
use crate::finding::RuleMeta;

/// The names of config files; the first one found in a folder counts.
pub const NAMES: [&str; 2] = [".heaplint.yml", ".heaplint.yaml"];

/// What `heaplint init` writes.
pub const TEMPLATE: &str = include_str!("template.yml");

/// What is said of heat where a config says nothing: itself a config.
const USUAL: &str = include_str!("usual.yml");

/// The config that holds where there is no file.
pub fn usual() -> &'static Config {
    static CONFIG: LazyLock<Config> = LazyLock::new(|| {
        let file = Arc::new(SourceFile::new("usual.yml", USUAL.as_bytes()));
        let (written, _) = read(&file);
        let (config, _) = validate(&written, &file, &[], &Config::default());
        Config {
            path: None,
            root: PathBuf::new(),
            ..config
        }
    });
    &CONFIG
}

/// Reads what a config file says.
pub fn read(file: &Arc<SourceFile>) -> (Written, Vec<ConfigError>) {
    let (written, problems) = yaml::read(file.text());
    let errors = problems.into_iter().map(|p| ConfigError::new(file, p));
    (written.unwrap_or_default(), errors.collect())
}

/// The level that `rule` has under `preset` before any setting of its own.
pub fn starting_level(preset: Preset, rule: &RuleMeta) -> Option<Level> {
    match preset {
        Preset::None if rule.about_run => rule.level,
        _ => preset.level(rule),
    }
}

/// The JSON Schema of config files.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Written)
}
