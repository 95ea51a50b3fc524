//! A config file as written: its keys, with the place of every value. What they mean is [`super::meant`]'s business.
//!
//! The doc comments of these types are what editors show: the JSON Schema is derived from them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{
    Deserialize, Deserializer, Error, MapAccess, Visitor, value::MapAccessDeserializer,
};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use crate::base::diag::{LEVELS, LevelName};
use crate::base::suggest;
use crate::base::yaml::Spanned;
use crate::base::yaml::input::{OneOrMany, OptionInput};

/// The settings of heaplint for the Go files at and below the folder of the file.
#[derive(DeriveDeserialize, JsonSchema, Clone, Debug, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "heaplint config")]
pub struct Written {
    /// The Go compiler version whose decisions to predict, such as "1.27". Default: what go.mod says.
    pub go: Option<Spanned<String>>,
    /// The rules to start from: `recommended` (the default), `strict`, `all` or `none`, and paths of rule files or
    /// folders of rule files, relative to this file.
    pub extends: Option<OneOrMany>,
    /// The lowest level that makes the run fail. Default: error.
    pub fail_on: Option<FailOn>,
    /// Levels and options of rules.
    pub rules: Option<RuleTable>,
    /// Patterns of files to leave out, relative to this file. They still belong to their package.
    pub exclude: Option<Vec<Spanned<String>>>,
    /// Rule settings for some files only; later entries win.
    pub overrides: Option<Vec<Override>>,
    /// What counts as hot wherever it is called.
    pub hot: Option<Hot>,
    /// What counts as cold even in loops.
    pub cold: Option<Cold>,
    /// The target's operating system. Default: linux.
    pub goos: Option<Spanned<String>>,
    /// The target's architecture. Default: amd64.
    pub goarch: Option<Spanned<String>>,
    /// Whether files that import "C" are part of their package. Default: true.
    pub cgo: Option<bool>,
    /// Build tags.
    pub tags: Option<Vec<Spanned<String>>>,
    /// Whether `_test.go` files are checked. Default: false.
    pub tests: Option<bool>,
}

/// Rule settings for the files that match.
#[derive(DeriveDeserialize, JsonSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Patterns of files, relative to the config file.
    pub files: Vec<Spanned<String>>,
    /// Levels and options of rules.
    pub rules: RuleTable,
}

/// What is known to run often.
#[derive(DeriveDeserialize, JsonSchema, Clone, Debug, Default)]
#[serde(deny_unknown_fields)]
pub struct Hot {
    /// Patterns over function names as the compiler prints them: `Encode`, `(*Decoder).*`, `Point.String`.
    pub functions: Option<Vec<Spanned<String>>>,
    /// Patterns of files, relative to the config file.
    pub files: Option<Vec<Spanned<String>>>,
    /// Patterns over the types of functions that run once a request: `func(http.ResponseWriter, *http.Request)`. In
    /// place of the usual ones; an empty list switches them off.
    pub handlers: Option<Vec<Spanned<String>>>,
    /// Patterns over the names of types that services embed, such as `Unimplemented*Server`: exported methods of a
    /// service run once a request. In place of the usual ones.
    pub services: Option<Vec<Spanned<String>>>,
    /// Patterns over functions of other modules, by package path, that call the functions they are given in a loop:
    /// `sort.Slice`, `(*example.com/tree.Tree).Walk`. In place of the usual ones.
    pub callbacks: Option<Vec<Spanned<String>>>,
}

/// What is known to run rarely.
#[derive(DeriveDeserialize, JsonSchema, Clone, Debug, Default)]
#[serde(deny_unknown_fields)]
pub struct Cold {
    /// Patterns over function names as the compiler prints them: `Encode`, `(*Decoder).*`, `Point.String`.
    pub functions: Option<Vec<Spanned<String>>>,
    /// Patterns of files, relative to the config file.
    pub files: Option<Vec<Spanned<String>>>,
    /// Patterns over functions of other modules, by package path, that call the functions they are given once and for
    /// all: `(*sync.Once).Do`. In place of the usual ones.
    pub callbacks: Option<Vec<Spanned<String>>>,
}

