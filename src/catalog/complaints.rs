//! `complaints.toml`: what programs say when they miss something, and what cures it.

use serde::Deserialize;

use super::debian;

/// Letters that may be part of a path or a soname.
const OF_NAMES: &str = "/._-+";

/// One kind of complaint.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Complaint {
    says: Vec<String>,
    names: Option<Named>,
    cure: String,
    #[serde(rename = "source")]
    _source: String,
}

/// What a line names.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Named {
    Path,
    Library,
    Variable,
}

impl Complaint {
    /// The cure, if one of these lines complains so.
    pub(super) fn cure(&self, output: &str, suite: &str) -> Option<String> {
        output.lines().find_map(|line| {
            let small = line.to_lowercase();
            self.says.iter().find(|says| small.contains(says.as_str()))?;
            let name = match self.names {
                Some(named) => Some(named.find(line)?),
                None => None,
            };
            let name = name.unwrap_or_default();
            let package = debian::package_of(suite, name).unwrap_or_else(|| "the package of it".to_owned());
            let cure = self.cure.replace("{name}", name).replace("{package}", &package);
            Some(cure.replace("{{", "{").replace("}}", "}"))
        })
    }
}

/// A word without the punctuation around it; `./data` begins with none.
fn bare(word: &str) -> &str {
    let word = word.trim_end_matches(['.', '-']);
    if word.starts_with("./") || word.starts_with("../") { word } else { word.trim_start_matches('.') }
}

impl Named {
    fn find(self, line: &str) -> Option<&str> {
        let is_of_name = |c: char| c.is_alphanumeric() || OF_NAMES.contains(c);
        let mut words = line.split(|c: char| !is_of_name(c)).map(bare);
        match self {
            // In quotes, a path may be a single name.
            Self::Path => {
                words.find(|word| word.len() > 1 && word.contains('/') && !word.ends_with('/')).or_else(|| {
                    line.split(['"', '`', '\''])
                        .nth(1)
                        .filter(|word| word.contains('.') && word.chars().all(is_of_name))
                })
            }
            Self::Library => words.find(|word| word.contains(".so") && !word.contains('/')),
            Self::Variable => words.find(|word| {
                word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            }),
        }
    }
}
