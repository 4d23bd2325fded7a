use super::*;

fn found(source: &str) -> Vec<String> {
    let found = read(&syn::parse_str(source).unwrap()).into_iter();
    found
        .map(|(address, line)| {
            let bound = match address.certainty {
                Certainty::Bound => "bound ",
                Certainty::Named => "named ",
                Certainty::Said => "",
            };
            let udp = if address.is_udp { "udp " } else { "" };
            let variable = address.variable.as_ref().map(|name| format!(" ${name}")).unwrap_or_default();
            let option =
                address.option.as_ref().map(|option| format!(" {} of {}", option.name, option.of)).unwrap_or_default();
            format!("{line} {bound}{udp}{address}{variable}{option}")
        })
        .collect()
}

fn in_main(code: &str) -> Vec<String> {
    found(&format!("fn main() {{ {code} }}"))
}

#[test]
fn calls_that_bind_are_certain() {
    for (code, address) in [
        ("TcpListener::bind(\"127.0.0.1:3000\").await?;", "1 bound 127.0.0.1:3000"),
        ("TcpListener::bind((\"0.0.0.0\", 8080))?;", "1 bound 0.0.0.0:8080"),
        ("warp::serve(routes).run(([127, 0, 0, 1], 3030)).await;", "1 bound 127.0.0.1:3030"),
        ("HttpServer::new(|| App::new()).bind((\"127.0.0.1\", 8080))?.run().await;", "1 bound 127.0.0.1:8080"),
        ("UdpSocket::bind(\"0.0.0.0:5353\")?;", "1 bound udp 0.0.0.0:5353"),
        ("TcpListener::bind(&SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4000));", "1 bound 127.0.0.1:4000"),
        ("TcpListener::bind(SocketAddr::from((Ipv6Addr::UNSPECIFIED, 4000)));", "1 bound [::]:4000"),
        ("TcpListener::bind(format!(\"127.0.0.1:{port}\"));", "1 bound 127.0.0.1"),
        ("TcpListener::bind(address)?;", "1 bound "),
        ("TcpListener::bind_with_config(address, &config)?;", "1 bound "),
        ("axum_server::from_tcp(listener).serve(app).await?;", "1 bound "),
        ("HyperServer::bind(&address).serve(service).await?;", "1 bound "),
    ] {
        assert_eq!(in_main(code), [address], "{code}");
    }
}

#[test]
fn what_a_server_calls_itself_is_said_in_passing() {
    assert_eq!(found("fn new() -> Session { Session { hostname: \"localhost\".into() } }"), ["1 localhost"]);
    assert!(found("fn of() -> RelayHost { RelayHost { port: 25 } }").is_empty());
}

#[test]
fn what_accepts_connections_listens() {
    let accepts = |listener: &str| format!("fn serve(socket: {listener}) {{ loop {{ socket.accept(); }} }}");
    assert_eq!(found(&accepts("TcpListener")), ["1 bound "]);
    let selects = "fn serve(socket: TcpListener) { select! { a = socket.accept() => b(a), _ = stop => {} } }";
    assert_eq!(found(selects), ["1 bound "]);
    assert!(found(&accepts("UnixListener")).is_empty());
    let bound = |address: &str| in_main(&format!("TcpListener::bind({address})?.accept()?;"));
    assert_eq!(bound("\"0.0.0.0:80\""), ["1 bound 0.0.0.0:80", "1 bound "]);
    assert_eq!(bound("\"127.0.0.1:0\""), [""; 0], "a free port is nobody's to come to");
    assert_eq!(bound("(\"127.0.0.1\", 0)"), [""; 0]);
    assert!(found("fn a(listener: TcpListener) { license.accept(terms); }").is_empty());
}

#[test]
fn a_free_port_a_prefix_and_an_option_by_its_own_name() {
    let bind = "TcpListener::bind(format!(\"{host}:0\"));";
    assert_eq!(in_main(&format!("let host = \"127.0.0.1\"; {bind}")), [""; 0]);
    let prefix = "let host = b.set_default(\"host\", \"127.0.0.1\").add(Environment::with_prefix(\"APP\"));";
    assert_eq!(in_main(&format!("{prefix} serve(host);")), ["1 named 127.0.0.1"]);
    let field =
        "#[derive(Parser)] struct A { #[arg(long = \"listen\", default_value = \"0.0.0.0:80\")] socket: SocketAddr }";
    assert_eq!(found(field), ["1 named 0.0.0.0:80 --listen of A"]);
}

