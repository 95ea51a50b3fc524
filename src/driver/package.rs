//! One package: find its sites and how hot they are, run the rules, and print what the compiler prints.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::diag::{Diagnostic, Level};
use crate::base::glob::Patterns;
use crate::base::index::Idx;
use crate::base::source::{FileId, SourceFile};
use crate::base::span::{LineCol, Span};
use crate::base::symbol::Symbol;
use crate::directive::{self, Directives};
use crate::escape::message::Printer;
use crate::escape::sites::Extra;
use crate::finding::Finding;
use crate::heat::bench::{self, Functions, TestFile};
use crate::heat::calls::{self, PackageCalls};
use crate::heat::spread::Spread;
use crate::heat::{self, FileHeat, HeatConfig};
use crate::ir::boxes::types_in_interfaces;
use crate::load::{PackageFile, PackageId, Program};
use crate::parse::{self, Parsed};
use crate::profile::{Measured, Uses};
use crate::report::CompilerLines;
use crate::rules::{self, Active, Found, SYNTAX_ERROR, Snippet};
use crate::settings::{Settings, SettingsCache};
use crate::site::{Cost, FlowStep, GoVersion, Site, SiteKind, Trait};
use crate::types::info;
use crate::walk;

use super::decide::{self, Decided, Units};
use super::measure::Profiles;
use super::tally::tally;
use super::typecheck::Typed;
use super::{contract, regions, spread};

/// What became of a package.
pub(super) struct Checked {
    /// Which package of the program.
    pub(super) id: PackageId,
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
    /// Its folder.
    pub(super) dir: PathBuf,
    /// How many mistakes the type checker found in it.
    pub(super) mistakes: usize,
}

/// A package whose sites are known, but not yet how often its functions run.
pub(super) struct Surveyed {
    /// What can be said already.
    checked: Checked,
    files: Vec<SurveyedFile>,
    /// What it adds to the call graph.
    pub(super) calls: PackageCalls,
    go: GoVersion,
    /// Which package of the program.
    pub(super) id: PackageId,
}

struct SurveyedFile {
    id: FileId,
    heat: FileHeat,
    directives: Directives,
    errors: Vec<Diagnostic>,
    measured: Measured,
    /// Empty for files without findings.
    sites: Vec<Site>,
    /// What was found by other means than sites.
    found: Vec<Found>,
}

/// What a run knows besides the package at hand.
#[derive(Clone, Copy)]
pub(super) struct Around<'r> {
    pub(super) units: &'r Units,
    pub(super) program: &'r Program,
    pub(super) settings: &'r SettingsCache<'r>,
    pub(super) profiles: &'r Profiles,
    /// The files of packages that were asked for.
    pub(super) asked_for: &'r FxHashSet<FileId>,
}

/// Gathers what rules need of a package while its trees are there.
pub(super) fn survey(
    around: Around<'_>,
    typed: &Typed<'_>,
    decided: &Decided,
    stack_variables: bool,
) -> Surveyed {
    let program = around.program;
    let package = typed.package;
    let settings = around.settings.for_folder(&package.dir);
    let files = package.files.iter().zip(typed.parsed);
    let files: Vec<_> = files
        .map(|(file, parsed)| (file, &program.files[file.id], parsed))
        .collect();
    let in_force = files.iter().map(|(_, src, _)| {
        let name = src.path().file_name().unwrap_or_default();
        settings.active_for(&package.dir.join(name))
    });
    let in_force: Vec<_> = in_force.collect();
    let mut sites = decided.sites(&extra(&in_force, stack_variables, &|name| {
        in_force.iter().any(|a| a.asks_for_call(name))
    }));
    for site in &mut sites {
        // Of a dependency that is in the cache nobody knows places, and the cache is not to be noticed.
        let is_known = |step: &FlowStep| around.asked_for.contains(&step.file);
        site.flow.retain(is_known);
    }
    regions::show(
        &mut sites,
        files
            .iter()
            .map(|(file, src, parsed)| (file.id, *src, &parsed.ast)),
    );
    let mut surveyed = Vec::with_capacity(files.len());
    for (file, src, parsed) in &files {
        let path = package.dir.join(src.path().file_name().unwrap_or_default());
        let has_findings = file.has_findings();
        let directives = directive::read(src, &parsed.ast);
        let marks = HeatConfig {
            for_tests: heat::serves_tests(package.path.as_str()),
            ..settings.heat_for(&path)
        };
        surveyed.push(SurveyedFile {
            id: file.id,
            heat: FileHeat::new(src, &parsed.ast, &directives.marks, &marks),
            directives,
            errors: errors(file.id, parsed),
            measured: if has_findings {
                around.profiles.of_file(package, src, &parsed.ast)
            } else {
                Measured::default()
            },
            sites: if has_findings {
                take_file(&mut sites, file.id)
            } else {
                Vec::new()
            },
            found: Vec::new(),
        });
    }
    add_found(around.units, typed.info, decided, &mut surveyed, &files);
    let parts = files.iter().zip(&surveyed).zip(&typed.info.files);
    let parts = parts.map(|(((file, _, parsed), surveyed), info)| calls::File {
        ast: &parsed.ast,
        info,
        heat: &surveyed.heat,
        is_test: file.test,
    });
    let calls = PackageCalls::of(
        typed.info,
        &parts.collect::<Vec<_>>(),
        types_in_interfaces(&decided.package),
        settings.callbacks(),
        settings.handlers(),
    );
    Surveyed {
        checked: counted(program, typed),
        files: surveyed,
        calls,
        go: decided.go,
        id: typed.id,
    }
}

