//! How a program is started, and what it does not start without.

use super::super::super::assets::Asset;
use super::super::super::images::Pair;
use super::*;
use crate::context_path::ContextPattern;
use crate::workspace::OpenedPath;

/// A subcommand that is also called `s`.
fn command(name: &str, needs: &[Need]) -> Command {
    Command { name: name.to_owned(), aliases: vec!["s".into()], conditions: vec![], needs: needs.to_vec() }
}

#[test]
fn a_server_is_started_with_the_subcommand_that_serves() {
    let argument = |shown: &str| Need::Argument(shown.to_owned());
    let part = |name: &str| Need::Part(name.to_owned());
    let sub = || Need::Subcommand("Commands".into());
    // Both may parse a command line, but one is part of the other.
    let declared = |needs: &[Need], commands: &[Command]| {
        let whole = CommandLine { name: "Cli".into(), parses: true, needs: needs.to_vec(), commands: vec![] };
        let parts = CommandLine {
            name: "Commands".into(),
            parses: needs.contains(&sub()),
            needs: vec![],
            commands: commands.to_vec(),
        };
        let at = CommandLine { name: "At".into(), needs: vec![argument("--at")], ..CommandLine::default() };
        let two = ["--one", "--other"].map(|option| CommandLine {
            name: "Two".into(),
            needs: vec![argument(option)],
            ..CommandLine::default()
        });
        let lines = [whole, parts, at].into_iter().chain(two);
        Service { command_lines: lines.map(said).collect(), ..Service::default() }
    };
    let started = |service: Service, crates: &[(&str, &[&str])], settings: &ImageSettings| {
        let start = with(crates, service, |program| start::start(program, settings, &[], &[]));
        (start.command.map(|said| said.what), start.lacks.map(|said| said.what))
    };
    let axum: &[(&str, &[&str])] = &[("axum", &[])];
    for (needs, commands, set, lacks) in [
        (&[sub()][..], &[command("serve", &[]), command("dump", &[])][..], Some("serve"), None),
        (&[sub()], &[command("run", &[]), command("server", &[])], Some("server"), None),
        (&[sub()], &[command("run", &[]), command("start", &[])], None, Some("<COMMAND>")),
        (&[sub()], &[], None, Some("<COMMAND>")),
        (&[sub()], &[command("dump", &[]), command("load", &[])], None, None),
        (&[sub()], &[command("serve", &[argument("<AT>")])], None, Some("serve <AT>")),
        (&[sub()], &[command("serve", &[part("At")])], None, Some("serve --at")),
        (&[sub(), argument("--config")], &[command("serve", &[])], None, Some("--config serve")),
        (&[part("At")], &[], None, Some("--at")),
        (&[part("Unknown")], &[], None, None),
        (&[part("Two"), argument("<FILE>")], &[], None, None),
        (&[sub()], &[command("serve", &[part("Two")])], None, None),
        (&[], &[], None, None),
    ] {
        let found = started(declared(needs, commands), axum, &ImageSettings::default());
        assert_eq!(found, (set.map(str::to_owned), lacks.map(str::to_owned)), "{needs:?} {commands:?}");
    }
    let binds = Service {
        listens: vec![said(address(None, None, Certainty::Bound))],
        ..declared(&[sub()], &[command("edge", &[]), command("load", &[])])
    };
    assert_eq!(started(binds, axum, &ImageSettings::default()), (None, Some("<COMMAND>".to_owned())), "one may serve");
    let perhaps = || Need::PerhapsSubcommand("Commands".into());
    let serve = || [command("serve", &[])];
    let found = |service| started(service, axum, &ImageSettings::default());
    let (serves, none) = ((Some("serve".to_owned()), None), (None, None));
    assert_eq!(found(declared(&[perhaps()], &serve())), none, "it may serve without");
    assert_eq!(found(declared(&[perhaps(), Need::Any], &serve())), serves, "it prints its help");
    let helps = Service { prints_help: vec![said(())], ..declared(&[perhaps()], &serve()) };
    assert_eq!(found(helps), serves, "it prints its help");
    assert_eq!(found(declared(&[Need::Any], &[])), (None, Some("<ARGUMENT>".to_owned())));
    let service = || declared(&[sub()], &serve());
    let given = |args: &[&str]| ImageSettings {
        args: Some(args.iter().map(ToString::to_string).collect()),
        ..ImageSettings::default()
    };
    assert_eq!(
        started(service(), axum, &given(&["--verbose"])),
        (Some("serve".to_owned()), None),
        "it is needed as well"
    );
    assert_eq!(started(service(), axum, &given(&["dump"])), (Some("serve".to_owned()), None), "no subcommand");
    assert_eq!(started(service(), axum, &given(&["--verbose", "serve"])), (None, None), "it is there");
    assert_eq!(started(service(), axum, &given(&["s"])), (None, None), "by another name");
    let file = || declared(&[argument("<FILE>")], &[]);
    assert_eq!(started(file(), axum, &given(&["a.toml"])), (None, None), "arguments settle it");
    let set = ImageSettings { command: Some(vec![]), ..ImageSettings::default() };
    assert_eq!(started(service(), axum, &set), (None, None), "a command settles it");
    assert_eq!(
        started(service(), &[("clap", &[])], &ImageSettings::default()),
        (None, None),
        "a tool is called by its user"
    );
}

/// A command line with these subcommands, of which it needs one.
fn line(name: &str, commands: &[(&str, &[Need])]) -> CommandLine {
    CommandLine {
        name: name.to_owned(),
        parses: true,
        needs: vec![],
        commands: commands.iter().map(|(name, needs)| command(name, needs)).collect(),
    }
}

