//! What the sources and the last build say about files that the build reads.

use std::fs;

use super::terminal::Terminal;

#[test]
fn a_computed_path_brings_the_whole_package_and_says_so() {
    let mut terminal = Terminal::in_package("");
    terminal.writes("src/main.rs", "fn main() {\n    print!(\"{}\", include_str!(env!(\"WHICH\")));\n}\n");
    terminal.writes("some.txt", "some");
    terminal.runs("");
    terminal.searches("!", ".dockerignore");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_folder_with_submodules_that_are_not_checked_out_is_told() {
    let mut terminal = Terminal::in_package("");
    terminal.writes(
        ".gitmodules",
        "[submodule \"one\"]\n\tpath = crt/one\n\turl = ../one\n[submodule \"docs\"]\n\tpath = docs/site\n\turl = ../docs\n",
    );
    terminal.writes("build.rs", "const CRT: &str = \"crt\";\nfn main() { std::fs::read_dir(CRT).unwrap(); }\n");
    for folder in ["crt/one", "docs/site"] {
        fs::create_dir_all(terminal.at(folder)).expect("a folder can be made");
    }
    terminal.runs("");
    insta::assert_snapshot!(terminal);
}

#[test]
fn sources_that_cannot_be_read_bring_the_whole_package() {
    let mut terminal = Terminal::in_package("");
    std::os::unix::fs::symlink("..", terminal.at("src/round")).expect("a link can be made");
    terminal.writes("other.txt", "");
    for (name, bytes) in [
        ("src/latin.rs", b"// gr\xfc\xdfe\n".to_vec()),
        ("src/broken.rs", b"fn a( { include_str!(\"../a.txt\")".to_vec()),
        ("src/huge.rs", vec![b' '; 17 << 20]),
    ] {
        terminal.writes(name, bytes);
        terminal.runs("");
        terminal.searches("!other.txt", ".dockerignore");
        fs::remove_file(terminal.at(name)).expect("a file can be removed");
    }
    terminal.remarks("all three are removed");
    terminal.runs("");
    terminal.searches("!other.txt", ".dockerignore");
    insta::assert_snapshot!(terminal);
}

#[test]
fn files_that_include_each_other_and_modules_of_a_build_script_are_followed_once() {
    let mut terminal = Terminal::in_package("");
    terminal.writes("src/main.rs", "include!(\"../parts/a.rs\");\nfn main() {}\n");
    terminal.writes("parts/a.rs", "include!(\"b.rs\");\n");
    terminal.writes("parts/b.rs", "include!(\"a.rs\");\n");
    terminal.writes("parts/c.rs", "");
    terminal.writes("build.rs", "mod helper;\nfn main() { helper::run() }\n");
    terminal.writes("helper/mod.rs", "pub fn run() { std::fs::read(\"schema/a.proto\").unwrap(); }\n");
    terminal.writes("schema/a.proto", "");
    terminal.runs("");
    terminal.searches("!", ".dockerignore");
    insta::assert_snapshot!(terminal);
}

/// Leaves what a build leaves of whose program rustc read a file.
fn was_built(terminal: &Terminal, dep_info: &str, file: &str) {
    terminal.writes(file, "");
    let root = terminal.at("").canonicalize().expect("a folder");
    terminal.writes(dep_info, format!("program: {}/{file}\n", root.display()));
}

#[test]
fn what_only_rustc_knows_of_is_told_and_settings_bring_it() {
    let mut terminal = Terminal::in_package("");
    was_built(&terminal, "target/release/api.d", "data/table.bin");
    terminal.runs("");
    terminal.searches("!", ".dockerignore");
    let settings = "[package.metadata.dockerize]\ninputs = [\"data\"]\n";
    terminal.writes("Cargo.toml", terminal.reads("Cargo.toml") + settings);
    terminal.remarks("inputs = [\"data\"]");
    terminal.runs("");
    terminal.searches("!", ".dockerignore");
    insta::assert_snapshot!(terminal);
}

#[test]
fn inputs_of_settings_settle_what_rustc_knows_also_where_the_context_is_raised() {
    let mut terminal = Terminal::in_fixture("path-outside");
    was_built(&terminal, "service/target/release/service.d", "service/data/table.bin");
    terminal.runs_in("service", "");
    let settings = "\n[package.metadata.dockerize]\ninputs = [\"data/*.bin\"]\n";
    terminal.writes("service/Cargo.toml", terminal.reads("service/Cargo.toml") + settings);
    terminal.remarks("inputs = [\"data/*.bin\"]");
    terminal.runs_in("service", "");
    terminal.lists("service");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_key_among_the_sources_travels_when_the_program_includes_it() {
    let mut terminal = Terminal::in_package("");
    terminal.writes("src/main.rs", "fn main() {\n    print!(\"{}\", include_str!(\"ca.pem\"));\n}\n");
    terminal.writes("src/ca.pem", "");
    terminal.runs("");
    terminal.searches("!", ".dockerignore");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_folder_below_one_with_a_common_name_travels_where_it_is_named() {
    let mut terminal = Terminal::in_package("");
    terminal.writes("docs/presets/plain.toml", "");
    let mut ignore_file = |script: &str| {
        terminal.writes("build.rs", script);
        terminal.runs("--print dockerignore").stdout
    };
    let named = ignore_file("fn main() { std::fs::read_dir(\"docs/presets\").unwrap(); }");
    assert!(named.contains("\n!docs/presets\n"), "{named}");
    let word = ignore_file("fn main() { println!(\"{}\", \"docs\"); }");
    assert!(!word.contains("docs"), "{word}");
}

#[test]
fn a_build_script_among_the_sources_is_one() {
    let mut terminal = Terminal::in_package("build = \"src/build.rs\"");
    terminal.writes("assets/icon.rc", "");
    terminal.writes("src/build.rs", "fn main() { std::fs::read(\"assets/icon.rc\").unwrap(); }");
    terminal.runs("--distroless");
    terminal.searches("!", ".dockerignore");
    terminal.writes("src/build.rs", "fn main() { std::fs::read(std::env::args().next().unwrap()).unwrap(); }");
    terminal.runs("explain warnings");
    insta::assert_snapshot!(terminal);
}

#[test]
fn what_is_not_compiled_reads_nothing() {
    let mut terminal = Terminal::in_package("[features]\nschema = []\n");
    terminal.writes(
        "src/main.rs",
        "#[cfg(feature = \"schema\")]\nmod schema;\n#[cfg(windows)]\nfn service() {\n    std::fs::read(\"conf/a.toml\").unwrap();\n}\n\
         #[cfg(windows)]\n#[path = \"os/windows.rs\"]\nmod os;\nfn main() {}\n",
    );
    terminal.writes("src/os/windows.rs", "fn read() {\n    std::fs::read(\"conf/a.toml\").unwrap();\n}\n");
    terminal.writes("src/schema.rs", "fn write() {\n    std::fs::read(\"schema/a.json\").unwrap();\n}\n");
    terminal.writes("conf/a.toml", "");
    terminal.writes("schema/a.json", "{}");
    terminal.runs("");
    terminal.runs("--features schema");
    insta::assert_snapshot!(terminal);
}

#[test]
fn a_folder_to_embed_has_to_be_there() {
    let mut terminal = Terminal::in_package("");
    let embeds =
        |folder: &str| format!("#[derive(RustEmbed)]\n#[folder = \"{folder}\"]\nstruct Pages;\nfn main() {{}}\n");
    terminal.writes("src/main.rs", embeds("./ui/dist"));
    terminal.runs("");
    terminal.remarks("a build script makes it");
    terminal.writes("build.rs", "fn main() { std::fs::create_dir_all(\"ui/dist\").unwrap(); }\n");
    terminal.runs("");
    fs::remove_file(terminal.at("build.rs")).expect("a file can be removed");
    terminal.remarks("it may be missing");
    terminal.writes("src/main.rs", embeds("ui/dist").replace("struct", "#[allow_missing = true]\nstruct"));
    terminal.runs("");
    terminal.remarks("it is there");
    terminal.writes("src/main.rs", embeds("$CARGO_MANIFEST_DIR/ui/dist"));
    terminal.writes("ui/dist/index.html", "");
    terminal.runs("");
    terminal.searches("!ui", ".dockerignore");
    insta::assert_snapshot!(terminal);
}
