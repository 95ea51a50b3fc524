//! Profiles of Go programs: which lines really allocate, and how much.
//!
//! | word | meaning |
//! | --- | --- |
//! | [`Profile`] | a heap, allocs or CPU profile as `runtime/pprof` writes them, by line |
//! | [`Weight`] | what was measured at a line: objects and bytes allocated, or time samples |
//! | leaf | the innermost place of a stack outside of the runtime: who asked for the memory, or spent the time |
//! | [`Measured`] | what of a file's lines today was measured, found by function and offset |
//!
//! Example: a stack `runtime.makeslice ← feed.grow:20 (inlined in feed.(*Reader).Next:31) ← main.main:9` with 512 objects
//! weighs 512 objects on line 20 of `grow` and on line 31 of `Next`, because the code that allocates is in both, and
//! nothing on `main`.
//!
//! A profile is older than the code. Where it says on which line a function began, a line is found again by its offset
//! in the function, so that edits above it change nothing; [`Uses`] says for how many functions that was necessary.

mod find;
mod name;
mod wire;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

pub use find::{FilePlace, FunctionPlace, Measured, Uses, measure};
pub use name::{Name, parse as parse_name};

/// Why bytes are no profile that can be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProfileError {
    /// They are no profile, or a damaged one.
    NoProfile(String),
    /// It measures something else: the names of what it does measure.
    Unrelated(Vec<String>),
    /// It is larger than any program's.
    TooLarge,
    /// It has no samples.
    NoSamples,
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProfileError::NoProfile(why) => write!(f, "not a profile in pprof's format: {why}"),
            ProfileError::Unrelated(kinds) => write!(
                f,
                "it measures {}; a heap, allocs or CPU profile is needed",
                kinds.join(", ")
            ),
            ProfileError::TooLarge => f.write_str("it is larger than 1 GiB"),
            ProfileError::NoSamples => f.write_str("it has no samples"),
        }
    }
}

/// What a profile measures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// All that was allocated.
    Allocated,
    /// What was in use when the profile was taken.
    InUse,
    /// Time.
    Cpu,
}

/// What was measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Weight {
    /// Objects allocated, or samples of time.
    pub count: u64,
    /// Bytes allocated, or nanoseconds.
    pub amount: u64,
}

impl Weight {
    fn add(&mut self, other: Weight) {
        self.count = self.count.saturating_add(other.count);
        self.amount = self.amount.saturating_add(other.amount);
    }
}

/// A line of a function.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Line {
    /// The function.
    pub name: Name,
    /// The last two names of the file's path, or what there is of them.
    pub file: String,
    /// The line that the function began at, literals at their own; 0 if the profile does not say.
    pub start: u32,
    /// The line.
    pub line: u32,
}

/// A profile by line.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// What it is called in reports.
    pub name: String,
    /// What it measures.
    pub kind: Kind,
    /// The weight of each line that has one.
    pub lines: BTreeMap<Line, Weight>,
    /// The weight of all samples.
    pub total: Weight,
}

