use super::*;

fn found(source: &str) -> Vec<CommandLine> {
    read(&syn::parse_str(source).unwrap()).declared.into_iter().map(|(found, _)| found).collect()
}

fn argument(shown: &str) -> Need {
    Need::Argument(shown.to_owned())
}

fn command(name: &str, needs: &[Need]) -> Command {
    Command { name: name.to_owned(), aliases: vec![], conditions: vec![], needs: needs.to_vec() }
}

#[test]
fn types_that_a_call_parses() {
    let source = "fn main() { let a = cli::Cli::parse(); let b = Other::try_parse_from(words)?; args.parse::<u16>(); parse(a); }";
    let parsed = read(&syn::parse_str(source).unwrap()).parsed;
    assert_eq!(parsed, [("Cli".to_owned(), 1), ("Other".to_owned(), 1)]);
}

#[test]
fn fields_that_nobody_may_leave_out() {
    for (field, needed) in [
        ("config: PathBuf", Some(argument("<CONFIG>"))),
        ("#[arg(long)] config_file: PathBuf", Some(argument("--config-file"))),
        ("#[arg(short = 'c', long = \"conf\")] config: PathBuf", Some(argument("--conf"))),
        ("#[arg(short = 'c')] config: PathBuf", Some(argument("-c"))),
        ("#[structopt(short)] config: PathBuf", Some(argument("-c"))),
        ("#[command(subcommand)] command: Commands", Some(Need::Subcommand("Commands".into()))),
        ("#[clap(subcommand)] command: cli::Commands", Some(Need::Subcommand("Commands".into()))),
        ("#[command(flatten)] server: ServerArgs", Some(Need::Part("ServerArgs".into()))),
        ("#[cfg_attr(feature = \"clap\", arg(long))] to: Url", Some(argument("--to"))),
        ("#[arg(long, env)] database_url: String", Some(Need::Variable("DATABASE_URL".into()))),
        ("#[arg(env = \"DB\")] database_url: String", Some(Need::Variable("DB".into()))),
        ("#[arg(env = \"D\\nB\")] database_url: String", None),
        ("#[arg(env = NAME)] database_url: String", None),
        ("#[arg(env)] database_url: Option<String>", None),
        ("#[arg(env, default_value = \"a\")] database_url: String", None),
        ("#[arg(long, default_value = \"/etc/api.toml\")] config: PathBuf", Some(Need::File("/etc/api.toml".into()))),
        ("#[arg(default_value_os = \"./conf/api.yaml\")] file: PathBuf", Some(Need::File("conf/api.yaml".into()))),
        ("#[arg(default_value_t = String::from(\"api.ini\"))] config: String", Some(Need::File("api.ini".into()))),
        ("#[arg(default_value_t = \"api.ini\".into())] config: String", Some(Need::File("api.ini".into()))),
        ("#[arg(default_value = CONFIG)] config: PathBuf", Some(Need::File("/etc/c.conf".into()))),
        ("#[arg(default_value = \"~/api.toml\")] config: PathBuf", None),
        ("#[arg(default_value = \"./shop_data\")] data_dir: String", Some(Need::Data("shop_data/".into()))),
        ("#[arg(default_value = \"/var/lib/shop/\")] storage: PathBuf", Some(Need::Data("/var/lib/shop/".into()))),
        ("#[arg(default_value = \"shop.sqlite\")] db_file: String", Some(Need::Data("shop.sqlite".into()))),
        ("#[arg(default_value = \"memory\")] storage: String", None),
        ("#[arg(default_value = \"data.csv\")] data_file: PathBuf", None),
        ("#[arg(default_value = \"www\")] folder: PathBuf", None),
        ("#[arg(default_value = \"api.log\")] config: PathBuf", None),
        ("#[arg(default_value = \"a`b.toml\")] config: PathBuf", None),
        ("#[arg(default_value = \"../api.toml\")] config: PathBuf", None),
        ("#[command(subcommand)] command: Option<Commands>", Some(Need::PerhapsSubcommand("Commands".into()))),
        ("#[arg(long)] config: Option<PathBuf>", None),
        ("files: Vec<PathBuf>", None),
        ("#[arg(long)] verbose: bool", None),
        ("#[arg(short, action = ArgAction::Count)] verbose: u8", None),
        ("#[structopt(short, parse(from_occurrences))] verbose: u8", None),
        ("#[arg(long, default_value = \"a\")] config: PathBuf", None),
        ("#[arg(long, default_value_t)] config: PathBuf", None),
        ("#[arg(long, env = \"CONFIG\")] config: PathBuf", Some(Need::Variable("CONFIG".into()))),
        ("#[arg(long, required_unless_present = \"x\")] config: PathBuf", None),
        ("#[clap(skip)] config: PathBuf", None),
        ("#[cfg(feature = \"a\")] config: PathBuf", None),
        ("#[arg(short)] r#type: PathBuf", Some(argument("-t"))),
        ("#[arg(short)] ähnlich: PathBuf", Some(argument("-ä"))),
    ] {
        let found = found(&format!(
            "const CONFIG: &str = \"/etc/c.conf\"; #[derive(Debug, clap::Parser)] struct Cli {{ {field} }}"
        ));
        assert_eq!(found[0].needs, needed.into_iter().collect::<Vec<_>>(), "{field}");
        assert!(found[0].parses);
    }
}

