//! Decisions on programs in service, from facts made by hand.

mod starting;

use super::super::start::Start;
use super::super::{at_run_time, listening, start, stopping, threads};
use super::*;
use crate::context_path::ContextPath;
use crate::settings::ImageSettings;
use crate::workspace::{
    Address, Allocator, Background, Command, CommandLine, CommandOption, Evidence, Handling, Need, Service, Threads,
};

/// A program `api` made of these crates, each with its features, whose only package says this.
fn with<T>(crates: &[(&str, &[&str])], service: Service, ask: impl FnOnce(Program) -> T) -> T {
    let krate = |(name, features): &(&str, &[&str])| Crate {
        name: (*name).to_owned(),
        version: semver::Version::new(1, 0, 0),
        features: features.iter().map(|feature| (*feature).to_owned()).collect(),
        role: Role::Target,
        links: None,
        build_dependencies: std::collections::BTreeSet::new(),
        evidence: Evidence::default(),
        is_local: *name == "api",
        parent: Some(0),
        enabled_by: None,
    };
    let crates: Vec<Crate> = [("api", &[][..])].iter().chain(crates).map(krate).collect();
    let dependencies = crates.iter().map(|krate| krate.name.clone()).collect();
    let binary = Binary { name: "api".to_owned(), package: "api".to_owned(), crates, ..Binary::default() };
    let package = LocalPackage { name: "api".to_owned(), service, dependencies, ..LocalPackage::default() };
    let workspace = Workspace { packages: vec![package], ..Workspace::default() };
    ask(Program { workspace: &workspace, catalog: &Catalog::load().unwrap(), binary: &binary })
}

fn said<T>(what: T) -> Mention<T> {
    Mention { what, place: SourceLine { file: ContextPath::default().join("src/main.rs"), line: 7 } }
}

fn signals(handling: &[Handling]) -> Service {
    Service { signals: handling.iter().copied().map(said).collect(), ..Service::default() }
}

#[test]
fn the_signal_that_a_program_hears_is_sent() {
    let axum: &[(&str, &[&str])] = &[("axum", &[])];
    let stop = |crates: &[(&str, &[&str])], handling: &[Handling]| {
        with(crates, signals(handling), |program| stopping::stopping(program, &ImageSettings::default()))
    };
    assert!(stop(axum, &[]).is_deaf);
    assert!(!stop(&[("clap", &[])], &[]).is_deaf, "a tool ends by itself");
    assert!(stop(&[("serenity", &[]), ("clap", &[])], &[]).is_deaf, "a bot waits for messages");
    assert_eq!(stop(axum, &[Handling::Interrupt]).signal.as_deref(), Some("SIGINT"));
    assert_eq!(stop(axum, &[Handling::Interrupt, Handling::Terminate]).signal, None);
    assert_eq!(stop(&[("ctrlc", &[])], &[Handling::Ctrlc]).signal.as_deref(), Some("SIGINT"));
    assert_eq!(stop(&[("ctrlc", &["termination"])], &[Handling::Ctrlc]).signal, None);
    let actix: &[(&str, &[&str])] = &[("actix-web", &[]), ("actix-server", &[])];
    assert!(!stop(actix, &[]).is_deaf);
    assert!(stop(actix, &[Handling::Off]).is_deaf);
}

#[test]
fn settings_settle_how_it_ends() {
    let stop = |settings: ImageSettings| {
        with(&[("axum", &[])], signals(&[]), |program| stopping::stopping(program, &settings))
    };
    assert!(!stop(ImageSettings { init: Some(true), ..ImageSettings::default() }).is_deaf);
    let quit = stop(ImageSettings { stop_signal: Some("SIGQUIT".into()), ..ImageSettings::default() });
    assert_eq!((quit.signal.as_deref(), quit.is_deaf), (Some("SIGQUIT"), false));
}

#[test]
fn threads_wait_for_musl() {
    let tokio: &[(&str, &[&str])] = &[("tokio", &["rt", "rt-multi-thread"])];
    let slow = |crates, service| with(crates, service, threads::slow_on_musl);
    assert_eq!(slow(tokio, Service::default()).as_deref(), Some("tokio, rt-multi-thread"));
    assert_eq!(slow(&[("tokio", &["rt"])], Service::default()), None);
    assert_eq!(slow(&[("rayon-core", &[])], Service::default()).as_deref(), Some("rayon"));
    let one = Service { threads: vec![said(Threads::OneOfTokio)], ..Service::default() };
    assert_eq!(slow(tokio, one.clone()), None);
    let both = Service { threads: vec![said(Threads::OneOfTokio), said(Threads::ManyOfTokio)], ..one };
    assert!(slow(tokio, both).is_some());
    let allocator = |is_used| Service {
        allocators: vec![said(Allocator { conditions: Vec::new(), is_used })],
        ..Service::default()
    };
    assert_eq!(slow(tokio, allocator(true)), None);
    assert!(slow(tokio, allocator(false)).is_some());
    let spawned = Service { threads: vec![said(Threads::Spawned)], ..Service::default() };
    assert!(slow(&[("tiny_http", &[])], spawned.clone()).is_some());
    assert_eq!(slow(&[("clap", &[])], spawned), None, "a tool is done before that counts");
}

