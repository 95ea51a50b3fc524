//! Our own JSON, version 1. Fields are added within a version, never changed or removed.
//!
//! Lines and columns count from 1, columns in bytes as gc counts them; `end` is one past the last byte. `path` is as
//! found or named on the command line. `site` is `null` for findings that are not about an allocation. `reason` says
//! why a site is on the heap, or what was missing to decide. `old` says who knows a finding from before. `summary` holds no times, so that equal runs give equal
//! bytes.

use std::io::{self, Write};

use serde::Serialize;

use super::{Located, Position, Report};
use crate::base::diag::Level;
use crate::base::span::LineCol;
use crate::finding::Old;
use crate::site::{Cost, HotBy, Reason, Site, SiteKind, Verdict};

const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonReport<'a> {
    version: u32,
    findings: Vec<JsonFinding<'a>>,
    summary: JsonSummary<'a>,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    level: Level,
    path: &'a str,
    start: LineCol,
    end: LineCol,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a [String]>,
    function: &'a str,
    site: Option<JsonSite<'a>>,
    fingerprint: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flow: Vec<JsonStep<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<Old>,
}

#[derive(Serialize)]
struct JsonSite<'a> {
    kind: SiteKind,
    r#type: &'a str,
    size: Option<u64>,
    verdict: &'static str,
    reason: Option<JsonReason<'a>>,
    cost: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'a str>,
    heat: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hot_by: Vec<HotBy>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    heat_evidence: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<JsonMeasured>,
}

#[derive(Serialize)]
struct JsonMeasured {
    /// Of the profile, in percent.
    share: f64,
    objects: u64,
    bytes: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum JsonReason<'a> {
    Heap(Reason),
    Missing(&'a str),
}

#[derive(Serialize)]
struct JsonStep<'a> {
    path: String,
    start: LineCol,
    end: LineCol,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonSummary<'a> {
    files: usize,
    bytes: u64,
    packages: usize,
    missing_imports: &'a [String],
    suppressed: usize,
    baselined: usize,
    there_before: usize,
    omitted: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    notices: Vec<JsonNotice<'a>>,
}

#[derive(Serialize)]
struct JsonNotice<'a> {
    level: Level,
    path: Option<String>,
    message: &'a str,
}

/// Writes the findings and the summary as one indented object.
pub(super) fn write(
    report: &Report,
    show_suppressed: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let findings = report.carried(show_suppressed);
    let json = JsonReport {
        version: VERSION,
        findings: findings.map(|found| finding(report, found)).collect(),
        summary: summary(report),
    };
    serde_json::to_writer_pretty(&mut *out, &json)?;
    writeln!(out)
}

fn finding<'a>(report: &Report, found: &'a Located) -> JsonFinding<'a> {
    let it = &found.finding;
    JsonFinding {
        rule: &it.rule,
        level: it.level,
        path: &found.at.path,
        start: found.at.start,
        end: found.at.end,
        message: &it.message,
        advice: it.advice.as_deref(),
        function: &it.function,
        site: it.site.as_deref().map(site),
        fingerprint: found.fingerprint(),
        flow: found
            .flow()
            .iter()
            .map(|step| json_step(report.locate(step.file, step.span), &step.note))
            .collect(),
        suppressed: it.suppressed.as_ref().map(|by| by.reason.as_str()),
        old: it.old,
    }
}

fn json_step(at: Position, message: &str) -> JsonStep<'_> {
    JsonStep {
        path: at.path,
        start: at.start,
        end: at.end,
        message,
    }
}

fn site(site: &Site) -> JsonSite<'_> {
    JsonSite {
        kind: site.kind,
        r#type: &site.ty,
        size: site.size,
        verdict: site.verdict.as_str(),
        reason: match &site.verdict {
            Verdict::Stack => None,
            Verdict::Heap(reason) => Some(JsonReason::Heap(*reason)),
            Verdict::Unknown(missing) => Some(JsonReason::Missing(missing)),
        },
        cost: site.cost.as_str(),
        condition: match &site.cost {
            Cost::Maybe(condition) => Some(condition),
            Cost::Never | Cost::Always | Cost::Unknown => None,
        },
        heat: site.heat.as_str(),
        hot_by: site.heat.hot_by(),
        heat_evidence: &site.heat.why,
        measured: site.heat.measured.map(|measured| JsonMeasured {
            share: f64::from(measured.share) / 10_000.0,
            objects: measured.objects,
            bytes: measured.bytes,
        }),
    }
}

fn summary(report: &Report) -> JsonSummary<'_> {
    let summary = &report.summary;
    JsonSummary {
        files: summary.files,
        bytes: summary.bytes,
        packages: summary.packages,
        missing_imports: &summary.missing_imports,
        suppressed: report.suppressed(),
        baselined: report.old(Old::Baseline),
        there_before: report.old(Old::Revision),
        omitted: report.omitted(),
        errors: report.count(Level::Error),
        warnings: report.count(Level::Warning),
        notes: report.count(Level::Note),
        notices: report.notices.iter().map(notice).collect(),
    }
}

fn notice(notice: &super::Notice) -> JsonNotice<'_> {
    JsonNotice {
        level: notice.level,
        path: notice.path.as_deref().map(super::place::shown),
        message: &notice.message,
    }
}
