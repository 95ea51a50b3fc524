//! Which sites a rule matches: a [`MatchFile`] with its options filled in and its patterns compiled.
//!
//! An answer is one of three. What hangs on an unknown verdict, size or type is [`Answer::Unknown`]: it is not reported,
//! but a comment that suppresses it counts as used.

use std::collections::BTreeMap;

use super::schema::{CostName, HeatName, MatchFile, Matches, VerdictName};
use crate::base::bytesize;
use crate::base::glob::Patterns;
use crate::base::yaml::input::OneOrMany;
use crate::base::yaml::{Problem, Spanned};
use crate::option::OptionValue;
use crate::site::{
    CallKind, Cost, GoVersion, HotBy, Reason, Site, SiteKind, Trait, TypeKind, Verdict,
};

/// Whether a site matches. The order is that of certainty: the answer to "all of these" is the least one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Answer {
    /// It does not.
    No,
    /// It may: something was not known.
    Unknown,
    /// It does.
    Yes,
}

impl Answer {
    fn of(yes: bool) -> Answer {
        if yes { Answer::Yes } else { Answer::No }
    }

    fn negate(self) -> Answer {
        match self {
            Answer::No => Answer::Yes,
            Answer::Unknown => Answer::Unknown,
            Answer::Yes => Answer::No,
        }
    }
}

/// The values of a rule's options, by name.
pub type Values = BTreeMap<String, OptionValue>;

/// A compiled [`MatchFile`]. A key that is not given holds for every site.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    kinds: Option<Vec<SiteKind>>,
    verdicts: Option<Vec<VerdictName>>,
    costs: Option<Vec<CostName>>,
    heats: Option<Vec<HeatName>>,
    hot_by: Option<Vec<HotBy>>,
    reasons: Option<Vec<Reason>>,
    type_kinds: Option<Vec<TypeKind>>,
    calls: Option<Vec<CallKind>>,
    traits: Vec<Trait>,
    ty: Option<Patterns>,
    target: Option<Patterns>,
    function: Option<Patterns>,
    callee: Option<Patterns>,
    expr: Option<Patterns>,
    min_size: Option<u64>,
    max_size: Option<u64>,
    runtime_size: Option<bool>,
    min_depth: Option<u64>,
    min_allocations: Option<u64>,
    go: Option<GoRange>,
    any: Vec<Matcher>,
    not: Vec<Matcher>,
}

impl Matcher {
    /// Compiles `file` with the option values `values`; every wrong value is a problem and counts as not given.
    pub fn compile(file: &MatchFile, values: &Values, problems: &mut Vec<Problem>) -> Matcher {
        let mut c = Compiler { values, problems };
        let mut inner = |list: Option<&Matches>| -> Vec<Matcher> {
            let list = list.iter().flat_map(|m| &m.0);
            list.map(|m| Matcher::compile(m, c.values, c.problems))
                .collect()
        };
        let (any, not) = (inner(file.any.as_ref()), inner(file.not.as_ref()));
        Matcher {
            kinds: file.kind.as_ref().map(|m| m.0.clone()),
            verdicts: file.verdict.as_ref().map(|m| m.0.clone()),
            costs: file.cost.as_ref().map(|m| m.0.clone()),
            heats: file.heat.as_ref().map(|m| m.0.clone()),
            hot_by: file.hot_by.as_ref().map(|m| m.0.clone()),
            reasons: file.reason.as_ref().map(|m| m.0.clone()),
            type_kinds: file.type_kind.as_ref().map(|m| m.0.clone()),
            calls: file.call.as_ref().map(|m| m.0.clone()),
            traits: file.has.as_ref().map_or_else(Vec::new, |m| m.0.clone()),
            ty: c.names(file.ty.as_ref()),
            target: c.names(file.target.as_ref()),
            function: c.names(file.function.as_ref()),
            callee: c.names(file.callee.as_ref()),
            expr: c.names(file.expr.as_ref()),
            min_size: c.number(file.min_size.as_ref()),
            max_size: c.number(file.max_size.as_ref()),
            runtime_size: file.runtime_size,
            min_depth: c.number(file.min_depth.as_ref()),
            min_allocations: c.number(file.min_allocations.as_ref()),
            go: file.go.as_ref().and_then(|text| c.range(text)),
            any,
            not,
        }
    }