fn address(host: Option<&str>, port: Option<u16>, certainty: Certainty) -> Address {
    Address { host: host.map(str::to_owned), port, certainty, ..Address::default() }
}

fn listens(crates: &[(&str, &[&str])], addresses: Vec<Address>) -> listening::Listening {
    let service = Service { listens: addresses.into_iter().map(said).collect(), ..Service::default() };
    with(crates, service, |program| listening::listening(program, &ImageSettings::default()))
}

#[test]
fn certain_ports_are_exposed() {
    use Certainty::{Bound, Named, Said};
    let axum: &[(&str, &[&str])] = &[("axum", &[])];
    let ports = |crates, addresses| -> Vec<String> {
        listens(crates, addresses).ports.into_iter().map(|found| found.port).collect()
    };
    let any = Some("0.0.0.0");
    assert_eq!(ports(axum, vec![address(any, Some(80), Bound), address(None, Some(9000), Named)]), ["80"]);
    assert_eq!(ports(axum, vec![address(any, Some(80), Bound), address(any, Some(81), Bound)]), ["80", "81"]);
    assert_eq!(ports(axum, vec![address(any, None, Bound), address(None, Some(3000), Named)]), ["3000"]);
    assert_eq!(ports(axum, vec![address(None, Some(3000), Named), address(None, Some(9100), Said)]), ["3000"]);
    assert_eq!(ports(axum, vec![address(None, Some(80), Named), address(None, Some(443), Named)]), [""; 0]);
    assert_eq!(ports(&[("clap", &[])], vec![address(None, Some(80), Named)]), [""; 0], "it does not listen");
    let udp = || Address { is_udp: true, ..address(any, Some(53), Bound) };
    assert_eq!(ports(&[], vec![udp()]), ["53/udp"]);
    assert_eq!(
        ports(axum, vec![udp(), address(None, Some(80), Named), address(None, Some(9100), Said)]),
        ["80", "53/udp"]
    );
    assert_eq!(ports(&[("rocket", &[])], vec![]), ["8000"]);
    assert_eq!(ports(&[("rocket", &[])], vec![address(None, Some(8123), Named)]), ["8123"]);
}

#[test]
fn a_server_that_says_nothing_listens_somewhere() {
    let unclear = |crates| listens(crates, vec![]).is_unclear;
    assert!(unclear(&[("axum", &[])]));
    assert!(!unclear(&[("tonic", &["transport"])]), "perhaps a client");
    assert!(!unclear(&[("rocket", &[])]), "its default is known");
    assert!(!unclear(&[("clap", &[])]));
}

#[test]
fn a_program_that_may_go_into_the_background() {
    let start = |words: &[Background], settings: &ImageSettings| {
        let background = words.iter().cloned().map(said).collect();
        let service = Service { background, ..Service::default() };
        let start = with(&[("daemonize", &[])], service, |program| start::start(program, settings, &[], &[]));
        (start.leaves_by.is_some(), start.stays_by.map(|said| said.what))
    };
    let none = ImageSettings::default();
    let stays = Background::Stays("--foreground".into());
    assert_eq!(start(&[], &none), (true, None));
    assert_eq!(start(&[Background::Leaves], &none), (false, None), "only where it is told to");
    assert_eq!(start(&[stays.clone(), Background::Leaves], &none), (true, Some("--foreground".into())));
    let set = ImageSettings { args: Some(vec!["--foreground".into()]), ..ImageSettings::default() };
    assert_eq!(start(&[stays], &set), (false, None));
}

