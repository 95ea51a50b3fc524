//! SARIF 2.1.0 (OASIS standard of 27 March 2020) as GitHub code scanning reads it. The only home of serde-sarif.
//!
//! What GitHub makes of a file decides the shape (its documentation "SARIF support for code scanning"):
//!
//! - one run in a file; an `automationDetails.id` only if the user names a category, since it would win over the
//!   uploader's own;
//! - every rule with texts, help in Markdown, level, precision and `problem.severity`; no `security-severity`, which
//!   would make a security alert of it;
//! - paths relative to the repository's root, columns in UTF-16 units, regions on one line;
//! - `partialFingerprints` with GitHub's own line hash ([`line_hash`]) and ours;
//! - suppressed results left out, because GitHub would open them as alerts;
//! - at most [`MAX_RESULTS`] results, the loudest first, and a notification that says how many are missing. The
//!   uploader keeps as many, but by its own choice.
//!
//! Nothing here depends on the time, the machine or the checkout's path.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Message, MultiformatMessageString, Notification,
    PhysicalLocation, Run, RunAutomationDetails, Sarif, Tool, ToolComponent,
};

use super::{Located, Notice, Options, Report, text};
use crate::base::source::FileId;

mod fix;
pub mod line_hash;
mod result;
mod rule;

/// How many results GitHub keeps of a run.
const MAX_RESULTS: usize = 5_000;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The name of the repository's root in `uriBaseId`, by the SARIF standard's convention.
const ROOT: &str = "%SRCROOT%";

/// Writes the log.
pub(super) fn write(report: &Report, options: &Options, out: &mut impl Write) -> io::Result<()> {
    let sarif = Sarif::builder()
        .schema(SCHEMA)
        .version("2.1.0")
        .runs(vec![run(report, options)])
        .build();
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    writeln!(out)
}

fn run(report: &Report, options: &Options) -> Run {
    let all: Vec<&Located> = report.carried(options.show_suppressed).collect();
    let kept = most_important(&all);
    let left_out = all.len() - kept.len();
    let hashes = line_hashes(report, &kept);
    let results = kept
        .iter()
        .map(|found| result::result(report, found, &hashes));
    let mut run = Run::builder()
        .tool(tool(report))
        .column_kind("utf16CodeUnits")
        .original_uri_base_ids(BTreeMap::from([(ROOT.to_string(), root())]))
        .invocations(vec![invocation(report, left_out)])
        .results(results.collect::<Vec<_>>())
        .build();
    run.automation_details = options.sarif_category.as_deref().map(automation);
    run
}

/// The loudest [`MAX_RESULTS`] findings, in the report's order.
fn most_important<'a>(all: &[&'a Located]) -> Vec<&'a Located> {
    let mut ranked: Vec<usize> = (0..all.len()).collect();
    ranked.sort_by_key(|&i| std::cmp::Reverse(all[i].finding.level));
    ranked.truncate(MAX_RESULTS);
    ranked.sort_unstable();
    ranked.into_iter().map(|i| all[i]).collect()
}

/// GitHub's fingerprint for each line that a finding starts on, by file.
fn line_hashes(report: &Report, found: &[&Located]) -> LineHashes {
    let mut wanted: BTreeMap<FileId, BTreeSet<u32>> = BTreeMap::new();
    for found in found {
        let lines = wanted.entry(found.finding.file).or_default();
        lines.insert(found.at.start.line);
    }
    let files = wanted.into_iter().filter_map(|(id, lines)| {
        let file = report.files.get(&id)?;
        Some((id, line_hash::line_hashes(file.text(), &lines)))
    });
    files.collect()
}

type LineHashes = BTreeMap<FileId, BTreeMap<u32, String>>;

fn tool(report: &Report) -> Tool {
    Tool::builder()
        .driver(
            ToolComponent::builder()
                .name("heaplint")
                .version(env!("CARGO_PKG_VERSION"))
                .semantic_version(env!("CARGO_PKG_VERSION"))
                .information_uri(env!("CARGO_PKG_REPOSITORY"))
                .rules(
                    report
                        .rules
                        .iter()
                        .map(rule::descriptor)
                        .collect::<Vec<_>>(),
                )
                .build(),
        )
        .build()
}

/// The category is what stands before the last slash, so an id without one would have none.
fn automation(category: &str) -> RunAutomationDetails {
    RunAutomationDetails::builder()
        .id(format!("{}/", category.trim_end_matches('/')))
        .build()
}

fn root() -> ArtifactLocation {
    ArtifactLocation {
        description: Some(message("The root of the repository.")),
        ..ArtifactLocation::default()
    }
}

/// What happened in the run beside results. Unread files do not make it fail: the rest was checked.
fn invocation(report: &Report, left_out: usize) -> Invocation {
    let mut notifications: Vec<Notification> = report
        .notices
        .iter()
        .map(|notice| notification(report, notice))
        .collect();
    if left_out > 0 {
        notifications.push(
            Notification::builder()
                .level("warning")
                .message(message(&format!(
                    "{} left out: only the {MAX_RESULTS} most important results are reported.",
                    text::count(left_out, "result")
                )))
                .build(),
        );
    }
    Invocation::builder()
        .execution_successful(true)
        .tool_execution_notifications(notifications)
        .build()
}

fn notification(report: &Report, notice: &Notice) -> Notification {
    let location = notice.path.as_deref().map(|path| {
        let physical = PhysicalLocation {
            artifact_location: Some(artifact(report.places.uri(path))),
            ..PhysicalLocation::default()
        };
        result::location(physical)
    });
    let mut out = Notification::builder()
        .level(notice.level.as_str())
        .message(message(&sentence(&notice.message)))
        .build();
    out.locations = location.map(|location| vec![location]);
    out
}

/// A URI, relative to the root unless it is absolute.
fn artifact(uri: String) -> ArtifactLocation {
    let base = (!uri.starts_with("file:")).then(|| ROOT.to_string());
    ArtifactLocation {
        uri: Some(uri),
        uri_base_id: base,
        ..ArtifactLocation::default()
    }
}

fn message(text: &str) -> Message {
    Message::builder().text(text).build()
}

fn multiformat(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// `text` on one line as a sentence that ends, since only the first is shown where space is tight.
fn sentence(text: &str) -> String {
    let text = text::one_line(text);
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?', '…']) {
        text.to_string()
    } else {
        format!("{text}.")
    }
}
