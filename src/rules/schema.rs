//! A rule file as written. The doc comments are what editors show: the JSON Schema is derived from these types.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::base::diag::LevelName;
use crate::base::yaml::Spanned;
use crate::base::yaml::input::{Many, OneOrMany, OptionInput};
use crate::finding::{Group, Precision};
use crate::option::OptionType;
use crate::site::{CallKind, HotBy, Reason, SiteKind, Trait, TypeKind};

/// A rule of heaplint: which sites it matches, how loud it is, what to say, why, what to do, and examples that are
/// tests.
#[derive(Deserialize, JsonSchema, Clone, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "heaplint rule")]
pub struct RuleFile {
    /// The name in config, comments and reports: lower-case words joined by hyphens. A rule with the id of a built-in
    /// one replaces it.
    pub id: Spanned<String>,
    /// One line without a full stop.
    pub summary: Spanned<String>,
    /// The level where the rule is on: in `recommended`, unless `preset` says otherwise. `off` is on in `all` alone, as a
    /// warning.
    pub level: LevelName,
    /// The least of `recommended`, `strict` and `all` that has the rule. Default: recommended.
    pub preset: Option<Group>,
    /// The version of heaplint that first had the rule.
    pub since: Option<String>,
    /// Words to find the rule by.
    pub tags: Option<Vec<String>>,
    /// How often the rule is right. Default: high.
    pub precision: Option<Precision>,
    /// Which sites it matches; of a list, one entry has to match. Only rules about the run itself have none.
    #[serde(rename = "match")]
    pub matches: Option<Matches>,
    /// What config may set. A key of `match` refers to an option as `$name`.
    pub options: Option<BTreeMap<String, OptionFile>>,
    /// What to say, with placeholders: {expr} {type} {target} {interface} {callee} {function} {size} {reason} {kind}
    /// {cost} {condition} {verdict} {heat} {depth} {count} {go}.
    pub message: Spanned<String>,
    /// What to do about a finding, shown below it: every advice whose `when` matches, and nothing if none does. Without
    /// `advice` the first sentence of `fix` is shown.
    pub advice: Option<Vec<AdviceFile>>,
    /// Why it matters: Markdown.
    pub why: Spanned<String>,
    /// What to do: Markdown.
    pub fix: Spanned<String>,
    /// Go code that is checked by `heaplint rules test`.
    pub examples: Examples,
    /// Links to more.
    pub references: Option<Vec<Spanned<String>>>,
}

/// A way out that holds for some of the sites that a rule finds.
#[derive(Deserialize, JsonSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct AdviceFile {
    /// The sites for which it holds: those where it takes the allocation away. Not given: all.
    pub when: Option<Matches>,
    /// One sentence, with the placeholders of `message`.
    pub text: Spanned<String>,
}

/// An option that config may set.
#[derive(Deserialize, JsonSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct OptionFile {
    /// What it takes.
    #[serde(rename = "type")]
    pub ty: OptionType,
    /// Its value unless config sets it.
    #[schemars(with = "OptionDefault")]
    pub default: Spanned<OptionInput>,
    /// One sentence.
    pub description: String,
}

/// The schema of an option's default.
struct OptionDefault;

impl JsonSchema for OptionDefault {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OptionDefault".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": ["string", "integer", "boolean"] },
                { "type": "array", "items": { "type": "string" } }
            ]
        })
    }
}

/// Go snippets: files, declarations or statements. A line that is found ends in a comment `// want rule-id`.
#[derive(Deserialize, JsonSchema, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Code that the rule finds.
    pub bad: Vec<Spanned<String>>,
    /// Code that it leaves alone.
    pub good: Vec<Spanned<String>>,
}

/// One matcher or a list of alternatives.
#[derive(Clone, Debug)]
pub struct Matches(pub Vec<Spanned<MatchFile>>);

impl<'de> Deserialize<'de> for Matches {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        one_or_list(deserializer).map(Matches)
    }
}

