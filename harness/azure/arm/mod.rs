//! A client of Azure Resource Manager: types of its API, long-running operations, and hints against
//! its errors.
//!
//! Knows nothing of Temporal, profiles or promotions.

mod answer;
mod client;
mod clock;
mod cluster;
mod credential;
mod deployment;
mod developer_tools;
mod directory;
mod endpoints;
mod error;
mod error_detail;
mod exchange;
mod id;
mod machine;
mod name;
mod operation;
mod options;
mod page;
mod pending;
mod permission;
mod pipeline;
mod provider;
mod quota;
mod registry;
mod release;
mod remedies;
mod resource_group;
mod retry;
mod server;
mod stack;
mod stack_spec;
mod subscription;
mod target;
mod wait;
mod what_if;

pub use answer::Answer;
pub use client::Arm;
pub use clock::Clock;
pub use cluster::{Cluster, Pool};
pub use credential::{Credential, Kind};
pub use deployment::{DeploymentOperation, OperationState, StatusMessage, TargetResource};
pub use endpoints::Endpoints;
pub use error::Error;
pub use error_detail::{ErrorDetail, PROPAGATION_TIME, Transient};
pub use exchange::{Exchange, Recorder};
pub use id::ResourceId;
pub use machine::{Machine, Restriction};
pub use name::NameAvailability;
pub use operation::{Started, is_terminal_state};
pub use options::Options;
pub use pending::{Pending, PollMethod};
pub use permission::Permission;
pub use provider::{Provider, ResourceType};
pub use quota::{Usage, UsageName};
pub use registry::Access;
pub use release::Release;
pub use resource_group::{Group, Resource, ResourceGroup};
pub(crate) use retry::back_off;
pub use server::{Restart, ServerCapability, ServerSku, Storage, Tier, Version};
pub use stack::{BUSY, Managed, Outputs, Stack, StackState};
pub use stack_spec::{
    Action, DenyMode, DenySettings, Parameter, StackProperties, StackSpec, Undeletable, Unmanage,
};
pub use subscription::Subscription;
pub use target::Target;
pub use wait::{Progress, Wait};
pub use what_if::{Change, ChangeKind, Changes, Diagnostic, WhatIf, WhatIfState};

#[cfg(test)]
pub(crate) mod tests;