    /// The kinds of site that can match; `None` is all.
    pub fn kinds(&self) -> Option<&[SiteKind]> {
        self.kinds.as_deref()
    }

    /// The names of functions whose calls can match; `None` is all.
    pub fn callees(&self) -> Option<&Patterns> {
        self.callee.as_ref()
    }

    /// Whether `site`, judged as Go `go` would, matches.
    pub fn matches(&self, site: &Site, go: GoVersion) -> Answer {
        let certain = self.certain(site, go);
        if certain == Answer::No {
            return Answer::No;
        }
        let excluded = self.not.iter().map(|m| m.matches(site, go)).max();
        let included = self.any.iter().map(|m| m.matches(site, go)).max();
        self.decided(site)
            .min(self.sized(site))
            .min(self.typed(site))
            .min(included.unwrap_or(Answer::Yes))
            .min(excluded.unwrap_or(Answer::No).negate())
    }

    /// The keys whose answer is always known.
    fn certain(&self, site: &Site, go: GoVersion) -> Answer {
        let heat = heat_name(site);
        let count = u64::from(site.count);
        let depth = u64::from(site.heat.depth());
        let hot_by = |wanted: &Vec<HotBy>| site.heat.hot_by().iter().any(|by| wanted.contains(by));
        Answer::of(
            has(self.kinds.as_deref(), &site.kind)
                && has(self.heats.as_deref(), &heat)
                && self.hot_by.as_ref().is_none_or(hot_by)
                && named(self.function.as_ref(), site.function.as_str())
                && named(self.callee.as_ref(), &site.callee)
                && named(self.expr.as_ref(), &site.expr)
                && self
                    .runtime_size
                    .is_none_or(|wanted| wanted == site.size.is_none())
                && self.min_depth.is_none_or(|n| depth >= n)
                && self.min_allocations.is_none_or(|n| count >= n)
                && self.traits.iter().all(|&t| site.traits.has(t))
                && one_of(self.calls.as_deref(), site.call)
                && self.go.as_ref().is_none_or(|range| range.contains(go)),
        )
    }

    /// The keys that hang on the verdict.
    fn decided(&self, site: &Site) -> Answer {
        let verdict = match site.verdict {
            Verdict::Stack => VerdictName::Stack,
            Verdict::Heap(_) => VerdictName::Heap,
            Verdict::Unknown(_) => VerdictName::Unknown,
        };
        let cost = match site.cost {
            Cost::Never => CostName::Never,
            Cost::Maybe(_) => CostName::Maybe,
            Cost::Always => CostName::Always,
            Cost::Unknown => CostName::Unknown,
        };
        let reason = match (&self.reasons, &site.verdict) {
            (None, _) => Answer::Yes,
            (Some(_), Verdict::Unknown(_)) => Answer::Unknown,
            (Some(_), Verdict::Stack) => Answer::No,
            (Some(list), Verdict::Heap(reason)) => Answer::of(list.contains(reason)),
        };
        known(self.verdicts.as_deref(), &verdict, VerdictName::Unknown)
            .min(known(self.costs.as_deref(), &cost, CostName::Unknown))
            .min(reason)
    }

    fn sized(&self, site: &Site) -> Answer {
        match (
            site.size,
            self.min_size.is_some() || self.max_size.is_some(),
        ) {
            (_, false) => Answer::Yes,
            (None, true) => Answer::Unknown,
            (Some(size), true) => Answer::of(
                self.min_size.is_none_or(|n| size >= n) && self.max_size.is_none_or(|n| size <= n),
            ),
        }
    }

    fn typed(&self, site: &Site) -> Answer {
        let kind = match (&self.type_kinds, site.type_kind) {
            (Some(_), None) => Answer::Unknown,
            (kinds, kind) => Answer::of(one_of(kinds.as_deref(), kind)),
        };
        kind.min(pattern_answer(self.ty.as_ref(), &site.ty))
            .min(pattern_answer(self.target.as_ref(), &site.target))
    }
}

fn heat_name(site: &Site) -> HeatName {
    match site.heat.as_str() {
        "hot" => HeatName::Hot,
        "cold" => HeatName::Cold,
        _ => HeatName::Warm,
    }
}

fn has<T: PartialEq>(list: Option<&[T]>, value: &T) -> bool {
    list.is_none_or(|list| list.contains(value))
}

