//! The causes of an error: each error says what could not be done, and its causes why.

use std::error::Error;
use std::iter;

/// The causes, outermost first.
pub fn of<'a>(error: &'a (dyn Error + 'a)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(error.source(), |&cause| cause.source())
}

/// The error itself, and then its causes.
pub fn with<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::once(error).chain(of(error))
}

/// The whole of an error in one line, causes included.
pub fn in_one_line(error: &dyn Error) -> String {
    let causes = of(error).map(|cause| format!(": {cause}"));
    iter::once(error.to_string()).chain(causes).collect()
}

/// Several errors, each as [`in_one_line`], in one line.
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
    fn an_error_is_told_with_every_cause() {
        let cause = |what, why| Some(Box::new(Failed(what, why)));
        let error = Failed("up", cause("connect", cause("look", None)));
        let expected = "could not up: could not connect: could not look";
        assert_eq!(in_one_line(&error), expected);
        assert_eq!(in_one_line(&Failed("up", None)), "could not up");
    }
}
