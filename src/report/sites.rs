//! `heaplint dump sites`: every site, flagged or not, for development and for scripts.

use std::io::{self, Write};

use super::{place, text};
use crate::base::index::IndexVec;
use crate::base::source::{FileId, SourceFile};
use crate::site::Site;

/// Writes `path:line:col kind verdict cost heat type`, separated by tabs, sorted by place; positions are gc's.
pub fn write_sites<'s>(
    files: &IndexVec<FileId, SourceFile>,
    sites: impl Iterator<Item = &'s Site>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rows: Vec<_> = sites
        .map(|site| {
            let file = &files[site.file];
            (place::shown(file.path()), file.line_col(site.pos), site)
        })
        .collect();
    rows.sort_by(|a, b| (&a.0, a.1, a.2.kind, &a.2.expr).cmp(&(&b.0, b.1, b.2.kind, &b.2.expr)));
    let mut out = super::buffered(out);
    for (path, at, site) in rows {
        let (kind, verdict, cost) = (
            site.kind.as_str(),
            site.verdict.as_str(),
            site.cost.as_str(),
        );
        let (heat, ty) = (site.heat.as_str(), text::one_line(&site.ty));
        writeln!(
            out,
            "{path}:{}:{}\t{kind}\t{verdict}\t{cost}\t{heat}\t{ty}",
            at.line, at.column
        )?;
    }
    out.flush()
}