#[test]
fn an_address_that_nobody_reaches() {
    use Certainty::{Bound, Named};
    let axum: &[(&str, &[&str])] = &[("axum", &[])];
    let local = || address(Some("127.0.0.1"), Some(3000), Bound);
    let unreachable = |crates, addresses| listens(crates, addresses).unreachable.map(|found| found.address.to_string());
    assert_eq!(unreachable(axum, vec![local()]).as_deref(), Some("127.0.0.1:3000"));
    assert_eq!(unreachable(axum, vec![local(), address(Some("0.0.0.0"), Some(80), Bound)]), None);
    assert_eq!(
        unreachable(axum, vec![local(), address(Some("0.0.0.0"), None, Named)]).as_deref(),
        Some("127.0.0.1:3000")
    );
    assert_eq!(unreachable(&[("rocket", &[])], vec![local()]), None, "a variable lets others in");
    assert_eq!(unreachable(&[("reqwest", &[])], vec![address(Some("localhost"), Some(3000), Named)]), None);
    let by_variable = Address { variable: Some("HOST".into()), ..local() };
    let service = Service { listens: vec![said(by_variable)], ..Service::default() };
    let settings =
        ImageSettings { env: [("HOST".to_owned(), "0.0.0.0".to_owned())].into(), ..ImageSettings::default() };
    assert_eq!(with(axum, service, |program| listening::listening(program, &settings)).unreachable, None);
    let option = |of: &str| Some(CommandOption { name: "--listen".into(), of: of.into() });
    let cli = |name: &str, needs: &[Need], commands: &[Command]| {
        said(CommandLine { name: name.into(), parses: true, needs: needs.to_vec(), commands: commands.to_vec() })
    };
    let service = Service {
        listens: vec![said(Address { option: option("Cli"), ..local() })],
        command_lines: vec![cli("Cli", &[], &[])],
        ..Service::default()
    };
    let found = |args: &[&str]| {
        let args = Some(args.iter().map(ToString::to_string).collect());
        let settings = ImageSettings { args, ..ImageSettings::default() };
        with(axum, service.clone(), |program| listening::listening(program, &settings)).unreachable
    };
    let cure = found(&[]).and_then(|found| found.cure).expect("an option overrules it");
    assert_eq!(cure.setting(None), "args = [\"--listen\", \"0.0.0.0:3000\"]");
    assert_eq!(cure.setting(Some("api")), "binaries.api.args = [\"--listen\", \"0.0.0.0:3000\"]");
    let commands = [("serve", "At"), ("dump", "Other")].map(|(name, part)| Command {
        name: name.into(),
        aliases: vec![],
        conditions: vec![],
        needs: vec![Need::Part(part.into())],
    });
    let of_command = |of: &str| Service {
        listens: vec![said(Address { option: option(of), ..local() })],
        command_lines: vec![
            cli("Cli", &[Need::Subcommand("Commands".into())], &[]),
            cli("Commands", &[], &commands),
            cli("At", &[], &[]),
            cli("Other", &[], &[]),
        ],
        ..Service::default()
    };
    let cure_of = |service| {
        let listening = with(axum, service, |program| listening::listening(program, &ImageSettings::default()));
        listening.unreachable.and_then(|found| found.cure).map(|cure| cure.setting(None))
    };
    assert_eq!(cure_of(of_command("At")).as_deref(), Some("args = [\"serve\", \"--listen\", \"0.0.0.0:3000\"]"));
    assert_eq!(cure_of(of_command("Other")), None, "of another subcommand, perhaps");
    for open in ["0.0.0.0", "::", "0.0.0.0:80", "[::]:80", "--listen=0.0.0.0", "http://0.0.0.0:80"] {
        assert_eq!(found(&["--listen", open]), None, "{open}");
    }
    for other in ["::1", "127.0.0.1:80", "--verbose", "10.0.0.0"] {
        assert!(found(&["--listen", other]).is_some(), "{other}");
    }
}

#[test]
fn files_that_a_server_makes_want_a_place() {
    let service = || Service { writes: vec![said("shop.db".to_owned())], ..Service::default() };
    let writes = |crates: &[(&str, &[&str])], settings: &ImageSettings| {
        with(crates, service(), |program| {
            at_run_time::at_run_time(program, settings, Start::default(), &[], true).writes.len()
        })
    };
    assert_eq!(writes(&[("axum", &[])], &ImageSettings::default()), 1);
    assert_eq!(writes(&[("clap", &[])], &ImageSettings::default()), 0);
    let kept = ImageSettings { volumes: Some(vec!["/data".into()]), ..ImageSettings::default() };
    assert_eq!(writes(&[("axum", &[])], &kept), 0);
    let start = Start { data: vec![said("shop_data/".to_owned())], ..Start::default() };
    let of_default = |volumes: Option<Vec<String>>| {
        let settings = ImageSettings { volumes, ..ImageSettings::default() };
        let crates: &[(&str, &[&str])] = &[("axum", &[]), ("clap", &[])];
        with(crates, Service::default(), |program| {
            at_run_time::at_run_time(program, &settings, start.clone(), &[], true).writes.len()
        })
    };
    assert_eq!(of_default(None), 1, "an argument names it by default");
    assert_eq!(of_default(Some(vec!["shop_data".to_owned()])), 0, "it has a volume");
    let named = Service { databases: vec![said("shop.sqlite".to_owned())], ..Service::default() };
    let found = |crates: &[(&str, &[&str])]| {
        let settings = ImageSettings::default();
        with(crates, named.clone(), |program| {
            at_run_time::at_run_time(program, &settings, Start::default(), &[], true).writes.len()
        })
    };
    assert_eq!(found(&[("axum", &[]), ("libsqlite3-sys", &[])]), 1);
    assert_eq!(found(&[("axum", &[])]), 0, "nothing in it opens that database");
}
