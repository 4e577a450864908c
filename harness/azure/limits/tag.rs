//! What tags may be: <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations>.

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
