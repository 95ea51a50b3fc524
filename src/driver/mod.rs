//! The whole run: walk → load → parse → types → inline → escape → heat → rules → report.
//!
//! [`analyse`] is that line, read top to bottom. Packages go through its middle part in the order that [`schedule`] gives,
//! imports before importers: [`typecheck`] checks them, [`decide`] decides as the compiler does (or [`reuse`] finds that
//! decided in the cache), [`package`] gathers what rules need, [`contract`] the promises that are broken. Once all of that
//! is done, [`spread`] finds how often functions run, and the rules run. [`fix`] then tries what could be rewritten, for
//! which some packages are analysed [`again`].
//!
//! [`setup`] is what comes before any Go code; [`commands`] are the commands that need none. Packages run side by side on a
//! pool of its own, whose threads have room for the deepest tree the parser makes; of the stages only the walk has threads,
//! because it waits for the disk.
//!
//! Nothing here decides about code: it hands each stage what it needs and gathers what comes back. A stage that panics on
//! one package costs that package, and the run says so and ends with exit code 2.

mod again;
mod baseline;
mod commands;
mod contract;
mod decide;
mod dump;
mod explain;
mod fix;
mod ground;
mod init;
mod measure;
mod package;
mod past;
mod regions;
mod reuse;
mod rewrite;
mod schedule;
mod setup;
mod shape;
mod spread;
mod suppress;
mod syntax;
mod tally;
mod trial;
mod typecheck;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rayon::prelude::*;

use crate::base::diag::Level;
use crate::base::files::{Disk, Overlay};
use crate::base::index::Idx;
use crate::base::source::{FileId, SourceFile};
use crate::cli::{
    CheckArgs, Cli, Command, DumpArgs, DumpCommand, Exit, FactsCommand, InputArgs, ProfileArgs,
};
use crate::facts::Packages;
use crate::facts::code::Code;
use crate::finding::{self, Finding};
use crate::load::{self, FileRequest, PackageId, Program};
use crate::report::{
    self, CompilerLines, Format, Notice, Parts, Places, Progress, Report, RuleDoc, Style, Summary,
};
use crate::types::check::STACK_BYTES;
use crate::types::package::Pkg;
use crate::walk::{self, GoDir};

use decide::{Decided, Units};
use ground::Ground;
use measure::Profiles;
pub use package::{Alone, check_alone};
use package::{Around, Checked, Surveyed, Ways};
use reuse::Reuse;
use setup::{Refusal, Setup};
use spread::Benchmarks;
use typecheck::{Bodies, Known, Typed, each_package};

/// Where a run writes, and how.
pub struct Streams<'s> {
    /// Reports and answers.
    pub out: &'s mut dyn Write,
    /// Summaries and complaints.
    pub err: &'s mut dyn Write,
    /// How `out` is styled.
    pub out_style: Style,
    /// How `err` is styled.
    pub err_style: Style,
}

/// Does what the command line asks for. Errors are those of the streams and of report files.
pub fn run(cli: &Cli, streams: &mut Streams<'_>) -> io::Result<Exit> {
    match &cli.command {
        Command::Check(args) => check(args, streams),
        Command::Explain(args) => explain::explain(args, streams),
        Command::Baseline(command) => baseline::run(command, streams),
        Command::Suppress(args) => suppress::run(args, streams),
        Command::Init(args) => init::run(args, streams),
        Command::Rules(command) => commands::rules(command, streams),
        Command::Config(command) => commands::config(command, streams),
        Command::Dump(DumpCommand::Sites(args)) => dump_sites(args, streams),
        Command::Dump(DumpCommand::Syntax { paths }) => syntax::mistakes(paths, streams),
        Command::Dump(DumpCommand::Ast { file }) => syntax::tree(file, streams),
        Command::Dump(DumpCommand::Types(args)) => dump::types(args, streams),
        Command::Dump(DumpCommand::Inlining(args)) => dump_inlining(args, streams),
        Command::Facts(FactsCommand::Build(args)) => dump::build_facts(args, streams),
        Command::Completions(args) => {
            crate::cli::write_completions(args.shell, streams.out).map(|()| Exit::Clean)
        }
    }
}

