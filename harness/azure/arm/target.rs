//! What a request is about: a path of the resource manager, its version, and a query.

use azure_core::http::Url;

/// What a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    path: String,
    version: &'static str,
    query: Vec<(String, String)>,
}

impl Target {
    /// A path such as `/subscriptions/S/resourceGroups/G`, in a version of its API.
    pub fn new(path: impl Into<String>, version: &'static str) -> Self {
        Self {
            path: path.into(),
            version,
            query: Vec::new(),
        }
    }

    /// The same with a parameter of the query.
    #[must_use]
    pub fn query(mut self, key: &str, value: impl Into<String>) -> Self {
        self.query.push((key.to_owned(), value.into()));
        self
    }

    /// The same with something below it, such as `/whatIf`.
    #[must_use]
    pub fn below(mut self, path: &str) -> Self {
        self.path.push_str(path);
        self
    }

    /// Its address.
    pub(super) fn url(&self, mut base: Url) -> Url {
        // The setter escapes what would begin a query or a fragment.
        base.set_path(&self.path);
        let mut query = base.query_pairs_mut();
        query.clear().append_pair("api-version", self.version);
        query.extend_pairs(&self.query);
        drop(query);
        base
    }
}
