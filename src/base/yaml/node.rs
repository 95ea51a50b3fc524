//! A YAML document as a tree with byte ranges: what typed readers read, and what they leave out when they retry.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Problem;
use crate::base::span::Span;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Unique in its document, parents before children.
    pub(super) id: u32,
    /// The value's bytes; of a mapping or sequence those from its first child to its last.
    pub(super) span: Span,
    /// The value.
    pub(super) value: Value,
}

/// A value by its YAML shape. Scalars keep their text, so that `1.20` is not read as `1.2`.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Seq(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Value {
    /// What to call the value in an error.
    pub(super) fn describe(&self) -> String {
        match self {
            Value::Null => "nothing".to_owned(),
            Value::Bool(b) => format!("`{b}`"),
            Value::Number(text) => format!("the number `{text}`"),
            Value::Text(text) => format!("the text `{}`", text.escape_debug()),
            Value::Seq(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
        }
    }
}

/// The tree as the YAML crate gives it, before it has byte ranges of its own.
type Raw = serde_yaml::Spanned<RawValue>;

enum RawValue {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Seq(Vec<Raw>),
    Map(Vec<(Raw, Raw)>),
}

impl<'de> Deserialize<'de> for RawValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = RawValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<RawValue, E> {
        Ok(RawValue::Null)
    }

    fn visit_none<E>(self) -> Result<RawValue, E> {
        Ok(RawValue::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<RawValue, E> {
        Ok(RawValue::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<RawValue, E> {
        Ok(RawValue::Number(n.to_string()))
    }

    fn visit_u64<E>(self, n: u64) -> Result<RawValue, E> {
        Ok(RawValue::Number(n.to_string()))
    }

    fn visit_i128<E>(self, n: i128) -> Result<RawValue, E> {
        Ok(RawValue::Number(n.to_string()))
    }

    fn visit_u128<E>(self, n: u128) -> Result<RawValue, E> {
        Ok(RawValue::Number(n.to_string()))
    }

    fn visit_f64<E>(self, x: f64) -> Result<RawValue, E> {
        Ok(RawValue::Number(x.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<RawValue, E> {
        Ok(RawValue::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RawValue, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(RawValue::Seq(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawValue, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(RawValue::Map(entries))
    }
}

/// Reads one document of `text`, which starts at offset `skipped` of its file; an empty one is [`Value::Null`].
pub(super) fn parse(text: &str, skipped: u32) -> Result<Node, Problem> {
    let raw: Raw = serde_yaml::from_str_with_options(text, super::options()).map_err(|e| {
        let problem = super::problem_of(&e, text);
        let span = shift(problem.span, skipped);
        Problem { span, ..problem }
    })?;
    let mut builder = Builder {
        text,
        skipped,
        ids: 0,
    };
    Ok(builder.node(raw))
}

fn shift(span: Span, by: u32) -> Span {
    Span::new(span.start + by, span.end + by)
}

/// Gives ids and ranges.
struct Builder<'t> {
    text: &'t str,
    skipped: u32,
    ids: u32,
}

impl Builder<'_> {
    /// Recursion is bounded by the nesting limit of [`super::options`].
    fn node(&mut self, raw: Raw) -> Node {
        let id = self.ids;
        self.ids += 1;
        let at = super::span_of(raw.referenced, self.text);
        let value = match raw.value {
            RawValue::Null => Value::Null,
            RawValue::Bool(b) => Value::Bool(b),
            RawValue::Number(text) => Value::Number(self.written(at).unwrap_or(text)),
            RawValue::Text(text) => Value::Text(text),
            RawValue::Seq(items) => Value::Seq(items.into_iter().map(|r| self.node(r)).collect()),
            RawValue::Map(entries) => Value::Map(
                entries
                    .into_iter()
                    .map(|(k, v)| (self.node(k), self.node(v)))
                    .collect(),
            ),
        };
        let span = extent(&value).unwrap_or(shift(at, self.skipped));
        Node { id, span, value }
    }

    /// The number as written, where the range really holds one.
    fn written(&self, at: Span) -> Option<String> {
        let text = self.text.get(at.start as usize..at.end as usize)?.trim();
        let plain = !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b));
        plain.then(|| text.to_owned())
    }
}

/// From the first child to the last.
fn extent(value: &Value) -> Option<Span> {
    let (first, last) = match value {
        Value::Seq(items) => (items.first()?, items.last()?),
        Value::Map(entries) => (&entries.first()?.0, &entries.last()?.1),
        _ => return None,
    };
    Some(Span::new(first.span.start, last.span.end))
}

/// Takes repeated keys out, with a problem for each.
pub(super) fn take_duplicates(node: &mut Node, problems: &mut Vec<Problem>) {
    match &mut node.value {
        Value::Seq(items) => items.iter_mut().for_each(|n| take_duplicates(n, problems)),
        Value::Map(entries) => {
            let mut seen: Vec<(String, Span)> = Vec::new();
            entries.retain(|(key, _)| first_of_its_name(key, &mut seen, problems));
            entries
                .iter_mut()
                .for_each(|(_, n)| take_duplicates(n, problems));
        }
        _ => {}
    }
}

fn first_of_its_name(
    key: &Node,
    seen: &mut Vec<(String, Span)>,
    problems: &mut Vec<Problem>,
) -> bool {
    let name = key.value.describe();
    if let Some((_, first)) = seen.iter().find(|(n, _)| *n == name) {
        problems.push(Problem {
            span: key.span,
            message: format!("{} is given twice", name.trim_start_matches("the text ")),
            help: Some("keep one of the two".to_owned()),
            related: Some((*first, "first given here".to_owned())),
        });
        return false;
    }
    seen.push((name, key.span));
    true
}

/// Removes the innermost list element or mapping entry that holds node `id`; gives the keys that vanished on the way.
pub(super) fn remove(node: &mut Node, id: u32) -> bool {
    match &mut node.value {
        Value::Seq(items) => {
            if items.iter_mut().any(|n| holds(n, id) && remove(n, id)) {
                return true;
            }
            let before = items.len();
            items.retain(|n| !holds(n, id));
            items.len() != before
        }
        Value::Map(entries) => {
            if entries
                .iter_mut()
                .any(|(_, n)| holds(n, id) && remove(n, id))
            {
                return true;
            }
            let before = entries.len();
            entries.retain(|(k, v)| k.id != id && !holds(v, id));
            entries.len() != before
        }
        _ => false,
    }
}

/// Whether `id` is the node's own or that of a node below it.
fn holds(node: &Node, id: u32) -> bool {
    node.id == id
        || match &node.value {
            Value::Seq(items) => items.iter().any(|n| holds(n, id)),
            Value::Map(entries) => entries.iter().any(|(k, v)| k.id == id || holds(v, id)),
            _ => false,
        }
}
