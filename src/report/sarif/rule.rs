//! Rules as SARIF reporting descriptors.

use std::collections::BTreeMap;

use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};

use super::{multiformat, sentence, text};
use crate::base::diag::Level;
use crate::finding::RuleMeta;
use crate::report::{RuleDoc, guide};

/// GitHub's limits: characters of a short or full description, and tags of a rule that are kept.
const MAX_DESCRIPTION: usize = 1_024;
const MAX_TAGS: usize = 10;

/// The descriptor of a rule.
pub(super) fn descriptor(doc: &RuleDoc) -> ReportingDescriptor {
    let rule = &doc.meta;
    let mut out = ReportingDescriptor::builder()
        .id(rule.id.clone())
        .short_description(multiformat(&bounded(&rule.summary)))
        .full_description(multiformat(&bounded(&full_description(rule))))
        .help(help(&doc.markdown))
        .default_configuration(configuration(rule))
        .properties(properties(rule))
        .build();
    out.name = name(&rule.id);
    // An empty or relative helpUri makes GitHub reject the file.
    let page = rule
        .references
        .iter()
        .find(|url| url.starts_with("https://"));
    out.help_uri = page.cloned();
    out
}

/// The first paragraph of why, or the summary where a rule gives no reason.
fn full_description(rule: &RuleMeta) -> String {
    let why = guide::plain(guide::first_paragraph(&rule.why));
    if why.is_empty() {
        rule.summary.clone()
    } else {
        why
    }
}

fn bounded(text: &str) -> String {
    text::ellipsis(&sentence(text), MAX_DESCRIPTION)
}

/// GitHub wants both texts, and shows the Markdown.
fn help(markdown: &str) -> MultiformatMessageString {
    let mut help = multiformat(&guide::plain(markdown));
    help.markdown = Some(markdown.to_string());
    help
}

/// A rule that is off by default still has a level, which GitHub asks for: the one it warns with when turned on.
fn level(rule: &RuleMeta) -> Level {
    rule.level.unwrap_or(Level::Warning)
}

fn configuration(rule: &RuleMeta) -> ReportingConfiguration {
    ReportingConfiguration {
        enabled: rule.default_level().is_none().then_some(false),
        level: Some(level(rule).as_str().into()),
        ..ReportingConfiguration::default()
    }
}

fn properties(rule: &RuleMeta) -> PropertyBag {
    let severity = match level(rule) {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    };
    PropertyBag {
        tags: Some(rule.tags.iter().take(MAX_TAGS).cloned().collect()),
        additional_properties: BTreeMap::from([
            ("precision".to_string(), rule.precision.as_str().into()),
            ("problem.severity".to_string(), severity.into()),
        ]),
    }
}

/// The name beside the id. An id of one word has none: SARIF forbids names that only repeat the id (SARIF1001).
fn name(id: &str) -> Option<String> {
    Some(pascal_case(id)).filter(|name| !name.eq_ignore_ascii_case(id))
}

/// `boxing-in-loop` as `BoxingInLoop`, the form that SARIF recommends for names.
fn pascal_case(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        })
        .collect()
}
