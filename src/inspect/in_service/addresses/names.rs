//! Names that tell what listens, what speaks to another machine, and what a value is for.

/// Functions and methods that listen on what they are given.
pub(super) const BINDING: [&str; 15] = [
    "bind",
    "bind_auto_h2c",
    "bind_ephemeral",
    "bind_openssl",
    "bind_rustls",
    "bind_rustls_0_22",
    "bind_rustls_0_23",
    "bind_with_graceful_shutdown",
    "from_std",
    "listen",
    "run",
    "serve",
    "serve_with_shutdown",
    "try_bind",
    "add_tcp",
];

/// Names among them that many others share.
pub(super) const COMMON: [&str; 2] = ["listen", "run"];

/// Types whose `new` does.
pub(super) const LISTENERS: [&str; 3] = ["TcpListener", "Listener", "UdpSocket"];

/// Functions and methods that speak to another machine.
pub(super) const CONNECTING: [&str; 8] =
    ["connect", "connect_lazy", "connect_timeout", "dial", "from_shared", "from_static", "send_to", "lookup_host"];

/// Words in the names of what belongs to another machine.
pub(super) const OTHERS: [&str; 38] = [
    "amqp",
    "backend",
    "backends",
    "broker",
    "clickhouse",
    "client",
    "collector",
    "connection",
    "database",
    "db",
    "elasticsearch",
    "endpoint",
    "jaeger",
    "kafka",
    "ldap",
    "mariadb",
    "memcached",
    "mongo",
    "mongodb",
    "mysql",
    "nats",
    "node",
    "otlp",
    "peer",
    "peers",
    "pg",
    "postgres",
    "postgresql",
    "proxy",
    "rabbitmq",
    "redis",
    "relay",
    "remote",
    "rpc",
    "smtp",
    "statsd",
    "target",
    "upstream",
];

/// Words in the names of hosts and addresses to listen on.
pub(super) const HOSTS: [&str; 13] = [
    "addr",
    "addrs",
    "address",
    "addresses",
    "bind",
    "binding",
    "host",
    "hostname",
    "interface",
    "interfaces",
    "ip",
    "listen",
    "listener",
];

/// Words in the names of types that hold addresses of something beside the main one.
pub(super) const BESIDE: [&str; 14] = [
    "admin",
    "cluster",
    "debug",
    "diagnostics",
    "gossip",
    "health",
    "internal",
    "management",
    "metrics",
    "pprof",
    "prometheus",
    "raft",
    "redirect",
    "telemetry",
];

/// Words in such names that say nothing else.
const PLAIN: [&str; 12] = [
    "api",
    "app",
    "application",
    "default",
    "http",
    "listening",
    "main",
    "public",
    "serve",
    "server",
    "service",
    "web",
];

/// Whether a word says nothing but that something is listened on.
pub(super) fn is_plain(word: &str) -> bool {
    word.is_empty() || word == "port" || HOSTS.contains(&word) || PLAIN.contains(&word)
}

/// The words of a name: `HTTP_PORT`, `httpPort`, `http-port`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && was_lower {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        if c.is_alphanumeric() {
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
    }
    words
}
