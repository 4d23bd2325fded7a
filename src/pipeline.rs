//! The stages in their order: arguments enter, all decisions and the text of both files leave, and nothing is written.

use anyhow::Result;
use bytesize::ByteSize;

use crate::catalog::Catalog;
use crate::cli::Dockerize;
use crate::error::Failure;
use crate::inspect::{self, CargoCommand, Manifests};
use crate::plan::{self, Image, Plan, Request, Runtime};
use crate::render::{self, Kind, Origin, RenderedFile, TEMPLATE_FOLDER};
use crate::settings::{AllSettings, BuildSettings, Settings, save};
use crate::shell::Shell;
use crate::workspace::{GNU, MUSL, Workspace};

/// What the pipeline makes of a workspace.
#[derive(Debug)]
pub struct Compiled {
    /// The workspace as cargo resolved it.
    pub(crate) manifests: Manifests,
    /// Every layer of settings.
    pub(crate) all_settings: AllSettings,
    /// Path of the Dockerfile relative to the workspace root, where `output` names one.
    pub(crate) output: Option<String>,
    /// The member that the user stands in, where it alone is built for that.
    pub(crate) by_place: Option<String>,
    /// The facts.
    pub(crate) workspace: Workspace,
    /// Whether templates of the user's own are there.
    pub(crate) has_own_templates: bool,
    /// All decisions.
    pub(crate) plan: Plan,
    /// The Dockerfile, the ignore file, and further ones.
    pub(crate) files: Vec<RenderedFile>,
}

impl Compiled {
    /// As many bytes as an image may have.
    pub(crate) fn size_limit(&self, image: &Image) -> Option<u64> {
        let binary = self.workspace.binaries.iter().find(|binary| binary.name == image.binary)?;
        let limit = self.all_settings.binary(&binary.package, &binary.name).size_limit?;
        Some(limit.parse::<ByteSize>().ok()?.as_u64())
    }
}

/// Reads, decides and renders.
pub fn compile(flags: &Dockerize, shell: Shell) -> Result<Compiled> {
    let given = Settings::from(flags);
    given.validate()?;
    let by_flags = BuildSettings::from(&given);
    let likely = given.target.as_deref().unwrap_or(target_for(Runtime::asked_for(&by_flags)?));
    let manifests = Manifests::read(CargoCommand::from(flags), &by_flags, likely, shell)?;

    let all_settings = manifests.all_settings(given)?;
    let catalog = Catalog::load()?;
    let selected = manifests.select(&all_settings, &catalog)?;
    let settings = all_settings.build(&selected.packages)?;
    let named = named_target(&manifests, &all_settings, &settings)?;
    let platforms = settings.platforms.as_deref().unwrap_or_default();
    let read = |target: &str| {
        let inspect = |target: &str| {
            let named_by = named.as_ref().map(|(_, by)| by.clone());
            manifests.inspect(&selected, (&settings, &all_settings), target, named_by, &catalog)
        };
        let mut inspected = inspect(target)?;
        let others: Vec<&str> = catalog.images.triples(platforms, target == MUSL).collect();
        manifests.add_crates_of(&others, &mut inspected, inspect)?;
        Ok::<_, anyhow::Error>(inspected)
    };
    let choose = |workspace: &Workspace| plan::choose(workspace, &settings, &all_settings, &catalog);

    // The target depends on the runtime, and the runtime on what the graph links: unless one is asked for, the graph for glibc
    // decides whether musl is worth a look.
    let asked_for = Runtime::asked_for(&settings)?;
    let first = match &named {
        Some((target, _)) => target.as_str(),
        None => target_for(asked_for),
    };
    if named.is_none() && asked_for.is_none() {
        manifests.expect_musl(&selected, &settings);
    }
    let mut inspected = read(first)?;
    let mut choice = choose(&inspected.workspace)?;
    if choice.runtime == Runtime::Scratch && inspected.workspace.selection.target == GNU && named.is_none() {
        if inspected.is_same_for_both_libcs() {
            MUSL.clone_into(&mut inspected.workspace.selection.target);
        } else {
            let with_musl = read(MUSL)?;
            choice = choose(&with_musl.workspace)?;
            if choice.runtime == Runtime::Scratch {
                inspected = with_musl;
            }
        }
    }
    manifests.assets_must_exist(&all_settings, &inspected.workspace)?;

    let output = manifests.output(&all_settings)?;
    let command = command(flags, &all_settings, output.as_ref(), selected.by_place.clone())?;
    let own = inspect::templates(&manifests.root().join(TEMPLATE_FOLDER))?;
    let request = Request {
        settings: &settings,
        all_settings: &all_settings,
        choice: &choice,
        command: &command,
        dockerfile: output.as_deref().unwrap_or("Dockerfile"),
        changes_sources: own.contains_key("before-build"),
    };
    let plan = plan::plan(&inspected.workspace, &catalog, request)?;
    let files = render::render(&plan, &own, &further(flags, &manifests, &plan))?;
    Ok(Compiled {
        manifests,
        all_settings,
        output,
        by_place: selected.by_place,
        workspace: inspected.workspace,
        has_own_templates: !own.is_empty(),
        plan,
        files,
    })
}

