//! Scripts of RUN: the text of an instruction enters, the commands in it leave, each as its words. It knows as much of a
//! shell as it takes to find the commands that install packages; what it does not know is passed over.

use super::variables::UNKNOWN;

/// The text of an instruction as a shell gets it: without comments between its lines, and in one line but for here-documents.
pub(super) fn joined(text: &str, escape: char) -> String {
    let mut joined = String::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let line = line.trim_end();
        match line.strip_suffix(escape) {
            Some(line) => joined.push_str(line),
            None => joined.extend([line, "\n"]),
        }
    }
    joined
}

/// The commands of a script.
pub(super) fn commands(script: &str) -> Vec<Vec<String>> {
    pieces(script).iter().filter_map(|piece| shlex::split(piece)).map(plain).filter(|words| !words.is_empty()).collect()
}

/// The words of a command that a shell would only start, and not look into.
pub(super) fn simple(command: &str) -> Option<Vec<String>> {
    if command.contains(['|', '&', ';', '<', '>', '$', '`', '(', ')', '*', '~', '\n', UNKNOWN]) {
        return None;
    }
    shlex::split(command).filter(|words| !words.is_empty())
}

/// A script at the places where one command ends and another may begin.
fn pieces(script: &str) -> Vec<String> {
    let (mut pieces, mut quote) = (vec![String::new()], None);
    let mut characters = script.chars().peekable();
    let mut is_at_start = true;
    while let Some(c) = characters.next() {
        let was_at_start = std::mem::replace(&mut is_at_start, false);
        let Some(piece) = pieces.last_mut() else { break };
        match (c, quote) {
            ('\\', None | Some('"')) => match characters.next() {
                Some('\n') | None => is_at_start = was_at_start,
                Some(next) => piece.extend([c, next]),
            },
            (c, Some(open)) => {
                if c == open {
                    quote = None;
                }
                piece.push(c);
            }
            ('#', None) if was_at_start => while characters.next_if(|c| *c != '\n').is_some() {},
            ('\n' | ';' | '|' | '&' | '(' | ')', None) => {
                pieces.push(String::new());
                is_at_start = true;
            }
            (c, None) => {
                if matches!(c, '\'' | '"') {
                    quote = Some(c);
                }
                is_at_start = c.is_whitespace();
                piece.push(c);
            }
        }
    }
    pieces
}

/// Without what stands before a command or says where its output goes.
fn plain(words: Vec<String>) -> Vec<String> {
    const BEFORE: [&str; 13] =
        ["{", "!", "if", "then", "else", "elif", "do", "while", "until", "sudo", "env", "exec", "time"];
    let is_assignment = |word: &str| {
        word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    let is_redirection = |word: &String| word.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['<', '>']);
    words
        .into_iter()
        .skip_while(|word| BEFORE.contains(&word.as_str()) || is_assignment(word))
        .take_while(|word| !is_redirection(word) && word != "}")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(script: &str) -> Vec<String> {
        commands(script).iter().map(|words| words.join("·")).collect()
    }

    #[test]
    fn commands_are_found_between_operators() {
        assert_eq!(
            seen("apt-get update&&DEBIAN_FRONTEND=x apt-get install -y a 'b c';(cd /x; ./y) | tee z > /dev/null 2>&1"),
            ["apt-get·update", "apt-get·install·-y·a·b c", "cd·/x", "./y", "tee·z", "1"]
        );
        assert_eq!(
            seen("if [ -f x ]; then apt-get install a; fi\n# apt-get install b\necho '#' # c"),
            ["[·-f·x·]", "apt-get·install·a", "fi", "echo·#"]
        );
        assert_eq!(seen("a \\\n b\\\nc"), ["a·bc"]);
        assert_eq!(seen("echo 'open; apt-get install a"), [""; 0]);
        assert_eq!(seen(""), [""; 0]);
    }

    #[test]
    fn comments_between_lines_go() {
        assert_eq!(joined("apt-get install \\\n  # why\n\n  a \\  \n  b\n", '\\'), "apt-get install   a   b\n");
        assert_eq!(joined("apt-get install `\n a\n", '`'), "apt-get install  a\n");
    }

    #[test]
    fn only_plain_commands_are_simple() {
        assert_eq!(simple("/app/api --port '80 80'").unwrap(), ["/app/api", "--port", "80 80"]);
        for command in ["a && b", "$A", "a > b", "", "'a", "a *"] {
            assert_eq!(simple(command), None, "{command}");
        }
    }
}
