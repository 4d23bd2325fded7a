//! Servers and workers in the images that the tool chooses: they start, are reachable, keep their data and stop.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::common::copy_of;
use super::engine::{Image, build, dockerize, dockerize_quickly};
use super::faults::workspace;

/// Longer than any program here needs; nothing waits for so long unless it fails.
const PATIENCE: Duration = Duration::from_secs(60);

fn docker(words: &[&str]) -> Output {
    Command::new("docker").args(words).output().expect("docker can be run")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A container as a hardened cluster runs it, in the host's network; it is removed when the test ends.
struct Container(String);

impl Drop for Container {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.0]);
    }
}

impl Container {
    fn start(image: &Image, flags: &[&str], arguments: &[&str]) -> Self {
        let hardened = ["--network=host", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--stop-timeout=10"];
        let words = [&["run", "--detach"], &hardened[..], flags, &[image.tag.as_str()], arguments].concat();
        let output = docker(&words);
        assert!(output.status.success(), "{output:?}");
        Self(text(&output))
    }

    fn log(&self) -> String {
        let output = docker(&["logs", &self.0]);
        format!("{}{}", text(&output), String::from_utf8_lossy(&output.stderr))
    }

    /// Waits for the answer of a server.
    fn ask(&self, port: u16, request: &str) -> String {
        let start = Instant::now();
        loop {
            match answer(port, request) {
                Some(answer) => return answer,
                None if start.elapsed() > PATIENCE => panic!("no answer on {port}: {}", self.log()),
                None => sleep(Duration::from_millis(50)),
            }
        }
    }

    /// Waits for words of its output.
    fn says(&self, words: &str) {
        let start = Instant::now();
        while !self.log().contains(words) {
            assert!(start.elapsed() < PATIENCE, "{}", self.log());
            sleep(Duration::from_millis(50));
        }
    }

    /// Stops it. An engine kills what does not end within its ten seconds: half of that is far from both.
    fn stops(&self) -> i32 {
        let start = Instant::now();
        docker(&["stop", &self.0]);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}: {}", start.elapsed(), self.log());
        let output =
            docker(&["inspect", "--format", "{{.State.ExitCode}} {{.State.StartedAt}} {{.State.FinishedAt}}", &self.0]);
        text(&output).split(' ').next().and_then(|code| code.parse().ok()).expect("an exit code")
    }
}

fn answer(port: u16, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "{request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned())
}

