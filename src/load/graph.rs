//! Folders with resolved imports → packages in dependency order.
//!
//! Tests make variants of packages, as in `go test`: the folder's package with its test files, and the external test
//! package that imports it. What the external tests import is compiled again against the tested variant where it
//! imports the tested package itself, because one program has one package of a path.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::index::IndexVec;
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::base::symbol::Symbol;

use super::disk::Disk;
use super::program::{Import, Imported, Missing, Package, PackageFile, PackageId, Variant};
use super::unit::{Group, Unit};
use super::{Meaning, UnitId};

/// A package before it has its place in the order.
struct Node {
    unit: UnitId,
    variant: Variant,
    name: Symbol,
    files: Vec<PackageFile>,
    imports: Vec<Edge>,
}

#[derive(Clone)]
struct Edge {
    path: &'static str,
    at: (FileId, Span),
    to: To,
}

#[derive(Clone, Copy)]
enum To {
    Node(usize),
    Fixed(Imported),
}

/// Orders the packages of `units`. `meaning` says what each unit's imports mean.
pub(super) fn order(
    units: &IndexVec<UnitId, Unit>,
    meaning: &FxHashMap<(UnitId, &'static str), Meaning>,
    disk: &mut Disk,
) -> (IndexVec<PackageId, Package>, Vec<Missing>) {
    let mut graph = Graph {
        units,
        meaning,
        nodes: Vec::new(),
        plain: FxHashMap::default(),
    };
    graph.add_nodes();
    graph.add_edges();
    graph.compile_again();
    let order = graph.sort(disk);
    graph.packages(&order)
}

struct Graph<'a> {
    units: &'a IndexVec<UnitId, Unit>,
    meaning: &'a FxHashMap<(UnitId, &'static str), Meaning>,
    nodes: Vec<Node>,
    plain: FxHashMap<UnitId, usize>,
}

