//! What is said of programs in service: addresses, signals, files, threads.

use super::terminal::Terminal;

/// The package `api` with stubs of crates, each with features that are all on.
fn with(crates: &[(&str, &[&str])]) -> Terminal {
    let each = |line: &dyn Fn(&str, &[&str]) -> String| -> String {
        crates.iter().map(|(name, features)| line(name, features)).collect::<Vec<_>>().concat()
    };
    let dependencies =
        each(&|name, features| format!("{name} = {{ path = \"stubs/{name}\", features = {features:?} }}\n"));
    let terminal = Terminal::in_package(&format!("\n[dependencies]\n{dependencies}"));
    for (name, features) in crates {
        let features = features.iter().map(|feature| format!("{feature} = []\n")).collect::<Vec<_>>().concat();
        let package = format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[features]\n{features}[workspace]\n"
        );
        terminal.writes(format!("stubs/{name}/Cargo.toml"), package);
        terminal.writes(format!("stubs/{name}/src/lib.rs"), "");
    }
    let names = each(&|name, _| format!(" \"{name}\",\n"));
    let packages = each(&|name, _| format!("\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n"));
    let own = format!("[[package]]\nname = \"api\"\nversion = \"0.1.0\"\ndependencies = [\n{names}]\n");
    terminal.writes("Cargo.lock", format!("version = 4\n\n{own}{packages}"));
    terminal
}

