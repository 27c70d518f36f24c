//! The rules of the house, read from what Cargo knows: who may depend on whom, and which Rust each crate needs.

#![expect(clippy::expect_used, reason = "an unreadable workspace is a failed test")]
#![expect(clippy::indexing_slicing, reason = "JSON that is not there is `null`")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What every user of every crate builds. A new one is a decision for a review: state it here.
const CORE_DEPENDENCIES: &[&str] = &[
    "async-trait",
    "base64",
    "getrandom",
    "hmac",
    "httpdate",
    "humantime",
    "ipnet",
    "percent-encoding",
    "rmp",
    "rmp-serde",
    "rmpv",
    "serde",
    "serde_json",
    "sha2",
    "smallvec",
    "thiserror",
    "tokio",
    "tracing",
    "zeroize",
];

/// What the example shops differ in, by the names of crates and of the facade's features.
const FRAMEWORKS: &[&str] = &["actix", "actix-web", "axum", "poem", "rocket", "salvo", "warp"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Facade,
    Core,
    Conformance,
    TestSupport,
    MemoryStore,
    Store,
    /// What several stores are built with.
    StorePart,
    Adapter,
    /// What the example shops share.
    Shop,
    Example,
    /// A command for operators.
    Tool,
}

impl Kind {
    /// By folder and name; `None` where the house has no such place.
    fn of(folder: &str, name: &str) -> Option<Self> {
        match folder {
            "" => (name == "session-kit").then_some(Self::Facade),
            "session-core" => (name == folder).then_some(Self::Core),
            "session-conformance" => (name == folder).then_some(Self::Conformance),
            "session-test-support" => (name == folder).then_some(Self::TestSupport),
            "session-store-memory" => (name == folder).then_some(Self::MemoryStore),
            "session-batching" => (name == folder).then_some(Self::StorePart),
            "session-migrate" => (name == folder).then_some(Self::Tool),
            _ if folder.starts_with("session-store-") => (name == folder).then_some(Self::Store),
            _ => match folder.split_once('/')? {
                ("adapters", framework) => (name.strip_prefix("session-")? == framework).then_some(Self::Adapter),
                ("examples", "shop") => (name == "shop").then_some(Self::Shop),
                ("examples", example) => (name == example).then_some(Self::Example),
                _ => None,
            },
        }
    }

    fn may_build_on(self, other: Self) -> bool {
        match self {
            Self::Core => false,
            Self::Conformance | Self::TestSupport | Self::MemoryStore | Self::StorePart | Self::Adapter => {
                other == Self::Core
            }
            Self::Store => matches!(other, Self::Core | Self::StorePart),
            Self::Facade => matches!(other, Self::Core | Self::MemoryStore | Self::Store | Self::Adapter),
            Self::Shop | Self::Tool => other == Self::Facade,
            Self::Example => other != Self::Example,
        }
    }

    fn may_test_with(self, other: Self) -> bool {
        let suites = matches!(other, Self::Core | Self::Conformance);
        match self {
            Self::MemoryStore | Self::StorePart | Self::TestSupport => suites,
            Self::Store => suites || other == Self::TestSupport,
            Self::Core | Self::Conformance | Self::Adapter => suites || other == Self::MemoryStore,
            Self::Facade | Self::Shop | Self::Example | Self::Tool => true,
        }
    }
}

struct House {
    metadata: Value,
}

impl House {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--all-features", "--locked"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(
            output.status.success(),
            "cargo metadata failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
        Self { metadata }
    }

    fn packages(&self) -> BTreeMap<&str, Package<'_>> {
        let packages = list(&self.metadata["packages"]).iter().map(Package);
        packages.map(|package| (text(&package.0["id"]), package)).collect()
    }

    fn members(&self) -> Vec<Package<'_>> {
        let packages = self.packages();
        let ids = list(&self.metadata["workspace_members"]).iter().map(text);
        ids.filter_map(|id| packages.get(id).copied()).collect()
    }

    /// What each package needs to be built, by id: normal and build dependencies, on every platform.
    fn built_from(&self) -> BTreeMap<&str, Vec<&str>> {
        let is_built = |dependency: &&Value| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
        let nodes = list(&self.metadata["resolve"]["nodes"]).iter();
        nodes
            .map(|node| {
                let built = list(&node["deps"]).iter().filter(is_built);
                (
                    text(&node["id"]),
                    built.map(|dependency| text(&dependency["pkg"])).collect(),
                )
            })
            .collect()
    }

    fn kind_of(&self, name: &str) -> Option<Kind> {
        self.members().into_iter().find(|member| member.name() == name)?.kind()
    }
}

#[derive(Clone, Copy)]
struct Package<'a>(&'a Value);

impl<'a> Package<'a> {
    fn name(self) -> &'a str {
        text(&self.0["name"])
    }

    fn manifest(self) -> &'a Path {
        Path::new(text(&self.0["manifest_path"]))
    }

    fn folder(self) -> String {
        let folder = self.manifest().parent().expect("a manifest is in a folder");
        let inside = folder
            .strip_prefix(env!("CARGO_MANIFEST_DIR"))
            .expect("a member is inside the workspace");
        inside
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/")
    }

    fn kind(self) -> Option<Kind> {
        Kind::of(&self.folder(), self.name())
    }

    fn is_published(self) -> bool {
        self.0["publish"].is_null()
    }

    fn rust_version(self) -> Option<Vec<u32>> {
        let stated = self.0["rust_version"].as_str()?;
        let parts = stated.split('.').chain(["0", "0"]).take(3);
        Some(
            parts
                .map(|part| part.parse().expect("a Rust version is numbers"))
                .collect(),
        )
    }

    fn dependencies(self) -> impl Iterator<Item = Dependency<'a>> {
        list(&self.0["dependencies"]).iter().map(Dependency)
    }
}

