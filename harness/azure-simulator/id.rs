//! Ids of resources.

use std::fmt;

/// The id of a resource, of a group or of a collection, as path segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourceId {
    segments: Vec<String>,
}

impl ResourceId {
    pub(super) fn of(segments: &[String]) -> Self {
        Self {
            segments: segments.to_vec(),
        }
    }

    pub(super) fn parse(text: &str) -> Self {
        let parts = text.split('/').filter(|part| !part.is_empty());
        Self {
            segments: parts.map(str::to_owned).collect(),
        }
    }

    /// The key in the state: the id in lower case, since ids ignore case.
    pub(super) fn key(&self) -> String {
        self.to_string().to_lowercase()
    }

    pub(super) fn subscription(&self) -> Option<&str> {
        self.value_after("subscriptions", 0)
    }

    /// The resource group that the id names or is in.
    pub(super) fn group(&self) -> Option<&str> {
        self.value_after("resourceGroups", 2)
    }

    fn value_after(&self, word: &str, at: usize) -> Option<&str> {
        let named = self.segments.get(at)?.eq_ignore_ascii_case(word);
        named
            .then(|| self.segments.get(at + 1).map(String::as_str))
            .flatten()
    }

    /// Index of the provider's namespace. The last one counts: a role assignment is a resource on
    /// another resource.
    fn namespace_at(&self) -> Option<usize> {
        let is = |part: &String| part.eq_ignore_ascii_case("providers");
        self.segments.iter().rposition(is).map(|at| at + 1)
    }

    pub(super) fn namespace(&self) -> Option<&str> {
        self.segments.get(self.namespace_at()?).map(String::as_str)
    }

    /// The types and names after the namespace, alternating.
    fn path(&self) -> &[String] {
        let at = self.namespace_at().map_or(self.segments.len(), |at| at + 1);
        self.segments.get(at..).unwrap_or_default()
    }

    /// The type with its namespace, such as `Microsoft.Network/virtualNetworks`.
    pub(super) fn kind(&self) -> Option<String> {
        let types: Vec<&str> = self.path().iter().step_by(2).map(String::as_str).collect();
        (!types.is_empty()).then(|| format!("{}/{}", self.namespace()?, types.join("/")).into())?
    }

    /// Whether the id names one resource, and not a collection.
    pub(super) fn is_resource(&self) -> bool {
        !self.path().is_empty() && self.path().len().is_multiple_of(2)
    }

    /// Whether the id names a collection of a subscription, such as `tagNames`.
    pub(super) fn is_collection_of_subscription(&self, name: &str) -> bool {
        matches!(&self.segments[..], [word, _, last] if word.eq_ignore_ascii_case("subscriptions")
            && last.eq_ignore_ascii_case(name))
    }

    /// The id in Azure's spelling: fixed words and types in their case. `known` returns the
    /// spelling of a namespace or type. Names keep their case.
    pub(super) fn canonical(&self, known: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut segments = self.segments.clone();
        for (at, word) in [(0, "subscriptions"), (2, "resourceGroups")] {
            if let Some(part) = segments.get_mut(at)
                && part.eq_ignore_ascii_case(word)
            {
                word.clone_into(part);
            }
        }
        for at in 0..segments.len() {
            if !segments[at].eq_ignore_ascii_case("providers") {
                continue;
            }
            "providers".clone_into(&mut segments[at]);
            let mut kind = String::new();
            let own = segments[at + 1..]
                .iter()
                .position(|part| part.eq_ignore_ascii_case("providers"));
            let end = own.map_or(segments.len(), |own| at + 1 + own);
            for (step, index) in (at + 1..end).enumerate() {
                if step > 0 && step % 2 == 0 {
                    continue;
                }
                kind = match kind.as_str() {
                    "" => segments[index].clone(),
                    before => format!("{before}/{}", segments[index]),
                };
                if let Some(written) = known(&kind) {
                    let last = written.rsplit('/').next().unwrap_or(&written);
                    last.clone_into(&mut segments[index]);
                    kind = written;
                }
            }
        }
        Self { segments }
    }

    /// Copies the spelling of an id above this one.
    pub(super) fn with_spelling_of(mut self, above: &Self) -> Self {
        for (part, own) in self.segments.iter_mut().zip(&above.segments) {
            part.clone_from(own);
        }
        self
    }

    /// The ids above this one from the outermost, and the id itself.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        (1..=self.segments.len()).map(|end| Self {
            segments: self.segments[..end].to_vec(),
        })
    }

    pub(super) fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The last segment.
    pub(super) fn name(&self) -> &str {
        self.segments.last().map_or("", String::as_str)
    }

    /// The names from the outermost resource, joined by `/`, as a template writes them.
    pub(super) fn full_name(&self) -> String {
        let names: Vec<&str> = self
            .path()
            .iter()
            .skip(1)
            .step_by(2)
            .map(String::as_str)
            .collect();
        names.join("/")
    }

    /// The parent resource of a child resource.
    pub(super) fn parent(&self) -> Option<Self> {
        (self.path().len() > 2).then(|| Self {
            segments: self.segments[..self.segments.len() - 2].to_vec(),
        })
    }

    /// The scope of an extension resource, such as the resource that a role assignment applies to.
    pub(super) fn scope(&self) -> Self {
        let end = self.namespace_at().map_or(self.segments.len(), |at| at - 1);
        Self {
            segments: self.segments[..end].to_vec(),
        }
    }

    pub(super) fn without_last(&self) -> Self {
        let end = self.segments.len().saturating_sub(1);
        Self {
            segments: self.segments[..end].to_vec(),
        }
    }

    /// The id of a child resource.
    pub(super) fn child(&self, kind: &str, name: &str) -> Self {
        let mut segments = self.segments.clone();
        segments.extend([kind, name].map(str::to_owned));
        Self { segments }
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "/{}", self.segments.join("/"))
    }
}