/// [`has`], where no value is none of the list.
fn one_of<T: PartialEq>(list: Option<&[T]>, value: Option<T>) -> bool {
    list.is_none_or(|list| value.is_some_and(|v| list.contains(&v)))
}

/// [`has`], where an unknown value may be any of the list.
fn known<T: PartialEq + Copy>(list: Option<&[T]>, value: &T, unknown: T) -> Answer {
    match list {
        Some(list) if !list.contains(value) && *value == unknown => Answer::Unknown,
        _ => Answer::of(has(list, value)),
    }
}

fn named(patterns: Option<&Patterns>, name: &str) -> bool {
    patterns.is_none_or(|p| p.match_name(name))
}

/// [`named`] for texts that are empty when they are not known.
fn pattern_answer(patterns: Option<&Patterns>, text: &str) -> Answer {
    match patterns {
        Some(_) if text.is_empty() => Answer::Unknown,
        _ => Answer::of(named(patterns, text)),
    }
}

/// A range of compiler versions.
#[derive(Clone, PartialEq, Eq, Debug)]
struct GoRange {
    from: GoVersion,
    below: GoVersion,
}

impl GoRange {
    fn parse(text: &str) -> Option<GoRange> {
        let mut range = GoRange {
            from: GoVersion(0),
            below: GoVersion(u16::MAX),
        };
        for part in text.split_whitespace() {
            let at = part.find(|c: char| c.is_ascii_digit())?;
            let version = GoVersion::parse(&part[at..])?;
            let next = GoVersion(version.0.saturating_add(1));
            match &part[..at] {
                ">=" => range.from = version,
                ">" => range.from = next,
                "<" => range.below = version,
                "<=" => range.below = next,
                "" | "=" => (range.from, range.below) = (version, next),
                _ => return None,
            }
        }
        Some(range)
    }

    fn contains(&self, go: GoVersion) -> bool {
        self.from <= go && go < self.below
    }
}

struct Compiler<'c> {
    values: &'c Values,
    problems: &'c mut Vec<Problem>,
}

impl Compiler<'_> {
    fn wrong<T>(&mut self, text: &Spanned<String>, message: String) -> Option<T> {
        self.problems.push(Problem::new(text.span, message));
        None
    }

    /// The value of the option that `text` refers to.
    fn option(&mut self, text: &Spanned<String>) -> Option<&OptionValue> {
        let name = text.strip_prefix('$')?;
        let values = self.values;
        let value = values.get(name);
        if value.is_none() {
            let help = crate::base::suggest::help(name, values.keys().map(String::as_str));
            let message = format!("the rule has no option `{name}`");
            self.problems
                .push(Problem::new(text.span, message).help(help));
        }
        value
    }

    fn names(&mut self, texts: Option<&OneOrMany>) -> Option<Patterns> {
        let texts = &texts?.0;
        if let [one] = texts.as_slice()
            && one.starts_with('$')
        {
            return match self.option(one)? {
                OptionValue::Names(list) => Patterns::names(list.iter().map(String::as_str)).ok(),
                _ => self.wrong(one, "this option is no list of names".to_owned()),
            };
        }
        if let Some(text) = texts.iter().find(|t| t.starts_with('$')) {
            let message = "a name that starts with `$` has to stand alone";
            return self.wrong(text, message.to_owned());
        }
        match Patterns::names(texts.iter().map(|t| t.as_str())) {
            Ok(patterns) => Some(patterns),
            Err((i, why)) => self.wrong(texts.get(i)?, format!("bad pattern: {why}")),
        }
    }

    fn number(&mut self, text: Option<&Spanned<String>>) -> Option<u64> {
        let text = text?;
        if text.starts_with('$') {
            return match self.option(text)? {
                OptionValue::Number(n) => Some(*n),
                _ => self.wrong(text, "this option is no number".to_owned()),
            };
        }
        match bytesize::parse(text) {
            Some(n) => Some(n),
            None => self.wrong(text, format!("`{}` is no number", text.value)),
        }
    }

    fn range(&mut self, text: &Spanned<String>) -> Option<GoRange> {
        match GoRange::parse(text) {
            Some(range) => Some(range),
            None => self.wrong(text, format!("`{}` is no range of Go versions", text.value)),
        }
    }
}