/// `heaplint check`.
fn check(args: &CheckArgs, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let started = Instant::now();
    let threads = args.threads.map_or(0, usize::from);
    let scope = Scope {
        profiles: Some(&args.profiles),
        wanted: Wanted::by(args),
        progress: !args.quiet,
        ..Scope::new(&args.paths, &args.input)
    };
    let analysis = match in_pool(threads, || rewrite::analyse_with_fixes(&scope, args)) {
        Ok(analysis) => analysis,
        Err(refusal) => return refusal.tell(streams),
    };
    let (analysis, outcome) = match rewrite::run(&scope, args, analysis) {
        Ok(rewritten) => rewritten,
        Err(refusal) => return refusal.tell(streams),
    };
    let threshold = args
        .fail_on
        .map_or(analysis.fail_on, crate::cli::FailOn::threshold);
    let at_fault = analysis.at_fault || outcome.failed;
    if args.fixes.diff {
        rewrite::write_diff(&analysis, streams.out)?;
    }
    let mut parts = analysis.into_parts();
    parts.summary.elapsed = Some(started.elapsed());
    parts.limit = args.max_findings;
    let report = Report::new(parts);
    write_reports(args, &report, streams)?;
    outcome.tell_problems(streams)?;
    if !args.quiet {
        report::write_notices(&report, streams.err_style, &mut streams.err)?;
        outcome.tell(streams)?;
        report::write_summary(&report, streams.err_style, &mut streams.err)?;
    }
    let exit = match report.worst() {
        _ if at_fault => Exit::Fault,
        Some(worst) if threshold.is_some_and(|t| worst >= t) => Exit::Findings,
        _ => Exit::Clean,
    };
    // The process ends here: its memory need not be taken apart string by string before.
    std::mem::forget(report);
    Ok(exit)
}

/// What reports show.
#[derive(Clone, Copy)]
struct Wanted {
    findings: bool,
    /// Sites that are variables and stay in their frame, of which there is nothing to report.
    stack_variables: bool,
    compiler_lines: bool,
    /// Which functions can be inlined at which cost, in place of the compiler's lines.
    inlining: bool,
}

impl Wanted {
    const ALL_SITES: Wanted = Wanted {
        findings: true,
        stack_variables: true,
        compiler_lines: false,
        inlining: false,
    };

    const INLINING: Wanted = Wanted {
        findings: false,
        stack_variables: false,
        compiler_lines: false,
        inlining: true,
    };

    const FINDINGS: Wanted = Wanted {
        findings: true,
        stack_variables: false,
        compiler_lines: false,
        inlining: false,
    };

    /// What the formats need that are asked for: the compiler's lines come instead of findings.
    fn by(args: &CheckArgs) -> Wanted {
        let others = args.output.iter().map(|o| o.format);
        let formats: Vec<Format> = others.chain([args.format]).collect();
        Wanted {
            findings: args.statistics || formats.iter().any(|&f| f != Format::Gcflags),
            stack_variables: false,
            compiler_lines: formats.contains(&Format::Gcflags),
            inlining: false,
        }
    }
}

fn write_reports(args: &CheckArgs, report: &Report, streams: &mut Streams<'_>) -> io::Result<()> {
    let options = |style| report::Options {
        style,
        sarif_category: args.sarif_category.clone(),
        show_suppressed: args.show_suppressed,
    };
    for output in &args.output {
        let write =
            |mut file| report::emit(output.format, report, &options(Style::PLAIN), &mut file);
        std::fs::File::create(&output.path)
            .and_then(write)
            .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", output.path.display())))?;
    }
    if args.fixes.diff {
        return Ok(());
    }
    if args.statistics {
        return report::write_statistics(report, args.format, streams.out_style, streams.out);
    }
    report::emit(
        args.format,
        report,
        &options(streams.out_style),
        streams.out,
    )
}

