//! Minimal version selection: which version of each module a build uses.
//!
//! A build uses, of every module that anything requires, the highest version required (golang.org/ref/mod, "Minimal
//! version selection"). From Go 1.17 on the requirements of a dependency's dependencies are left out of the graph
//! ("Module graph pruning"): a main module's go.mod then names everything its packages need.

use std::collections::{BTreeMap, HashSet};

use super::modfile::{ModFile, ModuleVersion};
use super::semver;

/// What selection asks of the world.
pub trait Reader {
    /// The go.mod of `module`, replacements applied; `None` where it cannot be found.
    fn go_mod(&mut self, module: &ModuleVersion) -> Option<ModFile>;
    /// Whether `module` is excluded from selection.
    fn is_excluded(&self, module: &ModuleVersion) -> bool;
}

/// Gives each module that `roots` need its version. A root is what a main module requires, and whether that module is at
/// Go 1.17 or later. A module whose go.mod is not at hand counts as requiring nothing.
pub fn select(
    roots: Vec<(ModuleVersion, bool)>,
    reader: &mut impl Reader,
) -> BTreeMap<String, String> {
    let mut selected = BTreeMap::new();
    let mut seen: HashSet<(ModuleVersion, bool)> = HashSet::new();
    let mut queue = roots;
    while let Some((module, pruned)) = queue.pop() {
        if reader.is_excluded(&module) || !seen.insert((module.clone(), pruned)) {
            continue;
        }
        raise(&mut selected, &module);
        let Some(file) = reader.go_mod(&module) else {
            continue;
        };
        let complete = file.is_complete();
        for requirement in file.require {
            if pruned && complete {
                // Part of the graph, but what it requires in turn is not.
                if !reader.is_excluded(&requirement) {
                    raise(&mut selected, &requirement);
                }
            } else {
                queue.push((requirement, false));
            }
        }
    }
    selected
}

fn raise(selected: &mut BTreeMap<String, String>, module: &ModuleVersion) {
    let version = selected.entry(module.path.clone()).or_default();
    if semver::compare(version, &module.version).is_lt() {
        version.clone_from(&module.version);
    }
}

#[cfg(test)]
mod tests {
    use super::{ModFile, ModuleVersion, Reader, select};
    use crate::load::modfile::{Dialect, parse};
    use std::collections::BTreeMap;

    struct World(BTreeMap<&'static str, &'static str>, &'static str);

    impl Reader for World {
        fn go_mod(&mut self, m: &ModuleVersion) -> Option<ModFile> {
            let text = self.0.get(&*format!("{}@{}", m.path, m.version))?;
            Some(parse(text.as_bytes(), Dialect::Mod))
        }

        fn is_excluded(&self, m: &ModuleVersion) -> bool {
            format!("{}@{}", m.path, m.version) == self.1
        }
    }

    fn run(files: &[(&'static str, &'static str)], excluded: &'static str, pruned: bool) -> String {
        let mut world = World(files.iter().copied().collect(), excluded);
        let root = parse(files[0].1.as_bytes(), Dialect::Mod);
        let roots = root.require.into_iter().map(|m| (m, pruned)).collect();
        select(roots, &mut world)
            .iter()
            .map(|(path, version)| format!("{path}@{version} "))
            .collect::<Vec<_>>()
            .concat()
    }

    const DIAMOND: &[(&str, &str)] = &[
        ("main", "require a v1.0.0\nrequire b v1.0.0\n"),
        ("a@v1.0.0", "require c v1.1.0\n"),
        ("b@v1.0.0", "require c v1.2.0\n"),
        ("c@v1.1.0", "require d v1.9.0\n"),
        ("c@v1.2.0", "require a v1.0.0\n"),
    ];

    #[test]
    fn the_highest_requirement_wins_over_the_whole_graph() {
        // d stays although only the c that lost requires it: the graph is of versions, not of modules.
        assert_eq!(
            run(DIAMOND, "", false),
            "a@v1.0.0 b@v1.0.0 c@v1.2.0 d@v1.9.0 "
        );
        assert_eq!(
            run(DIAMOND, "c@v1.2.0", false),
            "a@v1.0.0 b@v1.0.0 c@v1.1.0 d@v1.9.0 "
        );
    }

    #[test]
    fn complete_go_mods_prune_the_graph() {
        let files = [
            ("main", "require a v1.0.0\n"),
            ("a@v1.0.0", "go 1.17\nrequire b v1.0.0\n"),
            ("b@v1.0.0", "go 1.17\nrequire c v1.0.0\n"),
        ];
        assert_eq!(run(&files, "", true), "a@v1.0.0 b@v1.0.0 ");
        assert_eq!(run(&files, "", false), "a@v1.0.0 b@v1.0.0 c@v1.0.0 ");
    }

    #[test]
    fn old_go_mods_are_followed_to_the_end() {
        let files = [
            ("main", "require a v1.0.0\n"),
            ("a@v1.0.0", "go 1.16\nrequire b v1.0.0\n"),
            ("b@v1.0.0", "go 1.17\nrequire c v1.0.0\n"),
            ("c@v1.0.0", "require d v1.0.0\n"),
        ];
        assert_eq!(
            run(&files, "", true),
            "a@v1.0.0 b@v1.0.0 c@v1.0.0 d@v1.0.0 "
        );
    }
}
