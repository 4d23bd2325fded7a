//! Bounds of rendering, so that templates of the user's own end: none includes itself by way of others, a file stays
//! below a length, and all of it is done within a time.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use handlebars::Handlebars;
use handlebars::template::{Parameter, Template, TemplateElement};

/// What rendering may take: thousands of times what it takes.
pub(super) const TIME: Duration = Duration::from_secs(10);

/// The longest file, in bytes: thousands of times a long one.
pub(super) const LENGTH: usize = 16 << 20;

/// Stack for nested blocks and partials, in bytes; the parser of templates wants much for each.
const STACK: usize = 64 << 20;

/// The result of `work`, or nothing where that takes longer than `limit`: the thread then ends with the process.
pub(super) fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, result) = mpsc::channel();
    // Nobody listens where the time was up.
    let run = move || sender.send(work()).unwrap_or_default();
    thread::Builder::new().stack_size(STACK).spawn(run).ok()?;
    result.recv_timeout(limit).ok()
}

/// A text that takes no more than [`LENGTH`].
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) Vec<u8>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LENGTH {
            return Err(io::Error::other(format!("the file is longer than {} MB", LENGTH >> 20)));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Templates that include each other in a circle, each followed by the one that it includes.
pub(super) fn circle<'a>(registry: &'a Handlebars, from: &'a str) -> Option<Vec<&'a str>> {
    let (mut path, mut done) = (Vec::new(), BTreeSet::new());
    follow(registry, from, &mut path, &mut done).then_some(path)
}

/// Whether a walk from `name` comes back to a template on the `path`, which is then that circle.
fn follow<'a>(registry: &'a Handlebars, name: &'a str, path: &mut Vec<&'a str>, done: &mut BTreeSet<&'a str>) -> bool {
    if let Some(start) = path.iter().position(|above| *above == name) {
        path.drain(..start);
        return true;
    }
    if !done.insert(name) {
        return false;
    }
    path.push(name);
    let mut partials = Vec::new();
    if let Some(template) = registry.get_template(name) {
        collect(template, &mut partials);
    }
    if partials.into_iter().any(|partial| follow(registry, partial, path, done)) {
        return true;
    }
    path.pop();
    false
}

/// The partials that a template names.
fn collect<'a>(template: &'a Template, partials: &mut Vec<&'a str>) {
    for element in &template.elements {
        match element {
            TemplateElement::PartialExpression(partial) | TemplateElement::PartialBlock(partial) => {
                if let Parameter::Name(name) = &partial.name {
                    partials.push(name);
                }
                partial.template.iter().for_each(|inner| collect(inner, partials));
            }
            TemplateElement::HelperBlock(block) => {
                block.template.iter().chain(&block.inverse).for_each(|inner| collect(inner, partials));
            }
            TemplateElement::DecoratorBlock(block) => {
                block.template.iter().for_each(|inner| collect(inner, partials));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_in_blocks_too() {
        let mut registry = Handlebars::new();
        for (name, text) in [
            ("top", "{{> left}}{{> right}}"),
            ("left", "{{> leaf}}"),
            ("right", "{{#if a}}x{{else}}{{> back}}{{/if}}{{> leaf}}"),
            ("back", "{{#> right}}y{{/right}}"),
            ("leaf", "{{> @partial-block}}"),
        ] {
            registry.register_template_string(name, text).unwrap();
        }
        assert_eq!(circle(&registry, "top"), Some(vec!["right", "back"]));
        assert_eq!(circle(&registry, "left"), None);
    }

    #[test]
    fn work_that_does_not_end_is_given_up() {
        assert_eq!(within(Duration::from_secs(60), || 1), Some(1));
        let forever = || loop {
            thread::park();
        };
        assert_eq!(within::<()>(Duration::from_millis(1), forever), None);
    }

    #[test]
    fn a_file_has_an_end() {
        let mut text = Text::default();
        assert!(text.write_all(&vec![b' '; LENGTH]).is_ok());
        assert!(text.write_all(b" ").is_err());
    }
}
