//! Findings as SARIF results.

use std::collections::BTreeMap;

use serde_sarif::sarif::{
    CodeFlow, Location, PhysicalLocation, PropertyBag, Region, Result as SarifResult, ResultLevel,
    Suppression, ThreadFlow, ThreadFlowLocation,
};

use super::{LineHashes, Report, artifact, message, sentence};
use crate::base::diag::Level;
use crate::base::source::FileId;
use crate::base::span::Span;
use crate::finding::{Finding, Old};
use crate::report::Located;
use crate::report::place::LineRange;
use crate::report::text;
use crate::site::{FlowStep, Site};

/// How many steps of a flow GitHub keeps, and how many of them the message links to.
const MAX_STEPS: usize = 1_000;
const MAX_LINKS: usize = 10;

/// The result for a finding.
pub(super) fn result(report: &Report, found: &Located, hashes: &LineHashes) -> SarifResult {
    let finding = &found.finding;
    let mut out = SarifResult::builder()
        .rule_id(finding.rule.as_str())
        .level(level(finding.level))
        .message(message(&words(found)))
        .locations(vec![location(physical(report, finding.file, finding.span))])
        .partial_fingerprints(fingerprints(found, hashes))
        .properties(properties(finding))
        .build();
    out.rule_index = report.rule(&finding.rule).map(|(index, _)| int(index));
    if !found.flow().is_empty() {
        out.related_locations = Some(related(report, found.flow()));
        out.code_flows = Some(vec![code_flow(report, found)]);
    }
    if found.share() > 0 {
        out.rank = Some(f64::from(found.share()) / 10_000.0);
    }
    let fix = finding
        .fix()
        .and_then(|fix| super::fix::fix(report, finding.file, fix));
    out.fixes = fix.map(|fix| vec![fix]);
    out.suppressions = suppression_of(finding).map(|suppression| vec![suppression]);
    out
}

fn level(level: Level) -> ResultLevel {
    match level {
        Level::Error => ResultLevel::Error,
        Level::Warning => ResultLevel::Warning,
        Level::Note => ResultLevel::Note,
    }
}

/// The message, and a link to each step of the flow: GitHub shows related locations only where they are linked to.
fn words(found: &Located) -> String {
    let message = unlinked(&sentence(&found.finding.message));
    let steps = found.flow().iter().take(MAX_LINKS).zip(1..);
    let links: Vec<String> = steps
        .map(|(step, id)| format!("[{}]({id})", link_text(&step.note)))
        .collect();
    if links.is_empty() {
        message
    } else {
        format!("{message}\n\nFlow: {}.", links.join(", "))
    }
}

/// Go code such as `f[i](3)` reads as a link in a SARIF message; a blank in between does not.
fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

/// Brackets would end a link's text.
fn link_text(note: &str) -> String {
    text::one_line(note).replace('[', "\\[").replace(']', "\\]")
}

fn fingerprints(found: &Located, hashes: &LineHashes) -> BTreeMap<String, String> {
    let finding = &found.finding;
    let line = hashes
        .get(&finding.file)
        .and_then(|lines| lines.get(&found.at.start.line));
    let mut out = BTreeMap::new();
    if let Some(hash) = line {
        out.insert("primaryLocationLineHash".to_string(), hash.clone());
    }
    out.insert("heaplintFingerprint/v1".to_string(), found.fingerprint());
    out
}

fn properties(finding: &Finding) -> PropertyBag {
    let mut bag = BTreeMap::new();
    if !finding.function.is_empty() {
        bag.insert("function".to_string(), finding.function.as_str().into());
    }
    if let Some(site) = &finding.site {
        bag.extend(site_properties(site));
    }
    PropertyBag {
        tags: None,
        additional_properties: bag,
    }
}

fn site_properties(site: &Site) -> impl Iterator<Item = (String, serde_json::Value)> {
    let ty = Some(&site.ty).filter(|ty| !ty.is_empty());
    let measured = site.heat.measured.filter(|m| m.objects > 0);
    let why = Some(&site.heat.why).filter(|why| !why.is_empty());
    let entries: [(&str, Option<serde_json::Value>); 9] = [
        ("siteKind", Some(site.kind.as_str().into())),
        ("type", ty.map(|ty| ty.as_str().into())),
        ("size", site.size.map(Into::into)),
        ("verdict", Some(site.verdict.as_str().into())),
        ("cost", Some(site.cost.as_str().into())),
        ("heat", Some(site.heat.as_str().into())),
        ("heatEvidence", why.map(|why| why.clone().into())),
        ("allocObjects", measured.map(|m| m.objects.into())),
        ("allocBytes", measured.map(|m| m.bytes.into())),
    ];
    entries
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_string(), value?)))
}

fn related(report: &Report, flow: &[FlowStep]) -> Vec<Location> {
    let steps = flow.iter().take(MAX_LINKS).zip(1..);
    steps
        .map(|(step, id)| {
            let mut location = step_location(report, step);
            location.id = Some(id);
            location
        })
        .collect()
}

/// The site, then each step.
fn code_flow(report: &Report, found: &Located) -> CodeFlow {
    let finding = &found.finding;
    let mut site = location(physical(report, finding.file, finding.span));
    site.message = Some(message(&sentence(&finding.message)));
    let steps = found.flow().iter().map(|step| step_location(report, step));
    let locations = std::iter::once(site).chain(steps).take(MAX_STEPS);
    let thread = ThreadFlow::builder().locations(locations.map(thread_step).collect::<Vec<_>>());
    CodeFlow::builder()
        .thread_flows(vec![thread.build()])
        .build()
}

fn thread_step(location: Location) -> ThreadFlowLocation {
    ThreadFlowLocation {
        location: Some(location),
        ..ThreadFlowLocation::default()
    }
}

fn step_location(report: &Report, step: &FlowStep) -> Location {
    let mut location = location(physical(report, step.file, step.span));
    location.message = Some(message(&sentence(&step.note)));
    location
}

/// A location without id and message.
pub(super) fn location(physical: PhysicalLocation) -> Location {
    Location {
        physical_location: Some(physical),
        ..Location::default()
    }
}

fn physical(report: &Report, file: FileId, span: Span) -> PhysicalLocation {
    let source = report.files.get(&file);
    PhysicalLocation {
        artifact_location: source.map(|source| artifact(report.places.uri(source.path()))),
        region: source.map(|source| region(LineRange::of(source, span), source)),
        ..PhysicalLocation::default()
    }
}

fn region(range: LineRange, source: &crate::base::source::SourceFile) -> Region {
    let (start, end) = range.utf16(source);
    Region {
        start_line: Some(i64::from(range.line)),
        start_column: Some(int(start)),
        end_line: Some(i64::from(range.line)),
        end_column: Some(int(end)),
        ..Region::default()
    }
}

/// A count or index as SARIF's integer type.
pub(super) fn int(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Why the finding is not open: a comment in the source, or what was known outside of it.
fn suppression_of(finding: &Finding) -> Option<Suppression> {
    let (kind, reason) = match (&finding.suppressed, finding.old) {
        (Some(by), _) => ("inSource", text::one_line(&by.reason).into_owned()),
        (None, Some(Old::Baseline)) => ("external", "In the baseline.".to_owned()),
        (None, Some(Old::Revision)) => ("external", "There before.".to_owned()),
        (None, None) => return None,
    };
    let mut out = Suppression::builder().kind(kind).build();
    out.justification = Some(reason).filter(|text| !text.is_empty());
    Some(out)
}
