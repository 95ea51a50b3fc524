//! The rules in force for a file: levels and options applied, matchers compiled, sorted by the kinds they can match.

use super::matcher::{Answer, Matcher};
use super::message::Template;
use super::set::{Rule, RuleSet};
use crate::base::diag::Level;
use crate::finding::RuleMeta;
use crate::option::{OptionValue, RuleSetting};
use crate::site::{GoVersion, Site, SiteKind};

/// How many kinds of site there are.
const KINDS: usize = SiteKind::Defer as usize + 1;

/// A rule that is on.
#[derive(Clone, Debug)]
pub(super) struct ActiveRule {
    pub(super) id: String,
    pub(super) level: Level,
    pub(super) message: Template,
    matchers: Vec<Matcher>,
}

/// The rules that are on, with an index by kind of site: one pass over the sites serves all rules, and a site meets only
/// those that can match it.
#[derive(Clone, Debug)]
pub struct Active {
    rules: Vec<ActiveRule>,
    by_kind: [Vec<u32>; KINDS],
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
        let mut problems = Vec::new();
        let matchers = rule.matches.iter();
        self.add(ActiveRule {
            id: rule.meta.id.clone(),
            level,
            message: rule.message.clone(),
            matchers: matchers
                .map(|m| Matcher::compile(m, &values, &mut problems))
                .collect(),
        });
    }

    fn add(&mut self, rule: ActiveRule) {
        let index = self.rules.len() as u32;
        for (kind, list) in self.by_kind.iter_mut().enumerate() {
            let can = |m: &Matcher| {
                m.kinds()
                    .is_none_or(|k| k.iter().any(|&k| k as usize == kind))
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
            let answers = rule.matchers.iter().map(|m| m.matches(site, go));
            match answers.max() {
                None | Some(Answer::No) => {}
                Some(answer) => f(rule, answer),
            }
        }
    }
}
