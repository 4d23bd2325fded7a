//! What commands install: the words of commands enter, names of packages, of users and of groups leave.

use std::collections::{BTreeMap, BTreeSet};

/// What the commands of a stage brought into it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Installed {
    /// Debian packages.
    pub debian: BTreeSet<String>,
    /// Packages by the names that Alpine gives them.
    pub alpine: BTreeSet<String>,
    /// Numbers of the users that were added and of their groups, where both are known.
    users: BTreeMap<String, (u32, u32)>,
    groups: BTreeMap<String, u32>,
    /// Whether cargo compiled something.
    pub compiles: bool,
}

impl Installed {
    /// Takes in one command.
    pub(super) fn run(&mut self, words: &[String]) {
        let Some((program, rest)) = words.split_first() else { return };
        match program.rsplit('/').next().unwrap_or_default() {
            "apt-get" | "apt" | "aptitude" => self.apt(rest),
            "apk" => self.apk(rest),
            "useradd" => self.add_user(rest, &["-g", "--gid"]),
            "adduser" => self.add_user(rest, &["-g", "--gid", "-G", "--ingroup"]),
            "groupadd" | "addgroup" => self.add_group(rest),
            "cargo" => self.compiles |= rest.iter().any(|word| COMPILING.contains(&word.as_str())),
            "sh" | "bash" | "ash" | "dash" => self.script(rest),
            _ => {}
        }
    }

    /// `sh -c SCRIPT`. A script within a script is passed over, so that this ends.
    fn script(&mut self, words: &[String]) {
        let is_command = |word: &String| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
        let mut words = words.iter().skip_while(|word| !is_command(word)).skip(1);
        let script = words.next().map(String::as_str).unwrap_or_default();
        for command in super::shell::commands(script) {
            if command.first().is_some_and(|program| !program.ends_with("sh")) {
                self.run(&command);
            }
        }
    }

    fn apt(&mut self, words: &[String]) {
        const WITH_VALUE: [&str; 7] =
            ["-t", "--target-release", "--default-release", "-o", "--option", "-c", "--config-file"];
        let mut words = operands(words, &WITH_VALUE);
        let names = |words: &mut dyn Iterator<Item = &str>| -> Vec<String> {
            words.filter_map(|word| debian_name(word).map(str::to_owned)).collect()
        };
        match words.next() {
            Some("install" | "satisfy") => self.debian.extend(names(&mut words)),
            Some("remove" | "purge" | "autoremove" | "autopurge") => {
                for name in names(&mut words) {
                    self.debian.remove(&name);
                }
            }
            _ => {}
        }
    }

    fn apk(&mut self, words: &[String]) {
        const WITH_VALUE: [&str; 6] = ["-t", "--virtual", "-X", "--repository", "-p", "--root"];
        // What is installed under a name goes with that name.
        if words.iter().any(|word| word == "-t" || word.starts_with("--virtual")) {
            return;
        }
        let mut words = operands(words, &WITH_VALUE);
        let name = |word: &str| word.split(['=', '~', '<', '>', '@']).next().unwrap_or_default().to_owned();
        let is_name = |name: &String| {
            name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c)) && !name.is_empty() && name != "."
        };
        match words.next() {
            Some("add") => self.alpine.extend(words.map(name).filter(is_name)),
            Some("del") => words.map(name).for_each(|name| {
                self.alpine.remove(&name);
            }),
            _ => {}
        }
    }

    fn add_user(&mut self, words: &[String], group: &[&str]) {
        let Some(name) = operands(words, &USER_OPTIONS).next() else { return };
        let Some(uid) = option(words, &["-u", "--uid"]).and_then(|uid| uid.parse().ok()) else { return };
        let gid = match option(words, group) {
            Some(group) => group.parse().ok().or_else(|| self.groups.get(group).copied()),
            None => Some(uid),
        };
        if let Some(gid) = gid {
            self.users.insert(name.to_owned(), (uid, gid));
        }
    }

    fn add_group(&mut self, words: &[String]) {
        let gid = option(words, &["-g", "--gid"]).and_then(|gid| gid.parse().ok());
        if let (Some(name), Some(gid)) = (operands(words, &USER_OPTIONS).next(), gid) {
            self.groups.insert(name.to_owned(), gid);
        }
    }

    /// `USER` as numbers, where they are known.
    pub(super) fn numeric(&self, user: &str) -> Option<String> {
        let (user, group) = user.split_once(':').map_or((user, None), |(user, group)| (user, Some(group)));
        let (uid, gid) = match (user.parse::<u32>(), user) {
            (Ok(uid), _) => (uid, None),
            (_, "root") => (0, Some(0)),
            (_, "nobody") => (65534, Some(65534)),
            (_, "nonroot") => (65532, Some(65532)),
            (_, name) => self.users.get(name).map(|(uid, gid)| (*uid, Some(*gid)))?,
        };
        let gid = match group {
            None => gid,
            Some("root") => Some(0),
            Some(group) => {
                let of_user = (group == user).then_some(gid).flatten();
                Some(group.parse().ok().or_else(|| self.groups.get(group).copied()).or(of_user)?)
            }
        };
        Some(gid.map_or(uid.to_string(), |gid| format!("{uid}:{gid}")))
    }
}