/// Adds what is found of promises to the files of a package.
fn add_found(
    units: &Units,
    info: &info::Package,
    decided: &Decided,
    surveyed: &mut [SurveyedFile],
    files: &[(&PackageFile, &SourceFile, &Parsed)],
) {
    let directives: Vec<&Directives> = surveyed.iter().map(|f| &f.directives).collect();
    let mut found = contract::findings(info, decided, units, &directives);
    let shown = files.iter();
    let shown = shown.map(|(file, src, parsed)| (file.id, *src, &parsed.ast));
    regions::show_found(&mut found, shown);
    for (id, found) in found {
        let mut files = surveyed.iter_mut();
        if let Some(file) = files.find(|file| file.id == id) {
            file.found.push(found);
        }
    }
}

impl Surveyed {
    /// Runs the rules over the files that findings are wanted of.
    pub(super) fn check(self, around: Around<'_>, ways: &Ways<'_>) -> Checked {
        let program = around.program;
        let package = &program.packages[self.id];
        let settings = around.settings.for_folder(&package.dir);
        let mut checked = self.checked;
        let with_findings: FxHashSet<FileId> = package
            .files
            .iter()
            .filter(|f| f.has_findings())
            .map(|f| f.id)
            .collect();
        let files = self.files.into_iter();
        for mut file in files.filter(|f| with_findings.contains(&f.id)) {
            add_uses(&mut checked.uses, &file.measured.uses);
            let src = &program.files[file.id];
            let mut sites = std::mem::take(&mut file.sites);
            let unit = Unit {
                src,
                file: &file,
                profiles: Some(around.profiles),
                go: self.go,
                package: package.path.as_str(),
            };
            let path = package.dir.join(src.path().file_name().unwrap_or_default());
            let place = |file, offset| spread::place(program, file, offset);
            let mut findings = unit.run(&mut sites, ways, &place, &settings.active_for(&path));
            findings.retain(|f| {
                let site = f.site.as_ref();
                site.is_none_or(|site| around.profiles.wants(site))
            });
            checked.sites.extend(sites);
            checked.findings.extend(findings);
        }
        checked
    }
}

fn errors(file: FileId, parsed: &Parsed) -> Vec<Diagnostic> {
    let errors = parsed.errors.iter();
    errors
        .map(|error| Diagnostic {
            file,
            span: Span::new(error.pos, error.pos + 1),
            level: Level::Error,
            rule: SYNTAX_ERROR,
            message: error.message.clone(),
        })
        .collect()
}

/// What the rules in force want to know beside the places that allocate.
fn extra<'w>(
    in_force: &[Arc<Active>],
    stack_variables: bool,
    calls: &'w dyn Fn(&str) -> bool,
) -> Extra<'w> {
    let any = |kind| in_force.iter().any(|a| a.asks_for(kind));
    Extra {
        stack_variables,
        parameters: any(SiteKind::Parameter),
        functions: any(SiteKind::Function),
        calls,
    }
}