/// From which level on findings make the run fail.
#[derive(DeriveDeserialize, Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Any finding.
    Note,
    /// Warnings and errors.
    Warning,
    /// Errors only.
    #[default]
    Error,
    /// Findings never fail the run.
    Never,
}

/// Settings by rule id, in the order written.
#[derive(Clone, Debug, Default)]
pub struct RuleTable(pub Vec<(Spanned<String>, RuleSetting)>);

/// What is written behind a rule's id: a level, or a mapping with a level and options.
#[derive(Clone, Debug, Default)]
pub struct RuleSetting {
    /// The level, if given.
    pub level: Option<LevelName>,
    /// Options by name.
    pub options: Vec<(Spanned<String>, Spanned<OptionInput>)>,
}

impl<'de> Deserialize<'de> for RuleTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TableVisitor)
    }
}

struct TableVisitor;

impl<'de> Visitor<'de> for TableVisitor {
    type Value = RuleTable;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping from rules to levels")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RuleTable, A::Error> {
        let mut table = Vec::new();
        while let Some(entry) = map.next_entry()? {
            table.push(entry);
        }
        Ok(RuleTable(table))
    }
}

impl<'de> Deserialize<'de> for RuleSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SettingVisitor)
    }
}

struct SettingVisitor;

impl<'de> Visitor<'de> for SettingVisitor {
    type Value = RuleSetting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a level (`off`, `note`, `warning`, `error`) or a mapping with `level` and options",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RuleSetting, E> {
        match LevelName::parse(text) {
            Some(level) => Ok(RuleSetting {
                level: Some(level),
                options: Vec::new(),
            }),
            None => Err(unknown_level(text)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleSetting, A::Error> {
        let entries = OptionEntries::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RuleSetting {
            level: entries.level,
            options: entries.options,
        })
    }
}

fn unknown_level<E: Error>(text: &str) -> E {
    let help = suggest::help(text, LEVELS).unwrap_or_default();
    E::custom(format!("unknown level `{text}`\nhelp: {help}"))
}

/// The mapping form of a [`RuleSetting`], read key by key because its keys are the rule's.
struct OptionEntries {
    level: Option<LevelName>,
    options: Vec<(Spanned<String>, Spanned<OptionInput>)>,
}

impl<'de> Deserialize<'de> for OptionEntries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = OptionEntries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping with `level` and options")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OptionEntries, A::Error> {
        let mut entries = OptionEntries {
            level: None,
            options: Vec::new(),
        };
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            if key.value == "level" {
                entries.level = map.next_value::<LevelSetting>()?.0;
            } else {
                entries.options.push((key, map.next_value()?));
            }
        }
        Ok(entries)
    }
}

/// A level read by the same words, and with the same help, as the short form.
struct LevelSetting(Option<LevelName>);

impl<'de> Deserialize<'de> for LevelSetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let level = LevelName::parse(&text).ok_or_else(|| unknown_level(&text))?;
        Ok(LevelSetting(Some(level)))
    }
}

impl JsonSchema for RuleTable {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RuleTable".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let setting = generator.subschema_for::<RuleSetting>();
        json_schema!({ "type": "object", "additionalProperties": setting })
    }
}

impl JsonSchema for RuleSetting {
    fn schema_name() -> Cow<'static, str> {
        "RuleSetting".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let level = generator.subschema_for::<LevelName>();
        let value = json_schema!({
            "anyOf": [
                { "type": ["string", "integer", "boolean"] },
                { "type": "array", "items": { "type": "string" } }
            ]
        });
        json_schema!({
            "description": "A level, or a mapping with a level and the options of the rule.",
            "anyOf": [
                level,
                { "type": "object", "properties": { "level": level }, "additionalProperties": value }
            ]
        })
    }
}