/// `heaplint dump sites`.
fn dump_sites(args: &DumpArgs, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let threads = args.threads.map_or(0, usize::from);
    let scope = Scope {
        wanted: Wanted::ALL_SITES,
        ..Scope::new(&args.paths, &args.input)
    };
    match in_pool(threads, || analyse(&scope)) {
        Ok(analysis) => {
            let sites = analysis.checked.iter().flat_map(|c| &c.sites);
            report::write_sites(&analysis.program.files, sites, streams.out)?;
            Ok(Exit::Clean)
        }
        Err(refusal) => refusal.tell(streams),
    }
}

/// `heaplint dump inlining`.
fn dump_inlining(args: &DumpArgs, streams: &mut Streams<'_>) -> io::Result<Exit> {
    let threads = args.threads.map_or(0, usize::from);
    let scope = Scope {
        wanted: Wanted::INLINING,
        ..Scope::new(&args.paths, &args.input)
    };
    match in_pool(threads, || analyse(&scope)) {
        Ok(analysis) => {
            let lines = analysis.checked.into_iter().flat_map(|c| c.compiler_lines);
            report::write_compiler_lines(lines, streams.out)?;
            Ok(Exit::Clean)
        }
        Err(refusal) => refusal.tell(streams),
    }
}

/// Runs `f` on a pool of `threads` (0: one a core). Where no pool can be made, it runs on this thread.
fn in_pool<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_BYTES)
        .build();
    match pool {
        Ok(pool) => pool.install(f),
        Err(_) => f(),
    }
}

/// What to analyse.
#[derive(Clone)]
struct Scope<'s> {
    paths: &'s [PathBuf],
    input: &'s InputArgs,
    profiles: Option<&'s ProfileArgs>,
    wanted: Wanted,
    /// Where files are to be taken as they were at another time.
    overlay: Arc<Overlay>,
    /// The folders that `paths` mean, where they are known from another analysis.
    dirs: Option<&'s [GoDir]>,
    /// Whether to show how far it is.
    progress: bool,
}

impl<'s> Scope<'s> {
    /// What `paths` mean, as the disk has it.
    fn new(paths: &'s [PathBuf], input: &'s InputArgs) -> Scope<'s> {
        Scope {
            paths,
            input,
            profiles: None,
            wanted: Wanted::FINDINGS,
            overlay: Arc::default(),
            dirs: None,
            progress: false,
        }
    }

    fn walk(&self, setup: &Setup<'_>) -> walk::Walked {
        let mut walked = match self.dirs {
            None => walk::walk(&setup.walk),
            Some(dirs) => walk::Walked {
                dirs: dirs.to_vec(),
                problems: Vec::new(),
            },
        };
        if !self.overlay.is_empty() {
            let tests = setup.load.tests;
            let selected = |name: &OsStr| tests || !walk::is_test_name(name);
            walked.dirs = walk::as_of(&walked.dirs, &self.overlay, selected);
        }
        walked
    }
}

/// What a run found out.
struct Analysis {
    program: Program,
    /// The folders that were walked.
    dirs: Vec<GoDir>,
    checked: Vec<Checked>,
    /// What else it went by, of which reports ask nothing more.
    ground: Ground,
    /// All findings, numbered and sorted.
    findings: Vec<Finding>,
    rules: Vec<finding::RuleMeta>,
    notices: Vec<Notice>,
    /// From which level on findings fail the run; `None` is never.
    fail_on: Option<Level>,
    /// A stage has panicked.
    at_fault: bool,
}

