//! Hand-made graphs with the outcomes that the compiler prints for the code beside them.

use super::super::graph::{Attrs, Graph, Hole, Loc, Owner, Role};
use super::super::leaks::{Layout, Sink};
use super::{Outcome, Solver};
use crate::base::index::Idx;
use crate::ir::release::Release;
use crate::site::GoVersion;

/// A graph of one function to begin with.
struct Sketch {
    graph: Graph,
    main: Owner,
    release: &'static Release,
}

impl Sketch {
    fn new() -> Sketch {
        Sketch::of(27)
    }

    fn of(minor: u16) -> Sketch {
        let mut graph = Graph::new(true);
        let main = graph.new_frame(None);
        Sketch {
            graph,
            main,
            release: Release::of(GoVersion(minor)),
        }
    }

    fn at(&mut self, owner: Owner, depth: u32, role: Role) -> Loc {
        let loc = self.graph.new_location(owner, depth, role);
        self.graph[loc].attrs = Attrs::PERSISTS;
        loc
    }

    fn local(&mut self) -> Loc {
        self.at(self.main, 1, Role::Plain)
    }

    fn param(&mut self) -> Loc {
        self.at(self.main, 1, Role::Param)
    }

    fn result(&mut self, i: u32) -> Loc {
        self.at(self.main, 1, Role::Result(i))
    }

    fn flow(&mut self, dst: Loc, src: Loc, derefs: i32) {
        self.graph.flow(Hole::into(dst).shift(derefs), src);
    }

    fn solve(&mut self) -> Outcome {
        Solver::default().solve(&mut self.graph, self.release, true)
    }

    fn escapes(&self, loc: Loc) -> bool {
        self.graph[loc].attrs.has(Attrs::ESCAPES)
    }

    fn leak(&self, param: Loc, sink: Sink) -> Option<i32> {
        let layout = Layout::of(self.release);
        self.graph[param].leaks.normalised().get(layout, sink)
    }
}

#[test]
fn a_returned_parameter_leaks_to_the_result() {
    // func id(p *int) *int { return p }
    let mut s = Sketch::new();
    let (p, r) = (s.param(), s.result(0));
    s.flow(r, p, 0);
    s.solve();
    assert_eq!(s.leak(p, Sink::Result(0)), Some(0));
    assert_eq!(s.leak(p, Sink::Heap), None);
}

#[test]
fn derefs_add_up_along_the_way() {
    // func f(pp ***int) *int { q := *pp; return *q }
    let mut s = Sketch::new();
    let (pp, r, q) = (s.param(), s.result(0), s.local());
    s.flow(q, pp, 1);
    s.flow(r, q, 1);
    s.solve();
    assert_eq!(s.leak(pp, Sink::Result(0)), Some(2));
}

#[test]
fn the_weighted_graph_of_addresses_and_loads() {
    // l := new(int); m := &l; n := &m; o := **n; return o
    let mut s = Sketch::new();
    let [l, m, n, o] = std::array::from_fn(|_| s.local());
    let (r, new) = (s.result(0), s.local());
    s.flow(l, new, -1);
    s.flow(m, l, -1);
    s.flow(n, m, -1);
    s.flow(o, n, 2);
    s.flow(r, o, 0);
    let outcome = s.solve();
    assert!(s.escapes(new));
    assert!(![l, m, n, o].into_iter().any(|v| s.escapes(v)));
    let cause = &outcome.causes[0];
    assert_eq!((cause.loc, cause.root), (new, r));
    let hops: Vec<_> = cause.way.iter().map(|e| (e.dst, e.derefs)).collect();
    assert_eq!(hops, [(l, -1), (m, -1), (n, -1), (o, 2), (r, 0)]);
}

#[test]
fn the_sixth_result_is_the_heap_and_the_seventh_in_old_releases() {
    for (minor, slots) in [(27, 5), (22, 5), (21, 7)] {
        let mut s = Sketch::of(minor);
        let params: Vec<_> = (0..8)
            .map(|i| {
                let (p, r) = (s.param(), s.result(i));
                s.flow(r, p, 0);
                p
            })
            .collect();
        s.solve();
        for (i, &p) in (0..).zip(&params) {
            assert_eq!(
                s.leak(p, Sink::Heap).is_some(),
                i >= slots,
                "1.{minor} result {i}"
            );
        }
    }
}

