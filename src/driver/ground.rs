//! What packages are analysed by, besides their own files: settings, profiles, the code of others, and who calls whom.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::base::source::FileId;
use crate::heat::calls::PackageCalls;
use crate::heat::spread::Spread;
use crate::load::{PackageId, Program};

use super::Visited;
use super::decide::Units;
use super::measure::Profiles;
use super::package::{Around, Ways};
use super::setup::Setup;
use super::spread::{self, Benchmarks};

/// What a run went by besides the files of each package: enough to analyse some of them [again](super::again).
pub(super) struct Ground {
    pub(super) setup: Setup<'static>,
    pub(super) profiles: Profiles,
    /// The files of packages that were asked for.
    pub(super) asked_for: FxHashSet<FileId>,
    /// The packages' code.
    pub(super) units: Arc<Units>,
    /// Who calls whom, by package, where findings are wanted.
    pub(super) calls: BTreeMap<PackageId, PackageCalls>,
    pub(super) benchmarks: Option<Benchmarks>,
    pub(super) spread: Spread,
}

impl Ground {
    /// What is known before any package is analysed.
    pub(super) fn new(
        setup: Setup<'static>,
        profiles: Profiles,
        units: Units,
        benchmarks: Option<Benchmarks>,
        asked_for: FxHashSet<FileId>,
    ) -> Ground {
        Ground {
            asked_for,
            setup,
            profiles,
            units: Arc::new(units),
            calls: BTreeMap::new(),
            benchmarks,
            spread: Spread::default(),
        }
    }

    /// What a package is analysed by.
    pub(super) fn around<'r>(&'r self, program: &'r Program) -> Around<'r> {
        Around {
            units: &self.units,
            asked_for: &self.asked_for,
            program,
            settings: &self.setup.settings,
            profiles: &self.profiles,
        }
    }

    /// Takes the calls out of `visited` and finds how often functions run.
    pub(super) fn join(&mut self, program: &Program, visited: &mut [Visited]) {
        self.calls = calls_of(visited);
        if let Some(benchmarks) = &self.benchmarks {
            self.spread = spread::join(program, self.calls.values(), benchmarks);
        }
    }

    /// How functions come to run.
    pub(super) fn ways(&self) -> Ways<'_> {
        Ways {
            spread: &self.spread,
            known_at: &|_, offset| Some(offset),
        }
    }
}

/// Takes the calls out of packages.
pub(super) fn calls_of(visited: &mut [Visited]) -> BTreeMap<PackageId, PackageCalls> {
    let calls = visited.iter_mut().filter_map(|v| match v {
        Visited::Surveyed(surveyed, _) => Some((surveyed.id, std::mem::take(&mut surveyed.calls))),
        Visited::Done(_) => None,
    });
    calls.collect()
}