impl JsonSchema for Matches {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Matches".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<MatchFile>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

/// Which sites match: those for which every key that is given holds. A key whose answer is not known (for want of an
/// import) makes the site no match.
#[derive(Deserialize, JsonSchema, Clone, Debug, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MatchFile {
    /// Kinds of site. Not given: all places that may allocate.
    pub kind: Option<Many<SiteKind>>,
    /// What the compiler decides.
    pub verdict: Option<Many<VerdictName>>,
    /// What it costs.
    pub cost: Option<Many<CostName>>,
    /// How often it runs.
    pub heat: Option<Many<HeatName>>,
    /// What makes it hot; any one of the list.
    pub hot_by: Option<Many<HotBy>>,
    /// Why it is on the heap.
    pub reason: Option<Many<Reason>>,
    /// Facts of the site, all of which have to hold.
    pub has: Option<Many<Trait>>,
    /// What the site's type is made of.
    pub type_kind: Option<Many<TypeKind>>,
    /// How the function is called that the value is passed to.
    pub call: Option<Many<CallKind>>,
    /// Patterns over the site's type, or `$option`.
    #[serde(rename = "type")]
    pub ty: Option<OneOrMany>,
    /// Patterns over the interface that a value is boxed in, or the type that a string conversion starts from, or
    /// `$option`.
    pub target: Option<OneOrMany>,
    /// Patterns over the enclosing function, or `$option`.
    pub function: Option<OneOrMany>,
    /// Patterns over the function that is called, or that the value is passed to on its way to the heap, or `$option`:
    /// `fmt.*`, `(*sync.Pool).Put`, `(io.Reader).Read`. Packages are named by their import path.
    pub callee: Option<OneOrMany>,
    /// Patterns over the expression's text, or `$option`.
    pub expr: Option<OneOrMany>,
    /// The site's object is at least this large: `64KiB`, or `$option`.
    #[schemars(with = "Option<OptionDefault>")]
    pub min_size: Option<Spanned<String>>,
    /// The site's object is at most this large.
    #[schemars(with = "Option<OptionDefault>")]
    pub max_size: Option<Spanned<String>>,
    /// The size of what is allocated hangs on a value at run time: `make([]byte, n)`.
    pub runtime_size: Option<bool>,
    /// The site lies in at least this many loops, those of its function's callers included.
    #[schemars(with = "Option<OptionDefault>")]
    pub min_depth: Option<Spanned<String>>,
    /// The function has at least this many places that allocate, those that are cold left out.
    #[schemars(with = "Option<OptionDefault>")]
    pub min_allocations: Option<Spanned<String>>,
    /// Versions of the compiler: `>=1.25`, `<1.24`, `>=1.22 <1.25`.
    pub go: Option<Spanned<String>>,
    /// Alternatives, one of which has to hold as well.
    pub any: Option<Matches>,
    /// Sites to leave out; of a list, any entry leaves out.
    pub not: Option<Matches>,
}

/// A mapping or a list of mappings.
fn one_or_list<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Spanned<MatchFile>>, D::Error> {
    deserializer.deserialize_any(ListVisitor)
}

struct ListVisitor;

impl<'de> serde::de::Visitor<'de> for ListVisitor {
    type Value = Vec<Spanned<MatchFile>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a mapping, or a list of mappings")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let value = MatchFile::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(vec![Spanned {
            value,
            ..Spanned::default()
        }])
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(list)
    }
}

/// The words of a verdict.
#[derive(Deserialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum VerdictName {
    /// It stays in its frame.
    Stack,
    /// It is on the heap.
    Heap,
    /// It cannot be decided.
    Unknown,
}

/// The words of a cost.
#[derive(Deserialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum CostName {
    /// It allocates nothing.
    Never,
    /// It allocates under a condition.
    Maybe,
    /// It allocates each time.
    Always,
    /// It hangs on an unknown verdict.
    Unknown,
}

/// The words of a heat.
#[derive(Deserialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum HeatName {
    /// In a loop, or marked as hot.
    Hot,
    /// Neither hot nor cold.
    Warm,
    /// On the way out of a loop or the program, in `init`, or marked as cold.
    Cold,
}
