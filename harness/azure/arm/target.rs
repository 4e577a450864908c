//! The target of a request: a path of the resource manager, an API version, and a query.

use azure_core::http::Url;

/// The target of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    path: String,
    version: &'static str,
    query: Vec<(String, String)>,
}

impl Target {
    /// `path` is, for example, `/subscriptions/S/resourceGroups/G`; `version` is its API version.
    pub fn new(path: impl Into<String>, version: &'static str) -> Self {
        Self {
            path: path.into(),
            version,
            query: Vec::new(),
        }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, key: &str, value: impl Into<String>) -> Self {
        self.query.push((key.to_owned(), value.into()));
        self
    }

    /// Appends to the path, for example `/whatIf`.
    #[must_use]
    pub fn below(mut self, path: &str) -> Self {
        self.path.push_str(path);
        self
    }

    pub(super) fn url(&self, mut base: Url) -> Url {
        // The setter escapes characters that would start a query or a fragment.
        base.set_path(&self.path);
        let mut query = base.query_pairs_mut();
        query.clear().append_pair("api-version", self.version);
        query.extend_pairs(&self.query);
        drop(query);
        base
    }
}
