//! What it takes to bring heaplint into a repository: a config, a workflow, a pre-commit hook, as fits what is there.
//!
//! Nothing that is there is written over. A `.pre-commit-config.yaml` gets one entry at its end, where that is where its
//! list of repositories ends; otherwise the entry is shown to be copied.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::base::files::Files;
use crate::base::yaml;
use crate::config;

/// Where releases and the action live.
const HOME: &str = env!("CARGO_PKG_REPOSITORY");

const WORKFLOW: &str = ".github/workflows/heaplint.yml";
const HOOKS: &str = ".pre-commit-config.yaml";

/// One file of the plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The file, below the repository's root.
    pub path: PathBuf,
    /// What to do about it.
    pub action: Action,
}

/// What to do about a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Write it with this text.
    Create(String),
    /// It has `all` in it afterwards, which is what it has now and `entry` behind.
    Append {
        /// The whole new text.
        all: String,
        /// What is added.
        entry: String,
    },
    /// Leave it alone, because of this.
    Leave(String),
    /// Leave it alone, and show what could be put into it.
    Show {
        /// Why it is not done.
        why: String,
        /// What to put there.
        entry: String,
    },
}

/// What to do in the repository at `root`.
pub fn plan(files: &dyn Files, root: &Path) -> Vec<Step> {
    let step = |path: &str, action| Step {
        path: path.into(),
        action,
    };
    vec![
        step(config::NAMES[0], config_action(files, root)),
        step(WORKFLOW, workflow_action(files, root)),
        step(HOOKS, hooks_action(files, root)),
    ]
}

fn config_action(files: &dyn Files, root: &Path) -> Action {
    let found = config::NAMES
        .iter()
        .find(|name| files.exists(&root.join(name)));
    match found {
        Some(name) => Action::Leave(format!("{name} is there")),
        None => Action::Create(config::TEMPLATE.to_owned()),
    }
}

fn workflow_action(files: &dyn Files, root: &Path) -> Action {
    let has = |name: &str| files.exists(&root.join(name));
    if has(WORKFLOW) {
        return Action::Leave("it is there".to_owned());
    }
    let others = [
        ".gitlab-ci.yml",
        ".circleci",
        "azure-pipelines.yml",
        "Jenkinsfile",
        ".woodpecker.yml",
        ".drone.yml",
    ];
    match others.iter().find(|name| has(name)) {
        Some(other) if !has(".github/workflows") => Action::Show {
            why: format!("{other} runs CI here; a job needs one command"),
            entry: "heaplint check --format concise --output sarif:heaplint.sarif\n".to_owned(),
        },
        _ => Action::Create(workflow(&default_branch(files, root))),
    }
}

fn workflow(branch: &str) -> String {
    format!(
        r#"name: heaplint

# Heap escapes on hot paths, as code-scanning alerts and as annotations on pull requests.
on:
  push:
    branches: ["{branch}"]
  pull_request:

permissions: {{}}

jobs:
  heaplint:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      actions: read # for code scanning in private repositories
      security-events: write
    steps:
      - uses: actions/checkout@v6
        with:
          persist-credentials: false
      - uses: heaplint/heaplint@v{version}
        id: heaplint
      - uses: github/codeql-action/upload-sarif@v4
        if: always() && steps.heaplint.outputs.sarif-file != ''
        with:
          sarif_file: ${{{{ steps.heaplint.outputs.sarif-file }}}}
"#,
        version = env!("CARGO_PKG_VERSION")
    )
}

/// The branch that the remote calls its own, else the usual ones that are there, else the one that is checked out.
fn default_branch(files: &dyn Files, root: &Path) -> String {
    let git = root.join(".git");
    let branch = |file: &str, prefix: &str| {
        let bytes = files.read(&git.join(file)).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        text.trim().strip_prefix(prefix).map(str::to_owned)
    };
    let usual = ["main", "master"].into_iter().find(|name| {
        files.exists(&git.join("refs/heads").join(name))
            || files.exists(&git.join("refs/remotes/origin").join(name))
    });
    branch("refs/remotes/origin/HEAD", "ref: refs/remotes/origin/")
        .or_else(|| usual.map(str::to_owned))
        .or_else(|| branch("HEAD", "ref: refs/heads/"))
        .unwrap_or_else(|| "main".to_owned())
}

