//! What is said after files were written: a plan enters; what the images will lack, and the commands to type next, are
//! shown.

use std::collections::BTreeSet;

use crate::plan::{Image, Lacked, Plan, Runtime};
use crate::shell::Shell;
use crate::workspace::{LeftOutBinary, WhyLeftOut};

/// What somebody should know who starts the images.
pub(crate) fn notes(plan: &Plan, shell: Shell) {
    left_out(plan, shell);
    together(plan, ["reads", "read"], copied, shell);
    together(plan, ["may read", "may read"], perhaps_read, shell);
    together(plan, ["writes", "write"], written, shell);
    together(plan, ["needs", "need"], |image| subcommand(plan, image), shell);
    together(plan, ["does not start without", "do not start without"], |image| lacking(plan, image), shell);
    together(plan, ["may stop without", "may stop without"], unset, shell);
    together(plan, ["looks for", "look for"], unmounted, shell);
    together(plan, ["may run", "may run"], not_installed, shell);
    together(plan, ["may go", "may go"], |image| leaving(plan, image), shell);
    unclear_ports(plan, shell);
    deaf(plan, shell);
    // A proposal, and so for one image.
    if let Some((image, setting)) = plan.images.last().and_then(|one| Some((one, one.at_run_time.health.as_ref()?))) {
        shell.note(format_args!("{} can tell whether it is well: `{setting}` asks it", image.binary));
    }
    slow_threads(plan, shell);
    if plan.context.root != "." {
        shell.note("the build reads files outside the workspace: the build context begins above it");
    }
}

/// As many names as one line takes.
const MOST_NAMES: usize = 6;

/// As many variables as the command that starts an image takes one by one.
const MOST_VARIABLES: usize = 3;

/// Which binaries have no image.
fn left_out(plan: &Plan, shell: Shell) {
    let is_guess = |binary: &&LeftOutBinary| binary.because != WhyLeftOut::Excluded;
    let mut names: Vec<&str> = plan.left_out.iter().filter(is_guess).map(|binary| binary.name.as_str()).collect();
    // Several packages may have a binary of the same name.
    names.dedup();
    if !names.is_empty() {
        let names = shortened(names.into_iter().map(str::to_owned).collect());
        shell.note(format_args!(
            "left out: {names}; `--bin NAME` or `--workspace` adds them, `exclude = […]` settles it, `cargo dockerize explain images` says why"
        ));
    }
}