impl Profile {
    /// Reads a profile, gzipped or not.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Profile, ProfileError> {
        let stored = wire::Profile::decode_any(bytes)?;
        let (kind, count, amount) = values(&stored)?;
        let reader = Reader::new(&stored);
        let mut lines: BTreeMap<Line, Weight> = BTreeMap::new();
        let mut total = Weight::default();
        for sample in &stored.sample {
            let value = |i: usize| sample.value.get(i).map_or(0, |v| (*v).max(0) as u64);
            let weight = Weight {
                count: value(count),
                amount: value(amount),
            };
            total.add(weight);
            for line in reader.leaf(sample) {
                lines.entry(line).or_default().add(weight);
            }
        }
        if total == Weight::default() {
            return Err(ProfileError::NoSamples);
        }
        Ok(Profile {
            name: name.to_owned(),
            kind,
            lines,
            total,
        })
    }

    /// The share of `weight`, in millionths: of the objects or of the bytes, whichever is more; of the time.
    pub fn share(&self, weight: Weight) -> u32 {
        let millionths = |part: u64, whole: u64| match whole {
            0 => 0,
            whole => (u128::from(part) * 1_000_000 / u128::from(whole)) as u32,
        };
        let amount = millionths(weight.amount, self.total.amount);
        millionths(weight.count, self.total.count).max(amount)
    }

    /// What is measured at a line of `weight`, for people: `allocated 12.3 % of the objects in heap.pprof`.
    pub fn evidence(&self, weight: Weight) -> String {
        let percent = |part: u64, whole: u64| 100.0 * part as f64 / whole.max(1) as f64;
        let count = percent(weight.count, self.total.count);
        let amount = percent(weight.amount, self.total.amount);
        let (share, unit) = if amount > count {
            (amount, "bytes")
        } else {
            (count, "objects")
        };
        match self.kind {
            Kind::Allocated => format!("allocated {share:.1} % of the {unit} in {}", self.name),
            Kind::InUse => format!("holds {share:.1} % of the {unit} in {}", self.name),
            Kind::Cpu => format!("took {amount:.1} % of the time in {}", self.name),
        }
    }
}

/// What kind of profile it is, and which values of a sample count.
fn values(stored: &wire::Profile) -> Result<(Kind, usize, usize), ProfileError> {
    let types = stored.sample_type.iter();
    let names: Vec<String> = types.map(|t| stored.text(t.kind)).collect();
    let index = |name: &str| names.iter().position(|n| n == name);
    let pairs = [
        (Kind::Allocated, "alloc_objects", "alloc_space"),
        (Kind::InUse, "inuse_objects", "inuse_space"),
        (Kind::Cpu, "samples", "cpu"),
    ];
    pairs
        .into_iter()
        .find_map(|(kind, count, amount)| Some((kind, index(count)?, index(amount)?)))
        .ok_or(if names.is_empty() {
            ProfileError::NoProfile("it does not say what it measures".to_owned())
        } else {
            ProfileError::Unrelated(names)
        })
}

/// A stored profile with its ids resolved.
struct Reader {
    locations: HashMap<u64, Vec<Line>>,
}

impl Reader {
    fn new(stored: &wire::Profile) -> Reader {
        let functions: HashMap<u64, Line> = stored
            .function
            .iter()
            .map(|f| (f.id, function(stored, f)))
            .collect();
        let line = |line: &wire::Line| {
            let function = functions.get(&line.function_id)?;
            Some(Line {
                line: u32::try_from(line.line).unwrap_or(0),
                ..function.clone()
            })
        };
        let locations = stored.location.iter();
        let lines = |l: &wire::Location| (l.id, l.line.iter().filter_map(line).collect());
        Reader {
            locations: locations.map(lines).collect(),
        }
    }

    /// The lines of the innermost place outside of the runtime, each once.
    fn leaf(&self, sample: &wire::Sample) -> BTreeSet<Line> {
        let stack = sample.location_id.iter();
        let places = stack.filter_map(|id| self.locations.get(id));
        for place in places {
            let own = place.iter().filter(|l| !is_runtime(l));
            let own: BTreeSet<Line> = own.cloned().collect();
            if !own.is_empty() {
                return own;
            }
        }
        BTreeSet::new()
    }
}

fn function(stored: &wire::Profile, f: &wire::Function) -> Line {
    let path = stored.text(f.filename).replace('\\', "/");
    let mut names: Vec<&str> = path.rsplit('/').take(2).collect();
    names.reverse();
    Line {
        name: name::parse(&stored.text(f.name)),
        file: names.join("/"),
        start: u32::try_from(f.start_line).unwrap_or(0),
        line: 0,
    }
}

