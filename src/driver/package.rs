//! One package: find its sites and how hot they are, run the rules, and print what the compiler prints.

use rustc_hash::FxHashSet;

use crate::base::diag::{Diagnostic, Level};
use crate::base::glob::Patterns;
use crate::base::index::Idx;
use crate::base::source::{FileId, SourceFile};
use crate::base::span::Span;
use crate::directive::{self, Directives};
use crate::escape::message::Printer;
use crate::finding::Finding;
use crate::heat::{FileHeat, HeatConfig};
use crate::load::Program;
use crate::parse::{self, Parsed};
use crate::profile::{Measured, Uses};
use crate::report::CompilerLines;
use crate::rules::{self, Active, SYNTAX_ERROR, Snippet};
use crate::settings::SettingsCache;
use crate::site::{GoVersion, Site};

use super::decide::{self, Decided};
use super::measure::Profiles;
use super::regions;
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
    pub(super) compiler_lines: Vec<CompilerLines>,
    /// What was found of each profile.
    pub(super) uses: Vec<Uses>,
}

/// Runs the rules over the files that findings are wanted of.
pub(super) fn check(
    program: &Program,
    typed: &Typed<'_>,
    decided: &Decided,
    settings: &SettingsCache<'_>,
    profiles: &Profiles,
    stack_variables: bool,
) -> Checked {
    let package = typed.package;
    let settings = settings.for_folder(&package.dir);
    let files = package.files.iter().zip(typed.parsed);
    let files: Vec<_> = files
        .map(|(file, parsed)| (file, &program.files[file.id], parsed))
        .collect();
    let mut checked = counted(program, typed);
    let mut sites = decided.sites(stack_variables);
    regions::show(
        &mut sites,
        files
            .iter()
            .map(|(file, src, parsed)| (file.id, *src, &parsed.ast)),
    );
    for (file, src, parsed) in files.iter().filter(|(file, ..)| file.has_findings()) {
        let measured = profiles.of_file(package, src, &parsed.ast);
        add_uses(&mut checked.uses, &measured.uses);
        let unit = Unit {
            file: file.id,
            src,
            parsed,
            measured: Some((profiles, measured)),
            go: decided.go,
            package: package.path.as_str(),
        };
        let path = package.dir.join(src.path().file_name().unwrap_or_default());
        let own = take_file(&mut sites, file.id);
        let (own, mut findings) =
            unit.run(own, &settings.heat_for(&path), &settings.active_for(&path));
        findings.retain(|f| f.site.as_ref().is_none_or(|site| profiles.wants(site)));
        checked.sites.extend(own);
        checked.findings.extend(findings);
    }
    checked
}

/// What was read for the package.
pub(super) fn counted(program: &Program, typed: &Typed<'_>) -> Checked {
    let files = &typed.package.files;
    let bytes = files
        .iter()
        .map(|file| program.files[file.id].text().len() as u64);
    Checked {
        files: files.len(),
        bytes: bytes.sum(),
        ..Checked::default()
    }
}

/// Adds what a file uses of each profile to the sums.
pub(super) fn add_uses(sums: &mut Vec<Uses>, uses: &[Uses]) {
    sums.resize(sums.len().max(uses.len()), Uses::default());
    sums.iter_mut().zip(uses).for_each(|(sum, u)| sum.add(*u));
}

/// Takes the sites of a file out of those of its package.
fn take_file(sites: &mut Vec<Site>, file: FileId) -> Vec<Site> {
    let (own, others) = std::mem::take(sites)
        .into_iter()
        .partition(|s| s.file == file);
    *sites = others;
    own
}

/// What the compiler prints of a package with `-m`, about files of packages that were asked for. It would say something
/// of copies of other packages' code too; that we do not, because it would hang on where that code came from.
pub(super) fn compiler_lines(
    program: &Program,
    asked_for: &FxHashSet<FileId>,
    decided: &mut Decided,
) -> Vec<CompilerLines> {
    let inlined = std::mem::take(&mut decided.inlined.messages);
    let inlined = inlined.into_iter();
    let inlined = inlined.map(|m| (Some((m.file, m.offset)), m.text));
    let printer = Printer {
        package: &decided.package,
        release: crate::ir::release::Release::of(decided.go),
        sizes: decided.sizes,
    };
    let escape = printer.lines(&decided.analysis).into_iter();
    let escape = escape.map(|l| (l.pos.map(|p| (p.file, p.offset)), l.text));
    let (mut placed, mut made_up, mut placeless) = (Vec::new(), Vec::new(), Vec::new());
    for (at, text) in inlined.chain(escape) {
        match at {
            Some((Some(file), offset)) => placed.push((file, offset, text)),
            Some((None, _)) => made_up.push(text),
            None => placeless.push(text),
        }
    }
    placed.retain(|(file, ..)| asked_for.contains(file));
    let mut files = by_file(program, placed);
    if is_asked_for(asked_for, decided) {
        files.push(CompilerLines::autogenerated(made_up));
        files.push(CompilerLines::placeless(placeless));
    }
    files
}

