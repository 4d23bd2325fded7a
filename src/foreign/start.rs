//! ENTRYPOINT and CMD: commands in either form enter, the program that a container starts and its arguments leave.

use super::{CommandLine, Start, shell};

/// Programs that start another one, and pass signals on to it.
pub(crate) const INITS: [&str; 4] = ["tini", "tini-static", "dumb-init", "catatonit"];

/// What ENTRYPOINT and CMD start together; nothing where that is a script.
pub(super) fn start(entrypoint: Option<&CommandLine>, cmd: Option<&CommandLine>) -> Option<Start> {
    let mut words = match (entrypoint, cmd) {
        // A shell around ENTRYPOINT sees nothing of CMD.
        (Some(CommandLine::Script(script)), _) => shell::simple(script)?,
        (Some(CommandLine::Words(words)), None) => words.clone(),
        (Some(CommandLine::Words(words)), Some(CommandLine::Words(args))) => [words.as_slice(), args].concat(),
        (Some(CommandLine::Words(_)), Some(CommandLine::Script(_))) => return None,
        (None, cmd) => words_of(cmd?)?,
    };
    if let [shell, option, script] = words.as_slice() {
        if shell.ends_with("sh") && option == "-c" {
            words = shell::simple(script)?;
        }
    }
    let is_init = |word: &String| INITS.contains(&name(word)) || name(word) == "exec";
    let through = words.first().filter(|word| is_init(word)).map(|word| name(word).to_owned());
    let is_inits = |word: &String| through.is_some() && (is_init(word) || word.starts_with('-'));
    let mut words = words.into_iter().skip_while(is_inits);
    Some(Start { program: words.next()?, args: words.collect(), through: through.filter(|name| name != "exec") })
}

/// The words of a command, where a shell would make nothing else of it.
pub(crate) fn words_of(command: &CommandLine) -> Option<Vec<String>> {
    match command {
        CommandLine::Words(words) => Some(words.clone()),
        CommandLine::Script(script) => shell::simple(script),
    }
}

/// The name of a program without its folder.
pub(super) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> CommandLine {
        CommandLine::Words(text.split(' ').map(str::to_owned).collect())
    }

    fn script(text: &str) -> CommandLine {
        CommandLine::Script(text.to_owned())
    }

    #[test]
    fn either_form_leads_to_the_program() {
        for (entrypoint, cmd, started) in [
            (Some(words("/app/api --port 80")), Some(words("serve")), "/app/api --port 80 serve"),
            (None, Some(words("./api")), "./api"),
            (None, Some(script("./api --verbose")), "./api --verbose"),
            (Some(script("exec /app/api")), Some(words("ignored")), "/app/api"),
            (Some(words("/sbin/tini -g -- /app/api")), None, "tini: /app/api"),
            (Some(words("tini --")), Some(words("/app/api x")), "tini: /app/api x"),
            (None, Some(CommandLine::Words(vec!["/bin/sh".into(), "-c".into(), "exec /api".into()])), "/api"),
            (None, Some(script("migrate && ./api")), "nothing"),
            (Some(words("/app/api")), Some(script("a | b")), "nothing"),
            (Some(words("tini --")), None, "nothing"),
            (None, Some(CommandLine::Words(Vec::new())), "nothing"),
            (None, None, "nothing"),
        ] {
            let shown = start(entrypoint.as_ref(), cmd.as_ref()).map_or("nothing".to_owned(), |start| {
                let through = start.through.map(|name| name + ": ").unwrap_or_default();
                through + &[vec![start.program], start.args].concat().join(" ")
            });
            assert_eq!(shown, started, "{entrypoint:?} {cmd:?}");
        }
    }
}
