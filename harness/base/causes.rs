//! The causes of an error. The error says what failed, and its causes say why.

use std::error::Error;
use std::iter;

/// The causes, outermost first.
pub fn of<'a>(error: &'a (dyn Error + 'a)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(error.source(), |&cause| cause.source())
}

/// The error, followed by its causes, outermost first.
pub fn with<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::once(error).chain(of(error))
}

/// The text of the deepest cause: `connection refused`, not `error sending request`. For errors
/// whose outer texts add nothing.
pub fn innermost(error: &dyn Error) -> String {
    let deepest = of(error).last();
    deepest.map_or_else(|| error.to_string(), ToString::to_string)
}

/// The error and its causes on one line, separated by `: `.
pub fn in_one_line(error: &dyn Error) -> String {
    let causes = of(error).map(|cause| format!(": {cause}"));
    iter::once(error.to_string()).chain(causes).collect()
}

/// Several errors on one line, each formatted by [`in_one_line`] and separated by `; `.
pub fn all_in_one_line<E: Error>(errors: &[E]) -> String {
    let errors: Vec<String> = errors.iter().map(|error| in_one_line(error)).collect();
    errors.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("could not {0}")]
    struct Failed(&'static str, #[source] Option<Box<Failed>>);

    #[test]
    fn an_error_is_printed_with_every_cause() {
        let cause = |what, why| Some(Box::new(Failed(what, why)));
        let error = Failed("up", cause("connect", cause("look", None)));
        let expected = "could not up: could not connect: could not look";
        assert_eq!(in_one_line(&error), expected);
        assert_eq!(innermost(&error), "could not look");
        assert_eq!(in_one_line(&Failed("up", None)), "could not up");
        assert_eq!(innermost(&Failed("up", None)), "could not up");
    }
}