#[test]
fn attributes_of_a_struct_demand_arguments() {
    for (attribute, needed) in [
        ("command(arg_required_else_help = true)", vec![Need::Any]),
        ("command(version, arg_required_else_help(true))", vec![Need::Any]),
        ("structopt(setting = AppSettings::ArgRequiredElseHelp)", vec![Need::Any]),
        ("command(arg_required_else_help = false)", vec![]),
        ("clap(group(ArgGroup::new(\"c\").required(true).args(&[\"FILE\", \"key\"]),))", vec![argument("<FILE|key>")]),
        ("command(group = clap::ArgGroup::new(\"c\").args([\"FILE\"]).required(true))", vec![argument("<FILE>")]),
        ("command(group(ArgGroup::new(\"c\").args([\"FILE\"])))", vec![]),
    ] {
        let found = found(&format!("#[derive(Parser)] #[{attribute}] struct Cli {{ file: Option<PathBuf> }}"));
        assert_eq!(found[0].needs, needed, "{attribute}");
    }
}

#[test]
fn variants_are_subcommands() {
    let found = found(
        "#[derive(Subcommand)] enum Commands { Serve(ServeArgs), DumpAll { to: PathBuf }, #[command(name = \"ls\")] List, \
         Boxed(Box<ServeArgs>) }",
    );
    let part = Need::Part("ServeArgs".into());
    let commands = [
        command("serve", std::slice::from_ref(&part)),
        command("dump-all", &[argument("<TO>")]),
        command("ls", &[]),
        command("boxed", &[part]),
    ];
    assert_eq!(found[0].commands, commands);
    assert!(!found[0].parses);
}

#[test]
fn variants_that_are_no_subcommands() {
    let found = found(
        "#[derive(Subcommand)] enum Commands { #[command(flatten)] Node(NodeCommands), #[command(external_subcommand)] \
         Run(Vec<String>), #[cfg(windows)] Daemon, #[command(visible_alias = \"s\", aliases = [\"a\", \"b\"])] Serve }\n\
         #[cfg(test)] mod tests { #[derive(Parser)] struct Cli { file: PathBuf } }",
    );
    assert_eq!(found.len(), 1, "tests declare nothing");
    assert_eq!(found[0].needs, [Need::Part("NodeCommands".into())]);
    let aliases = ["a", "b", "s"].map(str::to_owned).to_vec();
    let conditions = vec!["windows".to_owned()];
    let daemon = Command { conditions, ..command("daemon", &[]) };
    assert_eq!(found[0].commands, [daemon, Command { aliases, ..command("serve", &[]) }]);
}

#[test]
fn methods_build_command_lines() {
    let subcommands = ".subcommand(Command::new(\"serve\").arg(Arg::new(\"at\").long(\"at\").required(true)))\
                       .subcommand(Command::new(\"dump\"))";
    let commands = [command("serve", &[argument("--at")]), command("dump", &[])];
    for (chain, needs, commands) in [
        (format!("Command::new(\"api\").subcommand_required(true){subcommands}.get_matches()"), &[][..], &commands[..]),
        (format!("command!().setting(AppSettings::SubcommandRequiredElseHelp){subcommands}"), &[], &commands),
        (format!("Command::new(\"api\"){subcommands}.get_matches()"), &[], &[]),
        (
            "Command::new(\"api\").subcommand_required(true).subcommand(serve()).subcommand(Command::new(\"run\"))"
                .into(),
            &[Need::Subcommand(String::new())],
            &[],
        ),
        (
            "Command::new(\"api\").arg_required_else_help(true).arg(Arg::new(\"a\")).get_matches()".into(),
            &[Need::Any],
            &[],
        ),
        (
            "Command::new(\"api\").group(ArgGroup::new(\"a\").required(true).arg(\"b\").arg(\"c\")).get_matches()"
                .into(),
            &[argument("<b|c>")],
            &[],
        ),
        (
            "App::new(\"api\").arg(Arg::with_name(\"file\").required(true)).get_matches()".into(),
            &[argument("<FILE>")],
            &[],
        ),
        (
            "Command::new(\"api\").args(&[Arg::new(\"a\").required(true), Arg::new(\"b\")]).get_matches()".into(),
            &[argument("<A>")],
            &[],
        ),
        (
            "Command::new(\"api\").arg(Arg::new(\"a\").required(true).env(\"A_B\")).arg(Arg::new(\"b\")).get_matches()"
                .into(),
            &[Need::Variable("A_B".into())],
            &[],
        ),
        (
            "clap::command!().arg(Arg::new(\"conf\").short('c').default_value(\"./api.toml\")).get_matches()".into(),
            &[Need::File("api.toml".into())],
            &[],
        ),
    ] {
        let found = found(&format!("fn f() {{ let m = {chain}; }}"));
        assert_eq!(found.len(), 1, "{chain}");
        assert_eq!((&*found[0].needs, &*found[0].commands), (needs, commands), "{chain}");
    }
}

#[test]
fn what_is_parsed_elsewhere_may_be_a_subcommand() {
    assert_eq!(found("fn serve() -> Command { Command::new(\"serve\").arg(Arg::new(\"at\").required(true)) }"), []);
    assert_eq!(found("fn f() { Command::new(\"git\").arg(\"log\").output(); }"), []);
}