#[derive(Clone, Copy)]
struct Dependency<'a>(&'a Value);

impl<'a> Dependency<'a> {
    fn name(self) -> &'a str {
        text(&self.0["name"])
    }

    fn is_ours(self) -> bool {
        self.0["path"].is_string()
    }

    fn is_for_tests(self) -> bool {
        self.0["kind"] == "dev"
    }

    fn is_optional(self) -> bool {
        self.0["optional"] == true
    }

    fn has_version(self) -> bool {
        self.0["req"] != "*"
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("cargo metadata has a text here")
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_crate_has_a_place_in_the_house() {
    let mut faults = Vec::new();
    for member in House::read().members() {
        let (name, folder) = (member.name(), member.folder());
        match member.kind() {
            None => faults.push(format!("{name} in `{folder}`: tests/house.rs knows no such place")),
            Some(Kind::Example | Kind::Shop | Kind::TestSupport) if member.is_published() => {
                faults.push(format!("{name}: needs `publish = false`"))
            }
            Some(_) => {}
        }
    }
    assert_none(&faults);
}

#[test]
fn arrows_point_one_way() {
    let house = House::read();
    let mut faults = Vec::new();
    for member in house.members() {
        let Some(kind) = member.kind() else { continue };
        for dependency in member.dependencies().filter(|dependency| dependency.is_ours()) {
            let (from, to) = (member.name(), dependency.name());
            let (verb, allowed): (_, fn(Kind, Kind) -> bool) = if dependency.is_for_tests() {
                ("be tested with", Kind::may_test_with)
            } else {
                ("build on", Kind::may_build_on)
            };
            match house.kind_of(to) {
                Some(other) if allowed(kind, other) => {}
                other => faults.push(format!("{from} ({kind:?}) may not {verb} {to} ({other:?})")),
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn what_the_shops_share_knows_no_framework() {
    let house = House::read();
    let mut faults = Vec::new();
    let members = house.members().into_iter();
    for shop in members.filter(|member| member.kind() == Some(Kind::Shop)) {
        for dependency in shop.dependencies() {
            let features = list(&dependency.0["features"]).iter().map(text);
            let names = features.chain([dependency.name()]);
            for framework in names.filter(|name| FRAMEWORKS.contains(name)) {
                let (from, to) = (shop.name(), dependency.name());
                faults.push(format!("{from} knows {framework} by its dependency {to}"));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn core_builds_on_the_agreed_crates_alone() {
    let house = House::read();
    let mut faults = Vec::new();
    for core in house
        .members()
        .into_iter()
        .filter(|member| member.kind() == Some(Kind::Core))
    {
        for dependency in core.dependencies().filter(|dependency| !dependency.is_for_tests()) {
            let name = dependency.name();
            if !CORE_DEPENDENCIES.contains(&name) {
                faults.push(format!(
                    "session-core builds on {name}, which CORE_DEPENDENCIES does not name"
                ));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn versions_inside_the_workspace_let_it_be_published() {
    let mut faults = Vec::new();
    for member in House::read().members() {
        for dependency in member.dependencies().filter(|dependency| dependency.is_ours()) {
            let (from, to) = (member.name(), dependency.name());
            if dependency.is_for_tests() && dependency.has_version() {
                faults.push(format!(
                    "{from}: the dev-dependency {to} has a version, which would make publishing a cycle: \
                     needs `{to} = {{ path = \"..\" }}`"
                ));
            }
            if !dependency.is_for_tests() && !dependency.has_version() && member.is_published() {
                faults.push(format!(
                    "{from}: the dependency {to} has no version: needs `{to}.workspace = true`"
                ));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let mut faults = Vec::new();
    for member in House::read().members() {
        let manifest = std::fs::read_to_string(member.manifest()).expect("a manifest can be read");
        let mut lines = manifest.lines().map(str::trim).filter(|line| !line.is_empty());
        let takes_lints = lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true");
        if !takes_lints {
            faults.push(format!("{}: needs `[lints]` with `workspace = true`", member.name()));
        }
    }
    assert_none(&faults);
}

/// Stands in for a build with each crate's oldest Rust; clippy's `incompatible_msrv` watches what our own code calls.
///
/// What a feature of a crate brings states its own: SQL needs a newer Rust than the facade without it.
#[test]
fn no_dependency_needs_a_newer_rust_than_the_crate_states() {
    let house = House::read();
    let (packages, built_from) = (house.packages(), house.built_from());
    let mut faults = Vec::new();
    for member in house.members() {
        let Some(stated) = member.rust_version() else {
            faults.push(format!("{}: needs `rust-version.workspace = true`", member.name()));
            continue;
        };
        let mut seen = BTreeSet::new();
        let mut waiting = vec![text(&member.0["id"])];
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            waiting.extend(built_from.get(id).into_iter().flatten().filter(|id| {
                let optional = member.dependencies().filter(|dependency| dependency.is_optional());
                let name = packages.get(**id).map(|package| package.name());
                seen.len() > 1 || !optional.map(Dependency::name).any(|optional| Some(optional) == name)
            }));
            if let Some(package) = packages.get(id)
                && package.rust_version().is_some_and(|needed| needed > stated)
            {
                let (name, version) = (package.name(), &package.0["version"]);
                let (needed, stated) = (&package.0["rust_version"], &member.0["rust_version"]);
                faults.push(format!(
                    "{} states Rust {stated}, but {name} {version} needs {needed}",
                    member.name()
                ));
            }
        }
    }
    assert_none(&faults);
}
