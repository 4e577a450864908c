//! The place that a template is for.

/// Whose subscription it is, and what in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The subscription's id.
    pub subscription: String,
    /// The resource group.
    pub resource_group: String,
    /// The profile's name.
    pub profile: String,
    /// Who promotes, and so needs to push images and to apply objects.
    pub caller: Caller,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The object id in Entra.
    pub object_id: String,
    /// What it is.
    pub kind: CallerKind,
}

/// What calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// A person.
    User,
    /// A program, such as a pipeline.
    ServicePrincipal,
}

impl CallerKind {
    pub(super) fn principal_type(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::ServicePrincipal => "ServicePrincipal",
        }
    }
}