/// The line: paths → sites and findings, and what the compiler prints, as far as `scope` wants them.
fn analyse(scope: &Scope<'_>) -> Result<Analysis, Refusal> {
    setup::read_rules_ahead(scope.wanted);
    let setup = Setup::new(&Disk, scope.paths, scope.input, &scope.overlay)?;
    let mut walked = scope.walk(&setup);
    setup::refuse_unusable_paths(&walked)?;
    setup.exclude_by_nearest_config(&mut walked)?;
    let (mut program, diagnostics) =
        load::load(&walked, setup.load.clone(), |batch: &[FileRequest]| {
            batch.par_iter().map(FileRequest::read).collect()
        });
    let find = || Benchmarks::find(&walked, &mut program, &setup.load);
    let benchmarks = scope.wanted.findings.then(find);
    let mut notices = setup::notices(&program, &diagnostics);
    let none = ProfileArgs::default();
    let profiles = Profiles::read(scope.profiles.unwrap_or(&none), &program, &mut notices)?;
    let options = decide::Options {
        no_inline: scope.input.no_inline,
        explain: scope.wanted.inlining,
        sites: scope.wanted.findings,
        contracts: scope.wanted.findings && contract::are_there(&program),
    };
    let units = Units::new(program.packages.len(), setup.sizes(), options);
    let asked_for = package::asked_for(&program);
    let mut ground = Ground::new(setup, profiles, units, benchmarks, asked_for);
    let visited = visit_all(scope, &program, &ground)?;
    let faults = visited.iter().zip(&program.packages);
    let faults = faults.filter(|(visited, _)| visited.is_none());
    let faults: Vec<Notice> = faults.map(|(_, package)| setup::fault(package)).collect();
    let mut visited: Vec<Visited> = visited.into_iter().flatten().flatten().collect();
    ground.join(&program, &mut visited);
    let mut checked = finish(ground.around(&program), visited, &ground.ways());
    let at_fault = !faults.is_empty();
    notices.extend(faults);
    let uses = Profiles::uses(&checked);
    notices.extend(ground.profiles.fit(&uses, &program)?);
    Ok(Analysis {
        findings: numbered(&program, &mut checked),
        dirs: walked.dirs,
        rules: ground.setup.rules(scope.wanted),
        fail_on: ground.setup.fail_on(),
        program,
        checked,
        ground,
        notices,
        at_fault,
    })
}

/// Takes every package that no earlier run has kept through the stages that need its trees; `None` where one panicked.
fn visit_all(
    scope: &Scope<'_>,
    program: &Program,
    ground: &Ground,
) -> Result<Vec<Option<Option<Visited>>>, Refusal> {
    let units = &ground.units;
    let progress = || Progress::new(program.packages.len());
    let progress = scope.progress.then(progress);
    let cache = ground.setup.cache.as_ref();
    let goarch = &ground.setup.load.target.goarch;
    let reuse = cache.map(|cache| Reuse::new(program, cache, goarch, units.options()));
    let known = Kept {
        reuse: reuse.as_ref(),
        units,
        progress: progress.as_ref(),
    };
    let visited = each_package(program, units.sizes(), Bodies::All, &known, |typed| {
        let mut decided = units.decide(program, typed);
        if let Some(reuse) = &reuse {
            reuse.put(typed, &Code::exported(&decided.package, &decided.analysis));
        }
        let around = ground.around(program);
        let visited = visit(around, scope.wanted, typed, &mut decided);
        progress.iter().for_each(Progress::step);
        visited
    });
    if let Some(cache) = cache {
        cache.trim();
    }
    visited.map_err(Refusal::Facts)
}

/// A package that has been through the stages that need its trees.
enum Visited {
    /// Rules are to be run, once it is known how often its functions run.
    Surveyed(Box<Surveyed>, Vec<CompilerLines>),
    /// There is nothing more to do.
    Done(Checked),
}

/// Takes what is wanted out of a package; `None` if nothing is.
fn visit(
    around: Around<'_>,
    wanted: Wanted,
    typed: &Typed<'_>,
    decided: &mut Decided,
) -> Option<Visited> {
    // Nothing is found in files that a program wrote, but the compiler has something to say of them.
    let is_wanted = if wanted.findings {
        typed.package.is_selected()
    } else {
        typed.package.is_asked_for()
    };
    if !is_wanted {
        return None;
    }
    let program = around.program;
    let mut compiler_lines = Vec::new();
    if wanted.compiler_lines {
        compiler_lines = package::compiler_lines(program, around.asked_for, decided);
    }
    if wanted.inlining {
        compiler_lines = package::inlining(program, decided);
    }
    if wanted.findings {
        let surveyed = package::survey(around, typed, decided, wanted.stack_variables);
        return Some(Visited::Surveyed(Box::new(surveyed), compiler_lines));
    }
    Some(Visited::Done(Checked {
        compiler_lines,
        ..package::counted(program, typed)
    }))
}

