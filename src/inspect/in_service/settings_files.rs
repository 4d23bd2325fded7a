//! Ports and addresses in a settings file that a program reads, be it TOML, YAML, JSON or INI: its text enters, addresses
//! leave. Keys tell what a value is, as names do in a source.

use std::path::Path;

use super::addresses;
use crate::workspace::Address;

/// Extensions of such files.
const EXTENSIONS: [&str; 9] = ["cfg", "conf", "ini", "json", "json5", "ron", "toml", "yaml", "yml"];

/// Bytes of a settings file; a longer one is data.
const LARGEST: u64 = 1 << 18;

/// Whether a file may be one.
pub(in crate::inspect) fn is_one(path: &Path) -> bool {
    has_extension(path) && path.metadata().is_ok_and(|metadata| metadata.len() <= LARGEST)
}

/// Whether a path has the extension of one.
pub(super) fn has_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|one| extension == *one))
}

/// Whether a message may show a path: one without blanks, quotes and the like, that does not go up.
pub(super) fn is_plain_path(path: &str) -> bool {
    path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c)) && path.split('/').all(|part| part != "..")
}

pub(in crate::inspect) fn read(text: &str) -> Vec<Address> {
    let mut found = Vec::new();
    let mut table = "";
    // Keys around a line, with their indentation.
    let mut around: Vec<(usize, &str)> = Vec::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';', '/']) {
            continue;
        }
        if let Some(header) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = header;
            continue;
        }
        let Some((key, value)) = trimmed.split_once(['=', ':']) else { continue };
        let indent = line.len() - line.trim_start().len();
        around.retain(|(outer, _)| *outer < indent);
        // An item of a list is one of many.
        if trimmed.starts_with("- ") {
            around.push((indent, "list"));
            continue;
        }
        let key = bare(key);
        if ["", "{", "(", "["].contains(&value.trim()) {
            around.push((indent, key));
            continue;
        }
        let outer: Vec<&str> = around.iter().map(|(_, name)| *name).chain([table]).collect();
        found.extend(addresses::in_setting(&outer, key, bare(value)));
    }
    found
}

/// A key or a value without quotes, commas and a comment.
fn bare(text: &str) -> &str {
    let text = text.split(" #").next().unwrap_or_default();
    text.trim().trim_end_matches(',').trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_what_a_value_is() {
        for (text, addresses) in [
            (
                "application:\n  port: 8000\n  host: 127.0.0.1\ndatabase:\n  port: 9000\n",
                &["port 8000", "127.0.0.1"][..],
            ),
            (
                "port = 3000 # ours\n\n[redis]\nport = 7000\n[server]\nlisten = \"[::1]:8080\"\n",
                &["port 3000", "[::1]:8080"],
            ),
            ("{\n  \"server\": {\n    \"http_port\": 8080,\n    \"name\": \"a:80\"\n  }\n}\n", &["port 8080"]),
            ("bind=0.0.0.0:53\n; port=1\n# port=2\n", &["0.0.0.0:53"]),
            (
                "- name: a\n  port: 7000\nmail:\n  port: 1025\nudp_port: 53\nlist = [\n  [1],\n]\nport = 80\n",
                &["port 80"],
            ),
            ("report: 3000\nport: 0\nport: 5432\nport: none\nhost: example.org\n", &[]),
        ] {
            let found: Vec<String> = read(text).iter().map(ToString::to_string).collect();
            assert_eq!(found, addresses, "{text}");
        }
    }
}