/// A name that no other run uses.
fn unique(name: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("dockerize-{name}-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

#[test]
#[ignore = "builds images: see tests/run"]
fn services_start_listen_stop_and_keep_their_data() {
    let copy = copy_of("services");
    let said = dockerize_quickly(copy.path());
    assert!(said.contains("distroless cc: "), "{said}");
    let image = |name: &str| build(copy.path(), "Dockerfile", Some(name));

    let shop = image("shop");
    assert_eq!(shop.inspect("{{.Config.StopSignal}} {{.Config.WorkingDir}}"), "SIGINT /app");
    assert_eq!(shop.inspect("{{json .Config.ExposedPorts}}"), r#"{"3000/tcp":{}}"#);
    let volume = unique("shop");
    let mount = format!("{volume}:/data");
    for orders in 0..2 {
        let container = Container::start(&shop, &["--read-only", "--volume", &mount, "--env", "PORT=3917"], &[]);
        assert_eq!(container.ask(3917, "GET /"), format!("<p>{orders} orders</p>"));
        assert_eq!(container.ask(3917, "GET /static/style.css").trim(), "p { color: green }");
        assert_eq!(container.ask(3917, "POST /order"), "ordered");
        assert_eq!(container.stops(), 0, "{}", container.log());
    }
    docker(&["volume", "rm", "--force", &volume]);
    // An engine that tests/engine/up starts lies in a folder of its own and cannot start a second process in a container,
    // so the check runs in one beside it.
    let container = Container::start(&shop, &[], &[]);
    container.ask(3000, "GET /health");
    let check: Vec<String> = serde_json::from_str(&shop.inspect("{{json .Config.Healthcheck.Test}}")).expect("JSON");
    let [kind, program, arguments @ ..] = check.as_slice() else { panic!("{check:?}") };
    assert_eq!(kind, "CMD");
    let probe = |arguments: &[&str]| {
        docker(
            &[&["run", "--rm", "--network=host", "--read-only", "--entrypoint", program, &shop.tag], arguments]
                .concat(),
        )
    };
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert!(probe(&arguments).status.success(), "{:?}", probe(&arguments));
    container.stops();
    assert!(!probe(&arguments).status.success());

    let blog = image("blog");
    assert_eq!(blog.inspect("{{json .Config.ExposedPorts}} {{.Config.StopSignal}}"), r#"{"8081/tcp":{}} "#.trim());
    let container = Container::start(&blog, &["--read-only"], &[]);
    assert_eq!(container.ask(8081, "GET /"), "0 posts");
    assert_eq!(container.stops(), 0);

    let feed = image("feed");
    assert_eq!(feed.inspect("{{json .Config.ExposedPorts}}"), r#"{"8000/tcp":{}}"#);
    let container = Container::start(&feed, &["--read-only"], &[]);
    assert_eq!(container.ask(8000, "GET /"), "feed");
    container.says("http://0.0.0.0:8000");
    assert_eq!(container.stops(), 0);

    let worker = image("worker");
    let container = Container::start(&worker, &[], &[]);
    container.says("working in /app");
    // The init ends with the signal that ended the program.
    assert_eq!(container.stops(), 143);

    let queue = image("queue");
    let container = Container::start(&queue, &["--read-only"], &[]);
    container.says("waiting");
    assert_eq!(container.stops(), 0);
    container.says("stopped by Some(15)");
}

/// A program that shows where it runs and whether it may write there, and ends with an argument of its own.
const WRITER: &str = r#"fn main() {
    std::fs::write("made", "1").expect("it may write where it runs");
    let zone = std::env::var("TZ").unwrap_or_default();
    let zone = if zone.is_empty() { zone } else { std::fs::metadata(format!("/usr/share/zoneinfo/{zone}")).is_ok().to_string() };
    println!("{} {zone} {:?}", std::env::current_dir().unwrap().display(), std::env::args().skip(1).collect::<Vec<_>>());
}
"#;

#[test]
#[ignore = "builds images: see tests/run"]
fn every_image_runs_in_a_folder_that_it_may_write_to() {
    for (settings, expected) in [
        ("", "/app  []"),
        ("user = \"1000:1000\"", "/app  []"),
        (
            "workdir = \"/srv/x\"\ntimezone = \"Europe/Berlin\"\ninit = true\nargs = [\"a\"]\ncommand = [\"b\"]",
            "/srv/x true [\"a\", \"b\"]",
        ),
    ] {
        let manifest = format!(
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[package.metadata.dockerize]\n{settings}\n"
        );
        let folder = workspace(&[("Cargo.toml", &manifest), ("src/main.rs", WRITER)]);
        for runtime in ["--slim", "--distroless", "--scratch"] {
            dockerize(folder.path(), &[runtime]);
            let image = build(folder.path(), "Dockerfile", None);
            let output = docker(&["run", "--rm", "--network=none", "--cap-drop=ALL", &image.tag]);
            assert_eq!(text(&output), expected.trim(), "{runtime} {settings}: {output:?}");
        }
    }
}

#[test]
#[ignore = "builds images: see tests/run"]
fn debug_information_is_an_image_of_its_own() {
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                    [profile.release]\nstrip = true\n[package.metadata.dockerize]\ndebug-symbols = true\n";
    let folder = workspace(&[("Cargo.toml", manifest), ("src/main.rs", "fn main() { println!(\"runs\"); }\n")]);
    for runtime in ["--scratch", "--distroless"] {
        dockerize(folder.path(), &[runtime]);
        let image = build(folder.path(), "Dockerfile", None);
        assert_eq!(image.run(&[]), "runs\n");
        let symbols = build(folder.path(), "Dockerfile", Some("app-debug"));
        // An engine adds files of its own, which are empty.
        let files: Vec<(String, u64)> = symbols.files().into_iter().filter(|(_, size)| *size > 0).collect();
        let [(name, size)] = &files[..] else { panic!("{files:?}") };
        let program = image.files().into_iter().find(|(path, _)| path.ends_with("bin/app")).expect("the program").1;
        assert_eq!(name, "app.debug");
        assert!(*size > 0 && *size > program / 4, "{size} of symbols, {program} of program");
        // The program names the file, and has no symbols itself.
        let create = text(&docker(&["create", &image.tag]));
        let copied = folder.path().join("program");
        docker(&["cp", &format!("{create}:/usr/local/bin/app"), &copied.display().to_string()]);
        docker(&["rm", &create]);
        let sections = Command::new("readelf").args(["--sections", "--wide"]).arg(&copied).output().expect("readelf");
        let sections = text(&sections);
        assert!(sections.contains(".gnu_debuglink") && !sections.contains(".debug_line"), "{sections}");
        assert!(!sections.contains(".symtab"), "{sections}");
    }
}

/// A server behind a subcommand. Its attributes are those of clap, for nobody but who reads them.
const COMMANDED: &str = r#"
#[cfg_attr(any(), derive(clap::Parser))]
pub struct Cli {
    #[cfg_attr(any(), command(subcommand))]
    pub command: Command,
}

#[cfg_attr(any(), derive(clap::Subcommand))]
pub enum Command {
    Serve,
    Migrate,
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("serve") => serve(std::net::TcpListener::bind("0.0.0.0:3919").unwrap()),
        Some("migrate") => println!("migrated"),
        _ => std::process::exit(2),
    }
}

fn serve(listener: std::net::TcpListener) {
    use std::io::{Read, Write};
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\nserved");
    }
}
"#;

#[test]
#[ignore = "builds images: see tests/run"]
fn a_server_is_started_with_the_subcommand_that_serves() {
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    let manifest = package("app") + "[dependencies]\nclap = { path = \"clap\" }\n";
    let stub = package("clap") + "[workspace]\n";
    let folder = workspace(&[
        ("Cargo.toml", &manifest),
        ("src/main.rs", COMMANDED),
        ("clap/Cargo.toml", &stub),
        ("clap/src/lib.rs", ""),
    ]);
    let said = dockerize(folder.path(), &[]);
    assert!(said.contains("CMD is `serve`"), "{said}");
    let image = build(folder.path(), "Dockerfile", None);
    assert_eq!(image.run(&["migrate"]), "migrated\n");
    let container = Container::start(&image, &["--read-only"], &[]);
    assert_eq!(container.ask(3919, "GET /"), "served");
}