#[test]
fn names_and_defaults_are_followed() {
    for (source, addresses) in [
        (
            "const PORT: u16 = 3000; fn main() { TcpListener::bind(format!(\"127.0.0.1:{PORT}\")); }",
            &["1 named port 3000", "1 bound 127.0.0.1:3000"][..],
        ),
        (
            "fn main() { let port = env::var(\"PORT\").ok().and_then(|p| p.parse().ok()).unwrap_or(3000);\nlet addr = SocketAddr::from(([127, 0, 0, 1], port)); }",
            &["1 named port 3000 $PORT", "2 named 127.0.0.1:3000"],
        ),
        (
            "fn main() { let p: u16 = env::var(\"PORT\").unwrap_or_else(|_| \"8000\".to_string()).parse().unwrap(); }",
            &["1 port 8000 $PORT"],
        ),
        (
            "#[derive(Parser)] struct Args { #[arg(long, env = \"BIND\", default_value = \"127.0.0.1:3000\")] listen: SocketAddr }",
            &["1 named 127.0.0.1:3000 $BIND --listen of Args"],
        ),
        (
            "#[derive(Parser)] struct Args { #[arg(long, default_value = \"127.0.0.1\")] host: String,\n#[clap(short, env, default_value_t = 9000)] port: u16 }",
            &["1 named 127.0.0.1 --host of Args", "2 named port 9000 $PORT"],
        ),
        (
            "#[derive(Parser)] struct Args { #[arg(default_value_t = SocketAddr::from(([0, 0, 0, 0], 80)))] addr: SocketAddr }",
            &["1 named 0.0.0.0:80"],
        ),
        (
            "#[derive(Args)] struct Serve { #[arg(long, default_value = \"::1\")] host: String }",
            &["1 named ::1 --host of Serve"],
        ),
        (
            "#[derive(clap::Parser)] struct A { #[clap(long = \"bind-to\", default_value = \"::1\")] bind_addr: IpAddr }",
            &["1 named ::1 --bind-to of A"],
        ),
        ("fn default_port() -> u16 { 5000 }", &["1 named port 5000"]),
        (
            "impl C { fn default_port() -> u16 { 5000 }\nfn new() -> Self { Self { port: Self::default_port() } } }",
            &["1 named port 5000", "2 named port 5000"],
        ),
        (
            "impl Default for C { fn default() -> Self { Self { host: \"0.0.0.0\".into(), port: 7000 } } }",
            &["1 named 0.0.0.0", "1 named port 7000"],
        ),
        (
            "fn main() { Arg::new(\"port\").env(\"APP_PORT\").default_value(\"8080\"); }",
            &["1 named port 8080 $APP_PORT"],
        ),
        (
            "fn main() { let port = match env::var(\"PORT\") { Ok(p) => p.parse().unwrap(), Err(_) => 3000 }; }",
            &["1 named port 3000 $PORT"],
        ),
        (
            "struct A { #[arg(env = \"SURREAL_BIND\", short = 'b')] #[arg(default_value = \"127.0.0.1:8000\")] bind: S, #[cfg_attr(feature = \"tls\", arg(long, default_value = \"443\"))] port: u16 }",
            &["1 named 127.0.0.1:8000 $SURREAL_BIND", "1 named port 443"],
        ),
        ("#[derive(Default)] struct S { #[default(8536)] port: u16 }", &["1 named port 8536"]),
        (
            "impl Default for Metrics { fn default() -> Self { Self { host: \"127.0.0.1\".into(), port: 9001 } } }",
            &["1 127.0.0.1", "1 port 9001"],
        ),
        (
            "fn c() { Config::builder().set_default(\"port\", 8888)?.set_default(\"metrics.port\", 9001)?; }",
            &["1 named port 8888", "1 port 9001"],
        ),
        (
            "fn a() { let ip = if docker { [0, 0, 0, 0].into() } else { [127, 0, 0, 1].into() }; listener.bind(ip); }",
            &["1 named 0.0.0.0", "1 bound 0.0.0.0"],
        ),
        ("fn a() { let host = url.domain().unwrap_or(\"localhost\"); connect(host); }", &["1 localhost"]),
        (
            "const HTTP_ADDR_ENV: &str = \"APP_ADDR\"; const DEFAULT_ADDR: &str = \"localhost:7700\";\nfn default_addr() -> String { DEFAULT_ADDR.to_string() }\nstruct O { #[clap(long, env = HTTP_ADDR_ENV, default_value_t = default_addr())] addr: String }",
            &["1 named localhost:7700", "2 named localhost:7700", "3 named localhost:7700 $APP_ADDR"],
        ),
        ("const METRICS_PORT: u16 = 9100;", &["1 port 9100"]),
        ("fn main() { let host = env_or(\"HOST\", \"localhost\"); }", &["1 named localhost $HOST"]),
    ] {
        assert_eq!(found(source), addresses, "{source}");
    }
}

#[test]
fn what_is_no_address_to_listen_on() {
    for source in [
        "fn main() { TcpStream::connect(\"127.0.0.1:3000\"); }",
        "fn main() { let redis_addr = \"127.0.0.1:7000\"; }",
        "fn main() { let addr = \"0.0.0.0:0\"; }",
        "impl Default for Postgresql { fn default() -> Self { Self { port: 5432 } } }",
        "fn f() -> A { Address { host: String::from(\"127.0.0.1\"), port: 5432, id: 0 } }",
        "fn main() { let url = env::var(\"REDIS_PORT\").unwrap_or(\"7000\".into()); }",
        "const DB_PORT: u16 = 7000;",
        "fn main() { let addr = \"localhost:6379\"; }",
        "fn main() { let port = url.port_or_known_default().unwrap_or(80); }",
        "fn main() { let free = TcpListener::bind(\"127.0.0.1:9000\").is_ok(); }",
        "fn main() { println!(\"127.0.0.1:3000\"); info!(\"on 0.0.0.0:80\"); }",
        "#[cfg(test)] mod tests { fn f() { TcpListener::bind(\"127.0.0.1:3000\"); } }",
        "#[tokio::test] async fn f() { TcpListener::bind(\"127.0.0.1:3000\"); }",
        "fn main() { let report = 3000; let support = args.get(1); let export = \"localhost\"; }",
        "fn main() { let version = \"1.2.3.4:80\"; }",
    ] {
        assert_eq!(found(source), [""; 0], "{source}");
    }
}
