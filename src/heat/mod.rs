//! How often a place runs: from its own file, and from who calls its function.
//!
//! # Words
//!
//! | word | meaning |
//! | --- | --- |
//! | region | bytes of a file with a meaning for heat: a function, what a loop repeats, the way out of loops |
//! | loop | the condition, post statement and body of `for`; the body of `for … range` (not the operand, which is evaluated once) |
//! | way out | the tail of a statement list that, once entered, leaves loops for good: by `return`, `break`, `goto`, `panic`, `os.Exit`, `log.Fatal` |
//! | level | in how many loops of its function a place is; a way out lowers it |
//! | serves tests | a package whose name says that tests use it, `httptest`: cold |
//! | failure | a branch that handles an error, or ends by returning one that it makes: cold |
//! | key | how the call graph knows a function: by the place of its name, a literal by its `func` |
//!
//! Worked example:
//!
//! ```go
//! for _, line := range lines {       // loop
//!     rec, err := parse(line)        // level 1
//!     if err != nil {
//!         return wrap(err, line)     // way out: runs at most once, level 0, cold
//!     }
//!     out = append(out, &rec)        // level 1
//! }
//! ```
//!
//! A function literal that is called where it stands, `func() {…}()`, also behind `go` and `defer`, runs as often as the
//! place it stands at. The body of any other literal starts anew: [`calls`] finds who calls it.
//!
//! | module | knows |
//! | --- | --- |
//! | here | loops, ways out, failures, marks of one file |
//! | [`calls`] | who calls whom in one package, function values and interfaces included |
//! | [`bench`] | what benchmarks call in their measured loops |
//! | [`handlers`] | which functions handle requests |
//! | [`fields`] | which slices in fields start empty, where they grow, and where the objects around them are made |
//! | [`pools`] | who takes from pools, who gives back, and who makes what they do not have |
//! | [`spread`] | how often functions run that are called in loops, by benchmarks, by handlers |
//!
//! [`FileHeat::at`] answers for an offset, so that any stage can ask for any site. Loops made by `goto` do not count.

mod anew;
pub mod bench;
pub mod calls;
mod circles;
mod drained;
mod failure;
pub mod fields;
mod flow;
pub mod handlers;
mod implementations;
pub mod pools;
mod regions;
pub mod spread;
mod values;

use crate::ast::Ast;
use crate::base::glob::Patterns;
use crate::base::nest::Nest;
use crate::base::source::SourceFile;
use crate::base::span::Span;
use crate::base::symbol::{Symbol, sym};
use crate::directive::Mark;
use crate::site::{Calls, Heat};

pub use regions::function_name;
use regions::{Region, Way};

/// What config knows about heat, for one file.
#[derive(Clone, Copy, Debug)]
pub struct HeatConfig<'c> {
    /// Functions that are hot wherever they are called.
    pub hot_functions: &'c Patterns,
    /// Functions that are cold even in loops.
    pub cold_functions: &'c Patterns,
    /// Whether config marks the whole file as hot.
    pub hot_file: bool,
    /// Whether config marks the whole file as cold.
    pub cold_file: bool,
    /// Whether the file's package [serves tests](serves_tests): it is cold unless config says otherwise.
    pub for_tests: bool,
}

/// Whether a package is there for tests, by the names that Go programs give such packages: `httptest` in `http`,
/// `testing/iotest`, `testutil`. Tests and benchmarks alone run what it allocates.
pub fn serves_tests(import_path: &str) -> bool {
    let elements = import_path.split('/').filter(|&e| e != "internal");
    let mut around = "";
    elements.into_iter().any(|element| {
        let of = std::mem::replace(&mut around, element);
        let of_parent = element.strip_suffix("test") == Some(of) && !of.is_empty();
        of_parent || element == "testing" || element.starts_with("testutil")
    })
}

/// The heat of every place of a file.
#[derive(Clone, Debug)]
pub struct FileHeat {
    regions: Vec<(Span, Region)>,
    nest: Nest,
    /// What holds right inside of each region.
    places: Vec<Place>,
}

