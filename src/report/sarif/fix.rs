//! Rewrites as SARIF fixes (SARIF 2.1.0, §3.55 to §3.57).
//!
//! A fix is given as it is when it alone is applied, imports included; a reader that applies several at once has to bring
//! the imports in order itself. A region without length is a place to insert at, and no content is a deletion.

use serde_sarif::sarif::{ArtifactChange, ArtifactContent, Fix as SarifFix, Region, Replacement};

use super::{Report, artifact, message, sentence};
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::edit::{Edit, Fix};
use crate::report::place::LineRange;

/// The fix of a finding in `file`; none if the file is not known.
pub(super) fn fix(report: &Report, file: FileId, fix: &Fix) -> Option<SarifFix> {
    let source = report.files.get(&file)?;
    let edits = fix.alone();
    let replacements = edits.iter().map(|edit| replacement(source, edit));
    let change = ArtifactChange::builder()
        .artifact_location(artifact(report.places.uri(source.path())))
        .replacements(replacements.collect::<Vec<_>>())
        .build();
    Some(
        SarifFix::builder()
            .description(message(&sentence(&fix.title)))
            .artifact_changes(vec![change])
            .build(),
    )
}

fn replacement(source: &SourceFile, edit: &Edit) -> Replacement {
    let mut out = Replacement::builder()
        .deleted_region(region(source, edit.span))
        .build();
    if !edit.text.is_empty() {
        out.inserted_content = Some(ArtifactContent::builder().text(edit.text.as_str()).build());
    }
    out
}

/// A region that may go over several lines.
fn region(source: &SourceFile, span: Span) -> Region {
    let (start_line, start_column) = position(source, span.start);
    let (end_line, end_column) = position(source, span.end);
    Region {
        start_line: Some(start_line),
        start_column: Some(start_column),
        end_line: Some(end_line),
        end_column: Some(end_column),
        ..Region::default()
    }
}

fn position(source: &SourceFile, offset: u32) -> (i64, i64) {
    let range = LineRange::of(source, Span::new(offset, offset));
    (
        i64::from(range.line),
        super::result::int(range.utf16(source).0),
    )
}