#[test]
fn a_shorter_loop_depth_outlives_a_longer() {
    // var last *int; for { last = new(int) }       and      for { var p *int; p = new(int) }
    let mut s = Sketch::new();
    let (outer, inner) = (s.local(), s.at(s.main, 2, Role::Plain));
    let [kept, dropped] = std::array::from_fn(|_| s.at(s.main, 2, Role::Plain));
    s.flow(outer, kept, -1);
    s.flow(inner, dropped, -1);
    s.solve();
    assert!(s.escapes(kept) && !s.escapes(dropped));
}

#[test]
fn what_a_closure_makes_does_not_outlive_it() {
    // var kept *int; func() { kept = new(int) }()
    let mut s = Sketch::new();
    let kept = s.local();
    let closure = s.graph.new_frame(Some(s.main));
    let new = s.at(closure, 1, Role::Plain);
    s.flow(kept, new, -1);
    s.solve();
    assert!(s.escapes(new));
}

/// `fn := func() *int { return &u }`, with `fn` flowing into `to` if there is one.
fn returns_outer(minor: u16, to: Option<fn() -> Loc>) -> bool {
    let mut s = Sketch::of(minor);
    let u = s.local();
    let closure = s.graph.new_frame(Some(s.main));
    s.graph.frame_mut(closure).results_lost = !s.release.tracks_closure_results;
    let result = s.at(closure, 1, Role::Result(0));
    let literal = s.at(s.main, 1, Role::Closure(closure));
    s.flow(result, u, -1);
    if let Some(to) = to {
        let f = s.local();
        s.flow(f, literal, -1);
        s.flow(to(), f, 0);
    }
    s.solve();
    s.escapes(u)
}

#[test]
fn a_closure_may_return_outer_variables_while_its_calls_are_known() {
    assert!(!returns_outer(27, None));
    assert!(returns_outer(27, Some(Graph::callee)));
    assert!(returns_outer(27, Some(Graph::heap)));
    assert!(!returns_outer(27, Some(Graph::mutator)));
    assert!(returns_outer(21, None));
}

#[test]
fn an_address_that_meets_the_heap_escapes_at_once_and_has_a_cause() {
    let mut s = Sketch::new();
    let x = s.local();
    s.flow(Graph::heap(), x, -1);
    assert!(s.escapes(x));
    assert!(s.graph.edges().is_empty());
    let outcome = s.solve();
    assert_eq!(
        (outcome.causes[0].loc, outcome.causes[0].root),
        (x, Graph::heap())
    );
}

#[test]
fn writing_and_calling_reach_what_is_pointed_to() {
    // b := []byte(s); b[0] = 1          and          c := []byte(s)
    let mut s = Sketch::new();
    let [b, c, written, read] = std::array::from_fn(|_| s.local());
    s.flow(b, written, -1);
    s.flow(Graph::mutator(), b, 0);
    s.flow(c, read, -1);
    s.solve();
    assert!(s.graph[written].attrs.has(Attrs::MUTATES));
    assert!(!s.graph[read].attrs.has(Attrs::MUTATES));
}

#[test]
fn an_escaping_result_is_heap_for_its_parameters() {
    // func f(p *int) (r *int) { sink = &r; r = p; return }
    let mut s = Sketch::new();
    let (p, r) = (s.param(), s.result(0));
    s.flow(r, p, 0);
    s.flow(Graph::heap(), r, -1);
    s.solve();
    assert!(s.escapes(r));
    assert_eq!(s.leak(p, Sink::Heap), Some(0));
}

#[test]
fn circles_of_assignments_end() {
    // for { p = q; q = *p; p = &q }: distances stay at 0 or above, so the circle settles.
    let mut s = Sketch::new();
    let (p, q) = (s.local(), s.local());
    s.flow(p, q, 0);
    s.flow(q, p, 1);
    s.flow(p, q, -1);
    s.flow(q, p, -1);
    let outcome = s.solve();
    assert!(!outcome.gave_up && !s.escapes(p) && !s.escapes(q));
    s.flow(Graph::heap(), p, 0);
    let outcome = s.solve();
    assert!(s.escapes(p) && s.escapes(q));
    assert!(outcome.causes.iter().all(|c| !c.way.is_empty()));
}