/// What a place is to the call graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// The function that it runs in, a literal that is not called where it stands included: the offset of its name, or
    /// of `func`; `None` outside of functions.
    pub function: Option<u32>,
    /// How many loops it lies in, within that function.
    pub depth: u32,
    /// How often its function's branches halve the number of its runs.
    pub halvings: u32,
    /// How many statements before it may return though nothing failed.
    pub guards: u32,
    /// It runs rarely, however often its function runs.
    pub rare: bool,
    /// It is marked as hot.
    pub marked_hot: bool,
}

/// What a function is marked as, and by whom.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Marked {
    hot: bool,
    why: String,
}

impl FileHeat {
    /// Finds the regions of a file; `marks` are those of its comments.
    pub fn new(src: &SourceFile, ast: &Ast, marks: &[Mark], config: &HeatConfig<'_>) -> FileHeat {
        let mut regions = regions::find(src, ast, |decl, name| {
            let by_comment = marks.iter().find(|m| m.decl == decl).map(|m| Marked {
                hot: m.hot,
                why: format!("marked {} by a comment", word(m.hot)),
            });
            by_comment.or_else(|| marked_by(config, name))
        });
        // Of equal ranges the later one counts as the inner one: regions come from the outside in.
        regions.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let nest = Nest::new(regions.iter().map(|(span, _)| *span));
        let mut heat = FileHeat {
            places: Vec::with_capacity(regions.len()),
            regions,
            nest,
        };
        for i in 0..heat.regions.len() {
            let place = heat.state(heat.regions[i].0.start, Some(i)).place();
            heat.places.push(place);
        }
        heat
    }

    /// What the place at byte `offset` is to the call graph.
    pub fn place(&self, offset: u32) -> Place {
        let inner = self.nest.around(offset).next();
        inner.map(|i| self.places[i]).unwrap_or_default()
    }

    /// The state at `offset`, in the regions around it up to the region `last`, or all of them.
    fn state(&self, offset: u32, last: Option<usize>) -> State {
        let mut around: Vec<usize> = self.nest.around(offset).collect();
        around.reverse();
        let mut state = State::default();
        for i in around {
            state.enter(&self.regions[i].1);
            if last == Some(i) {
                break;
            }
        }
        state
    }

    /// The heat of the place at byte `offset`.
    pub fn at(&self, offset: u32) -> Heat {
        self.state(offset, None).heat()
    }

    /// Lines of the loops around `offset` as the compiler counts them: those of the innermost function or literal,
    /// ways out included. The first is the outermost.
    pub fn loops_at(&self, offset: u32) -> Vec<u32> {
        let inner = self.nest.around(offset).map(|i| &self.regions[i].1);
        let mut lines: Vec<u32> = inner
            .take_while(|r| !matches!(r, Region::Function { .. } | Region::InPlace))
            .filter_map(|r| match r {
                Region::Loop { line } => Some(*line),
                _ => None,
            })
            .collect();
        lines.reverse();
        lines
    }

    /// The declared function around `offset`, by the offset of its name; `None` outside of functions.
    pub fn declared_at(&self, offset: u32) -> Option<u32> {
        let regions = self.nest.around(offset).map(|i| &self.regions[i].1);
        let mut keys = regions.filter_map(|region| match region {
            Region::Function {
                name: Some(_), key, ..
            } => Some(*key),
            _ => None,
        });
        keys.next()
    }

    /// The innermost named function around `offset`, as gc names it; `init` outside of functions.
    pub fn function_at(&self, offset: u32) -> Symbol {
        self.nest
            .around(offset)
            .find_map(|i| match &self.regions[i].1 {
                Region::Function {
                    name: Some(name), ..
                } => Some(*name),
                _ => None,
            })
            .unwrap_or(sym::INIT)
    }
}

fn word(hot: bool) -> &'static str {
    if hot { "hot" } else { "cold" }
}

