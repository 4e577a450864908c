//! What a misspelt word was meant to be.

/// The candidate most like `word`, if any is like it: about every third letter may be wrong, and
/// two letters that changed places count as one.
///
/// ```
/// use model::document::did_you_mean;
///
/// assert_eq!(did_you_mean("verson", ["version", "roles"]), Some("version"));
/// assert_eq!(did_you_mean("colour", ["version", "roles"]), None);
/// ```
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= word.len().max(candidate.len()).max(3) / 3 && *distance < word.len()
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// The end of a message about an unknown word: the one that was meant, or all that there are.
///
/// ```
/// use model::document::instead;
///
/// assert_eq!(instead("verson", &["version", "roles"]), "; did you mean `version`?");
/// assert_eq!(instead("colour", &["version", "roles"]), "; expected `version` or `roles`");
/// ```
pub fn instead(word: &str, candidates: &[&str]) -> String {
    if let Some(meant) = did_you_mean(word, candidates.iter().copied()) {
        return format!("; did you mean `{meant}`?");
    }
    match candidates {
        [] => String::new(),
        [only] => format!("; expected `{only}`"),
        [most @ .., last] => format!("; expected `{}` or `{last}`", most.join("`, `")),
    }
}
