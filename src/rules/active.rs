//! The rules in force for a file: levels and options applied, matchers compiled, sorted by the kinds they can match.

use super::matcher::{Answer, Matcher};
use super::message::Template;
use super::schema::MatchFile;
use super::set::{Rule, RuleSet};
use crate::base::diag::Level;
use crate::finding::RuleMeta;
use crate::option::{OptionValue, RuleSetting};
use crate::site::{GoVersion, Site, SiteKind};

/// Which kinds are places that may allocate: those that a rule without `kind` meets.
const EVERY_ALLOCATION: [bool; SiteKind::COUNT] = {
    let mut every = [true; SiteKind::COUNT];
    every[SiteKind::Call as usize] = false;
    every[SiteKind::Parameter as usize] = false;
    every[SiteKind::Function as usize] = false;
    every
};

/// A rule that is on.
#[derive(Clone, Debug)]
pub(super) struct ActiveRule {
    pub(super) id: String,
    pub(super) level: Level,
    pub(super) message: Template,
    /// Whether it has rewrites, which each place wants for itself.
    pub(super) rewrites: bool,
    matchers: Vec<Matcher>,
    remedies: Vec<(Vec<Matcher>, Template)>,
}

impl ActiveRule {
    /// What to do about `site`, as far as it is certain to help; `None` if the rule has the same advice for all sites.
    pub(super) fn advice(&self, site: &Site, go: GoVersion) -> Option<Vec<String>> {
        if self.remedies.is_empty() {
            return None;
        }
        let holds = |when: &[Matcher]| {
            let mut answers = when.iter().map(|m| m.matches(site, go));
            when.is_empty() || answers.any(|a| a == Answer::Yes)
        };
        let remedies = self.remedies.iter().filter(|(when, _)| holds(when));
        Some(remedies.map(|(_, text)| text.render(site, go)).collect())
    }
}

/// The rules that are on, with an index by kind of site: one pass over the sites serves all rules, and a site meets only
/// those that can match it.
#[derive(Clone, Debug)]
pub struct Active {
    rules: Vec<ActiveRule>,
    by_kind: [Vec<u32>; SiteKind::COUNT],
    ids: Vec<String>,
    reason_required: bool,
}

impl Active {
    /// The rules of `set` that are on when each starts from `starting` and `settings` are applied in order, later ones
    /// winning. Settings of rules that `set` has not are passed over: config has reported them.
    pub fn new(
        set: &RuleSet,
        starting: impl Fn(&RuleMeta) -> Option<Level>,
        settings: &[&RuleSetting],
    ) -> Active {
        let mut active = Active {
            rules: Vec::new(),
            by_kind: std::array::from_fn(|_| Vec::new()),
            ids: set.iter().map(|r| r.meta.id.clone()).collect(),
            reason_required: false,
        };
        for rule in set {
            active.consider(rule, starting(&rule.meta), settings);
        }
        active
    }

    fn consider(&mut self, rule: &Rule, mut level: Option<Level>, settings: &[&RuleSetting]) {
        let mut options: Vec<(String, OptionValue)> = Vec::new();
        for setting in settings.iter().filter(|s| s.rule == rule.meta.id) {
            level = setting.level.unwrap_or(level);
            options.extend(setting.options.iter().cloned());
        }
        let Some(level) = level else { return };
        let values = rule.values(&options);
        self.reason_required |= values.get("require-reason") == Some(&OptionValue::Bool(true));
        // The rule's own values were checked when it was loaded, config's when it was.
        let compiled = |list: &[MatchFile]| -> Vec<Matcher> {
            let mut problems = Vec::new();
            let compile = |m| Matcher::compile(m, &values, &mut problems);
            list.iter().map(compile).collect()
        };
        let remedies = rule.advice.iter();
        self.add(ActiveRule {
            id: rule.meta.id.clone(),
            level,
            message: rule.message.clone(),
            rewrites: !rule.meta.rewrites.is_empty(),
            matchers: compiled(&rule.matches),
            remedies: remedies
                .map(|(when, text)| (compiled(when), text.clone()))
                .collect(),
        });
    }

    fn add(&mut self, rule: ActiveRule) {
        let index = self.rules.len() as u32;
        for (kind, list) in self.by_kind.iter_mut().enumerate() {
            let can = |m: &Matcher| match m.kinds() {
                Some(kinds) => kinds.iter().any(|&k| k as usize == kind),
                None => EVERY_ALLOCATION[kind],
            };
            if rule.matchers.iter().any(can) {
                list.push(index);
            }
        }
        self.rules.push(rule);
    }

    /// The level of the rule `id`; none if it is off.
    pub fn level(&self, id: &str) -> Option<Level> {
        self.rule(id).map(|r| r.level)
    }

    /// Whether there is a rule `id`, on or off.
    pub fn knows(&self, id: &str) -> bool {
        self.ids
            .binary_search_by(|known| known.as_str().cmp(id))
            .is_ok()
    }

    /// The ids of all rules, on or off, sorted.
    pub fn ids(&self) -> &[String] {
        &self.ids
    }

    /// Whether suppressions have to give a reason.
    pub fn reason_required(&self) -> bool {
        self.reason_required
    }

    /// Whether a rule asks for sites of `kind`, which is one that only rules meet that name it.
    pub fn asks_for(&self, kind: SiteKind) -> bool {
        !self.by_kind[kind as usize].is_empty()
    }

    /// Whether a rule asks for calls of the function `name`.
    pub fn asks_for_call(&self, name: &str) -> bool {
        let rules = self.by_kind[SiteKind::Call as usize].iter();
        let matchers = rules.flat_map(|&i| &self.rules[i as usize].matchers);
        let mut callees = matchers
            .filter(|m| m.kinds().is_some_and(|k| k.contains(&SiteKind::Call)))
            .map(Matcher::callees);
        callees.any(|patterns| patterns.is_none_or(|p| p.match_name(name)))
    }

    pub(super) fn rule(&self, id: &str) -> Option<&ActiveRule> {
        self.rules.iter().find(|r| r.id == id)
    }

    /// Calls `f` with every rule that matches, or may match, `site`.
    pub(super) fn each_match<'s>(
        &'s self,
        site: &Site,
        go: GoVersion,
        mut f: impl FnMut(&'s ActiveRule, Answer),
    ) {
        for &i in &self.by_kind[site.kind as usize] {
            let rule = &self.rules[i as usize];
            let named = |m: &&Matcher| m.kinds().is_some() || site.kind.is_allocation();
            let matchers = rule.matchers.iter().filter(named);
            let answers = matchers.map(|m| m.matches(site, go));
            match answers.max() {
                None | Some(Answer::No) => {}
                Some(answer) => f(rule, answer),
            }
        }
    }
}
