//! Suggestions for misspelt words.

/// The candidate that is most similar to `word`, if one is similar enough. About a third of the
/// letters may be wrong. Two swapped letters count as one wrong letter.
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

/// The end of a message about an unknown word: the most similar candidate, or all candidates.
///
/// ```
/// use model::document::suggestion;
///
/// assert_eq!(suggestion("verson", &["version", "roles"]), "; did you mean `version`?");
/// assert_eq!(suggestion("colour", &["version", "roles"]), "; expected `version` or `roles`");
/// ```
pub fn suggestion(word: &str, candidates: &[&str]) -> String {
    if let Some(meant) = did_you_mean(word, candidates.iter().copied()) {
        return format!("; did you mean `{meant}`?");
    }
    match candidates {
        [] => String::new(),
        [only] => format!("; expected `{only}`"),
        [most @ .., last] => format!("; expected `{}` or `{last}`", most.join("`, `")),
    }
}
