//! Where a template is deployed, and who deploys it.

/// The resource group and the profile that a template is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentScope {
    /// The subscription id.
    pub subscription: String,
    /// The name of the resource group.
    pub resource_group: String,
    /// The name of the profile.
    pub profile: String,
    /// Who promotes, and therefore needs to push images and to apply Kubernetes objects.
    pub caller: Caller,
}

/// The principal that promotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The object id of the principal in Entra.
    pub object_id: String,
    pub kind: CallerKind,
}

/// The kind of principal.
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
