//! `--fix`: findings with a certain edit enter, the mended text leaves.

use super::rule::Finding;

/// Applies every edit that does not overlap one before it.
pub(super) fn mended(text: &str, findings: &[Finding]) -> String {
    let mut edits: Vec<_> = findings.iter().filter_map(|finding| finding.edit.as_ref()).collect();
    edits.sort_by_key(|edit| edit.place.start);
    let (mut mended, mut end) = (String::new(), 0);
    for edit in edits {
        if edit.place.start >= end {
            mended.push_str(&text[end..edit.place.start]);
            mended.push_str(&edit.text);
            end = edit.place.end;
        }
    }
    mended.push_str(&text[end..]);
    mended
}

#[cfg(test)]
mod tests {
    use super::super::rule::Edit;
    use super::*;

    #[test]
    fn edits_are_applied_once_and_in_their_order() {
        let edit = |place: std::ops::Range<usize>, text: &str| Finding {
            edit: Some(Edit { place: place.clone(), text: text.to_owned() }),
            ..Finding::new("signals", &place, "")
        };
        let findings = [edit(4..7, "two"), edit(0..0, "zero "), edit(5..6, "lost"), Finding::new("root", &(0..1), "")];
        assert_eq!(mended("one 222 three", &findings), "zero one two three");
    }
}
