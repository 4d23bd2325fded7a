//! Files that only rustc's record knows of: what the last build read and the build context enter; what stays behind
//! leaves, with the words that would bring it.

use super::context::BuildContext;
use crate::context_path::{ContextPath, in_settings};
use crate::workspace::Workspace;

/// What the last build read and the next one will not find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// The first files, sorted.
    pub files: Vec<ContextPath>,
    /// The value of `inputs` in the manifest at the workspace root that brings the first of them.
    pub input: String,
}

/// As many files as a warning can hold.
const SHOWN: usize = 5;

pub(super) fn left_out(workspace: &Workspace, context: &BuildContext) -> Option<LeftOut> {
    let travels = context.traveller();
    let files: Vec<ContextPath> =
        workspace.last_read.iter().filter(|path| !travels(path)).take(SHOWN).cloned().collect();
    let input = in_settings(&files.first()?.relative_to(&workspace.folder));
    Some(LeftOut { files, input })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context_path::ContextPattern;
    use crate::plan::IgnoreGroup;

    fn path(text: &str) -> ContextPath {
        ContextPath::default().join(text)
    }

    fn patterns(texts: &[&str]) -> Vec<ContextPattern> {
        texts.iter().map(|text| ContextPattern::new(&ContextPath::default(), text)).collect()
    }

    fn context(allow: &[&str], never: &[&str], exceptions: &[&str]) -> BuildContext {
        BuildContext {
            root: ".".to_owned(),
            copied_to: String::new(),
            folder: ContextPath::default(),
            allow: vec![IgnoreGroup { title: String::new(), paths: patterns(allow) }],
            never: never.iter().map(|text| (*text).to_owned()).collect(),
            exceptions: patterns(exceptions),
        }
    }

    fn workspace(read: &[&str]) -> Workspace {
        Workspace {
            folder: path("service"),
            last_read: read.iter().map(|text| path(text)).collect(),
            ..Workspace::default()
        }
    }

    fn first_input(read: &str, allow: &[&str]) -> Option<String> {
        left_out(&workspace(&[read]), &context(allow, &[], &[])).map(|left_out| left_out.input)
    }

    #[test]
    fn inputs_start_from_the_manifest_that_the_warning_names() {
        assert_eq!(first_input("service/data/a.bin", &[]).as_deref(), Some("data/a.bin"));
        assert_eq!(first_input("service/data/a.bin", &["service/data"]), None);
        assert_eq!(first_input("service/[a].bin", &[]).as_deref(), Some("[[]a].bin"));
        assert_eq!(first_input("libraries/a.bin", &[]).as_deref(), Some("../libraries/a.bin"));
    }

    #[test]
    fn a_folder_settles_nothing_beside_it() {
        let left_out = left_out(&workspace(&["data/a.bin", "data2/b.bin"]), &context(&["data"], &[], &[]));
        assert_eq!(left_out.map(|left_out| left_out.files), Some(vec![path("data2/b.bin")]));
    }

    #[test]
    fn what_is_never_let_through_is_left_out_of_a_folder_that_is() {
        let files = |exceptions: &[&str]| {
            let context = context(&["src"], &["**/*.pem"], exceptions);
            left_out(&workspace(&["src/main.rs", "src/ca.pem"]), &context).map(|left_out| left_out.files)
        };
        assert_eq!(files(&[]), Some(vec![path("src/ca.pem")]));
        assert_eq!(files(&["src/ca.pem"]), None);
    }
}