/// Whether a package's own files were asked for.
fn is_asked_for(asked_for: &FxHashSet<FileId>, decided: &Decided) -> bool {
    let mut funcs = decided.package.funcs.iter();
    let first = funcs.find_map(|f| f.pos.file);
    first.is_some_and(|file| asked_for.contains(&file))
}

/// Of each function that is compiled, the cost at which it can be inlined, or why it cannot be.
pub(super) fn inlining(program: &Program, decided: &Decided) -> Vec<CompilerLines> {
    let funcs = decided.package.funcs.iter_enumerated();
    let said = funcs.filter_map(|(id, func)| {
        let text = match (func.inline, decided.inlined.reasons.get(&id)) {
            (Some(inline), _) => format!("can inline {} with cost {}", func.name, inline.cost),
            (None, Some(why)) => format!("cannot inline {}: {why}", func.name),
            (None, None) => return None,
        };
        Some((func.pos.file?, func.pos.offset, text))
    });
    by_file(program, said.collect())
}

/// Texts with the places they are about, by file.
fn by_file(program: &Program, mut all: Vec<(FileId, u32, String)>) -> Vec<CompilerLines> {
    all.sort_by_key(|&(file, ..)| file);
    let mut all = all.into_iter().peekable();
    let mut files = Vec::new();
    while let Some(&(file, ..)) = all.peek() {
        let source = &program.files[file];
        let own = std::iter::from_fn(|| all.next_if(|&(f, ..)| f == file));
        let lines = own.map(|(_, offset, text)| (source.line_col(offset), text));
        let path = source.path().to_string_lossy().into_owned();
        files.push(CompilerLines::new(path, lines.collect()));
    }
    files
}

/// A file on its way through the stages.
struct Unit<'u> {
    file: FileId,
    src: &'u SourceFile,
    parsed: &'u Parsed,
    measured: Option<(&'u Profiles, Measured)>,
    go: GoVersion,
    package: &'u str,
}

impl Unit<'_> {
    /// Sites of the file → the same with heat → findings.
    fn run(
        &self,
        mut sites: Vec<Site>,
        marks: &HeatConfig<'_>,
        active: &Active,
    ) -> (Vec<Site>, Vec<Finding>) {
        let ast = &self.parsed.ast;
        let directives: Directives = directive::read(self.src, ast);
        let heat = FileHeat::new(self.src, ast, &directives.marks, marks);
        for site in &mut sites {
            site.heat = heat.at(site.span.start);
            site.function = heat.function_at(site.span.start);
            if let Some((profiles, measured)) = &self.measured {
                profiles.heat(measured, self.src, site);
            }
        }
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

/// A Go file that is a package of its own, and what the stages make of it.
#[derive(Debug)]
pub struct Alone {
    /// The file.
    pub src: SourceFile,
    /// Its sites, in order.
    pub sites: Vec<Site>,
    /// Its findings, suppressed ones included.
    pub findings: Vec<Finding>,
    /// Whether it has no syntax errors.
    pub parses: bool,
}

/// Checks a Go file from memory, which may import the standard library, with the rules in `active`.
pub fn check_alone(text: &str, go: GoVersion, marks: &HeatConfig<'_>, active: &Active) -> Alone {
    let src = SourceFile::new("example.go", text.as_bytes());
    let parsed = parse::parse_file(src.text());
    let file = FileId::from_usize(0);
    let mut sites = decide::alone(&src, &parsed, file, go);
    regions::show(&mut sites, [(file, &src, &parsed.ast)].into_iter());
    let unit = Unit {
        file,
        src: &src,
        parsed: &parsed,
        measured: None,
        go,
        package: "example",
    };
    let (sites, findings) = unit.run(sites, marks, active);
    Alone {
        sites,
        findings,
        parses: parsed.errors.is_empty(),
        src,
    }
}

/// How examples in rule files are tested: the newest compiler, no marks by config.
pub(super) fn snippet(text: &str, active: &Active) -> Snippet {
    let none = Patterns::default();
    let marks = HeatConfig {
        hot_functions: &none,
        cold_functions: &none,
        hot_file: false,
        cold_file: false,
    };
    let alone = check_alone(text, GoVersion::NEWEST, &marks, active);
    let shown = alone.findings.iter().filter(|f| f.suppressed.is_none());
    Snippet {
        parses: alone.parses,
        findings: shown
            .map(|f| (f.rule.clone(), alone.src.line_col(f.span.start).line))
            .collect(),
    }
}
