use super::*;

fn said(source: &str) -> SourcePaths {
    read(source.parse().unwrap(), false)
}

fn of(said: &SourcePaths, usage: Use) -> Vec<&str> {
    said.mentions.iter().filter(|mention| mention.usage == usage).map(|mention| mention.path.as_str()).collect()
}

#[test]
fn files_that_become_part_of_the_program_are_told_from_those_that_it_opens() {
    let said = said(
        r##"
        #![doc = include_str!("../README.md")]
        /// See "docs/guide.md".
        #[derive(RustEmbed)] #[folder = "static"] struct A;
        #[derive(Template)] #[template(path = "index.html")] struct T;
        #[serde(rename = "config")] struct S;
        const B: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema.sql"));
        static C: &[u8] = include_bytes!(r#"raw/path"#,);
        include!(concat!(env!("OUT_DIR"), "/made.rs"));
        fn d() {
            sqlx::migrate!("migrations"); include_dir!("$CARGO_MANIFEST_DIR/public");
            let tera = Tera::new("templates/**/*.html");
            ServeDir::new("assets");
            println!("see help/me.txt for {}", "more");
            lazy_static! { static ref X: String = std::fs::read_to_string("config.toml"); }
        }
        #[path = "../elsewhere/part.rs"] mod part;
        "##,
    );
    assert_eq!(of(&said, Use::Included), ["../README.md", "/../schema.sql", "raw/path"]);
    assert_eq!(of(&said, Use::Embedded), ["static"]);
    assert_eq!(of(&said, Use::Named), ["index.html", "migrations", "/public"]);
    assert_eq!(of(&said, Use::Read), ["templates", "assets", "config.toml"]);
    assert_eq!(of(&said, Use::Module), ["../elsewhere/part.rs"]);
    assert_eq!((said.computed.len(), said.bakes_folder.len()), (0, 0));
}

#[test]
fn what_only_tests_read_says_nothing() {
    let said = said(
        r#"
        #[cfg(test)] mod tests { const A: &str = include_str!("a.txt"); }
        #[cfg(all(test, unix))] use x::y;
        #[tokio::test] #[ignore] async fn t() { read("b.txt"); }
        #[cfg(any(test, feature = "x"))] const C: &str = include_str!("c.txt");
        #[cfg(not(test))] const D: &str = include_str!("d.txt");
        #[cfg(test)] pub(crate) mod helpers;
        "#,
    );
    assert_eq!(said.test_modules, ["helpers"]);
    assert_eq!(of(&said, Use::Included), ["c.txt", "d.txt"]);
    assert!(of(&said, Use::Opened).is_empty() && of(&said, Use::Read).is_empty());
}

#[test]
fn items_behind_a_condition_are_known_by_their_lines() {
    let said = said(
        "#[cfg(feature = \"a\")]\n#[allow(b)]\npub(crate) mod c;\n#[cfg(unix)]\nfn d() {\n    e();\n}\nstruct F {\n    #[cfg(unix)]\n    g: u8,\n}\n#[cfg(windows)]\n#[path = \"h.rs\"]\nmod i;\n",
    );
    let item = |condition: &str, lines, module: Option<&str>| ConditionalItem {
        condition: condition.to_owned(),
        lines,
        module: module.map(str::to_owned),
        file: None,
    };
    let elsewhere = ConditionalItem { file: Some("h.rs".to_owned()), ..item("windows", (12, 14), None) };
    assert_eq!(said.conditional, [item("feature = \"a\"", (1, 3), Some("c")), item("unix", (4, 7), None), elsewhere]);
}

#[test]
fn statements_and_branches_behind_a_condition_are_known_by_their_lines() {
    let lines = |source: &str| -> Vec<(String, (usize, usize))> {
        said(source).conditional.into_iter().map(|item| (item.condition, item.lines)).collect()
    };
    let a = |lines| ("a".to_owned(), lines);
    for (source, expected) in [
        ("#[cfg(a)]\nlet b = if c {\n1 } else {\n2 };\nd();", vec![a((1, 4))]),
        ("#[cfg(a)]\n{\nb();\n}\nc();", vec![a((1, 4))]),
        ("#[cfg(a)]\nb().c();\nd();", vec![a((1, 2))]),
        ("let b = [#[cfg(a)]\n1,\n2];", vec![]),
        ("B { #[cfg(a)]\nc: 1,\nd: 2 }; e();", vec![]),
        ("if cfg!(a) {\nb\n} else {\nc\n}", vec![a((2, 2)), ("not(a)".to_owned(), (4, 4))]),
        ("if !cfg!(a) {\nb\n} else {\nc\n}", vec![("not(a)".to_owned(), (2, 2)), a((4, 4))]),
        ("if cfg!(a) { b } else { c }", vec![]),
        ("if cfg!(a) {\nb\n} else if c {\nd\n}", vec![a((2, 2))]),
        ("if a {\nb\n}", vec![]),
    ] {
        assert_eq!(lines(source), expected, "{source}");
    }
}

#[test]
fn computed_paths_and_the_manifests_folder_are_found_with_their_lines() {
    let said = said(
        "const A: &str = include_str!(env!(\"SCHEMA\"));\nfn root() -> PathBuf {\n    Path::new(env!(\"CARGO_MANIFEST_DIR\")).join(name)\n}\n",
    );
    assert_eq!((said.of_variables, said.bakes_folder), (vec![1], vec![3]));
}

#[test]
fn paths_below_the_folder_that_a_program_takes_along() {
    let folder = "env!(\"CARGO_MANIFEST_DIR\")";
    for (code, baked, bakes) in [
        (format!("Path::new({folder}).join(\"static\");"), &["static"][..], false),
        (format!("PathBuf::from(&{folder}).join(\"a\").join(\"b.txt\").exists();"), &["a/b.txt"], false),
        (format!("Tera::new(concat!({folder}, \"/templates/**/*\"));"), &["templates"], false),
        (format!("Path::new({folder}).join(name);"), &[], true),
        (format!("Path::new({folder}).parent();"), &[], true),
        (format!("let a = concat!({folder}, \"/*.html\");"), &[], true),
        (format!("include_str!(concat!({folder}, \"/a.txt\"));"), &[], false),
    ] {
        let said = said(&format!("fn a() {{ {code} }}"));
        assert_eq!((of(&said, Use::Baked), !said.bakes_folder.is_empty()), (baked.to_vec(), bakes), "{code}");
    }
}

#[test]
fn paths_of_urls_are_no_files() {
    let said = said(
        r#"fn a() {
            Router::new().route("static/{*path}", get(page)).nest_service("files", ServeDir::new("public"));
            let prefix = "/svelte"; Arg::new("assets"); format!("{root}/templates"); "config/app.toml";
        }"#,
    );
    assert_eq!(of(&said, Use::Read), ["public"]);
    assert_eq!(of(&said, Use::Opened), ["/templates", "config/app.toml"]);
}