#[test]
fn of_several_command_lines_the_one_that_is_parsed_counts() {
    let lines = || vec![said(line("Cli", &[("serve", &[])])), said(line("Unused", &[("load", &[])]))];
    let started = |parsed: &[&str]| {
        let parsed = parsed.iter().map(|name| said((*name).to_owned())).collect();
        let service = Service { command_lines: lines(), parsed, ..Service::default() };
        with(&[("axum", &[])], service, |program| start::start(program, &ImageSettings::default(), &[], &[]).command)
    };
    assert_eq!(started(&["Cli"]).map(|said| said.what).as_deref(), Some("serve"));
    assert!(started(&[]).is_none(), "nobody can tell");
    assert!(started(&["Cli", "Unused"]).is_none(), "nor here");
}

#[test]
fn the_subcommand_that_tells_whether_it_is_well() {
    let health = |commands: &[(&str, &[Need])]| {
        let service = Service { command_lines: vec![said(line("Cli", commands))], ..Service::default() };
        with(&[("axum", &[])], service, start::health_command)
    };
    assert_eq!(health(&[("serve", &[]), ("healthcheck", &[])]).as_deref(), Some("healthcheck"));
    assert_eq!(health(&[("serve", &[])]), None);
    assert_eq!(health(&[("health", &[Need::Argument("<URL>".into())])]), None, "it wants more");
    assert_eq!(health(&[("health", &[Need::Subcommand("Unknown".into())])]), None, "it wants more");
    let perhaps = CommandLine {
        name: "Cli".into(),
        parses: true,
        needs: vec![Need::PerhapsSubcommand("Commands".into())],
        ..CommandLine::default()
    };
    let commands = CommandLine { parses: false, ..line("Commands", &[("health-check", &[])]) };
    let service = Service { command_lines: vec![said(perhaps), said(commands)], ..Service::default() };
    let found = with(&[("axum", &[])], service, start::health_command);
    assert_eq!(found.as_deref(), Some("health-check"), "it may be left out, but is there");
}

#[test]
fn variables_that_a_program_stops_without() {
    let cli = CommandLine {
        name: "Cli".into(),
        parses: true,
        needs: vec![Need::Variable("URL".into())],
        ..CommandLine::default()
    };
    let service = || Service {
        command_lines: vec![said(cli.clone())],
        required_variables: ["TOKEN", "HOME", "SET", "TOKEN"].map(|name| said(name.to_owned())).to_vec(),
        ..Service::default()
    };
    let wanted = |crates: &[(&str, &[&str])], settings: &ImageSettings| {
        let env = [Pair { name: "SET".into(), value: "1".into() }];
        let start = with(crates, service(), |program| start::start(program, settings, &env, &[]));
        start.variables.into_iter().map(|said| said.what).collect::<Vec<_>>()
    };
    let none = ImageSettings::default();
    assert_eq!(wanted(&[("axum", &[]), ("clap", &[])], &none), ["TOKEN", "URL"]);
    assert_eq!(wanted(&[], &none), ["TOKEN"], "nobody calls it with arguments");
    assert_eq!(wanted(&[("teloxide", &[]), ("clap", &[])], &none), ["TOKEN", "URL"], "a bot waits for messages");
    assert!(wanted(&[("clap", &[])], &none).is_empty(), "a tool has many commands");
    let args = ImageSettings { args: Some(vec!["--url".into(), "a".into()]), ..ImageSettings::default() };
    assert_eq!(wanted(&[("axum", &[]), ("clap", &[])], &args), ["TOKEN"], "an argument may stand in for it");
}

#[test]
fn a_settings_file_that_an_argument_names_by_default() {
    let asset = |to: &str| Asset {
        from: ContextPattern::exactly(&ContextPath::default().join("any")),
        name: "any".into(),
        to: to.to_owned(),
        because: None,
    };
    let lacks = |file: &str, opens: Option<&str>, settings: &ImageSettings, assets: &[Asset]| {
        let cli = CommandLine { parses: true, needs: vec![Need::File(file.to_owned())], ..CommandLine::default() };
        let service = Service { command_lines: vec![said(cli)], ..Service::default() };
        with(&[("axum", &[])], service, |program| {
            let mut workspace = program.workspace.clone();
            let path = |path: &str| OpenedPath {
                path: ContextPath::default().join(path),
                from: ContextPath::default(),
                is_baked: false,
            };
            workspace.packages[0].opens = opens.map(|opened| said(path(opened))).into_iter().collect();
            let start = start::start(Program { workspace: &workspace, ..program }, settings, &[], assets);
            start.files.into_iter().map(|said| said.what).collect::<Vec<_>>()
        })
    };
    let none = ImageSettings::default();
    assert_eq!(lacks("/etc/api.toml", None, &none, &[]), ["/etc/api.toml"]);
    assert_eq!(lacks("api.toml", Some("other.toml"), &none, &[asset("/app/static")]), ["/app/api.toml"]);
    assert!(lacks("api.toml", Some("server/api.toml"), &none, &[]).is_empty(), "it may be copied");
    assert!(lacks("conf/api.toml", None, &none, &[asset("/app/conf")]).is_empty(), "it is copied");
    let volumes = |paths: &[&str]| ImageSettings {
        volumes: Some(paths.iter().map(ToString::to_string).collect()),
        ..ImageSettings::default()
    };
    assert!(lacks("/etc/api/api.toml", None, &volumes(&["/etc/api"]), &[]).is_empty(), "it comes with a volume");
    assert_eq!(lacks("/etc/api.toml", None, &volumes(&["/etc/api"]), &[]), ["/etc/api.toml"]);
    let args = ImageSettings { args: Some(vec!["--config".into(), "a".into()]), ..ImageSettings::default() };
    assert!(lacks("/etc/api.toml", None, &args, &[]).is_empty(), "another may be named");
}