fn hooks_action(files: &dyn Files, root: &Path) -> Action {
    let path = root.join(HOOKS);
    if files.exists(&path) {
        let text = files.read(&path).map(String::from_utf8);
        return match text {
            Ok(Ok(text)) => append(&text),
            _ => Action::Leave("it cannot be read".to_owned()),
        };
    }
    let others = ["lefthook.yml", ".lefthook.yml", ".husky", ".overcommit.yml"];
    match others.iter().find(|name| files.exists(&root.join(name))) {
        Some(other) => Action::Show {
            why: format!("{other} runs hooks here; a hook needs one command"),
            entry: "heaplint check --staged --fail-on warning\n".to_owned(),
        },
        None => Action::Create(format!("repos:\n{}", entry("  "))),
    }
}

/// The entry of a list of repositories whose dashes stand behind `indent`.
fn entry(indent: &str) -> String {
    let lines = [
        format!("- repo: {HOME}"),
        format!("  rev: v{}", env!("CARGO_PKG_VERSION")),
        "  hooks:".to_owned(),
        "    - id: heaplint".to_owned(),
        "    - id: heaplint-config".to_owned(),
    ];
    lines.map(|line| format!("{indent}{line}\n")).concat()
}

/// As much of a `.pre-commit-config.yaml` as has to be known to add to it.
#[derive(Deserialize)]
struct Hooks {
    repos: Vec<Repo>,
}

#[derive(Deserialize)]
struct Repo {
    repo: String,
}

fn repos(text: &str) -> Option<Vec<String>> {
    let (hooks, problems) = yaml::read::<Hooks>(text.as_bytes());
    let hooks = hooks.filter(|_| problems.is_empty())?;
    Some(hooks.repos.into_iter().map(|r| r.repo).collect())
}

/// Adds the entry behind the last line, if what comes out is the same list and one more.
fn append(text: &str) -> Action {
    let by_hand = |why: &str| Action::Show {
        why: why.to_owned(),
        entry: entry("  "),
    };
    let Some(before) = repos(text) else {
        return by_hand("its list of repositories is not understood");
    };
    if before.iter().any(|repo| repo.ends_with("/heaplint")) {
        return Action::Leave("it has heaplint".to_owned());
    }
    let item = text
        .lines()
        .find(|line| line.trim_start().starts_with("- "));
    let indent = item.map_or("  ", |line| &line[..line.len() - line.trim_start().len()]);
    let newline = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let entry = entry(indent);
    let all = format!("{text}{newline}{entry}");
    let wanted = before.iter().cloned().chain([HOME.to_owned()]);
    if repos(&all) == Some(wanted.collect()) {
        Action::Append { all, entry }
    } else {
        by_hand("its list of repositories is not at its end")
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, append, repos};

    #[test]
    fn an_entry_is_added_where_the_list_ends() {
        for text in [
            "repos:\n- repo: https://a/b\n  rev: v1\n  hooks:\n  - id: x\n",
            "# hooks\nfail_fast: true\nrepos:\n    - repo: local\n      hooks:\n        - id: x",
        ] {
            let Action::Append { all, entry } = append(text) else {
                panic!("{text}")
            };
            assert!(all.starts_with(text) && all.ends_with(&entry));
            assert_eq!(repos(&all).map(|r| r.len()), Some(2), "{all}");
        }
    }

    #[test]
    fn other_files_are_left_alone() {
        let there = "repos:\n- repo: https://github.com/heaplint/heaplint\n  rev: v0\n";
        assert!(matches!(append(there), Action::Leave(_)));
        for text in [
            "repos:\n- repo: local\nexclude: x\n",
            "repos: [{ repo: local }]\n",
            "hooks: []\n",
        ] {
            assert!(matches!(append(text), Action::Show { .. }), "{text}");
        }
    }
}