/// The files beside Dockerfile and ignore file: those that are asked for, and those of ours that are there.
fn further(flags: &Dockerize, manifests: &Manifests, plan: &Plan) -> Vec<Kind> {
    let is_there = |kind: Kind| {
        let text = kind.place(plan).map(|place| inspect::regular_text(&manifests.root().join(place)));
        text.is_some_and(|text| text.is_ok_and(|text| render::origin(&text) != Origin::Foreign))
    };
    let is_wanted = |kind: Kind| flags.asks_for(kind) || is_there(kind);
    // What builds in CI calls bake.
    let in_ci = is_wanted(Kind::Gitlab) || is_wanted(Kind::Github);
    Kind::FURTHER.into_iter().filter(|kind| is_wanted(*kind) || *kind == Kind::Bake && in_ci).collect()
}

/// The target that a runtime needs, unless one is named.
fn target_for(runtime: Option<Runtime>) -> &'static str {
    if runtime == Some(Runtime::Scratch) { MUSL } else { GNU }
}

/// The target that was named, and by what. Only Linux runs in a Linux container.
fn named_target(
    manifests: &Manifests,
    all_settings: &AllSettings,
    settings: &BuildSettings,
) -> Result<Option<(String, String)>> {
    let (named, by) = match (&all_settings.flags.target, &settings.target) {
        _ if settings.platforms.is_some() => return Ok(None),
        (Some(target), _) => (Some(target.clone()), "`--target`"),
        (None, Some(target)) => (Some(target.clone()), "`target` in the settings"),
        (None, None) => (manifests.configured_target(), "build.target in .cargo/config.toml"),
    };
    if let Some(target) = named.as_ref().filter(|target| !target.contains("-linux-")) {
        return Err(Failure::new(format!("`{target}` ({by}) does not run in a Linux container"))
            .help(format!("name another one, as in `--target {GNU}`"))
            .into());
    }
    Ok(named.map(|target| (target, by.to_owned())))
}

/// The command without which the same files would not come out again.
fn command(
    flags: &Dockerize,
    all_settings: &AllSettings,
    output: Option<&String>,
    by_place: Option<String>,
) -> Result<String> {
    let mut given = all_settings.flags.clone();
    if given.output.is_some() {
        given.output = output.cloned();
    }
    if let Some(member) = by_place {
        given.package = Some(vec![member]);
    }
    // Options that are saved need not be given again.
    let options = if flags.save { Vec::new() } else { save::as_flags(&given)? };
    Ok(std::iter::once("cargo dockerize".to_owned()).chain(options).collect::<Vec<_>>().join(" "))
}
