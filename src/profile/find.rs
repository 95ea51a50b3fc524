//! A profile's lines in today's code: by function, and by how far a line is from where its function begins.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Line, Name, Profile, Weight};

/// A declaration of a file: a function, or anything else, which goes by `init`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionPlace {
    /// Its name as gc prints it.
    pub name: String,
    /// The line that it begins on, without comments above it.
    pub first: u32,
    /// The line that it ends on.
    pub last: u32,
}

/// A file of the program.
#[derive(Clone, Copy, Debug)]
pub struct FilePlace<'f> {
    /// Its package's import path.
    pub package: &'f str,
    /// Whether the package is a command, which profiles know as `main`.
    pub command: bool,
    /// Its path.
    pub path: &'f Path,
    /// Its declarations.
    pub functions: &'f [FunctionPlace],
}

/// What is measured on the lines of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Measured {
    /// By line: which of the profiles, and what it says.
    pub lines: BTreeMap<u32, Vec<(usize, Weight)>>,
    /// What was found of each profile.
    pub uses: Vec<Uses>,
}

/// How many functions of the program a profile knows, and how they fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Uses {
    /// Functions with a weight.
    pub functions: usize,
    /// Those of them that begin on another line today.
    pub moved: usize,
    /// Those of them that do not reach as far today as a line that was measured.
    pub changed: usize,
}

impl Uses {
    /// Adds what was found in another file.
    pub fn add(&mut self, other: Uses) {
        self.functions += other.functions;
        self.moved += other.moved;
        self.changed += other.changed;
    }
}

/// Finds the lines of all `profiles` in a file.
pub fn measure(profiles: &[Profile], place: &FilePlace<'_>) -> Measured {
    let mut measured = Measured {
        lines: BTreeMap::new(),
        uses: vec![Uses::default(); profiles.len()],
    };
    for (index, profile) in profiles.iter().enumerate() {
        for function in place.functions {
            let lines = lines_of(profile, place, function);
            let (found, uses) = fit(&lines, function);
            measured.uses[index].add(uses);
            for (line, weight) in found {
                put(measured.lines.entry(line).or_default(), index, weight);
            }
        }
    }
    measured
}

/// Two functions that a line is part of, such as a literal and what it stands in, weigh together.
fn put(weights: &mut Vec<(usize, Weight)>, index: usize, weight: Weight) {
    match weights.iter_mut().find(|(i, _)| *i == index) {
        Some((_, sum)) => sum.add(weight),
        None => weights.push((index, weight)),
    }
}

/// The lines of a profile in `function` and its literals.
fn lines_of<'p>(
    profile: &'p Profile,
    place: &FilePlace<'_>,
    function: &FunctionPlace,
) -> Vec<(&'p Line, Weight)> {
    let packages = [Some(place.package), place.command.then_some("main")];
    let mut found = Vec::new();
    for package in packages.into_iter().flatten() {
        let from = Line {
            name: Name {
                package: package.to_owned(),
                function: function.name.clone(),
                inner: false,
            },
            file: String::new(),
            start: 0,
            line: 0,
        };
        let of_function =
            |line: &Line| line.name.package == package && line.name.function == function.name;
        let lines = profile.lines.range(&from..);
        let lines = lines.take_while(|(line, _)| of_function(line));
        let lines = lines.filter(|(line, _)| may_be(line, place));
        found.extend(lines.map(|(line, weight)| (line, *weight)));
    }
    found
}

/// Whether a function of the line's name may be that of the file: names tell, but for those that a program has often.
fn may_be(line: &Line, place: &FilePlace<'_>) -> bool {
    let mut measured = line.file.rsplit('/');
    let mut own = place.path.iter().rev().map(|part| part.to_string_lossy());
    let same_file = measured.next() == own.next().as_deref();
    let same_folder = match (measured.next(), own.next()) {
        (Some(measured), Some(own)) => measured == own,
        _ => same_file,
    };
    match (line.name.package.as_str(), line.name.function.as_str()) {
        (_, "init") => same_file && same_folder,
        ("main", _) => same_folder,
        _ => true,
    }
}

