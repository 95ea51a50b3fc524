//! Options of rules: what a rule declares, what config sets.

use serde::{Deserialize, Serialize};

use crate::base::bytesize;
use crate::base::diag::Level;
use crate::base::glob::Patterns;
use crate::base::yaml::input::OptionInput;
use crate::base::yaml::{Problem, Spanned};

/// What kind of value an option takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OptionType {
    /// A number of bytes: `64KiB`, `131072`.
    Size,
    /// A whole number.
    Number,
    /// Patterns over names: `["fmt.*"]`.
    Names,
    /// `true` or `false`.
    Bool,
}

/// The value of an option.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum OptionValue {
    /// Of type [`OptionType::Size`] (in bytes) or [`OptionType::Number`].
    Number(u64),
    /// Of type [`OptionType::Names`].
    Names(Vec<String>),
    /// Of type [`OptionType::Bool`].
    Bool(bool),
}

/// An option that a rule declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OptionSpec {
    /// Its name in config.
    pub name: String,
    /// What it takes.
    pub ty: OptionType,
    /// Its value unless config says otherwise.
    pub default: OptionValue,
    /// One sentence.
    pub description: String,
}

/// What is asked of one rule.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleSetting {
    /// The rule's id; it is known.
    pub rule: String,
    /// `Some(None)` switches it off, `None` leaves its level alone.
    pub level: Option<Option<Level>>,
    /// Options that are set; the rule has them, and the values are of their types.
    pub options: Vec<(String, OptionValue)>,
}

/// `input` as a value of the option's type.
pub fn option_value(
    spec: &OptionSpec,
    input: &Spanned<OptionInput>,
) -> Result<OptionValue, Problem> {
    let wrong = |expected: &str| {
        let message = format!("option `{}` takes {expected}", spec.name);
        Err(Problem::new(input.span, message))
    };
    match (spec.ty, &input.value) {
        (OptionType::Bool, OptionInput::Bool(b)) => Ok(OptionValue::Bool(*b)),
        (OptionType::Bool, _) => wrong("`true` or `false`"),
        (OptionType::Size, OptionInput::Text(text)) => bytesize::parse(text)
            .map(OptionValue::Number)
            .map_or_else(|| wrong("a number of bytes such as `64KiB`"), Ok),
        (OptionType::Size, _) => wrong("a number of bytes such as `64KiB`"),
        (OptionType::Number, OptionInput::Text(text)) => text
            .parse()
            .map(OptionValue::Number)
            .or_else(|_| wrong("a whole number")),
        (OptionType::Number, _) => wrong("a whole number"),
        (OptionType::Names, OptionInput::Text(text)) => names(&[Spanned {
            value: text.clone(),
            span: input.span,
        }]),
        (OptionType::Names, OptionInput::List(list)) => names(list),
        (OptionType::Names, OptionInput::Bool(_)) => wrong("a list of names"),
    }
}

fn names(list: &[Spanned<String>]) -> Result<OptionValue, Problem> {
    for text in list {
        if let Err((_, why)) = Patterns::names([text.as_str()]) {
            return Err(Problem::new(text.span, format!("bad pattern: {why}")));
        }
    }
    Ok(OptionValue::Names(
        list.iter().map(|t| t.value.clone()).collect(),
    ))
}
