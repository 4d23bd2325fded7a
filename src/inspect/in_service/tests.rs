use super::*;

fn said(source: &str) -> Service {
    Signs::all().read(source, &source.parse().unwrap(), &ContextPath::default().join("src/main.rs"))
}

fn what<T: Clone>(mentions: &[Mention<T>]) -> Vec<T> {
    mentions.iter().map(|said| said.what.clone()).collect()
}

#[test]
fn signals_that_are_handled_are_told_from_those_that_are_sent() {
    for (source, handling) in [
        ("async fn f() { signal(SignalKind::terminate()).unwrap().recv().await; }", &[Handling::Terminate][..]),
        ("fn f() { Signals::new(&[SIGINT, SIGTERM]); }", &[Handling::Interrupt, Handling::Terminate]),
        ("fn f() { for s in TERM_SIGNALS { flag::register(*s, stop); } }", &[Handling::Terminate]),
        ("async fn f() { tokio::select! { _ = tokio::signal::ctrl_c() => {} } }", &[Handling::Interrupt]),
        ("fn f() { ctrlc::set_handler(|| stop()).unwrap(); }", &[Handling::Ctrlc]),
        ("fn f() { Dispatcher::builder(bot, handler).enable_ctrlc_handler().build(); }", &[Handling::Interrupt]),
        ("fn f() { teloxide::repl(bot, answer); Lua::repl(a); }", &[Handling::Interrupt]),
        ("fn f() { HttpServer::new(app).disable_signals(); }", &[Handling::Off]),
        ("fn f() { kill(Pid::from_raw(pid), Signal::SIGTERM); child.send_signal(SIGINT); }", &[]),
        ("#[cfg(test)] mod tests { fn f() { let s = SIGTERM; } }", &[]),
    ] {
        assert_eq!(what(&said(source).signals), handling, "{source}");
    }
}

#[test]
fn allocators_come_with_their_conditions() {
    let source = "#[cfg(not(target_env = \"msvc\"))]\n#[global_allocator]\nstatic A: Jemalloc = Jemalloc;\n\
                  #[global_allocator] static B: std::alloc::System = System;";
    let found = said(source).allocators;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].what.conditions, ["not (target_env = \"msvc\")"]);
}

#[test]
fn an_attribute_without_an_item_is_the_end() {
    assert!(said("#[global_allocator] #").allocators.len() <= 1);
}

#[test]
fn threads() {
    for (source, threads) in [
        ("#[tokio::main] async fn main() {}", &[Threads::ManyOfTokio][..]),
        ("#[tokio::main(flavor = \"current_thread\")] async fn main() {}", &[Threads::OneOfTokio]),
        ("fn main() { Builder::new_current_thread().build(); }", &[Threads::OneOfTokio]),
        ("fn main() { std::thread::spawn(f); thread::sleep(d); }", &[Threads::Spawned]),
    ] {
        assert_eq!(what(&said(source).threads), threads, "{source}");
    }
}

#[test]
fn files_that_are_made() {
    let source = "fn f() { let u = \"sqlite://data/shop.db?mode=rwc\"; Connection::open(\"a.db\"); fs::write(\"b\", x); \
                  File::create(\"/etc/c\"); fs::create_dir_all(\"uploads\"); Widget::create(\"d\"); File::open(\"e\"); \
                  let m = \"sqlite::memory:\"; fs::write(format!(\"{x}\"), y); }";
    let said = said(source);
    assert_eq!(what(&said.writes), ["a.db", "b", "uploads"]);
    assert_eq!(what(&said.databases), ["data/shop.db"]);
}

#[test]
fn data_at_home() {
    for (source, found) in [
        ("fn f() { dirs::data_dir().unwrap().join(\"shop\"); }", true),
        ("fn f() { let base = ProjectDirs::from(\"\", \"\", \"shop\")?; base.data_local_dir(); }", true),
        ("fn f() { config.data_dir(); }", false),
        ("fn f() { dirs::config_dir(); dirs::home_dir(); }", false),
    ] {
        let writes = what(&said(source).writes);
        assert_eq!(writes, if found { vec![DATA_AT_HOME] } else { vec![] }, "{source}");
    }
}

#[test]
fn words_for_the_background() {
    let source = "struct A { no_daemon: bool, config: String } struct B { daemonize: bool }\n\
                  fn f() { Arg::new(\"foreground\"); daemonize::Daemonize::new(); let daemon = Daemon { a: 1 }; }";
    let stays = |option: &str| Background::Stays(option.to_owned());
    let found = what(&said(source).background);
    assert_eq!(found, [stays("--no-daemon"), Background::Leaves, stays("--foreground")]);
}

#[test]
fn health() {
    let source = "fn f() { Router::new().route(\"/healthz\", get(ok)).route(\"/\", get(index)); }";
    assert_eq!(what(&said(source).health), ["/healthz"]);
}