/// What was read for the package.
pub(super) fn counted(program: &Program, typed: &Typed<'_>) -> Checked {
    let files = &typed.package.files;
    let bytes = files
        .iter()
        .map(|file| program.files[file.id].text().len() as u64);
    Checked {
        id: typed.id,
        sites: Vec::new(),
        findings: Vec::new(),
        files: files.len(),
        bytes: bytes.sum(),
        compiler_lines: Vec::new(),
        uses: Vec::new(),
        dir: typed.package.dir.clone(),
        mistakes: typed.diagnostics.len(),
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

/// The files of the packages that were asked for.
pub(super) fn asked_for(program: &Program) -> FxHashSet<FileId> {
    let packages = program.packages.iter().filter(|p| p.is_asked_for());
    packages.flat_map(|p| &p.files).map(|f| f.id).collect()
}

/// What the compiler prints of a package with `-m`, about files of packages that were asked for. It would say something
/// of copies of other packages' code too; that we do not, because it would hang on where that code came from.
pub(super) fn compiler_lines(
    program: &Program,
    asked_for: &FxHashSet<FileId>,
    decided: &mut Decided,
) -> Vec<CompilerLines> {
    let is_asked_for = decided
        .package
        .funcs
        .iter()
        .find_map(|f| f.pos.file)
        .is_some_and(|file| asked_for.contains(&file));
    let inlined = std::mem::take(&mut decided.inlined.messages);
    let inlined = inlined.into_iter().map(|m| (m.file, m.offset, m.text));
    let printer = Printer {
        package: &decided.package,
        release: crate::ir::release::Release::of(decided.go),
        sizes: decided.sizes,
    };
    let escape = printer.lines(&decided.analysis).into_iter();
    let mut placeless = Vec::new();
    let mut placed = Vec::new();
    for line in escape {
        match line.pos {
            Some(pos) => placed.push((pos.file, pos.offset, line.text)),
            None => placeless.push(line.text),
        }
    }
    let all = inlined.chain(placed).filter_map(|(file, offset, text)| {
        let file = file.filter(|f| asked_for.contains(f))?;
        Some((file, offset, text))
    });
    let mut lines = by_file(program, all.collect());
    if is_asked_for && !placeless.is_empty() {
        lines.push(CompilerLines::placeless(placeless));
    }
    lines
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

/// Texts with the places they are about, by file. A `//line` directive may place lines of one file in others.
fn by_file(program: &Program, mut all: Vec<(FileId, u32, String)>) -> Vec<CompilerLines> {
    all.sort_by_key(|&(file, ..)| file);
    let mut all = all.into_iter().peekable();
    let mut files = Vec::new();
    while let Some(&(file, ..)) = all.peek() {
        let source = &program.files[file];
        let mut by_name: BTreeMap<Option<Symbol>, Vec<(LineCol, String)>> = BTreeMap::new();
        while let Some((_, offset, text)) = all.next_if(|&(f, ..)| f == file) {
            let pos = source.compiler_pos(offset);
            by_name.entry(pos.file).or_default().push((pos.at, text));
        }
        files.extend(by_name.into_iter().map(|(given, lines)| {
            let path = match given {
                None => source.path().to_path_buf(),
                Some(given) => path_of_directive(source.path(), given.as_str()),
            };
            CompilerLines::new(path.to_string_lossy().into_owned(), lines)
        }));
    }
    files
}

/// The file that a `//line` directive in `source` means by `name`: relative to the folder of `source`.
fn path_of_directive(source: &Path, name: &str) -> PathBuf {
    if name.is_empty() {
        return PathBuf::from("??");
    }
    let dir = source.parent().unwrap_or(Path::new(""));
    walk::normalize(&dir.join(name))
}

/// How functions come to run.
#[derive(Clone, Copy)]
pub(super) struct Ways<'w> {
    /// How often, and along which calls.
    pub(super) spread: &'w Spread,
    /// Where `spread` knows the function that is at an offset of a file.
    pub(super) known_at: &'w (dyn Fn(FileId, u32) -> Option<u32> + Sync),
}

/// Where a call is, in words.
type Place<'p> = &'p dyn Fn(FileId, u32) -> String;

/// A file on its way through the last stages.
struct Unit<'u> {
    src: &'u SourceFile,
    file: &'u SurveyedFile,
    profiles: Option<&'u Profiles>,
    go: GoVersion,
    package: &'u str,
}

impl Unit<'_> {
    /// Gives the sites their heat and runs the rules over them.
    fn run(
        &self,
        sites: &mut [Site],
        ways: &Ways<'_>,
        place: Place<'_>,
        active: &Active,
    ) -> Vec<Finding> {
        let mut known: FxHashMap<u32, Option<String>> = FxHashMap::default();
        let benchmarks = ways.spread.has_benchmarks(Symbol::intern(self.package));
        for site in &mut *sites {
            self.warm(site, ways, place, &mut known);
            site.traits = site.traits.with(Trait::BenchmarksBeside, benchmarks);
        }
        tally(sites);
        rules::check_file(
            &rules::FileInput {
                file: self.file.id,
                src: self.src,
                package: self.package,
                go: self.go,
                sites,
                directives: &self.file.directives,
                diagnostics: &self.file.errors,
                found: &self.file.found,
            },
            active,
        )
    }

    /// Says how often a site runs. `known` are the ways to the functions that have been asked for.
    fn warm(
        &self,
        site: &mut Site,
        ways: &Ways<'_>,
        place: Place<'_>,
        known: &mut FxHashMap<u32, Option<String>>,
    ) {
        let at = site.span.start;
        site.heat = self.file.heat.at(at);
        site.function = self.file.heat.function_at(at);
        let region = self.file.heat.place(at);
        let file = self.file.id;
        if let Some(function) = region.function.and_then(|f| (ways.known_at)(file, f)) {
            let calls = ways.spread.of(file, function);
            site.heat.called(calls.behind(region.halvings));
            if site.heat.is_called_often() && site.cost != Cost::Never {
                let way = || ways.spread.why(file, function, place);
                let why = known.entry(function).or_insert_with(way);
                site.heat.why.extend(why.clone());
            }
        }
        if site.kind == SiteKind::Append
            && let Some(at) = (ways.known_at)(file, at)
            && let Some(made) = ways.spread.made_anew(file, at, place)
        {
            site.traits = site.traits.with(Trait::MadeAnew, true);
            site.heat.why.push(made);
        }
        if let Some(profiles) = self.profiles {
            profiles.heat(&self.file.measured, self.src, site);
        }
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

/// Checks a Go file from memory, which may import the standard library, with the rules in `active`. Benchmarks may be
/// part of it.
pub fn check_alone(text: &str, go: GoVersion, marks: &HeatConfig<'_>, active: &Active) -> Alone {
    let src = SourceFile::new("example.go", text.as_bytes());
    let parsed = parse::parse_file(src.text());
    let file = FileId::from_usize(0);
    let (info, decided, units) = decide::alone(&src, &parsed, file, go);
    let extra = Extra {
        stack_variables: false,
        parameters: active.asks_for(SiteKind::Parameter),
        functions: active.asks_for(SiteKind::Function),
        calls: &|name| active.asks_for_call(name),
    };
    let mut sites = decided.sites(&extra);
    regions::show(&mut sites, [(file, &src, &parsed.ast)].into_iter());
    let directives = directive::read(&src, &parsed.ast);
    let heat = FileHeat::new(&src, &parsed.ast, &directives.marks, marks);
    let usual = Settings::defaults(Path::new(""));
    let calls = info.files.first().map(|info_of_file| {
        let part = calls::File {
            ast: &parsed.ast,
            info: info_of_file,
            heat: &heat,
            is_test: false,
        };
        let boxed = types_in_interfaces(&decided.package);
        PackageCalls::of(&info, &[part], boxed, usual.callbacks(), usual.handlers())
    });
    let measured = calls.as_ref().filter(|_| spread::has_benchmarks(&src));
    let benchmarks = measured.map(|calls| {
        let itself = TestFile {
            id: file,
            src: &src,
            ast: &parsed.ast,
            heat: &heat,
        };
        bench::calls(info.pkg.path, &[itself], &Functions::new([calls]))
    });
    let spread = Spread::new(&calls.iter().chain(&benchmarks).collect::<Vec<_>>());
    let mut surveyed = [SurveyedFile {
        id: file,
        heat,
        directives,
        errors: errors(file, &parsed),
        measured: Measured::default(),
        sites: Vec::new(),
        found: Vec::new(),
    }];
    let here = PackageFile {
        id: file,
        language: go,
        selected: true,
        generated: false,
        test: false,
    };
    add_found(
        &units,
        &info,
        &decided,
        &mut surveyed,
        &[(&here, &src, &parsed)],
    );
    let unit = Unit {
        src: &src,
        file: &surveyed[0],
        profiles: None,
        go,
        package: "example",
    };
    let place = |_, offset| format!("line {}", src.line_col(offset).line);
    let ways = Ways {
        spread: &spread,
        known_at: &|_, offset| Some(offset),
    };
    let findings = unit.run(&mut sites, &ways, &place, active);
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
        for_tests: false,
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