/// Runs the rules.
fn finish(around: Around<'_>, visited: Vec<Visited>, ways: &Ways<'_>) -> Vec<Checked> {
    let finish = |visited| match visited {
        Visited::Done(checked) => checked,
        Visited::Surveyed(surveyed, compiler_lines) => Checked {
            compiler_lines,
            ..surveyed.check(around, ways)
        },
    };
    visited.into_par_iter().map(finish).collect()
}

/// The packages that an earlier run has kept, of which nothing is reported.
struct Kept<'a> {
    reuse: Option<&'a Reuse<'a>>,
    units: &'a Units,
    progress: Option<&'a Progress>,
}

impl Known<Option<Visited>> for Kept<'_> {
    fn may_have(&self, id: PackageId) -> bool {
        self.reuse.is_some_and(|reuse| reuse.keeps(id))
    }

    fn get(&self, id: PackageId, packages: &dyn Packages) -> Option<(Pkg, Option<Visited>)> {
        let (pkg, code) = self.reuse?.get(id, packages)?;
        self.units.add(id, code);
        self.progress.iter().for_each(|p| p.step());
        Some((pkg, None))
    }
}

/// The findings of all packages with their fingerprints, in the order of paths.
fn numbered(program: &Program, checked: &mut [Checked]) -> Vec<Finding> {
    let findings = checked
        .iter_mut()
        .flat_map(|c| std::mem::take(&mut c.findings));
    let mut findings: Vec<Finding> = findings.collect();
    let files = program.files.iter();
    let shown: Vec<_> = files.map(|f| f.path().to_string_lossy()).collect();
    finding::number(&mut findings, |file| &shown[file.index()]);
    findings
}

impl Analysis {
    /// Where the run was made.
    fn places(&self) -> &Places {
        &self.ground.setup.places
    }

    /// The absolute path of a file.
    fn path_of(&self, file: FileId) -> PathBuf {
        walk::normalize(&self.places().cwd.join(self.program.files[file].path()))
    }

    /// The absolute path of the folder that a finding lies in.
    fn folder_of(&self, finding: &Finding) -> PathBuf {
        let path = self.path_of(finding.file);
        path.parent().unwrap_or(Path::new("")).to_path_buf()
    }

    fn into_parts(self) -> Parts {
        let summary = Summary {
            files: self.checked.iter().map(|c| c.files).sum(),
            bytes: self.checked.iter().map(|c| c.bytes).sum(),
            packages: self.checked.len(),
            missing_imports: self
                .program
                .missing
                .iter()
                .map(|m| m.path.to_string())
                .collect(),
            elapsed: None,
        };
        let steps = |f: &Finding| {
            let flow = f.site.iter().flat_map(|s| &s.flow).chain(&f.trail);
            flow.map(|step| step.file).collect::<Vec<_>>()
        };
        let findings = self.findings.iter();
        let wanted: BTreeSet<_> = findings
            .flat_map(|f| steps(f).into_iter().chain([f.file]))
            .collect();
        let packages = self.checked.into_iter();
        let compiler_lines = packages.flat_map(|c| c.compiler_lines).collect();
        let files = self.program.files.into_entries();
        let (files, others): (Vec<(FileId, SourceFile)>, Vec<_>) =
            files.partition(|(id, _)| wanted.contains(id));
        // A report ends the run, and these are taken apart list by list: that is left to the end of the process.
        std::mem::forget((self.ground.units, self.ground.calls, self.ground.spread));
        std::mem::forget((self.program.packages, others));
        let shared = |(id, file)| (id, Arc::new(file));
        let document = |meta| RuleDoc {
            markdown: crate::rules::markdown(&meta),
            meta,
        };
        let rules = self.rules.into_iter().map(document).collect();
        Parts {
            findings: self.findings,
            limit: None,
            rules,
            files: files.into_iter().map(shared).collect(),
            summary,
            compiler_lines,
            notices: self.notices,
            places: self.ground.setup.places,
        }
    }
}
