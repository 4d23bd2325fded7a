//! Templates of the user's own.

use super::terminal::{SHORT_TEMPLATE, Terminal};

#[test]
fn templates_of_ones_own_replace_the_built_in() {
    let mut terminal = Terminal::in_package("");
    terminal.runs("template eject before-build");
    terminal.writes(".dockerize/before-build.hbs", "# My own step\nRUN true\n");
    terminal.remarks("a step of one's own in before-build.hbs");
    terminal.runs("");
    terminal.searches("My own step", "Dockerfile");
    let written = terminal.reads("Dockerfile");

    terminal.runs("template eject");
    terminal.shows(".dockerize/before-build.hbs");
    terminal.runs("template eject --force");
    terminal.remarks("what was ejected renders as before");
    terminal.runs("");
    let own_step = "# My own step\nRUN true\n";
    assert_eq!(without_checksum(&terminal.reads("Dockerfile")), without_checksum(&written.replace(own_step, "")));
    terminal.runs("template eject slimm");
    terminal.writes(".dockerize/header.hbs", "# Ours\n");
    terminal.writes(".dockerize/team.hbs", "# Ours\n");
    terminal.runs("template list");
    insta::assert_snapshot!(terminal);
}

fn without_checksum(dockerfile: &str) -> &str {
    dockerfile.split_once('\n').expect("lines").1
}

#[test]
fn a_template_of_ones_own_name_sits_on_a_chosen_runtime() {
    let mut terminal = Terminal::in_package("");
    terminal.writes(".dockerize/mine.hbs", SHORT_TEMPLATE);
    terminal.runs("--template mine --slim");
    terminal.shows("Dockerfile");
    insta::assert_snapshot!(terminal);
}

#[test]
fn mistakes_in_templates_have_a_place_and_a_suggestion() {
    let mut terminal = Terminal::in_package("");
    for template in
        ["RUN true\nRUN {{build.flgas}}", "{{#if skeleton.copied_whol}}RUN true{{/if}}", "{{#if}", "{{> headr}}"]
    {
        terminal.writes(".dockerize/before-build.hbs", format!("{template}\n"));
        terminal.shows(".dockerize/before-build.hbs");
        terminal.runs("");
    }
    terminal.lists(".");
    insta::assert_snapshot!(terminal);
}

#[test]
fn templates_end() {
    let mut terminal = Terminal::in_package("");
    terminal.writes(".dockerize/before-build.hbs", "{{> in-runtime}}\n");
    terminal.writes(".dockerize/in-runtime.hbs", "{{#if build}}{{> before-build}}{{/if}}\n");
    terminal.runs("");
    insta::assert_snapshot!(terminal);
    let depth = 50_000;
    let nested = format!("{}{}", "{{#if build}}".repeat(depth), "{{/if}}".repeat(depth));
    terminal.writes(".dockerize/before-build.hbs", nested);
    let ran = terminal.runs("");
    assert!(ran.code == 101 && ran.stderr.contains("before-build.hbs`, line 1"), "{}", ran.stderr);
}