#[test]
fn a_server_that_nobody_reaches_and_that_cannot_be_stopped() {
    let mut terminal = with(&[("axum", &[])]);
    let source = |host: &str| {
        format!(
            "fn main() {{\n    let host = std::env::var(\"API_HOST\").unwrap_or(\"{host}\".into());\n    \
             let listener = std::net::TcpListener::bind(format!(\"{{host}}:3000\"));\n}}\n"
        )
    };
    terminal.writes("src/main.rs", source("127.0.0.1"));
    terminal.runs("");
    terminal.runs("explain ports");
    terminal.remarks("API_HOST = \"0.0.0.0\" and init = true in the settings");
    let settings = "\n[package.metadata.dockerize]\nenv = { API_HOST = \"0.0.0.0\" }\ninit = true\n";
    terminal.writes("Cargo.toml", terminal.reads("Cargo.toml") + settings);
    terminal.runs("--force");
    terminal.searches("E", "Dockerfile");
    terminal.runs("explain signals");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_port_that_is_not_certain_is_asked_for() {
    let mut terminal = Terminal::in_package("");
    let source = |ports: &str| {
        format!(
            "fn main() {{\n    let _ = signal(SignalKind::terminate());\n    {ports}\n    TcpListener::bind((\"0.0.0.0\", port));\n}}\n"
        )
    };
    terminal.writes("src/main.rs", source("let port = std::env::var(\"PORT\").unwrap();"));
    terminal.runs("");
    let two = "let blue_port = 8000;\n    let green_port = 9000;\n    let port = colour.choose(blue_port, green_port);";
    terminal.writes("src/main.rs", source(two));
    terminal.runs("");
    terminal.writes("Cargo.toml", terminal.reads("Cargo.toml") + "\n[package.metadata.dockerize]\nexpose = [9000]\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

/// What lies in the folder `tests` of a package is for tests; a package in such a folder may be a program like others.
#[test]
fn a_server_in_a_folder_for_tests_is_a_server() {
    let mut terminal = Terminal::in_empty_folder();
    let port = |port: u16| format!("pub fn serve() {{ TcpListener::bind(\"0.0.0.0:{port}\"); }}\n");
    terminal.writes("Cargo.toml", "[workspace]\nmembers = [\"testing/echo\"]\nresolver = \"3\"\n");
    terminal.writes("Cargo.lock", "version = 4\n\n[[package]]\nname = \"echo\"\nversion = \"0.1.0\"\n");
    terminal.writes("testing/echo/Cargo.toml", "[package]\nname = \"echo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    terminal.writes("testing/echo/src/main.rs", format!("mod mocks;\nfn main() {{}}\n{}", port(3000)));
    terminal.writes("testing/echo/src/mocks/mod.rs", port(4000));
    terminal.runs("--package echo");
    terminal.searches("EXPOSE", "Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_server_copies_what_it_certainly_reads_and_asks_for_the_rest() {
    let mut terminal = with(&[("axum", &[]), ("tera", &[])]);
    terminal.writes(
        "src/main.rs",
        "fn main() {\n    let tera = Tera::new(\"templates/**/*.html\");\n    let texts = Path::new(\"texts/a.txt\");\n    \
         let database = Connection::open(\"shop.db\");\n    let router = Router::new().route(\"/health\", get(ok));\n    \
         signal(SignalKind::terminate());\n    TcpListener::bind(\"0.0.0.0:8080\");\n}\n",
    );
    terminal.writes("templates/a.html", "");
    terminal.writes("texts/a.txt", "");
    terminal.runs("");
    terminal.searches("/app", "Dockerfile");
    for name in ["templates", "texts/a.txt", "scratch"] {
        terminal.runs(&format!("explain {name}"));
    }
    terminal.runs("--assets templates --assets texts --save");
    terminal.searches("/app", "Dockerfile");
    terminal.searches("assets", "Cargo.toml");
    insta::assert_snapshot!(terminal);
}

#[test]
fn threads_that_wait_for_musl_go_to_glibc_unless_scratch_is_asked_for() {
    let mut terminal = with(&[("tokio", &["rt-multi-thread"])]);
    terminal.runs("");
    terminal.runs("--scratch --force");
    terminal.runs("explain template");
    terminal.remarks("an allocator that musl gets, and one that it does not get");
    for target in ["musl", "gnu"] {
        terminal.writes(
            "src/main.rs",
            format!("#[cfg(target_env = \"{target}\")]\n#[global_allocator]\nstatic A: Fast = Fast;\nfn main() {{}}\n"),
        );
        terminal.runs("--force");
    }
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_route_without_a_port_cannot_be_asked() {
    let mut terminal = Terminal::in_package("\n[package.metadata.dockerize]\nhealthcheck = { http = \"/health\" }\n");
    terminal.runs("");
    terminal.writes("Cargo.toml", terminal.reads("Cargo.toml").replace("\" }", "\", port = 80 }"));
    terminal.remarks("port = 80");
    terminal.runs("");
    terminal.searches("HEALTHCHECK", "Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_server_is_started_with_the_subcommand_that_serves() {
    let mut terminal = with(&[("axum", &[]), ("clap", &[])]);
    let source = |serve: &str| {
        format!(
            "#[derive(clap::Parser)]\nstruct Cli {{\n    #[command(subcommand)]\n    command: Command,\n}}\n\n\
             #[derive(clap::Subcommand)]\nenum Command {{\n    Migrate,\n    {serve},\n}}\n\n\
             fn main() {{\n    let _ = signal(SignalKind::terminate());\n    TcpListener::bind(\"0.0.0.0:3000\");\n}}\n"
        )
    };
    terminal.writes("src/main.rs", source("Serve"));
    terminal.runs("");
    terminal.searches("CMD", "Dockerfile");
    terminal.remarks("another one, by a setting");
    let manifest = terminal.reads("Cargo.toml");
    terminal.writes("Cargo.toml", format!("{manifest}\n[package.metadata.dockerize]\ncommand = [\"migrate\"]\n"));
    terminal.runs("");
    terminal.searches("CMD", "Dockerfile");
    terminal.remarks("one that needs an argument");
    terminal.writes("Cargo.toml", manifest);
    terminal.writes("src/main.rs", source("Serve { config: String }"));
    terminal.runs("");
    terminal.remarks("somebody else's Dockerfile that starts it alike, and one that does not");
    terminal.writes("src/main.rs", source("Serve"));
    for cmd in ["serve", "migrate"] {
        terminal.writes("Dockerfile", format!("FROM scratch\nCOPY api /\nENTRYPOINT [\"/api\"]\nCMD [\"{cmd}\"]\n"));
        terminal.runs("--adopt --force");
    }
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_daemon_has_to_stay_in_the_foreground() {
    let mut terminal = with(&[("daemonize", &[])]);
    let cli = "#[derive(clap::Parser)]\nstruct Cli {\n    #[arg(long)]\n    foreground: bool,\n}\n\n";
    terminal.writes("src/main.rs", format!("{cli}fn main() {{\n    daemonize::Daemonize::new().start();\n}}\n"));
    terminal.runs("");
    terminal.writes("src/main.rs", "fn main() {\n    daemonize::Daemonize::new().start();\n}\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_settings_file_says_the_port() {
    let mut terminal = with(&[("axum", &[])]);
    terminal.writes("config/base.yaml", "application:\n  port: 8000\ndatabase:\n  port: 9000\n");
    let main = "fn main() {\n    let _ = signal(SignalKind::terminate());\n    let settings = File::open(\"config/base.yaml\");\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.runs("");
    terminal.searches("EXPOSE", "Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_front_end_of_another_tool_is_missing() {
    let mut terminal = with(&[("axum", &[]), ("leptos", &[])]);
    let manifest = terminal.reads("Cargo.toml");
    terminal.writes("Cargo.toml", format!("{manifest}\n[package.metadata.leptos]\nsite-addr = \"127.0.0.1:3000\"\n"));
    let main =
        "fn main() {\n    let _ = signal(SignalKind::terminate());\n    TcpListener::bind(\"0.0.0.0:3000\");\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn the_address_of_a_service_is_set_where_the_program_reads_it() {
    let mut terminal = with(&[("postgres", &[])]);
    terminal.writes("src/main.rs", "fn main() {\n    let url = std::env::var(\"DATABASE_URL\");\n}\n");
    terminal.runs("--compose");
    terminal.searches("DATABASE_URL", "compose.yaml");
    terminal.writes("src/main.rs", "fn main() {\n    let url = std::env::var(\"APP_POSTGRES\");\n}\n");
    terminal.runs("--compose");
    terminal.searches("DATABASE_URL", "compose.yaml");
    insta::assert_snapshot!(terminal);
}

#[test]
fn what_is_part_of_the_program_is_not_read() {
    let mut terminal = with(&[("axum", &[])]);
    terminal.writes("models.yaml", "models: []\n");
    terminal.writes("config.yaml", "port: 3000\n");
    let main = "const MODELS: &str = include_str!(\"../models.yaml\");\n\nfn main() {\n    let _ = signal(SignalKind::terminate());\n    \
                let url = format!(\"{}/models/{}\", base, name);\n    let settings = Path::new(\"config.yaml\");\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn variables_that_have_to_be_set() {
    let mut terminal = with(&[("axum", &[]), ("postgres", &[])]);
    let main = "fn main() {\n    let _ = signal(SignalKind::terminate());\n    TcpListener::bind(\"0.0.0.0:3000\");\n    \
                let url = std::env::var(\"DATABASE_URL\").expect(\"an address\");\n    \
                let token = std::env::var(\"TOKEN\").expect(\"a token\");\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.runs("--compose");
    terminal.searches("TOKEN", "compose.yaml");
    terminal.searches("DATABASE_URL", "compose.yaml");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_settings_file_that_the_image_lacks() {
    let mut terminal = with(&[("axum", &[]), ("clap", &[])]);
    let main = "#[derive(clap::Parser)]\nstruct Cli {\n    #[arg(long, default_value = \"/etc/api.toml\")]\n    config: PathBuf,\n}\n\n\
                fn main() {\n    let _ = signal(SignalKind::terminate());\n    TcpListener::bind(\"0.0.0.0:3000\");\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn programs_that_the_image_lacks() {
    let mut terminal = with(&[("axum", &[])]);
    let main = "use std::process::Command;\n\nfn main() {\n    let _ = signal(SignalKind::terminate());\n    TcpListener::bind(\"0.0.0.0:3000\");\n    \
                Command::new(\"git\").arg(\"fetch\").status()?;\n    Command::new(\"sh\").arg(\"-c\").status()?;\n    \
                if let Ok(log) = Command::new(\"rg\").output() {}\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.runs("");
    terminal.runs("--slim --force");
    terminal.writes("src/main.rs", main.replace("\"git\"", "\"sh\""));
    terminal.runs("--force");
    terminal.writes("src/main.rs", main.replace("\"git\"", "\"helm\""));
    terminal.runs("--force");
    let manifest = terminal.reads("Cargo.toml");
    terminal.writes("Cargo.toml", manifest + "\n[package.metadata.dockerize]\nruntime-packages = []\n");
    terminal.runs("--force");
    insta::assert_snapshot!(terminal);
}

#[test]
fn what_only_a_build_with_debug_assertions_has() {
    let mut terminal = with(&[("axum", &[])]);
    let main = "fn main() {\n    let _ = signal(SignalKind::terminate());\n    #[cfg(debug_assertions)]\n    \
                std::process::Command::new(\"npm\").arg(\"start\").spawn()?;\n    if cfg!(debug_assertions) {\n        \
                TcpListener::bind(\"127.0.0.1:3000\");\n    } else {\n        TcpListener::bind(\"0.0.0.0:3000\");\n    }\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.runs("");
    terminal.runs("--profile dev --force");
    insta::assert_snapshot!(terminal);
}

#[test]
fn data_below_the_home_of_the_user() {
    let mut terminal = with(&[("axum", &[]), ("clap", &[])]);
    let main = "fn main() {\n    let _ = signal(SignalKind::terminate());\n    TcpListener::bind(\"0.0.0.0:3000\");\n    \
                let data = dirs::data_dir().unwrap();\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn files_below_the_folder_that_a_program_takes_along() {
    let mut terminal = with(&[("axum", &[])]);
    let main = "fn main() {\n    let _ = signal(SignalKind::terminate());\n    TcpListener::bind(\"0.0.0.0:3000\");\n    \
                ServeDir::new(Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(\"static\"));\n}\n\n\
                fn helper() {\n    concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/tests/data\");\n}\n";
    terminal.writes("src/main.rs", main);
    terminal.writes("static/style.css", "");
    terminal.writes("tests/data/a.txt", "");
    terminal.runs("");
    terminal.searches("static", "Dockerfile");
    terminal.runs("--assets Cargo.toml --force");
    std::fs::remove_file(terminal.at("static/style.css")).expect("a file can be removed");
    std::fs::remove_dir(terminal.at("static")).expect("a folder can be removed");
    terminal.runs("--force");
    insta::assert_snapshot!(terminal);
}
