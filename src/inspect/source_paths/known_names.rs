//! Names of functions, macros and attribute keys that say how their arguments are used.

/// Functions that read what they are given, even where it has neither a slash nor an extension.
pub(super) const READING_AT_RUN_TIME: [&str; 10] = [
    "from_dir",
    "from_glob",
    "load_dir",
    "open",
    "path_loader",
    "read",
    "read_dir",
    "read_to_string",
    "register_templates_directory",
    "serve_dir",
];

/// Types whose `new` does.
pub(super) const READERS: [&str; 9] =
    ["Dir", "Directory", "FileServer", "Files", "FilesConfig", "ServeDir", "ServeFile", "StaticFiles", "Tera"];

/// Functions that take a path for another one to read.
pub(super) const OPENING: [&str; 17] = [
    "dir",
    "directory",
    "file",
    "folder",
    "from_file",
    "from_path",
    "join",
    "load",
    "load_file",
    "parse_file",
    "push",
    "set_path",
    "template_dir",
    "with_file_name",
    "with_name",
    "with_path",
    "with_prefix",
];

/// Types whose functions of these names read what they are given, such as figment's `Toml::file`.
pub(super) const FORMATS: [&str; 4] = ["Json", "Toml", "Yaml", "YamlExtended"];

/// Functions whose texts are paths of URLs.
pub(super) const ROUTING: [&str; 17] = [
    "at",
    "delete",
    "get",
    "mount",
    "nest",
    "nest_service",
    "patch",
    "path",
    "post",
    "put",
    "redirect",
    "resource",
    "route",
    "route_service",
    "scope",
    "starts_with",
    "uri",
];

/// Functions of a build script that read what they are given.
pub(super) const READING: [&str; 5] = ["glob", "open", "read", "read_dir", "read_to_string"];

/// Methods of `OpenOptions` for a file that is written.
pub(super) const WRITING: [&str; 4] = ["append", "create", "create_new", "truncate"];

/// Methods that pass on what they are called on, or end with an error.
pub(super) const PASSING_ON: [&str; 7] =
    ["clone", "context", "expect", "map_err", "to_owned", "unwrap", "with_context"];

/// Methods that lead from a folder to one around it.
pub(super) const GOING_UP: [&str; 3] = ["ancestors", "parent", "pop"];

/// Macros whose arguments are code and text for people.
pub(in crate::inspect) const PRINTING: [&str; 35] = [
    "anyhow",
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "cfg",
    "concat",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "ensure",
    "eprint",
    "eprintln",
    "error",
    "format",
    "format_args",
    "info",
    "json",
    "log",
    "matches",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// Words in the key of an attribute that takes a path.
pub(super) const PATH_KEYS: [&str; 11] =
    ["asset", "dir", "file", "folder", "include", "locale", "migration", "path", "root", "schema", "template"];

/// Whether a name before `!(…)` is a keyword and no macro: `if !(…)`.
pub(super) fn is_keyword(name: &str) -> bool {
    ["else", "if", "in", "match", "return", "while"].contains(&name)
}
