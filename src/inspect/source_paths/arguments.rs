//! What the arguments of a call are for: the tokens before them enter, what surrounds a literal in them leaves.

use proc_macro2::TokenTree;

use super::known_names::{FORMATS, OPENING, READERS, READING_AT_RUN_TIME, ROUTING};
use super::tokens::owner;

/// What surrounds the tokens that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Code,
    /// Arguments of a call that reads what it is given.
    Reading,
    /// Arguments of a call that takes a path for some other call.
    Opening,
    /// Arguments of a call that takes the path of an URL.
    Routing,
    /// Arguments of a macro or an attribute.
    Arguments,
    /// Documentation.
    Prose,
}

/// What the arguments are for of the function whose name stands at `at`; `joins_current` says that it joins them to the
/// current folder.
pub(super) fn called(tokens: &[TokenTree], at: usize, joins_current: bool) -> Place {
    let Some(TokenTree::Ident(name)) = tokens.get(at) else { return Place::Code };
    let is_one_of = |names: &[&str]| names.iter().any(|one| name == one);
    // `ServeDir::new`
    let owner = owner(tokens, at);
    let owned_by = |names: &[&str]| owner.is_some_and(|owner| names.iter().any(|name| owner == name));
    if is_one_of(&READING_AT_RUN_TIME)
        || name == "new" && owned_by(&READERS)
        || name == "file" && owned_by(&FORMATS)
        || joins_current
    {
        Place::Reading
    } else if is_one_of(&OPENING)
        || name == "new" && owned_by(&["Path", "PathBuf"])
        || name == "from" && owned_by(&["Path", "PathBuf", "File"])
    {
        Place::Opening
    } else if is_one_of(&ROUTING) {
        Place::Routing
    } else {
        Place::Code
    }
}
