//! Profiles against the program: which sites are hot because it was measured, and whether the profiles are of this
//! program at all.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::ast::Ast;
use crate::base::diag::Level;
use crate::base::files::{Disk, Files};
use crate::base::source::SourceFile;
use crate::cli::ProfileArgs;
use crate::heat;
use crate::load::{Package, Program};
use crate::profile::{self, FilePlace, FunctionPlace, Kind, Measured, Profile, Uses};
use crate::report::Notice;
use crate::site::{Measurement, Site};

use super::package::{Checked, add_uses};
use super::setup::Refusal;

/// The name of the profile that the compiler takes by itself from a command's folder.
const DEFAULT_PGO: &str = "default.pgo";

/// From this share on, in millionths, a line is hot unless `--min-share` says otherwise: half a percent.
const HOT_SHARE: u32 = 5_000;

/// The profiles of a run.
pub(super) struct Profiles {
    all: Vec<Profile>,
    /// How many of them were named; the others were found.
    named: usize,
    /// From which share on a line is hot, in millionths.
    hot: u32,
    /// Whether findings below that share are left out.
    only_hot: bool,
}

impl Profiles {
    /// Reads the profiles that `args` name, and those that lie beside the commands of `program`.
    pub(super) fn read(
        args: &ProfileArgs,
        program: &Program,
        notices: &mut Vec<Notice>,
    ) -> Result<Profiles, Refusal> {
        let mut profiles = Vec::new();
        for path in &args.profile {
            profiles.push(read(path).map_err(Refusal::Said)?);
        }
        for path in found(program) {
            match read(&path) {
                Ok(profile) => profiles.push(profile),
                Err(message) => notices.push(Notice {
                    path: None,
                    level: Level::Warning,
                    message,
                }),
            }
        }
        Ok(Profiles {
            all: profiles,
            named: args.profile.len(),
            hot: args.min_share.unwrap_or(HOT_SHARE),
            only_hot: args.min_share.is_some() && !args.profile.is_empty(),
        })
    }

    /// What is measured in a file of `package`.
    pub(super) fn of_file(&self, package: &Package, src: &SourceFile, ast: &Ast) -> Measured {
        if self.all.is_empty() {
            return Measured::default();
        }
        let path = package.dir.join(src.path().file_name().unwrap_or_default());
        profile::measure(
            &self.all,
            &FilePlace {
                package: package.path.as_str(),
                command: package.name.as_str() == "main",
                path: &path,
                functions: &functions(src, ast),
            },
        )
    }

    /// Tells a site what was measured on its lines.
    pub(super) fn heat(&self, measured: &Measured, src: &SourceFile, site: &mut Site) {
        let lines = [site.span.start, site.pos].map(|at| src.line_col(at).line);
        let weights = lines.iter().filter_map(|line| measured.lines.get(line));
        let mut found = Measurement::default();
        let mut evidence = None;
        for &(index, weight) in weights.flatten() {
            let profile = &self.all[index];
            if profile.kind != Kind::Cpu {
                found.objects = found.objects.max(weight.count);
                found.bytes = found.bytes.max(weight.amount);
            }
            let share = profile.share(weight);
            if evidence.is_none() || share > found.share {
                found.share = share;
                evidence = Some(profile.evidence(weight));
            }
        }
        let Some(evidence) = evidence else {
            return;
        };
        found.hot = found.share >= self.hot;
        site.heat.why.insert(0, evidence);
        site.heat.measured = Some(found);
    }

    /// Whether a finding at `site` is wanted.
    pub(super) fn wants(&self, site: &Site) -> bool {
        let hot = |m: &Measurement| m.hot;
        !self.only_hot || site.heat.measured.as_ref().is_some_and(hot)
    }

    /// What was found of each profile in all packages.
    pub(super) fn uses(checked: &[Checked]) -> Vec<Uses> {
        let mut sums = Vec::new();
        checked.iter().for_each(|c| add_uses(&mut sums, &c.uses));
        sums
    }

    /// What there is to say about how the profiles fit the program; `uses` is about each of them. A named profile of
    /// another program is an error.
    pub(super) fn fit(&self, uses: &[Uses], program: &Program) -> Result<Vec<Notice>, Refusal> {
        let mut notices = Vec::new();
        for (index, profile) in self.all.iter().enumerate() {
            let uses = uses.get(index).copied().unwrap_or_default();
            match verdict(profile, uses, program) {
                Some((Level::Error, message)) if index < self.named => {
                    return Err(Refusal::Said(message));
                }
                Some((_, message)) => notices.push(Notice {
                    path: None,
                    level: Level::Warning,
                    message,
                }),
                None => {}
            }
        }
        Ok(notices)
    }
}

/// What is wrong with a profile; an error if it is another program's.
fn verdict(profile: &Profile, uses: Uses, program: &Program) -> Option<(Level, String)> {
    let name = &profile.name;
    if uses.functions == 0 {
        let message = format!("{name}: no function of the checked packages is in this profile");
        let level = if is_of_owner(profile, program) {
            Level::Warning
        } else {
            Level::Error
        };
        return Some((level, message));
    }
    let Uses {
        functions,
        moved,
        changed,
    } = uses;
    (moved + changed > 0).then(|| {
        let message = format!(
            "{name} is older than the code: of {functions} functions in it {moved} have moved, their lines are found by \
             offset, and {changed} have changed so much that lines of theirs are not found"
        );
        (Level::Warning, message)
    })
}

/// Whether packages of the profile have the same owner as those that are checked, to judge by their paths.
fn is_of_owner(profile: &Profile, program: &Program) -> bool {
    let own: BTreeSet<&str> = program
        .selected()
        .map(|(_, package)| owner(package.path.as_str()))
        .collect();
    let measured = profile.lines.keys().map(|line| line.name.package.as_str());
    measured.map(owner).any(|path| own.contains(path))
}

/// `example.com/owner` of `example.com/owner/name/below`; of a path without a host its first element.
fn owner(package: &str) -> &str {
    let elements = if package
        .split('/')
        .next()
        .is_some_and(|host| host.contains('.'))
    {
        2
    } else {
        1
    };
    let end = package.match_indices('/').nth(elements - 1);
    end.map_or(package, |(end, _)| &package[..end])
}

fn read(path: &Path) -> Result<Profile, String> {
    let shown = path.display().to_string();
    let bytes = Disk
        .read(path)
        .map_err(|error| format!("{shown}: {error}"))?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    Profile::read(&name.to_string_lossy(), &bytes).map_err(|error| format!("{shown}: {error}"))
}

/// The profiles beside commands that are checked, by path.
fn found(program: &Program) -> Vec<PathBuf> {
    let commands = program
        .selected()
        .filter(|(_, p)| p.name.as_str() == "main");
    let mut paths: Vec<PathBuf> = commands.map(|(_, p)| p.dir.join(DEFAULT_PGO)).collect();
    paths.sort();
    paths.dedup();
    paths.retain(|path| Disk.exists(path));
    paths
}

fn functions(src: &SourceFile, ast: &Ast) -> Vec<FunctionPlace> {
    let place = |&decl: &crate::ast::DeclId| {
        let span = ast.decl_span(decl);
        FunctionPlace {
            name: heat::function_name(ast, decl).as_str().to_owned(),
            first: src.line_col(span.start).line,
            last: src.line_col(span.end.saturating_sub(1)).line,
        }
    };
    ast.decls.iter().map(place).collect()
}