/// Names in a row, as many as one line takes.
fn shortened(mut names: Vec<String>) -> String {
    let others = match names.len().saturating_sub(MOST_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    names.truncate(MOST_NAMES);
    names.join(", ") + &others
}

/// What the keys of one image's settings begin with.
fn settings_of(plan: &Plan, image: &Image) -> String {
    if plan.images.len() == 1 { String::new() } else { format!("binaries.{}.", image.binary) }
}

/// One note for the images of which the same is true; `verbs` are for one program and for several.
fn together(plan: &Plan, verbs: [&str; 2], rest: impl Fn(&Image) -> Option<String>, shell: Shell) {
    let mut said: Vec<(String, Vec<&Image>)> = Vec::new();
    for image in &plan.images {
        let Some(rest) = rest(image) else { continue };
        match said.iter_mut().find(|(known, _)| *known == rest) {
            Some((_, images)) => images.push(image),
            None => said.push((rest, vec![image])),
        }
    }
    for (rest, images) in said {
        shell.note(format_args!("{} {} {rest}", names(&images), verbs[usize::from(images.len() > 1)]));
    }
}

fn copied(image: &Image) -> Option<String> {
    let found = image.assets.iter();
    let found = found.filter_map(|asset| Some(format!("`{}` ({})", asset.from, asset.because.as_ref()?)));
    let found: Vec<String> = found.collect();
    let them = if found.len() == 1 { "it" } else { "them" };
    (!found.is_empty()).then(|| format!("{}: copied; `assets = []` leaves {them} out", found.join(", ")))
}

fn perhaps_read(image: &Image) -> Option<String> {
    let candidates = &image.at_run_time.may_read;
    let first = candidates.first()?;
    let copied = image.assets.iter().filter(|asset| asset.because.is_some()).map(|asset| &asset.name);
    let named = copied.chain(candidates.iter().map(|candidate| &candidate.asset));
    let named: Vec<String> = named.map(|path| format!("\"{path}\"")).collect();
    Some(format!(
        "`{}` ({}); if so, say `assets = [{}]` in [{}]",
        first.path,
        first.place,
        named.join(", "),
        first.table
    ))
}

fn written(image: &Image) -> Option<String> {
    let first = image.at_run_time.writes.first()?;
    let folder = first.what.trim_start_matches("./").rsplit_once('/').map_or("/data", |(folder, _)| folder);
    Some(format!(
        "{} ({}), which ends with its container; give it a place in a volume, with `volumes = [\"{folder}\"]`",
        first.what, first.place
    ))
}

/// The subcommand that a server is started with.
fn subcommand(plan: &Plan, image: &Image) -> Option<String> {
    let found = image.at_run_time.start.command.as_ref()?;
    let table = settings_of(plan, image);
    Some(format!("a subcommand ({}): CMD is `{}`; `{table}command = […]` says another", found.place, found.what))
}

/// What a server is not started without.
fn lacking(plan: &Plan, image: &Image) -> Option<String> {
    let found = image.at_run_time.start.lacks.as_ref()?;
    let table = settings_of(plan, image);
    Some(format!(
        "`{}` ({}): say it in `{table}args = […]`, or after the image's name in `docker run`",
        found.what, found.place
    ))
}

/// Environment variables that a program stops without.
fn unset(image: &Image) -> Option<String> {
    let found = &image.at_run_time.start.variables;
    let first = found.first()?;
    let names = shortened(found.iter().map(|said| format!("`{}`", said.what)).collect());
    let (word, them) = if found.len() == 1 { ("variable", "it") } else { ("variables", "them") };
    Some(format!(
        "the {word} {names} ({}): set {them} with `docker run --env`, or in `env = {{ … }}` what is no secret",
        first.place
    ))
}

/// Files with settings that a program looks for.
fn unmounted(image: &Image) -> Option<String> {
    let first = image.at_run_time.start.files.first()?;
    let path = &first.what;
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(format!(
        "`{path}` ({}), which is not in the image: mount it, with `docker run --volume ./{name}:{path}:ro`",
        first.place
    ))
}

/// Programs that a program runs and that its image lacks.
fn not_installed(image: &Image) -> Option<String> {
    let lacks = &image.at_run_time.lacks;
    let first = lacks.first()?;
    let names = shortened(lacks.iter().map(|one| format!("`{}`", one.name)).collect());
    let it = if lacks.len() == 1 { "it" } else { "them" };
    let to_install: Vec<&Lacked> = lacks.iter().filter(|one| !one.is_in_slim).collect();
    let known = to_install.iter().flat_map(|one| &one.packages).map(|package| format!("\"{package}\""));
    let unknown = to_install.iter().any(|one| one.packages.is_empty()).then(|| "…".to_owned());
    let packages: BTreeSet<String> = known.chain(unknown).collect();
    let cure = if packages.is_empty() {
        format!("`--slim` has {it}")
    } else {
        let packages: Vec<String> = packages.into_iter().collect();
        format!("`runtime-packages = [{}]` installs {it}", packages.join(", "))
    };
    Some(format!(
        "{names} ({}), which the base image lacks: {cure}; `runtime-packages = []` says that it does without",
        first.place
    ))
}

/// A program that ends its container when it goes into the background.
fn leaving(plan: &Plan, image: &Image) -> Option<String> {
    let start = &image.at_run_time.start;
    let by = start.leaves_by.as_ref()?;
    let cure = match &start.stays_by {
        Some(option) => format!("say `{}args = [\"{}\"]` ({})", settings_of(plan, image), option.what, option.place),
        None => "have it stay in the foreground".to_owned(),
    };
    Some(format!("into the background (by {by}), which ends its container; {cure}"))
}

/// Programs that listen, nobody knows where.
fn unclear_ports(plan: &Plan, shell: Shell) {
    let unclear: Vec<&Image> = plan.images.iter().filter(|image| image.at_run_time.listening.is_unclear).collect();
    let port_of = |image: &&Image| {
        let mut said = image.at_run_time.listening.said.iter();
        said.find_map(|said| Some((said.what.port?, said.place.to_string())))
    };
    let Some(image) = unclear.iter().find(|image| port_of(image).is_some()).or(unclear.first()) else { return };
    let (perhaps, port) = port_of(image).map_or((String::new(), "PORT".to_owned()), |(port, place)| {
        (format!(", perhaps {port} ({place})"), port.to_string())
    });
    let (what, them) = match unclear.len() {
        1 => ("listens on a port that is not certain", "it"),
        _ => ("listen on ports that are not certain", "them"),
    };
    let table = settings_of(plan, image);
    shell.note(format_args!("{} {what}{perhaps}: say `{table}expose = [{port}]`, and publish {them}", names(&unclear)));
}

/// Programs that are killed at every stop.
fn deaf(plan: &Plan, shell: Shell) {
    let deaf: Vec<&Image> = plan.images.iter().filter(|image| image.at_run_time.stopping.is_deaf).collect();
    let (verb, them) = if deaf.len() == 1 { ("handles", "it") } else { ("handle", "them") };
    if !deaf.is_empty() {
        shell.note(format_args!(
            "{} {verb} no signal, so that `docker stop` kills {them} after ten seconds; handle SIGTERM, or say `init = true`",
            names(&deaf)
        ));
    }
}

fn names(images: &[&Image]) -> String {
    images.iter().map(|image| image.binary.as_str()).collect::<Vec<_>>().join(", ")
}

/// A static program on an allocator that its threads wait for.
fn slow_threads(plan: &Plan, shell: Shell) {
    let slow = plan.images.iter().find_map(|image| Some((&image.binary, image.at_run_time.slow_threads.as_ref()?)));
    if let (Some((binary, threads)), Runtime::Scratch) = (slow, plan.template.runtime) {
        shell.note(format_args!(
            "many threads on musl's allocator are slow ({binary}: {threads}); another one, after `cargo add mimalloc`, is two lines in its main.rs:"
        ));
        shell.line("    #[global_allocator]");
        shell.line("    static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;");
    }
}

/// The commands that build the default image, another one, and that start it.
pub(crate) fn commands(plan: &Plan, dockerfile: &str, shell: Shell) {
    let [others @ .., default] = plan.images.as_slice() else { return };
    if let [first, rest @ ..] = others {
        let names: Vec<&str> = rest.iter().map(|image| image.binary.as_str()).collect();
        let (rest, them) = match names.as_slice() {
            [] => (String::new(), "it"),
            names => (format!(", and likewise {}", names.join(", ")), "them"),
        };
        shell.note(format_args!(
            "`{}` builds {}{rest}; `cargo dockerize --bin {}` leaves {them} out",
            build(plan, first, dockerfile, &["--target", &first.stage]),
            first.binary,
            default.binary
        ));
    }
    let engine = plan.build.command.split(' ').next().unwrap_or_default();
    let publish: Vec<String> = default.published().map(|port| format!(" --publish {port}")).collect();
    let volumes: Vec<String> = default.named_volumes().map(|volume| format!(" --volume {volume}")).collect();
    let variables = &default.at_run_time.start.variables;
    let variables: Vec<String> = match variables.len() {
        0..=MOST_VARIABLES => variables.iter().map(|said| format!(" --env {}", said.what)).collect(),
        _ => vec![" --env-file .env".to_owned()],
    };
    shell.note(format_args!(
        "next: `{} && {engine} run --rm{}{}{} {}`",
        build(plan, default, dockerfile, &[]),
        variables.concat(),
        publish.concat(),
        volumes.concat(),
        default.stage
    ));
}

/// The command that builds an image.
fn build(plan: &Plan, image: &Image, dockerfile: &str, target: &[&str]) -> String {
    let mut words = vec![plan.build.command.as_str()];
    words.extend(target);
    words.extend(["--tag", &image.stage]);
    words.extend(plan.build.docker_flags.iter().map(String::as_str));
    if plan.context.root != "." || dockerfile != "Dockerfile" {
        words.extend(["--file", dockerfile]);
    }
    words.push(&plan.context.root);
    words.join(" ")
}
