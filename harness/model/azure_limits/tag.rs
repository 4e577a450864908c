//! What tags may be: <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations>.

use std::collections::BTreeMap;

/// How many a resource, a group or a subscription has at most.
pub const TAGS: usize = 50;

/// The longest name, in characters.
pub const TAG_NAME: usize = 512;

/// The longest value, in characters.
pub const TAG_VALUE: usize = 256;

/// Whether no name has that letter.
pub fn is_reserved_in_tags(letter: char) -> bool {
    letter.is_control() || "<>%&\\?/".contains(letter)
}

/// Whether two names are of the same tag, which counts without their case.
pub fn is_same_tag(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The value of a tag, whose name may be written in another case.
pub fn find_tag<'a>(tags: &'a BTreeMap<String, String>, name: &str) -> Option<&'a String> {
    let mut tags = tags.iter();
    let found = tags.find(|(other, _)| is_same_tag(other, name));
    found.map(|(_, value)| value)
}
