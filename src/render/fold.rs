//! Long lines: a line of a Dockerfile enters, lines of at most 120 columns that mean the same leave.

/// Columns of the widest line.
const WIDTH: usize = 120;

/// Breaks a line where it is too wide: a comment at a word, an instruction or a command before `&&` or at a blank
/// outside of quotes, a value of ENV or LABEL at a blank inside of them.
pub(super) fn fold(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    if line.starts_with('#') {
        return comment(line);
    }
    let has_value = line.starts_with("ENV ") || line.starts_with("LABEL ");
    let mut folded = String::new();
    let mut rest = line.to_owned();
    let mut is_inside = false;
    while rest.chars().count() > WIDTH {
        let places = places(&rest, is_inside);
        let far_enough = |at: &&usize| **at >= WIDTH / 3;
        let and = places.outside.iter().rev().filter(far_enough).find(|at| rest[**at..].starts_with(" && "));
        let before_option = places.outside.iter().rev().filter(far_enough).find(|at| rest[**at..].starts_with(" -"));
        let blank = before_option.or(places.outside.last());
        // A blank before a `#` would begin a comment on the next line.
        let inside = places.inside.iter().rev().find(|at| has_value && !rest[*at + 1..].starts_with('#'));
        let (start, end) = match (and, blank.filter(far_enough), inside) {
            (Some(at), ..) => (format!("{} ", &rest[..*at]), format!(" {}", rest[*at..].trim_start())),
            (None, None, Some(at)) => (rest[..=*at].to_owned(), rest[*at + 1..].to_owned()),
            (None, at, _) => {
                let Some(at) = at.or(blank) else { break };
                (format!("{} ", &rest[..*at]), format!("    {}", rest[*at..].trim_start()))
            }
        };
        if end.chars().count() >= rest.chars().count() {
            break;
        }
        // Blanks at the beginning of a line are a part of the value.
        is_inside = and.is_none() && !blank.is_some_and(|at| far_enough(&at)) && inside.is_some();
        folded = folded + &start + "\\\n";
        rest = end;
    }
    folded + &rest
}

fn comment(line: &str) -> String {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > WIDTH {
            lines.push("#".to_owned());
        }
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join("\n")
}

/// Blanks where a line may be broken, with room for a backslash: outside of quotes, and inside of double ones.
#[derive(Default)]
struct Places {
    outside: Vec<usize>,
    inside: Vec<usize>,
}

fn places(line: &str, is_inside: bool) -> Places {
    let mut places = Places::default();
    let (mut quote, mut is_escaped) = (is_inside.then_some('"'), false);
    let indent = if is_inside { 0 } else { line.len() - line.trim_start().len() };
    for (column, (at, c)) in line.char_indices().enumerate() {
        if column > WIDTH - 2 {
            break;
        }
        match (c, quote) {
            _ if is_escaped => is_escaped = false,
            ('\\', _) => is_escaped = quote != Some('\''),
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            (' ', None) if at >= indent && column > 0 => places.outside.push(at),
            (' ', Some('"')) => places.inside.push(at),
            _ => {}
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line that a builder reads: a backslash at the end takes the next line along.
    fn unfolded(text: &str) -> String {
        text.replace("\\\n", "")
    }

    fn words(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    #[test]
    fn commands_break_outside_of_quotes() {
        let line = format!(
            "RUN first {} 'quoted text that stays {}' && second {}",
            "a ".repeat(30),
            "b ".repeat(20),
            "c ".repeat(50)
        );
        let folded = fold(&line);
        assert!(folded.lines().all(|line| line.chars().count() <= WIDTH), "{folded}");
        assert_eq!(words(&unfolded(&folded)), words(&line));
        assert!(folded.contains("'quoted text that stays b b b b b b b b b b b b b b b b b b b b '"), "{folded}");
        assert!(folded.contains("\n && second"), "{folded}");
    }

    #[test]
    fn values_keep_every_blank() {
        let line = format!("LABEL a=\"{} # {}\"", "word ".repeat(40), "more  ".repeat(20));
        let folded = fold(&line);
        assert!(folded.lines().all(|line| line.chars().count() <= WIDTH), "{folded}");
        assert!(folded.lines().all(|line| !line.trim_start().starts_with('#')), "{folded}");
        assert_eq!(unfolded(&folded), line);
    }

    #[test]
    fn comments_break_at_words_and_short_lines_stay() {
        let folded = fold(&format!("# {}", "word ".repeat(50)));
        assert!(folded.lines().all(|line| line.starts_with("# word") && line.chars().count() <= WIDTH), "{folded}");
        assert_eq!(fold("FROM scratch"), "FROM scratch");
        let unbreakable = format!("ENTRYPOINT [\"{}\"]", "x".repeat(200));
        assert_eq!(fold(&unbreakable).replace(" \\\n    ", " "), unbreakable);
    }
}