#[test]
fn a_graph_is_empty_again_after_clearing() {
    let mut s = Sketch::new();
    let x = s.local();
    s.flow(Graph::heap(), x, -1);
    s.graph.clear();
    assert!(s.graph.is_empty());
    assert_eq!(s.graph.ids().next().map(Idx::index), None);
    assert!(s.graph[Graph::heap()].attrs.has(Attrs::HEAP));
}

#[test]
fn what_goes_to_the_unknown_is_unknown_and_so_is_what_it_holds() {
    // p.q = &y; missing.Keep(&p) beside sink = &z
    let mut s = Sketch::new();
    let [p, y, z] = std::array::from_fn(|_| s.local());
    let param = s.param();
    s.flow(p, y, -1);
    s.flow(Graph::unknown(), p, -1);
    s.flow(Graph::heap(), z, -1);
    s.flow(p, param, 0);
    let outcome = s.solve();
    let unknown = |loc| {
        outcome
            .causes
            .iter()
            .find(|c| c.loc == loc)
            .map(|c| c.unknown)
    };
    assert_eq!(
        [p, y, z].map(unknown),
        [Some(true), Some(true), Some(false)]
    );
    assert_eq!(s.leak(param, Sink::Heap), None);
    assert_eq!(s.graph[param].unknown_leak, 1);
}

/// Pseudo-random numbers below a bound, by a linear congruence (Knuth, MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// A graph of a few functions, some of them closures, with loops and calls, and now and then one that goes to the heap.
fn any_graph(dice: &mut Dice, release: &Release) -> Graph {
    let mut graph = Graph::new(true);
    let mut owners = vec![graph.new_frame(None)];
    for _ in 0..dice.below(4) {
        let parent = Some(owners[dice.below(owners.len())]).filter(|_| dice.below(4) > 0);
        let owner = graph.new_frame(parent);
        graph.frame_mut(owner).results_lost = !release.tracks_closure_results;
        owners.push(owner);
    }
    let mut locs = Vec::new();
    for _ in 0..=dice.below(14) {
        let owner = owners[dice.below(owners.len())];
        let (role, depth) = match dice.below(8) {
            0 | 1 => (Role::Param, 1),
            2 => (Role::Result(dice.below(7) as u32), 1),
            3 => (Role::Closure(owners[dice.below(owners.len())]), 1),
            _ => (Role::Plain, dice.below(4) as u32),
        };
        let loc = graph.new_location(owner, depth, role);
        graph[loc].attrs = [Attrs::NONE, Attrs::PERSISTS][dice.below(2)];
        locs.push(loc);
    }
    for _ in 0..dice.below(3 * locs.len()) {
        let dst = match dice.below(12) {
            0 => [Graph::heap(), Graph::mutator(), Graph::callee()][dice.below(3)],
            _ => locs[dice.below(locs.len())],
        };
        let derefs = [-1, -1, -1, 0, 0, 0, 1, 2][dice.below(8)];
        let src = locs[dice.below(locs.len())];
        graph.flow(Hole::into(dst).shift(derefs), src);
    }
    graph
}

#[test]
fn both_orders_find_the_same() {
    let mut solver = Solver::default();
    for seed in 0..20_000 {
        let release = Release::of(GoVersion([21, 23, 27][seed as usize % 3]));
        let mut graphs = [(); 2].map(|()| any_graph(&mut Dice(seed), release));
        for (graph, ways) in graphs.iter_mut().zip([true, false]) {
            solver.solve(graph, release, ways);
        }
        let [one, other] = graphs.map(|graph| {
            let found = graph.ids().map(|loc| {
                let location = &graph[loc];
                let uses = location.attrs.and(Attrs::USES);
                let escapes = location.attrs.has(Attrs::ESCAPES);
                (escapes, uses, location.leaks.normalised())
            });
            let lost = graph.frames().map(|frame| frame.results_lost);
            (found.collect::<Vec<_>>(), lost.collect::<Vec<_>>())
        });
        assert_eq!(one, other, "seed {seed}");
    }
}
