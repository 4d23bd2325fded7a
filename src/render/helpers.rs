//! Helpers of templates: quoting, and an `if` that knows the difference between false and misspelt.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy, Output, PathAndJson, RenderContext, RenderError,
    RenderErrorReason, Renderable,
};
use serde_json::Value;

pub(super) fn register(registry: &mut Handlebars) {
    registry.register_helper("if", Box::new(StrictIf { wanted: true }));
    registry.register_helper("unless", Box::new(StrictIf { wanted: false }));
    registry.register_helper("quote", Box::new(Quoting(|params| Ok(quote(text(params, 0)?)))));
    registry.register_helper("shell", Box::new(Quoting(|params| shell(text(params, 0)?))));
    registry
        .register_helper("json", Box::new(Quoting(|params| Ok(json(params.first().copied().unwrap_or(&Value::Null))))));
    registry.register_helper("list", Box::new(Quoting(|params| list(params, None).map(|items| items.join(", ")))));
    registry.register_helper(
        "sonames",
        Box::new(Quoting(|params| list(params, Some("soname")).map(|items| items.join(" ")))),
    );
    registry.register_helper("copy", Box::new(Quoting(|params| Ok(copy(text(params, 0)?, text(params, 1)?)))));
}

/// The built-in `if` takes a variable that does not exist for false, in strict mode too.
struct StrictIf {
    wanted: bool,
}

impl HelperDef for StrictIf {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let param = helper.param(0).ok_or(RenderErrorReason::ParamNotFoundForIndex("if", 0))?;
        if param.is_value_missing() {
            return Err(RenderErrorReason::MissingVariable(param.relative_path().cloned()).into());
        }
        let holds = param.value().is_truthy(false) == self.wanted;
        let block = if holds { helper.template() } else { helper.inverse() };
        block.map_or(Ok(()), |block| block.render(registry, context, render, out))
    }
}

/// A helper that turns its parameters into text.
struct Quoting(fn(&[&Value]) -> Result<String, String>);

impl HelperDef for Quoting {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        if let Some(missing) = helper.params().iter().find(|param| param.is_value_missing()) {
            return Err(RenderErrorReason::MissingVariable(missing.relative_path().cloned()).into());
        }
        let params: Vec<&Value> = helper.params().iter().map(PathAndJson::value).collect();
        let text = self.0(&params)
            .map_err(|cause| RenderError::from(RenderErrorReason::Other(format!("`{}` {cause}", helper.name()))))?;
        out.write(&text)?;
        Ok(())
    }
}

fn text<'a>(params: &[&'a Value], index: usize) -> Result<&'a str, String> {
    params.get(index).and_then(|value| value.as_str()).ok_or_else(|| format!("wants text as parameter {}", index + 1))
}

/// The texts of a list, or those of one field of its items.
fn list<'a>(params: &[&'a Value], field: Option<&str>) -> Result<Vec<&'a str>, String> {
    let items = params.first().and_then(|value| value.as_array()).ok_or("wants a list")?;
    let text = |item: &'a Value| field.map_or(Some(item), |field| item.get(field))?.as_str();
    items.iter().map(text).collect::<Option<_>>().ok_or_else(|| "wants a list of texts".to_owned())
}

/// A word in double quotes as ENV and LABEL read it: nothing in it is expanded.
/// <https://docs.docker.com/reference/dockerfile/#environment-replacement>
fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$') {
            quoted.push('\\');
        }
        quoted.push(if c.is_control() { ' ' } else { c });
    }
    quoted.push('"');
    quoted
}

/// One word of a shell command.
fn shell(text: &str) -> Result<String, String> {
    shlex::try_quote(text).map(std::borrow::Cow::into_owned).map_err(|error| format!("cannot quote {text:?}: {error}"))
}

/// JSON with a blank after each comma, as exec forms are written.
fn json(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")),
        value => value.to_string(),
    }
}

/// Source and destination of COPY, as words where words will do and as JSON where they will not. `$` is expanded in
/// either form unless it is escaped.
fn copy(from: &str, to: &str) -> String {
    let plain = |path: &str| path.chars().all(|c| c.is_alphanumeric() || "-_./*?@+=,~".contains(c));
    if plain(from) && plain(to) {
        return format!("{from} {to}");
    }
    let escaped = |path: &str| Value::String(path.replace('$', "\\$"));
    json(&Value::Array(vec![escaped(from), escaped(to)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_quoted_word_is_expanded() {
        assert_eq!(quote(r#"a "b" $(id) ${HOME} \"#), r#""a \"b\" \$(id) \${HOME} \\""#);
        assert_eq!(quote("two\nlines"), "\"two lines\"");
    }

    #[test]
    fn shell_words_are_quoted_when_they_have_to_be() {
        assert_eq!(shell("crates/api").unwrap(), "crates/api");
        assert_eq!(shell("a b$(id)").unwrap(), "'a b$(id)'");
        assert!(shell("a\0b").is_err());
    }

    #[test]
    fn exec_form_is_json() {
        assert_eq!(json(&serde_json::json!(["/usr/local/bin/a", "--\"x\""])), r#"["/usr/local/bin/a", "--\"x\""]"#);
    }

    #[test]
    fn paths_with_blanks_take_the_json_form() {
        assert_eq!(copy("static", "/app/static"), "static /app/static");
        assert_eq!(copy("my files", "/app/my files"), r#"["my files", "/app/my files"]"#);
    }

    fn rendered(template: &str) -> Result<String, RenderError> {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        register(&mut registry);
        registry.render_template(template, &serde_json::json!({ "known": false, "nothing": null, "list": [] }))
    }

    #[test]
    fn a_misspelt_condition_is_an_error() {
        assert_eq!(rendered("{{#if known}}a{{else}}b{{/if}}").unwrap(), "b");
        assert_eq!(rendered("{{#unless nothing}}a{{/unless}}{{#if list}}b{{/if}}").unwrap(), "a");
        for misspelt in [
            "{{#if knwon}}a{{/if}}",
            "{{#unless knwon}}a{{/unless}}",
            "{{quote knwon}}",
            "{{#if (not knwon)}}a{{/if}}",
            "{{knwon}}",
            "{{#each knwon}}a{{/each}}",
        ] {
            assert!(rendered(misspelt).is_err(), "{misspelt}");
        }
    }
}