fn marked_by(config: &HeatConfig<'_>, name: &str) -> Option<Marked> {
    let by = |hot: bool, what: &str| Marked {
        hot,
        why: format!("marked {} by config, which names {what}", word(hot)),
    };
    if config.cold_functions.match_name(name) {
        return Some(by(false, "the function"));
    }
    if config.hot_functions.match_name(name) {
        return Some(by(true, "the function"));
    }
    if config.cold_file || config.hot_file {
        return Some(by(config.hot_file && !config.cold_file, "the file"));
    }
    config.for_tests.then(|| Marked {
        hot: false,
        why: "in a package that serves tests".to_owned(),
    })
}

/// What is known while going from the outermost region to the innermost.
#[derive(Default)]
struct State {
    /// Lines of the loops, and whether they count: a way out has left those that do not.
    loops: Vec<(u32, bool)>,
    /// How many of them are outside of the innermost function or literal.
    base: usize,
    /// The line of the outermost loop that has been left since the last loop began.
    left: Option<u32>,
    fatal: bool,
    failed: bool,
    once: bool,
    marked: Option<Marked>,
    /// The key of the innermost function or literal.
    function: Option<u32>,
    halvings: u32,
    guards: u32,
}

impl State {
    fn enter(&mut self, region: &Region) {
        match region {
            Region::Function {
                key, once, marked, ..
            } => {
                *self = State {
                    function: Some(*key),
                    once: *once,
                    marked: marked.clone().or_else(|| self.marked.take()),
                    ..State::default()
                };
            }
            Region::InPlace => self.base = self.loops.len(),
            Region::Loop { line } => {
                self.loops.push((*line, true));
                self.left = None;
            }
            Region::WayOut { way } => self.leave(*way),
            Region::Failure => self.failed = true,
            Region::Guarded => self.guards += 1,
            Region::Branch { halvings } => self.halvings += halvings,
        }
    }

    fn leave(&mut self, way: Way) {
        let keep = (self.base + way.level as usize).min(self.loops.len());
        let left = &mut self.loops[keep..];
        self.left = left.iter().find(|l| l.1).map(|l| l.0).or(self.left);
        left.iter_mut().for_each(|l| l.1 = false);
        self.fatal |= way.fatal;
        self.failed |= way.failed;
    }

    /// Whether the place runs rarely, however often its function runs.
    fn is_rare(&self) -> bool {
        let marked_cold = self.marked.as_ref().is_some_and(|m| !m.hot);
        marked_cold || self.fatal || self.failed || self.once
    }

    fn is_marked_hot(&self) -> bool {
        self.marked.as_ref().is_some_and(|m| m.hot) && !self.fatal && !self.failed
    }

    fn place(&self) -> Place {
        Place {
            function: self.function,
            depth: self.loops.iter().filter(|l| l.1).count() as u32,
            halvings: self.halvings,
            guards: self.guards,
            rare: self.is_rare(),
            marked_hot: self.is_marked_hot(),
        }
    }

    fn heat(self) -> Heat {
        let loops: Vec<u32> = self.loops.iter().filter(|l| l.1).map(|l| l.0).collect();
        let way_out = self.left.is_some() && loops.is_empty();
        let rare = self.is_rare();
        let marked_hot = self.is_marked_hot();
        let mut why: Vec<String> = self.marked.into_iter().map(|m| m.why).collect();
        let in_loop = |line: &u32| format!("in the body of the loop at line {line}");
        why.extend(loops.iter().map(in_loop));
        why.extend(
            self.left
                .map(|line| format!("on the way out of the loop at line {line}")),
        );
        if self.fatal {
            why.push("on a path that ends in a panic or in the end of the program".to_owned());
        }
        if self.failed {
            why.push("where an error is handled or made".to_owned());
        }
        if self.once {
            why.push("in code that runs once, when the program starts".to_owned());
        }
        Heat {
            loop_depth: loops.len() as u32,
            cold: rare || way_out,
            marked_hot,
            leaving: way_out && !rare,
            calls: Calls::default(),
            measured: None,
            why,
        }
    }
}
