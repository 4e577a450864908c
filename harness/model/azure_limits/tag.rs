//! Limits of tags:
//! <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations>.

use std::collections::BTreeMap;

/// The maximum number of tags of a resource, a resource group or a subscription.
pub const TAGS: usize = 50;

/// The maximum length of a name, in characters.
pub const TAG_NAME: usize = 512;

/// The maximum length of a value, in characters.
pub const TAG_VALUE: usize = 256;

/// Whether a character is not allowed in tag names.
pub fn is_reserved_in_tags(letter: char) -> bool {
    letter.is_control() || "<>%&\\?/".contains(letter)
}

/// Whether two names are names of the same tag. Azure ignores case in tag names.
pub fn is_same_tag(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The value of a tag. Ignores the case of the name.
pub fn find_tag<'a>(tags: &'a BTreeMap<String, String>, name: &str) -> Option<&'a String> {
    let mut tags = tags.iter();
    let found = tags.find(|(other, _)| is_same_tag(other, name));
    found.map(|(_, value)| value)
}
