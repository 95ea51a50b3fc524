//! How many places of each function allocate, once it is known how often they run.

use rustc_hash::FxHashMap;

use crate::base::symbol::Symbol;
use crate::site::{Cost, Site, SiteKind};

/// Gives the sites of kind [`SiteKind::Function`] among `sites`, all of one file, their counts.
pub(super) fn tally(sites: &mut [Site]) {
    let mut counts: FxHashMap<Symbol, u32> = FxHashMap::default();
    for site in sites.iter().filter(|s| allocates(s)) {
        *counts.entry(site.function).or_default() += 1;
    }
    for site in sites.iter_mut().filter(|s| s.kind == SiteKind::Function) {
        site.count = counts.get(&site.function).copied().unwrap_or_default();
    }
}

fn allocates(site: &Site) -> bool {
    let costs = matches!(site.cost, Cost::Maybe(_) | Cost::Always);
    costs && !site.heat.cold && site.kind.is_allocation() && site.kind != SiteKind::MapAssign
}