#[test]
fn a_path_that_callers_of_a_macro_complete_is_not_computed() {
    let said = said(
        r#"
        macro_rules! page { ($name:literal) => { include_str!(concat!("../pages/", $name, ".html")) } }
        macro_rules! text { ($path:expr) => { include_str!($path) } }
        const A: &str = text!("a/b.txt");
        "#,
    );
    assert!(said.computed.is_empty());
    assert_eq!(of(&said, Use::Named), ["../pages", "a/b.txt"]);
}

#[test]
fn a_build_script_may_read_what_it_does_not_name() {
    let source = "fn main() { let p = root.parent().unwrap(); fs::read_dir(p); fs::read(\"a\"); fs::read(format!(\"{x}.toml\")); }";
    let said = read(source.parse().unwrap(), true);
    assert_eq!((said.unnamed_reads.len(), said.patterns, said.goes_up), (1, vec!["*.toml".to_owned()], true));
    let written = "fn main() { let a = b.join(c); OpenOptions::new().create(true).write(true).open(a).unwrap(); }";
    assert_eq!(read(written.parse().unwrap(), true).unnamed_reads, [0; 0]);
}

#[test]
fn what_is_joined_to_the_current_folder_is_read() {
    let source = |first: &str| format!("fn a() {{ let base = {first}; read(base.join(\"configuration\")); }}");
    assert_eq!(of(&said(&source("std::env::current_dir()?")), Use::Read), ["configuration"]);
    for other in ["dirs::home_dir()?", "std::env::current_dir()?.join(&self.folder)"] {
        assert_eq!(of(&said(&source(other)), Use::Opened), ["configuration"], "{other}");
    }
    let at_once = "fn a() { read(env::current_dir().expect(\"a folder\").join(\"data\")); }";
    assert_eq!(of(&said(at_once), Use::Read), ["data"]);
    let formats = said("fn a() { Figment::new().merge(Toml::file(\"App\")); let a = PathBuf::from(\"uploads\"); }");
    assert_eq!((of(&formats, Use::Read), of(&formats, Use::Opened)), (vec!["App"], vec!["uploads"]));
}

#[test]
fn every_path_in_a_build_script_counts() {
    let source = "mod helper;\nfn main() { println!(\"cargo::rerun-if-changed=proto\"); compile(\"api/*.proto\"); }";
    let said = read(source.parse().unwrap(), true);
    assert_eq!(of(&said, Use::Named), ["proto", "api"]);
    assert_eq!(said.modules, ["helper"]);
}
