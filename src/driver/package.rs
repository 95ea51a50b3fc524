//! One package: find its sites and how hot they are, run the rules, and print what the compiler prints.

use crate::base::diag::{Diagnostic, Level};
use crate::base::glob::Patterns;
use crate::base::index::Idx;
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::directive::{self, Directives};
use crate::escape::message::Printer;
use crate::escape::syntax::{self, PackageNames};
use crate::finding::Finding;
use crate::heat::{FileHeat, HeatConfig};
use crate::load::{Package, Program};
use crate::parse::{self, Parsed};
use crate::report::CompilerLine;
use crate::rules::{self, Active, SYNTAX_ERROR, Snippet};
use crate::settings::{Settings, SettingsCache};
use crate::site::{GoVersion, Site};

use super::decide::Decided;
use super::typecheck::Typed;

/// What became of a package.
#[derive(Default)]
pub(super) struct Checked {
    /// Sites of the files that findings are wanted of, by file and place.
    pub(super) sites: Vec<Site>,
    /// Findings, suppressed ones included.
    pub(super) findings: Vec<Finding>,
    /// How many files were read for it.
    pub(super) files: usize,
    /// Their bytes.
    pub(super) bytes: u64,
    /// What the compiler prints, if asked for.
    pub(super) compiler_lines: Vec<CompilerLine>,
}

/// Runs the rules over the files that findings are wanted of.
pub(super) fn check(program: &Program, typed: &Typed<'_>, settings: &SettingsCache<'_>) -> Checked {
    let package = typed.package;
    let settings = settings.for_folder(&package.dir);
    let files = package.files.iter().zip(typed.parsed);
    let files: Vec<_> = files
        .map(|(file, parsed)| (file, &program.files[file.id], parsed))
        .collect();
    let names = PackageNames::new(files.iter().map(|(_, src, p)| (&p.ast, src.text())));
    let mut checked = Checked {
        files: files.len(),
        bytes: files
            .iter()
            .map(|(_, src, _)| src.text().len() as u64)
            .sum(),
        ..Checked::default()
    };
    let go = program.builds[package.build].compiler;
    for (file, src, parsed) in files.iter().filter(|(file, ..)| file.has_findings()) {
        let unit = Unit {
            file: file.id,
            src,
            parsed,
            names: &names,
            go,
            package: package_name(package),
        };
        unit.check(&settings, package, &mut checked);
    }
    checked
}

/// What the compiler prints of a package with `-m`.
pub(super) fn compiler_lines(program: &Program, decided: &Decided<'_>) -> Vec<CompilerLine> {
    let line = |file: Option<FileId>, offset, text| {
        let source = &program.files[file?];
        Some(CompilerLine {
            path: source.path().to_string_lossy().into_owned(),
            at: source.line_col(offset),
            text,
        })
    };
    let printer = Printer {
        package: decided.package,
        release: crate::ir::release::Release::of(decided.go),
        sizes: decided.sizes,
    };
    let inlined = decided.inlined.messages.iter();
    let inlined = inlined.map(|m| line(m.file, m.offset, m.text.clone()));
    let escape = printer.lines(&decided.analysis).into_iter();
    let escape = escape.map(|l| line(l.pos.file, l.pos.offset, l.text));
    inlined.chain(escape).flatten().collect()
}

fn package_name(package: &Package) -> &'static str {
    package.path.as_str()
}

/// A file on its way through the stages.
struct Unit<'u> {
    file: FileId,
    src: &'u SourceFile,
    parsed: &'u Parsed,
    names: &'u PackageNames,
    go: GoVersion,
    package: &'u str,
}

impl Unit<'_> {
    fn check(&self, settings: &Settings, package: &Package, checked: &mut Checked) {
        let path = package
            .dir
            .join(self.src.path().file_name().unwrap_or_default());
        let marks = settings.heat_for(&path);
        let (sites, findings) = self.run(&marks, &settings.active_for(&path));
        checked.sites.extend(sites);
        checked.findings.extend(findings);
    }

    /// Tree → sites with heat → findings.
    fn run(&self, marks: &HeatConfig<'_>, active: &Active) -> (Vec<Site>, Vec<Finding>) {
        let ast = &self.parsed.ast;
        let directives: Directives = directive::read(self.src, ast);
        let heat = FileHeat::new(self.src, ast, &directives.marks, marks);
        let sites = syntax::sites(&syntax::FileInput {
            file: self.file,
            src: self.src,
            ast,
            package: self.names,
            heat: &heat,
            go: self.go,
            word: 8,
        });
        let diagnostics = self.diagnostics();
        let findings = rules::check_file(
            &rules::FileInput {
                file: self.file,
                src: self.src,
                package: self.package,
                go: self.go,
                sites: &sites,
                directives: &directives,
                diagnostics: &diagnostics,
            },
            active,
        );
        (sites, findings)
    }

    fn diagnostics(&self) -> Vec<Diagnostic> {
        let errors = self.parsed.errors.iter();
        errors
            .map(|error| Diagnostic {
                file: self.file,
                span: Span::new(error.pos, error.pos + 1),
                level: Level::Error,
                rule: SYNTAX_ERROR,
                message: error.message.clone(),
            })
            .collect()
    }
}

/// A Go file from memory through the same stages, with the rules in `active`: how examples in rule files are tested.
pub(super) fn snippet(text: &str, active: &Active) -> Snippet {
    let src = SourceFile::new("example.go", text.as_bytes());
    let parsed = parse::parse_file(src.text());
    let names = PackageNames::new([(&parsed.ast, src.text())]);
    let unit = Unit {
        file: FileId::from_usize(0),
        src: &src,
        parsed: &parsed,
        names: &names,
        go: GoVersion::NEWEST,
        package: "example",
    };
    let none = Patterns::default();
    let marks = HeatConfig {
        hot_functions: &none,
        cold_functions: &none,
        hot_file: false,
        cold_file: false,
    };
    let (_, findings) = unit.run(&marks, active);
    let shown = findings.iter().filter(|f| f.suppressed.is_none());
    Snippet {
        parses: parsed.errors.is_empty(),
        findings: shown
            .map(|f| (f.rule.clone(), src.line_col(f.span.start).line))
            .collect(),
    }
}