impl Graph<'_> {
    /// One node a package, by import path and build, then by variant.
    fn add_nodes(&mut self) {
        let mut ids: Vec<UnitId> = self.units.ids().collect();
        ids.sort_by_key(|&id| (self.units[id].at.path.clone(), self.units[id].build, id));
        for id in ids {
            for group in &self.units[id].groups {
                if group.variant == Variant::Plain {
                    self.plain.insert(id, self.nodes.len());
                }
                let node = self.node(id, group);
                self.nodes.push(node);
            }
        }
    }

    fn node(&self, id: UnitId, group: &Group) -> Node {
        let mut node = Node {
            unit: id,
            variant: group.variant,
            name: group.name,
            files: group.files.clone(),
            imports: Vec::new(),
        };
        let plain = self.units[id]
            .groups
            .iter()
            .find(|g| g.variant == Variant::Plain);
        if let (Variant::Tested, Some(plain)) = (group.variant, plain) {
            let again = plain.files.iter().map(|f| PackageFile {
                selected: false,
                ..*f
            });
            node.files.extend(again);
            let shown = |f: &PackageFile| self.units[id].files.iter().position(|u| u.id == f.id);
            node.files.sort_by_key(shown);
        }
        node
    }

    fn add_edges(&mut self) {
        for index in 0..self.nodes.len() {
            let node = &self.nodes[index];
            let (unit, variant, name) = (node.unit, node.variant, node.name);
            let mut imports: BTreeMap<&'static str, (FileId, Span)> = BTreeMap::new();
            for group in &self.units[unit].groups {
                let own = group.variant == variant && group.name == name;
                let tested = variant == Variant::Tested && group.variant == Variant::Plain;
                if own || tested {
                    for (&path, &at) in &group.imports {
                        imports.entry(path).or_insert(at);
                    }
                }
            }
            let edges = imports.into_iter().map(|(path, at)| Edge {
                path,
                at,
                to: self.target(unit, variant, path),
            });
            self.nodes[index].imports = edges.collect();
        }
    }

    fn target(&self, unit: UnitId, variant: Variant, path: &'static str) -> To {
        let to = match self.meaning.get(&(unit, path)) {
            Some(&Meaning::Unit(to)) => to,
            Some(&Meaning::Fixed(fixed)) => return To::Fixed(fixed),
            None => return To::Fixed(Imported::Missing),
        };
        let tested = || {
            let is_tested = |n: &Node| n.unit == unit && n.variant == Variant::Tested;
            self.nodes.iter().position(is_tested)
        };
        let own_tests = if variant == Variant::External && to == unit {
            tested()
        } else {
            None
        };
        match own_tests.or_else(|| self.plain.get(&to).copied()) {
            Some(node) => To::Node(node),
            None => To::Fixed(Imported::Missing),
        }
    }

    /// For each external test package: clones of what lies between it and the plain variant of the package it tests.
    fn compile_again(&mut self) {
        for external in 0..self.nodes.len() {
            if self.nodes[external].variant != Variant::External {
                continue;
            }
            let unit = self.nodes[external].unit;
            let tested = self
                .nodes
                .iter()
                .position(|n| n.unit == unit && n.variant == Variant::Tested);
            if let (Some(tested), Some(&plain)) = (tested, self.plain.get(&unit)) {
                self.clone_between(external, plain, tested);
            }
        }
    }

    fn clone_between(&mut self, external: usize, plain: usize, tested: usize) {
        let below = self.reachable(external);
        let above = self.importers(plain, &below);
        let mut moved: FxHashMap<usize, usize> = FxHashMap::from_iter([(plain, tested)]);
        let mut between: Vec<usize> = above
            .into_iter()
            .filter(|&n| n != external && n != plain)
            .collect();
        between.sort_unstable();
        for &node in &between {
            moved.insert(node, self.nodes.len());
            let clone = self.again(node);
            self.nodes.push(clone);
        }
        for node in between.iter().map(|n| moved[n]).chain([external]) {
            for edge in &mut self.nodes[node].imports {
                if let To::Node(to) = &mut edge.to {
                    *to = moved.get(to).copied().unwrap_or(*to);
                }
            }
        }
    }

    fn again(&self, node: usize) -> Node {
        let node = &self.nodes[node];
        let files = node.files.iter().map(|f| PackageFile {
            selected: false,
            ..*f
        });
        Node {
            unit: node.unit,
            variant: Variant::Again,
            name: node.name,
            files: files.collect(),
            imports: node.imports.clone(),
        }
    }

    fn imported(&self, node: usize) -> impl Iterator<Item = usize> {
        self.nodes[node]
            .imports
            .iter()
            .filter_map(|edge| match edge.to {
                To::Node(to) => Some(to),
                To::Fixed(_) => None,
            })
    }

    fn reachable(&self, from: usize) -> FxHashSet<usize> {
        let mut seen = FxHashSet::from_iter([from]);
        let mut queue = vec![from];
        while let Some(node) = queue.pop() {
            queue.extend(self.imported(node).filter(|&to| seen.insert(to)));
        }
        seen
    }

    /// The nodes among `nodes` that import `to`, directly or not.
    fn importers(&self, to: usize, nodes: &FxHashSet<usize>) -> FxHashSet<usize> {
        let mut reverse: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        for &node in nodes {
            for imported in self.imported(node) {
                reverse.entry(imported).or_default().push(node);
            }
        }
        let mut seen = FxHashSet::default();
        let mut queue = vec![to];
        while let Some(node) = queue.pop() {
            let above = reverse.get(&node).into_iter().flatten();
            queue.extend(above.filter(|&&n| seen.insert(n)));
        }
        seen
    }

    /// Imports before importers. An import that leads back is cut and reported.
    fn sort(&mut self, disk: &mut Disk) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut state = vec![Mark::New; self.nodes.len()];
        for root in 0..self.nodes.len() {
            if state[root] == Mark::New {
                self.visit(root, &mut state, &mut order, disk);
            }
        }
        order
    }

    fn visit(&mut self, root: usize, state: &mut [Mark], order: &mut Vec<usize>, disk: &mut Disk) {
        // Each entry is a node and the number of its next import.
        let mut path = vec![(root, 0)];
        state[root] = Mark::Open;
        while let Some((node, next)) = path.last_mut() {
            let (node, edge) = (*node, *next);
            *next += 1;
            let Some(import) = self.nodes[node].imports.get(edge) else {
                state[node] = Mark::Done;
                order.push(node);
                path.pop();
                continue;
            };
            let To::Node(to) = import.to else {
                continue;
            };
            match state[to] {
                Mark::Done => {}
                Mark::New => {
                    state[to] = Mark::Open;
                    path.push((to, 0));
                }
                Mark::Open => {
                    self.report_cycle(&path, to, edge, disk);
                    self.nodes[node].imports[edge].to = To::Fixed(Imported::Cycle);
                }
            }
        }
    }

    fn report_cycle(&self, path: &[(usize, usize)], to: usize, edge: usize, disk: &mut Disk) {
        let start = path.iter().position(|(node, _)| *node == to).unwrap_or(0);
        let names = path[start..].iter().map(|(node, _)| self.path_of(*node));
        let mut names: Vec<String> = names.collect();
        names.push(self.path_of(to));
        if let Some((node, _)) = path.last() {
            let (file, span) = self.nodes[*node].imports[edge].at;
            let message = format!("import cycle not allowed: {}", names.join(" imports "));
            disk.report(file, span, "import-cycle", message);
        }
    }

    fn path_of(&self, node: usize) -> String {
        let node = &self.nodes[node];
        let path = &self.units[node.unit].at.path;
        match node.variant {
            Variant::External => format!("{path}_test"),
            Variant::Stray => format!("{path}#{}", node.name),
            _ => path.clone(),
        }
    }

    fn packages(&self, order: &[usize]) -> (IndexVec<PackageId, Package>, Vec<Missing>) {
        let mut ids = vec![None; self.nodes.len()];
        let mut packages = IndexVec::with_capacity(order.len());
        let mut missing: BTreeMap<&'static str, u32> = BTreeMap::new();
        for &index in order {
            let package = self.package(index, &ids);
            if package.variant != Variant::Again {
                for import in package
                    .imports
                    .iter()
                    .filter(|i| i.target == Imported::Missing)
                {
                    *missing.entry(import.path.as_str()).or_default() += 1;
                }
            }
            ids[index] = Some(packages.push(package));
        }
        let missing = missing.into_iter().map(|(path, importers)| Missing {
            path: Symbol::intern(path),
            importers,
        });
        (packages, missing.collect())
    }

    fn package(&self, index: usize, ids: &[Option<PackageId>]) -> Package {
        let node = &self.nodes[index];
        let unit = &self.units[node.unit];
        let imports = node.imports.iter().map(|edge| Import {
            path: Symbol::intern(edge.path),
            target: match edge.to {
                To::Fixed(fixed) => fixed,
                To::Node(to) => ids[to].map_or(Imported::Cycle, Imported::Package),
            },
            file: edge.at.0,
            span: edge.at.1,
        });
        Package {
            path: Symbol::intern(&self.path_of(index)),
            name: node.name,
            dir: unit.at.dir.clone(),
            build: unit.build,
            variant: node.variant,
            files: node.files.clone(),
            imports: imports.collect(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}
