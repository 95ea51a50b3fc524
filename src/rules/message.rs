//! Message templates: text with `{placeholders}`, checked when the rule is loaded.

use crate::base::bytesize;
use crate::base::suggest;
use crate::base::yaml::{Problem, Spanned};
use crate::site::{Cost, GoVersion, Reason, Site, Verdict};

/// What a message can speak of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Slot {
    Expr,
    Type,
    Target,
    Callee,
    Function,
    Size,
    Reason,
    Kind,
    Cost,
    Condition,
    Verdict,
    Heat,
    Depth,
    Count,
    Go,
    /// What the run itself has to say, in rules without `match`.
    Detail,
}

const SLOTS: [(&str, Slot); 17] = [
    ("expr", Slot::Expr),
    ("type", Slot::Type),
    ("target", Slot::Target),
    ("interface", Slot::Target),
    ("callee", Slot::Callee),
    ("function", Slot::Function),
    ("size", Slot::Size),
    ("reason", Slot::Reason),
    ("kind", Slot::Kind),
    ("cost", Slot::Cost),
    ("condition", Slot::Condition),
    ("verdict", Slot::Verdict),
    ("heat", Slot::Heat),
    ("depth", Slot::Depth),
    ("count", Slot::Count),
    ("go", Slot::Go),
    ("detail", Slot::Detail),
];

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    Slot(Slot),
}

/// A parsed message.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Template(Vec<Part>);

impl Template {
    /// Parses `text`; `{{` and `}}` are braces. Unknown placeholders are problems and stand for nothing.
    pub fn parse(text: &Spanned<String>, problems: &mut Vec<Problem>) -> Template {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, tail) = rest.split_at(at);
            parts.push(Part::Text(before.to_owned()));
            let doubled = tail.starts_with("{{") || tail.starts_with("}}");
            let end = tail.find('}').filter(|_| tail.starts_with('{'));
            rest = match (doubled, end) {
                (true, _) => {
                    parts.push(Part::Text(tail[..1].to_owned()));
                    &tail[2..]
                }
                (false, Some(end)) => {
                    parts.extend(slot(&tail[1..end], text, problems).map(Part::Slot));
                    &tail[end + 1..]
                }
                (false, None) => {
                    let message = "a brace without its partner; write `{{` or `}}` for a brace";
                    problems.push(Problem::new(text.span, message));
                    &tail[1..]
                }
            };
        }
        parts.push(Part::Text(rest.to_owned()));
        Template(parts)
    }

    /// The message for `site`.
    pub fn render(&self, site: &Site, go: GoVersion) -> String {
        self.fill(|slot| value(slot, site, go))
    }

    /// The message of a rule about the run.
    pub fn render_detail(&self, detail: &str) -> String {
        self.fill(|slot| match slot {
            Slot::Detail => detail.to_owned(),
            _ => String::new(),
        })
    }

    fn fill(&self, value: impl Fn(Slot) -> String) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Slot(slot) => value(*slot),
            })
            .collect()
    }
}

fn slot(name: &str, text: &Spanned<String>, problems: &mut Vec<Problem>) -> Option<Slot> {
    let found = SLOTS.iter().find(|(n, _)| *n == name).map(|(_, s)| *s);
    if found.is_none() {
        let help = suggest::help(name, SLOTS.iter().map(|(n, _)| *n));
        let message = format!("unknown placeholder `{{{name}}}`");
        problems.push(Problem::new(text.span, message).help(help));
    }
    found
}

fn value(slot: Slot, site: &Site, go: GoVersion) -> String {
    let or = |text: &str, missing: &str| if text.is_empty() { missing } else { text }.to_owned();
    match slot {
        Slot::Expr => site.expr.clone(),
        Slot::Type => or(&site.ty, "a type that is not known"),
        Slot::Target => or(&site.target, "an interface"),
        Slot::Callee => or(&without_folders(&site.callee), "a function"),
        Slot::Function => or(site.function.as_str(), "package initialisation"),
        Slot::Size => site
            .size
            .map_or_else(|| "unknown size".to_owned(), bytesize::display),
        Slot::Reason => match &site.verdict {
            Verdict::Heap(reason) => phrase(*reason).to_owned(),
            Verdict::Stack => "stays on the stack".to_owned(),
            Verdict::Unknown(missing) => missing.clone(),
        },
        Slot::Kind => site.kind.as_str().to_owned(),
        Slot::Cost => site.cost.as_str().to_owned(),
        Slot::Condition => match &site.cost {
            Cost::Maybe(condition) => format!("when {condition}"),
            Cost::Always => "every time".to_owned(),
            Cost::Never | Cost::Unknown => String::new(),
        },
        Slot::Verdict => site.verdict.as_str().to_owned(),
        Slot::Heat => site.heat.why.last().cloned().unwrap_or_default(),
        Slot::Depth => site.heat.depth().to_string(),
        Slot::Count => site.count.to_string(),
        Slot::Go => go.to_string(),
        Slot::Detail => String::new(),
    }
}

/// A function's name with the last part of its import path alone: `(*zap.Logger).With`.
fn without_folders(callee: &str) -> String {
    let Some(slash) = callee.rfind('/') else {
        return callee.to_owned();
    };
    let start = callee.find(|c: char| c != '(' && c != '*').unwrap_or(0);
    format!("{}{}", &callee[..start], &callee[slash + 1..])
}

/// A reason in words that continue "on the heap because it is …".
pub fn phrase(reason: Reason) -> &'static str {
    match reason {
        Reason::TooLarge => "too large for the stack",
        Reason::NonConstantSize => "of a size that is not constant",
        Reason::ZeroSizedElement => "a slice of elements without size",
        Reason::Returned => "returned",
        Reason::Global => "stored in a package-level variable",
        Reason::Stored => "stored through a pointer, slice or map",
        Reason::Sent => "sent on a channel",
        Reason::Argument => "passed to a call that keeps it",
        Reason::Captured => "captured by a closure that outlives this call",
        Reason::Goroutine => "used by a goroutine",
        Reason::DeferInLoop => "deferred in a loop",
        Reason::OutlivesLoop => "used after its iteration",
        Reason::Panic => "passed to panic",
        Reason::Channel => "a channel",
    }
}
