//! Command lines that methods build, `Command::new("api").subcommand_required(true).subcommand(…)`: an expression enters.

use syn::{Expr, ExprMethodCall};

use super::super::expressions::{items, last_name, mentions, string};
use super::super::texts::Texts;
use super::super::variables::is_variable;
use super::{data_path, says_path, settings_file};
use crate::workspace::{Command, CommandLine, Need};

/// Types whose `new` begins a command.
const COMMANDS: [&str; 3] = ["App", "Command", "SubCommand"];

/// What a chain of calls says. One that is not parsed in the same breath may be a subcommand of another, unless it has
/// some itself.
pub(super) fn command_line(call: &ExprMethodCall, texts: &Texts) -> Option<CommandLine> {
    let (steps, root) = steps(call);
    if !is_command(root) {
        return None;
    }
    let is_parsed = steps.iter().any(|step| step.method.to_string().contains("get_matches"));
    // By a method of its own, or as one of the settings of older versions.
    let sets = |method: &str, settings: &[&str]| {
        steps.iter().any(|step| {
            let says = |word: &str| step.args.first().is_some_and(|first| mentions(first, word));
            step.method == method && says("true")
                || step.method.to_string().ends_with("setting") && settings.iter().any(|setting| says(setting))
        })
    };
    let needs_command = sets("subcommand_required", &["SubcommandRequired", "SubcommandRequiredElseHelp"]);
    let wants_any = sets("arg_required_else_help", &["ArgRequiredElseHelp"]);
    let mut found = CommandLine { parses: true, needs: needs(&steps, texts), ..CommandLine::default() };
    found.needs.extend((wants_any && !needs_command).then_some(Need::Any));
    if needs_command {
        let adds = |step: &&&ExprMethodCall| step.method == "subcommand" || step.method == "subcommands";
        let added = steps.iter().filter(adds).flat_map(|step| &step.args).flat_map(items);
        match added.map(|one| subcommand(one, texts)).collect() {
            Some(commands) => found.commands = commands,
            // One of them is made elsewhere, and so nobody can tell which serves.
            None => found.needs.push(Need::Subcommand(String::new())),
        }
    }
    (is_parsed || needs_command).then_some(found)
}

/// The calls of a chain, in their order, and what they begin with.
fn steps(call: &ExprMethodCall) -> (Vec<&ExprMethodCall>, &Expr) {
    let mut steps = vec![call];
    let mut root = &*call.receiver;
    while let Expr::MethodCall(call) = root {
        steps.push(call);
        root = &call.receiver;
    }
    steps.reverse();
    (steps, root)
}

fn is_command(root: &Expr) -> bool {
    match root {
        Expr::Call(_) => made(root).is_some_and(|(of, _)| COMMANDS.contains(&&*of)),
        Expr::Macro(of) => {
            let last = of.mac.path.segments.last();
            last.is_some_and(|last| last.ident == "command" || last.ident == "app_from_crate")
        }
        _ => false,
    }
}

/// The type and the name that `Arg::new("FILE")` or `SubCommand::with_name("serve")` makes; a computed name is empty.
fn made(root: &Expr) -> Option<(String, String)> {
    let Expr::Call(call) = root else { return None };
    let (function, of) = last_name(&call.func);
    let name = call.args.first().and_then(string).unwrap_or_default();
    ["new", "with_name"].contains(&&*function).then_some((of, name))
}

/// A subcommand that is made where it is added.
fn subcommand(of: &Expr, texts: &Texts) -> Option<Command> {
    let (steps, root) = match of {
        Expr::MethodCall(call) => steps(call),
        root => (Vec::new(), root),
    };
    let (_, name) = made(root).filter(|(of, name)| COMMANDS.contains(&&**of) && !name.is_empty())?;
    Some(Command { name, aliases: Vec::new(), conditions: Vec::new(), needs: needs(&steps, texts) })
}

fn needs(steps: &[&ExprMethodCall], texts: &Texts) -> Vec<Need> {
    let of_step = |step: &&ExprMethodCall| -> Vec<Need> {
        let given = step.args.iter().flat_map(items);
        match step.method.to_string().as_str() {
            "arg" | "args" => given.filter_map(|one| argument(one, texts)).collect(),
            "group" | "groups" => given.filter_map(group).collect(),
            _ => Vec::new(),
        }
    };
    steps.iter().flat_map(of_step).collect()
}

/// `ArgGroup::new("input").required(true).args(["file", "url"])`: one of them.
pub(super) fn group(of: &Expr) -> Option<Need> {
    let Expr::MethodCall(call) = of else { return None };
    let (steps, root) = steps(call);
    made(root).filter(|(of, _)| of == "ArgGroup")?;
    let is_required = |step: &&ExprMethodCall| {
        step.method == "required" && step.args.first().is_some_and(|first| mentions(first, "true"))
    };
    steps.iter().find(|step| is_required(step))?;
    let arguments = steps.iter().filter(|step| step.method == "arg" || step.method == "args");
    let names: Vec<String> = arguments.flat_map(|step| &step.args).flat_map(items).filter_map(string).collect();
    (!names.is_empty()).then(|| Need::Argument(format!("<{}>", names.join("|"))))
}

/// `Arg::new("FILE").required(true)`
fn argument(of: &Expr, texts: &Texts) -> Option<Need> {
    let Expr::MethodCall(call) = of else { return None };
    let (steps, root) = steps(call);
    let (_, name) = made(root).filter(|(of, _)| of == "Arg")?;
    let step = |name: &str| steps.iter().find(|step| step.method == name)?.args.first();
    let mut defaults = steps.iter().filter(|step| step.method.to_string().starts_with("default_value"));
    if let Some(default) = defaults.next() {
        let path = texts.text(default.args.first()?)?;
        let data = || data_path(&name, &path).filter(|_| says_path(&name)).map(Need::Data);
        return settings_file(&name, &path).map(Need::File).or_else(data);
    }
    if !step("required").is_some_and(|first| mentions(first, "true")) {
        return None;
    }
    if let Some(env) = step("env") {
        return string(env).filter(|name| is_variable(name)).map(Need::Variable);
    }
    let shown = match step("long").and_then(string) {
        Some(long) => format!("--{long}"),
        None => format!("<{}>", name.to_uppercase()),
    };
    Some(Need::Argument(shown))
}
