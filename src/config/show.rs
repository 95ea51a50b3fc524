//! The config in force, written out: every rule with its level and options, every default filled in. It is a valid
//! config itself.

use std::collections::BTreeMap;

use serde::Serialize;

use super::meant::{Config, Marks};
use super::written::FailOn;
use crate::base::diag::LevelName;
use crate::base::glob::Patterns;
use crate::finding::RuleMeta;
use crate::option::{OptionValue, RuleSetting};

/// A config as `config show` writes it.
#[derive(Serialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub struct Effective {
    #[serde(skip_serializing_if = "Option::is_none")]
    go: Option<String>,
    extends: &'static str,
    fail_on: FailOn,
    rules: BTreeMap<String, Setting>,
    exclude: Vec<String>,
    overrides: Vec<EffectiveOverride>,
    hot: EffectiveMarks,
    cold: EffectiveMarks,
    goos: String,
    goarch: String,
    cgo: bool,
    tags: Vec<String>,
    tests: bool,
}

#[derive(Serialize, Debug)]
struct Setting {
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<LevelName>,
    #[serde(flatten)]
    options: BTreeMap<String, OptionValue>,
}

#[derive(Serialize, Debug)]
struct EffectiveOverride {
    files: Vec<String>,
    rules: BTreeMap<String, Setting>,
}

#[derive(Serialize, Debug)]
struct EffectiveMarks {
    functions: Vec<String>,
    files: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handlers: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    services: Option<Vec<String>>,
    callbacks: Vec<String>,
}

/// The settings of `config` over the rules `known`.
pub fn effective(config: &Config, known: &[RuleMeta]) -> Effective {
    let or = |text: &Option<String>, default: &str| text.clone().unwrap_or_else(|| default.into());
    Effective {
        go: config.go.map(|v| v.to_string()),
        extends: config.preset.as_str(),
        fail_on: config.fail_on,
        rules: known.iter().map(|rule| in_force(config, rule)).collect(),
        exclude: texts(&config.exclude),
        overrides: config
            .overrides
            .iter()
            .map(|o| EffectiveOverride {
                files: texts(&o.files),
                rules: o.rules.iter().map(as_asked).collect(),
            })
            .collect(),
        hot: EffectiveMarks {
            handlers: Some(texts(&config.hot.handlers)),
            services: Some(texts(&config.hot.services)),
            ..marks(&config.hot)
        },
        cold: marks(&config.cold),
        goos: or(&config.target.goos, "linux"),
        goarch: or(&config.target.goarch, "amd64"),
        cgo: config.target.cgo.unwrap_or(true),
        tags: config.target.tags.clone(),
        tests: config.tests,
    }
}

fn in_force(config: &Config, rule: &RuleMeta) -> (String, Setting) {
    let mut level = super::starting_level(config.preset, rule);
    let defaults = rule
        .options
        .iter()
        .map(|o| (o.name.clone(), o.default.clone()));
    let mut options: BTreeMap<String, OptionValue> = defaults.collect();
    for setting in config.rules.iter().filter(|s| s.rule == rule.id) {
        level = setting.level.unwrap_or(level);
        options.extend(setting.options.iter().cloned());
    }
    let setting = Setting {
        level: Some(LevelName::of(level)),
        options,
    };
    (rule.id.clone(), setting)
}

fn as_asked(setting: &RuleSetting) -> (String, Setting) {
    let asked = Setting {
        level: setting.level.map(LevelName::of),
        options: setting.options.iter().cloned().collect(),
    };
    (setting.rule.clone(), asked)
}

fn texts(patterns: &Patterns) -> Vec<String> {
    patterns.texts().to_vec()
}

fn marks(marks: &Marks) -> EffectiveMarks {
    EffectiveMarks {
        functions: texts(&marks.functions),
        files: texts(&marks.files),
        handlers: None,
        services: None,
        callbacks: texts(&marks.callbacks),
    }
}
