//! Helpers of templates: quoting, and an `if` that knows the difference between false and misspelt.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy, Output, PathAndJson, RenderContext, RenderError,
    RenderErrorReason, Renderable,
};
use serde_json::Value;

use crate::quote;

pub(super) fn register(registry: &mut Handlebars) {
    registry.register_helper("if", Box::new(StrictIf { wanted: true }));
    registry.register_helper("unless", Box::new(StrictIf { wanted: false }));
    let helpers: [(&str, Spelling); 12] = [
        ("quote", |params| Ok(quote::value(text(params, 0)?))),
        ("shell", |params| Ok(quote::shell(text(params, 0)?))),
        ("json", |params| Ok(quote::json(&list(params, None)?))),
        ("hcl", |params| Ok(quote::hcl(text(params, 0)?))),
        ("compose", |params| Ok(quote::compose(text(params, 0)?))),
        ("yaml", |params| Ok(quote::yaml(text(params, 0)?))),
        ("ignore", |params| Ok(quote::ignore(text(params, 0)?))),
        ("copy", |params| Ok(quote::copy(text(params, 0)?, text(params, 1)?))),
        ("list", |params| Ok(list(params, None)?.join(", "))),
        ("words", |params| Ok(list(params, None)?.join(" "))),
        ("sonames", |params| Ok(list(params, Some("soname"))?.join(" "))),
        ("reasons", reasons),
    ];
    for (name, helper) in helpers {
        registry.register_helper(name, Box::new(Quoting(helper)));
    }
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

/// Parameters as text, or what is wrong with them.
type Spelling = fn(&[&Value]) -> Result<String, String>;

/// A helper that turns its parameters into text.
struct Quoting(Spelling);

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

/// Things with those that ask for them, as a phrase: `libssl-dev and pkg-config for openssl-sys`. The second parameter
/// is the field with a thing's name, `name` where there is none.
fn reasons(params: &[&Value]) -> Result<String, String> {
    let name = params.get(1).and_then(|name| name.as_str()).unwrap_or("name");
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for thing in params.first().and_then(|value| value.as_array()).ok_or("wants a list")? {
        let field = |name: &str| thing.get(name).ok_or_else(|| format!("wants things with `{name}`"));
        let because = join(&list(&[field("because")?], None)?);
        let name = field(name)?.as_str().unwrap_or_default().to_owned();
        match groups.iter_mut().find(|(known, _)| *known == because) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => groups.push((because, vec![name])),
        }
    }
    let phrase = |(because, names): &(String, Vec<String>)| format!("{} for {because}", join(names));
    Ok(groups.iter().map(phrase).collect::<Vec<_>>().join(", "))
}

/// `a`, `a and b`, `a, b and c`
fn join<T: AsRef<str>>(words: &[T]) -> String {
    match words.iter().map(AsRef::as_ref).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [words @ .., last] => format!("{} and {last}", words.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_with_one_reason_go_together() {
        let package = |name: &str, because: &[&str]| serde_json::json!({ "name": name, "because": because });
        let packages = [package("a", &["x"]), package("b", &["x"]), package("c", &["x", "y", "z"])];
        assert_eq!(reasons(&[&packages.into_iter().collect()]).unwrap(), "a and b for x, c for x, y and z");
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