/// Whether the function is part of the runtime, which allocates for others. Some go by other packages' names, such as
/// `reflect.unsafe_New` in runtime/malloc.go.
fn is_runtime(line: &Line) -> bool {
    let package = line.name.package.as_str();
    let library = !package.split('/').next().unwrap_or_default().contains('.');
    package == "runtime"
        || package.starts_with("runtime/internal/")
        || package.starts_with("internal/runtime/")
        || library && line.file.starts_with("runtime/") && package != "main"
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::{Kind, Profile, ProfileError, Weight, wire};

    /// A profile of one stack: `grow`, inlined in `Next`, that calls the runtime by a name of `reflect`.
    fn stored() -> wire::Profile {
        let text = [
            "",
            "alloc_objects",
            "alloc_space",
            "reflect.unsafe_New",
            "/go/src/runtime/malloc.go",
            "m/feed.grow",
            "/src/m/feed/feed.go",
            "m/feed.(*Reader).Next",
        ];
        let line = |function_id, line| wire::Line { function_id, line };
        let location = |id, line| wire::Location { id, line };
        let function = |id, name, filename, start_line| wire::Function {
            id,
            name,
            filename,
            start_line,
        };
        wire::Profile {
            sample_type: vec![wire::ValueType { kind: 1 }, wire::ValueType { kind: 2 }],
            sample: vec![
                wire::Sample {
                    location_id: vec![1, 2],
                    value: vec![3, 300],
                },
                wire::Sample {
                    location_id: vec![1],
                    value: vec![1, -5],
                },
            ],
            location: vec![
                location(1, vec![line(1, 90)]),
                location(2, vec![line(2, 20), line(3, 31)]),
            ],
            function: vec![
                function(1, 3, 4, 80),
                function(2, 5, 6, 18),
                function(3, 7, 6, 30),
            ],
            string_table: text.map(|t| t.as_bytes().to_vec()).to_vec(),
        }
    }

    #[test]
    fn a_sample_weighs_on_every_function_that_its_code_is_in() {
        let profile = Profile::read("p", &stored().encode_to_vec()).unwrap();
        assert_eq!(
            (profile.kind, profile.total),
            (
                Kind::Allocated,
                Weight {
                    count: 4,
                    amount: 300
                }
            )
        );
        let lines: Vec<_> = profile
            .lines
            .iter()
            .map(|(l, w)| (&*l.name.function, &*l.file, l.start, l.line, w.count))
            .collect();
        assert_eq!(
            lines,
            [
                ("(*Reader).Next", "feed/feed.go", 30, 31, 3),
                ("grow", "feed/feed.go", 18, 20, 3)
            ]
        );
        let weight = Weight {
            count: 3,
            amount: 30,
        };
        assert_eq!(profile.share(weight), 750_000);
        assert_eq!(
            profile.evidence(weight),
            "allocated 75.0 % of the objects in p"
        );
    }

    #[test]
    fn what_is_no_profile_of_allocations_or_time_is_an_error() {
        let read = |bytes: &[u8]| Profile::read("p", bytes).unwrap_err();
        assert!(matches!(read(b""), ProfileError::NoProfile(_)));
        assert!(matches!(read(b"package m\n"), ProfileError::NoProfile(_)));
        assert!(matches!(
            read(&[0x1f, 0x8b, 0, 0]),
            ProfileError::NoProfile(_)
        ));
        let mut other = stored();
        other.string_table[1] = b"contentions".to_vec();
        let error = read(&other.encode_to_vec());
        assert!(
            error
                .to_string()
                .contains("it measures contentions, alloc_space"),
            "{error}"
        );
        let mut none = stored();
        none.sample.clear();
        assert_eq!(read(&none.encode_to_vec()), ProfileError::NoSamples);
        // Ids and indexes that lead nowhere cost only themselves.
        let mut broken = stored();
        broken.function[1].name = 99;
        broken.location[1].line[1].function_id = 99;
        assert!(Profile::read("p", &broken.encode_to_vec()).is_ok());
    }
}
