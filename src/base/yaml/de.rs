//! From the tree to types by serde, with a place for every error.

use std::fmt;

use serde::de::value::{MapDeserializer, StrDeserializer, U32Deserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

use super::node::{Node, Value};
use super::{Problem, SPANNED, SPANNED_FIELDS};
use crate::base::span::Span;
use crate::base::suggest;

/// An error on its way up; the innermost node that sees it gives it its place.
#[derive(Debug)]
pub(super) struct Fault {
    /// The node it is about.
    pub(super) node: Option<u32>,
    /// What to say.
    pub(super) problem: Problem,
    /// The field that a mapping lacks, if that is the fault.
    pub(super) missing: bool,
}

impl Fault {
    fn new(message: String, help: Option<String>) -> Fault {
        Fault {
            node: None,
            problem: Problem {
                span: Span::default(),
                message,
                help,
                related: None,
            },
            missing: false,
        }
    }

    fn at(mut self, node: &Node) -> Fault {
        if self.node.is_none() {
            self.node = Some(node.id);
            self.problem.span = node.span;
        }
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Fault {
        let text = message.to_string();
        match text.split_once("\nhelp: ") {
            Some((message, help)) => Fault::new(message.to_owned(), Some(help.to_owned())),
            None => Fault::new(text, None),
        }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Fault {
        Fault::new(
            format!("unknown key `{field}`"),
            suggest::help(field, expected.iter().copied()),
        )
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Fault {
        Fault::new(
            format!("unknown value `{variant}`"),
            suggest::help(variant, expected.iter().copied()),
        )
    }

    fn missing_field(field: &'static str) -> Fault {
        Fault {
            missing: true,
            ..Fault::new(format!("the key `{field}` is missing"), None)
        }
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Fault {
        Fault::new(format!("expected {expected}"), None)
    }
}

/// What is expected where a mapping with known keys is: those of a small one are named.
fn mapping_with(keys: &[&str]) -> String {
    const NAMED: usize = 5;
    match keys {
        keys if (1..=NAMED).contains(&keys.len()) => {
            format!("a mapping with `{}`", keys.join("`, `"))
        }
        _ => "a mapping".to_owned(),
    }
}

/// Reads a type out of a node.
#[derive(Clone, Copy)]
pub(super) struct NodeReader<'n>(pub(super) &'n Node);

impl<'n> NodeReader<'n> {
    fn wrong(self, expected: &dyn Expected) -> Fault {
        let found = self.0.value.describe();
        // The words of YAML's own pages for what serde calls otherwise.
        let expected = match expected.to_string() {
            serde if serde == "a sequence" => "a list".to_owned(),
            serde if serde == "a map" => "a mapping".to_owned(),
            own => own,
        };
        Fault::new(format!("expected {expected}, found {found}"), None).at(self.0)
    }

    fn place<T>(self, result: Result<T, Fault>) -> Result<T, Fault> {
        result.map_err(|fault| fault.at(self.0))
    }

    fn text(self) -> Option<&'n str> {
        match &self.0.value {
            Value::Number(text) | Value::Text(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            _ => None,
        }
    }

    fn entries(self) -> Option<&'n [(Node, Node)]> {
        match &self.0.value {
            Value::Map(entries) => Some(entries),
            Value::Null => Some(&[]),
            _ => None,
        }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $ty:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let number = match &self.0.value {
                Value::Number(text) => text.parse::<$ty>().ok(),
                _ => None,
            };
            match number {
                Some(n) => self.place(visitor.$visit(n)),
                None => Err(self.wrong(&visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for NodeReader<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Null => self.place(visitor.visit_unit()),
            Value::Bool(b) => self.place(visitor.visit_bool(*b)),
            Value::Number(text) | Value::Text(text) => self.place(visitor.visit_str(text)),
            Value::Seq(_) => self.deserialize_seq(visitor),
            Value::Map(_) => self.deserialize_map(visitor),
        }
        .map_err(
            |fault| match fault.problem.message.strip_prefix("expected ") {
                Some(_)
                    if fault.node == Some(self.0.id)
                        && !fault.problem.message.contains(", found ") =>
                {
                    Fault {
                        problem: Problem {
                            message: format!(
                                "{}, found {}",
                                fault.problem.message,
                                self.0.value.describe()
                            ),
                            ..fault.problem
                        },
                        ..fault
                    }
                }
                _ => fault,
            },
        )
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.value {
            Value::Bool(b) => self.place(visitor.visit_bool(b)),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.text() {
            Some(text) => self.place(visitor.visit_str(text)),
            None => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.value {
            Value::Null => self.place(visitor.visit_none()),
            _ => self.place(visitor.visit_some(self)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Seq(items) => self.place(visitor.visit_seq(Items(items.iter()))),
            Value::Null => self.place(visitor.visit_seq(Items([].iter()))),
            _ => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.entries() {
            Some(entries) => self.place(visitor.visit_map(Entries {
                rest: entries.iter(),
                value: None,
            })),
            None => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        keys: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name != SPANNED {
            return match self.entries() {
                Some(_) => self.deserialize_map(visitor),
                None => Err(self.wrong(&mapping_with(keys).as_str())),
            };
        }
        let span = self.0.span;
        self.place(visitor.visit_map(WithSpan {
            parts: [span.start, span.end],
            next: 0,
            node: self.0,
        }))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.place(visitor.visit_newtype_struct(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.text() {
            Some(text) => self.place(visitor.visit_enum(Name(text))),
            None => Err(self.wrong(&"a name")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    integers! {
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_i64 visit_i64 i64;
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
    }
}

/// The elements of a list.
struct Items<'n>(std::slice::Iter<'n, Node>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        self.0
            .next()
            .map(|node| seed.deserialize(NodeReader(node)))
            .transpose()
    }
}

/// The entries of a mapping.
struct Entries<'n> {
    rest: std::slice::Iter<'n, (Node, Node)>,
    value: Option<&'n Node>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(NodeReader(key))
            .map(Some)
            .map_err(|fault| fault.at(key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        match self.value.take() {
            Some(node) => seed.deserialize(NodeReader(node)).map_err(|f| f.at(node)),
            None => Err(Fault::custom("a value was asked for before its key")),
        }
    }
}

/// A value with its byte range, in the three fields of [`super::Spanned`].
struct WithSpan<'n> {
    parts: [u32; 2],
    next: usize,
    node: &'n Node,
}

impl<'de> MapAccess<'de> for WithSpan<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some(&field) = SPANNED_FIELDS.get(self.next) else {
            return Ok(None);
        };
        seed.deserialize(StrDeserializer::<Fault>::new(field))
            .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let i = self.next;
        self.next += 1;
        match self.parts.get(i) {
            Some(&part) => {
                let part: U32Deserializer<Fault> = part.into_deserializer();
                seed.deserialize(part)
            }
            None => seed.deserialize(NodeReader(self.node)),
        }
    }
}

/// A variant without contents.
struct Name<'n>(&'n str);

impl<'de> EnumAccess<'de> for Name<'_> {
    type Error = Fault;
    type Variant = Unit;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Unit), Fault> {
        seed.deserialize(StrDeserializer::<Fault>::new(self.0))
            .map(|v| (v, Unit))
    }
}

struct Unit;

impl<'de> VariantAccess<'de> for Unit {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(MapDeserializer::new(std::iter::empty::<(&str, &str)>()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        Err(Fault::invalid_type(Unexpected::UnitVariant, &visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        Err(Fault::invalid_type(Unexpected::UnitVariant, &visitor))
    }
}