/// Where the measured lines of a function are today.
fn fit(lines: &[(&Line, Weight)], function: &FunctionPlace) -> (Vec<(u32, Weight)>, Uses) {
    // A package has many `init`, which the profile does not tell apart: each takes what lies in it.
    let many = function.name == "init";
    let own = lines.iter().find(|(l, _)| !l.name.inner && l.start > 0);
    let began = own.map_or(function.first, |(line, _)| line.start);
    let today = |line: u32| {
        let line = if many {
            Some(line)
        } else {
            (line + function.first).checked_sub(began)
        };
        line.filter(|line| (function.first..=function.last).contains(line))
    };
    let found: Vec<(u32, Weight)> = lines
        .iter()
        .filter_map(|(line, weight)| Some((today(line.line)?, *weight)))
        .collect();
    let known = if many {
        !found.is_empty()
    } else {
        !lines.is_empty()
    };
    let uses = Uses {
        functions: usize::from(known),
        moved: usize::from(known && !many && began != function.first),
        changed: usize::from(known && !many && found.len() < lines.len()),
    };
    (found, uses)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Kind, parse_name};
    use super::{FilePlace, FunctionPlace, Line, Profile, Uses, Weight, measure};

    /// A profile of `symbol file start line` with one object each.
    fn profile(lines: &[(&str, &str, u32, u32)]) -> Profile {
        let weight = Weight {
            count: 1,
            amount: 8,
        };
        let line = |(symbol, file, start, line): &(&str, &str, u32, u32)| Line {
            name: parse_name(symbol),
            file: (*file).to_owned(),
            start: *start,
            line: *line,
        };
        Profile {
            name: "p".into(),
            kind: Kind::Allocated,
            lines: lines.iter().map(|l| (line(l), weight)).collect(),
            total: weight,
        }
    }

    fn found(profile: Profile, path: &str, functions: &[(&str, u32, u32)]) -> (Vec<u32>, Uses) {
        let place = |(name, first, last): &(&str, u32, u32)| FunctionPlace {
            name: (*name).to_owned(),
            first: *first,
            last: *last,
        };
        let functions: Vec<FunctionPlace> = functions.iter().map(place).collect();
        let measured = measure(
            &[profile],
            &FilePlace {
                package: "m/cmd/x",
                command: true,
                path: Path::new(path),
                functions: &functions,
            },
        );
        (measured.lines.into_keys().collect(), measured.uses[0])
    }

    fn uses(functions: usize, moved: usize, changed: usize) -> Uses {
        Uses {
            functions,
            moved,
            changed,
        }
    }

    #[test]
    fn lines_move_with_their_function() {
        let old = [
            ("m/cmd/x.F", "x/old.go", 10, 12),
            ("m/cmd/x.F.func1", "x/old.go", 13, 14),
            ("m/cmd/x.G", "x/old.go", 20, 21),
            ("m/cmd/x.G", "x/old.go", 20, 29),
            ("m/other.F", "x/old.go", 10, 11),
        ];
        // F is five lines down, G where it was but shorter.
        let today = [("F", 15, 19), ("G", 20, 25), ("H", 30, 31)];
        let wanted = (vec![17, 19, 21], uses(2, 1, 1));
        assert_eq!(found(profile(&old), "/src/cmd/x/new.go", &today), wanted);
    }

    #[test]
    fn commands_are_told_apart_by_their_folders() {
        let two = [
            ("main.main", "x/main.go", 3, 4),
            ("main.main", "y/main.go", 3, 5),
        ];
        let wanted = (vec![4], uses(1, 0, 0));
        assert_eq!(
            found(profile(&two), "/cmd/x/main.go", &[("main", 3, 9)]),
            wanted
        );
    }

    #[test]
    fn what_runs_at_the_start_is_found_by_file_and_line() {
        let starts = [
            ("m/cmd/x.init", "x/a.go", 0, 3),
            ("m/cmd/x.init.0", "x/a.go", 5, 6),
            ("m/cmd/x.init.0", "x/b.go", 5, 7),
        ];
        let today = [("init", 3, 3), ("init", 5, 8)];
        assert_eq!(found(profile(&starts), "/cmd/x/a.go", &today).0, [3, 6]);
    }
}