/// Commands of cargo's.
const COMPILING: [&str; 6] = ["b", "build", "chef", "install", "rustc", "zigbuild"];

/// Options of useradd, of Debian's adduser and of Alpine's that take a value.
const USER_OPTIONS: [&str; 22] = [
    "-u",
    "--uid",
    "-g",
    "--gid",
    "-G",
    "--groups",
    "--ingroup",
    "-d",
    "--home",
    "--home-dir",
    "-s",
    "--shell",
    "-c",
    "--comment",
    "--gecos",
    "-h",
    "-k",
    "-b",
    "-p",
    "-e",
    "-f",
    "-K",
];

/// Words that are neither options nor values of options. The last of several letters behind one dash may take a value.
fn operands<'a>(words: &'a [String], with_value: &'a [&str]) -> impl Iterator<Item = &'a str> {
    let takes_value = |word: &str| {
        let last = word.chars().last().filter(|_| word.starts_with('-') && !word.starts_with("--"));
        with_value.contains(&word) || last.is_some_and(|letter| with_value.contains(&format!("-{letter}").as_str()))
    };
    let mut is_value = false;
    words.iter().map(String::as_str).filter(move |word| {
        let was_value = std::mem::replace(&mut is_value, takes_value(word));
        !was_value && !word.starts_with('-')
    })
}

/// The value of an option: `--uid 1`, `--uid=1` or `-u1`.
fn option<'a>(words: &'a [String], names: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(at, word)| {
        let name = names.iter().find(|name| word.starts_with(**name))?;
        match &word[name.len()..] {
            "" => words.get(at + 1).map(String::as_str),
            rest if name.starts_with("--") => rest.strip_prefix('='),
            rest => Some(rest),
        }
    })
}

/// The name of a package in a word such as `curl=8.1`, `curl/bookworm-backports` or `curl:amd64`.
fn debian_name(word: &str) -> Option<&str> {
    let name = word.split(['=', '/', ':', ' ', '(']).next()?;
    let is_name = name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c));
    (is_name && !name.to_lowercase().ends_with(".deb") && !word.ends_with('-')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(script: &str) -> Installed {
        let mut installed = Installed::default();
        for words in &super::super::shell::commands(script) {
            installed.run(words);
        }
        installed
    }

    fn names(names: &BTreeSet<String>) -> String {
        names.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn packages_of_debian_without_options_and_versions() {
        for (script, packages) in [
            ("apt-get update && apt-get install -y --no-install-recommends curl libssl3=3.0.* g++", "curl g++ libssl3"),
            ("apt -y -t bookworm-backports install cmake/bookworm-backports git:amd64 ./x.deb", "cmake git"),
            ("apt-get -o Dpkg::Use-Pty=0 install git; apt-get purge -y git", ""),
            ("sudo DEBIAN_FRONTEND=noninteractive /usr/bin/apt-get install a1 > /dev/null", "a1"),
            ("apt-get satisfy 'libfoo1 (>= 1)' -y", "libfoo1"),
            ("sh -ec 'apt-get install curl'; bash -c \"bash -c 'apt-get install git'\"", "curl"),
            ("apt-get install \u{1} A_B x- . ..", ""),
            ("apt-cache search curl; echo apt-get install git", ""),
        ] {
            assert_eq!(names(&after(script).debian), packages, "{script}");
        }
    }

    #[test]
    fn packages_of_alpine() {
        for (script, packages) in [
            (
                "apk add --no-cache ca-certificates tini~=0.19 'nodejs>=18' edge@testing",
                "ca-certificates edge nodejs tini",
            ),
            ("apk --no-cache add -X https://example.com curl && apk del curl", ""),
            ("apk add --virtual .build gcc musl-dev", ""),
        ] {
            assert_eq!(names(&after(script).alpine), packages, "{script}");
        }
    }

    #[test]
    fn users_are_known_by_their_numbers() {
        for (script, user, numbers) in [
            ("adduser --disabled-password --gecos '' --home /x --uid \"10001\" app", "app", Some("10001:10001")),
            ("useradd -ms /bin/sh -u 1000 app", "app", Some("1000:1000")),
            ("groupadd -g 900 staff && useradd app --uid=1000 -g staff", "app", Some("1000:900")),
            ("groupadd -g 900 staff && useradd app -u1000", "app:staff", Some("1000:900")),
            ("addgroup -S app && adduser -S app -G app", "app", None),
            ("", "1000", Some("1000")),
            ("", "1000:1000", Some("1000:1000")),
            ("", "root", Some("0:0")),
            ("", "app", None),
            ("", "1000:app", None),
            ("useradd", "", None),
        ] {
            assert_eq!(after(script).numeric(user).as_deref(), numbers, "{script} {user}");
        }
    }
}
