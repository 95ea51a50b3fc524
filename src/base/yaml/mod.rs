//! YAML with a place for everything: the only home of the YAML crate.
//!
//! Config and rule files are read in two steps. The document becomes a tree of nodes with byte ranges; then serde reads
//! the type out of the tree. Because the tree is ours, a wrong entry can be reported, taken out, and the rest read on:
//! [`read`] finds all problems of a file, not just the first, and every one knows its bytes.
//!
//! Numbers keep their text (`go: 1.20` is not `1.2`), words such as `off` and `no` are text, an empty file or value
//! counts as absent, and a file that is too large, too deep, or explodes through aliases is refused.

mod de;
pub mod input;
mod node;

use std::fmt;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use crate::base::span::Span;

/// Files above this many bytes are refused.
pub const MAX_BYTES: usize = 1 << 20;
/// After this many problems the rest of a file is not looked at.
const MAX_PROBLEMS: usize = 50;

/// Something wrong in a YAML file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// The bytes it is about.
    pub span: Span,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// A second place and what it has to do with it.
    pub related: Option<(Span, String)>,
}

impl Problem {
    /// A problem at `span` without help.
    pub fn new(span: Span, message: impl Into<String>) -> Problem {
        Problem {
            span,
            message: message.into(),
            help: None,
            related: None,
        }
    }

    /// The same problem with `help`.
    #[must_use]
    pub fn help(mut self, help: Option<String>) -> Problem {
        self.help = help;
        self
    }
}

/// A value and its bytes in the file it was read from.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// The name by which [`Spanned`] tells the tree reader what it wants.
const SPANNED: &str = "heaplint::Spanned";
const SPANNED_FIELDS: &[&str] = &["start", "end", "value"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(
            SPANNED,
            SPANNED_FIELDS,
            SpannedVisitor(std::marker::PhantomData),
        )
    }
}

struct SpannedVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Spanned<T>, A::Error> {
        let (_, start) = part::<A, u32>(&mut map)?;
        let (_, end) = part::<A, u32>(&mut map)?;
        let (_, value) = part::<A, T>(&mut map)?;
        Ok(Spanned {
            value,
            span: Span::new(start, end),
        })
    }
}

fn part<'de, A: MapAccess<'de>, P: Deserialize<'de>>(map: &mut A) -> Result<(String, P), A::Error> {
    map.next_entry()?
        .ok_or_else(|| serde::de::Error::custom("a value with its place needs three parts"))
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Reads a `T` from the bytes of a file, and all that is wrong with them. `T` is there unless something that it cannot
/// do without is wrong.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> (Option<T>, Vec<Problem>) {
    let (text, skipped) = match text_of(bytes) {
        Ok(found) => found,
        Err(problem) => return (None, vec![problem]),
    };
    read_text(text, skipped)
}

/// The text without a byte order mark, and how many bytes that took.
fn text_of(bytes: &[u8]) -> Result<(&str, u32), Problem> {
    if bytes.len() > MAX_BYTES {
        let message = format!("the file is larger than {} MiB", MAX_BYTES >> 20);
        return Err(Problem::new(Span::default(), message));
    }
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let skipped = (bytes.len() - body.len()) as u32;
    match std::str::from_utf8(body) {
        Ok(text) => Ok((text, skipped)),
        Err(e) => {
            let at = e.valid_up_to() as u32 + skipped;
            Err(Problem::new(Span::new(at, at + 1), "the file is not UTF-8"))
        }
    }
}

fn read_text<T: DeserializeOwned>(text: &str, skipped: u32) -> (Option<T>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut root = match node::parse(text, skipped) {
        Ok(root) => root,
        Err(problem) => return (None, vec![problem]),
    };
    node::take_duplicates(&mut root, &mut problems);
    let value = read_rest(&mut root, &mut problems);
    problems.sort_by_key(|p| p.span);
    (value, problems)
}

/// Reads the tree again and again, each time without what was wrong the time before.
fn read_rest<T: DeserializeOwned>(root: &mut node::Node, problems: &mut Vec<Problem>) -> Option<T> {
    let clean = problems.is_empty();
    for _ in 0..MAX_PROBLEMS {
        let fault = match T::deserialize(de::NodeReader(root)) {
            Ok(value) => return Some(value),
            Err(fault) => fault,
        };
        // A key that is missing because it was taken out has been reported already.
        if !fault.missing || clean && problems.is_empty() {
            problems.push(fault.problem);
        }
        let removed = fault.node.is_some_and(|id| node::remove(root, id));
        if !removed {
            return None;
        }
    }
    None
}

/// How strictly documents are read: YAML 1.2 booleans, no merge keys, and small limits, because no config or rule file
/// needs more.
fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_nodes: 20_000,
            max_events: 60_000,
            max_aliases: 100,
            max_anchors: 100,
            max_depth: 32,
            flow_nesting_limit: 32,
        },
        duplicate_keys: serde_yaml::options::DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        with_snippet: false,
    }
}

/// The YAML crate's error in our words' form: its message without the position, which the span carries.
fn problem_of(error: &serde_yaml::Error, text: &str) -> Problem {
    let full = error.without_snippet().to_string();
    let message = match full.rfind(" at line ") {
        Some(i) => &full[..i],
        None => &full,
    };
    let span = error
        .location()
        .map(|l| span_of(l, text))
        .unwrap_or_default();
    Problem::new(span, format!("not valid YAML: {message}"))
}

/// The bytes of a location; where the scanner gives only line and column, one character there.
fn span_of(location: serde_yaml::Location, text: &str) -> Span {
    let span = location.span();
    let size = text.len() as u64;
    match (span.byte_offset(), span.byte_len()) {
        (Some(at), Some(len)) if at.saturating_add(len) <= size => {
            Span::new(at as u32, (at + len) as u32)
        }
        _ => at_line(text, location.line(), location.column()),
    }
}

fn at_line(text: &str, line: u64, column: u64) -> Span {
    let before = (line as usize).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let skip: usize = rest
        .chars()
        .take((column as usize).saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    let at = (start + skip).min(text.len()) as u32;
    Span::new(at, (at + 1).min(text.len() as u32))
}

/// Writes a value as YAML.
pub fn write<T: serde::Serialize>(value: &T) -> Result<String, String> {
    serde_yaml::to_string(value).map_err(|e| e.to_string())
}
