//! The errors and hints that a user reads when Azure refuses a request.

use std::fmt::Write as _;

use serde_json::json;

use crate::arm::{Error, ErrorDetail, PROPAGATION_TIME, Transient};

/// An error as it is printed: the error, its causes, its hints.
fn shown(status: u16, detail: &serde_json::Value) -> String {
    let detail = ErrorDetail::of_body(detail.to_string().as_bytes());
    let act = "PUT /subscriptions/s/resourceGroups/g".to_owned();
    let error = Error::Refused {
        act,
        status,
        request_id: None,
        detail: Box::new(detail),
    };
    let mut text = error.to_string();
    let mut next = std::error::Error::source(&error);
    while let Some(cause) = next {
        let _ = write!(text, "\n{cause}");
        next = cause.source();
    }
    for hint in error.hints() {
        let _ = write!(text, "\nhint: {hint}");
    }
    text
}

fn plain(code: &str, message: &str) -> String {
    shown(409, &json!({"error": {"code": code, "message": message}}))
}

#[test]
fn the_innermost_details_are_shown() {
    // As deployments write it: nested details, and an error as text in a message.
    let inner = json!({"status": "Failed", "error": {
        "code": "ResourceDeploymentFailure",
        "message": "The resource operation completed with terminal state 'Failed'.",
        "details": [{"code": "ServerIsBusy", "message": "Server is busy."}],
    }});
    let text = shown(
        400,
        &json!({"error": {"code": "DeploymentFailed", "message": "At least one resource failed.", "details": [
            {"code": "Conflict", "message": inner.to_string()},
            {"code": "SkuNotAvailable", "message": "no\r\n  Standard_B2s", "target": "node-pool"},
            {"code": "SkuNotAvailable", "message": "no\r\n  Standard_B2s", "target": "node-pool"},
        ], "additionalInfo": [{"type": "x", "info": {}}]}}),
    );
    insta::assert_snapshot!(text, @"
    Azure answered 400 to PUT /subscriptions/s/resourceGroups/g
    ServerIsBusy: Server is busy.; SkuNotAvailable (node-pool): no Standard_B2s
    hint: Run the same command again in a minute. The database server accepts one change at a time.
    hint: Choose another size or region: `az vm list-skus --location REGION --output table` and `az mysql flexible-server list-skus --location REGION` list the available sizes.
    ");
}

#[test]
fn an_embedded_error_is_left_out_only_if_a_detail_has_the_same_code_and_message() {
    let known = json!({"code": "QuotaExceeded", "message": "cores of the region", "subcode": ""});
    let embedded = |one: &serde_json::Value| {
        let detail = json!({"code": "Conflict", "message": one.to_string(), "details": [known]});
        ErrorDetail::of_json(&detail).expect("an error").to_string()
    };
    assert_eq!(embedded(&known), "QuotaExceeded: cores of the region");
    assert_eq!(
        embedded(&json!({"code": "QuotaExceeded", "message": "cores of the family"})),
        "QuotaExceeded: cores of the region; QuotaExceeded: cores of the family"
    );
    assert_eq!(
        embedded(&json!({"message": "ask somebody else"})),
        "QuotaExceeded: cores of the region; no error code: ask somebody else"
    );
    let quoted = r#"It failed: Code="QuotaExceeded""#;
    let detail = json!({"code": "Conflict", "message": quoted, "details": [known]});
    let detail = ErrorDetail::of_json(&detail).expect("an error");
    assert_eq!(detail.to_string(), "QuotaExceeded: cores of the region");
    assert!(!detail.has_code(""), "an empty code matches nothing");
}

#[test]
fn an_unknown_error_is_shown_unchanged() {
    insta::assert_snapshot!(plain("SomethingNew", "nobody has seen this yet"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    SomethingNew: nobody has seen this yet
    ");
    let detail = ErrorDetail::of_body(b"<html>Bad Gateway</html>");
    insta::assert_snapshot!(detail, @"no error code: <html>Bad Gateway</html>");
    let nulls = r#"{"error": {"code": null, "message": "m", "details": null, "target": null}}"#;
    insta::assert_snapshot!(ErrorDetail::of_body(nulls.as_bytes()), @"no error code: m");
}

#[test]
fn deeply_nested_details_are_cut_off() {
    let mut body = json!({"code": "Deepest", "message": "m"});
    for _ in 0..40 {
        body = json!({"code": "Outer", "message": "m", "details": [body]});
    }
    assert_eq!(
        ErrorDetail::of_body(body.to_string().as_bytes())
            .all()
            .len(),
        17
    );
}

#[test]
fn a_missing_role_has_a_hint() {
    let message = "The client 'c' does not have authorization to perform action \
        'Microsoft.Authorization/roleAssignments/write' over scope '/subscriptions/s'.";
    insta::assert_snapshot!(plain("AuthorizationFailed", message), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    AuthorizationFailed: The client 'c' does not have authorization to perform action 'Microsoft.Authorization/roleAssignments/write' over scope '/subscriptions/s'.
    hint: Ask for the role `Role Based Access Control Administrator`, `User Access Administrator` or `Owner` on the resource group, because a promotion assigns roles.
    ");
    let message = "The client 'c' does not have authorization to perform action \
        'Microsoft.Network/virtualNetworks/write' over scope '/subscriptions/s'.";
    insta::assert_snapshot!(plain("AuthorizationFailed", message), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    AuthorizationFailed: The client 'c' does not have authorization to perform action 'Microsoft.Network/virtualNetworks/write' over scope '/subscriptions/s'.
    hint: Ask for a role that allows the action in the message. `Contributor` allows everything except role assignments. A new role takes up to 5 minutes to propagate.
    ");
}

#[test]
fn exceeded_quotas_and_limits_have_a_hint() {
    insta::assert_snapshot!(plain("QuotaExceeded", "Approved cores quota exceeded: 10."), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    QuotaExceeded: Approved cores quota exceeded: 10.
    hint: Ask for a higher quota in the portal under Quotas, or choose fewer or smaller machines, or another region.
    ");
    insta::assert_snapshot!(plain("OperationNotAllowed", "exceeding approved standardDSv5Family Cores Quota"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    OperationNotAllowed: exceeding approved standardDSv5Family Cores Quota
    hint: Ask for a higher quota in the portal under Quotas, or choose fewer or smaller machines, or another region.
    ");
    insta::assert_snapshot!(plain("SkuNotAvailable", "Standard_B2s is not available"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    SkuNotAvailable: Standard_B2s is not available
    hint: Choose another size or region: `az vm list-skus --location REGION --output table` and `az mysql flexible-server list-skus --location REGION` list the available sizes.
    ");
    insta::assert_snapshot!(plain("LocationNotAvailableForResourceType", "not in 'xy'"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    LocationNotAvailableForResourceType: not in 'xy'
    hint: Choose a region that offers this resource type to the subscription: `az provider show --namespace NAMESPACE` lists them.
    ");
    insta::assert_snapshot!(plain("TooManyRequests", "limit reached"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    TooManyRequests: limit reached
    hint: Wait a few minutes and run the same command again: it continues from there. Azure throttles requests.
    ");
}

#[test]
fn wrong_choices_have_a_hint() {
    insta::assert_snapshot!(plain("AlreadyInUse", "The registry DNS name x is already in use."), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    AlreadyInUse: The registry DNS name x is already in use.
    hint: Choose another name. Such names are unique in all of Azure, and this one is taken.
    ");
    insta::assert_snapshot!(plain("SubscriptionNotFound", "The subscription 's' could not be found."), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    SubscriptionNotFound: The subscription 's' could not be found.
    hint: Correct `subscription` in the profile. `az account list --output table` lists the subscriptions that these credentials can access.
    ");
    insta::assert_snapshot!(plain("RequestDisallowedByPolicy", "Resource 'x' was disallowed by policy."), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    RequestDisallowedByPolicy: Resource 'x' was disallowed by policy.
    hint: Follow the policy that the message names (often about a tag, a region or a SKU), or ask for an exemption. A policy of your organisation forbids this.
    ");
    insta::assert_snapshot!(plain("MissingSubscriptionRegistration", "not registered to use namespace 'Microsoft.DBforMySQL'"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    MissingSubscriptionRegistration: not registered to use namespace 'Microsoft.DBforMySQL'
    hint: Register the provider that the message names: `az provider register --namespace NAMESPACE --wait`.
    ");
    insta::assert_snapshot!(plain("InvalidAuthenticationToken", "The access token is not yet valid."), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    InvalidAuthenticationToken: The access token is not yet valid.
    hint: Run `az login` again, and check that this machine's clock is right. A token is valid only between two exact times.
    ");
}

#[test]
fn a_value_that_the_sku_does_not_allow_has_a_hint() {
    let message = "The value: [500] of Server Parameter: [max_connections] is invalid, the allowed values are: [10-341]";
    insta::assert_snapshot!(plain("InvalidParameterValue", message), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    InvalidParameterValue: The value: [500] of Server Parameter: [max_connections] is invalid, the allowed values are: [10-341]
    hint: Set `database.mysql.max-connections` to a value that this MySQL SKU allows, or choose a larger `backend.azure.mysql.sku`. `az mysql flexible-server parameter show --name PARAMETER` shows the limits.
    ");
    insta::assert_snapshot!(plain("ReservedResourceName", "The resource name 'windows-aks' or a part of the name is a trademarked or reserved word."), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    ReservedResourceName: The resource name 'windows-aks' or a part of the name is a trademarked or reserved word.
    hint: Choose another profile name or resource group. Azure reserves the word for trademarks of Microsoft.
    ");
}

#[test]
fn errors_that_pass_with_time_have_a_hint() {
    insta::assert_snapshot!(plain("PrincipalNotFound", "Principal p does not exist in the directory"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    PrincipalNotFound: Principal p does not exist in the directory
    hint: Run the same command again in a few minutes. A new identity has not propagated yet.
    ");
    insta::assert_snapshot!(plain("AnotherOperationInProgress", "subnet is being changed"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    AnotherOperationInProgress: subnet is being changed
    hint: Wait until the other operation on this resource ends (the activity log in the portal shows it), then run the same command again.
    ");
    insta::assert_snapshot!(plain("Conflict", "Another operation is in progress on this cluster"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    Conflict: Another operation is in progress on this cluster
    hint: Wait until the other operation on this resource ends (the activity log in the portal shows it), then run the same command again.
    ");
    insta::assert_snapshot!(plain("ServerIsBusy", "Cannot complete operation"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    ServerIsBusy: Cannot complete operation
    hint: Run the same command again in a minute. The database server accepts one change at a time.
    ");
    insta::assert_snapshot!(plain("DeploymentStackDeleteResourcesFailed", "could not delete x"), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    DeploymentStackDeleteResourcesFailed: could not delete x
    hint: Remove by hand the resources that the message names, or those that depend on them, then run the same command again. A role assignment that no longer exists can block a stack.
    ");
}

/// As AKS answers when it refuses a cluster, and as a deployment passes that on.
#[test]
fn an_error_without_an_envelope_is_read() {
    let quota = "Insufficient vcpu quota requested 4, remaining 0 for family standardDSv5Family for \
                 region westeurope.";
    let bare = json!({
        "code": "ErrCode_InsufficientVCPUQuota", "details": null, "message": quota, "subcode": "",
    });
    insta::assert_snapshot!(shown(400, &bare), @"
    Azure answered 400 to PUT /subscriptions/s/resourceGroups/g
    ErrCode_InsufficientVCPUQuota: Insufficient vcpu quota requested 4, remaining 0 for family standardDSv5Family for region westeurope.
    hint: Ask for a higher quota in the portal under Quotas, or choose fewer or smaller machines, or another region.
    ");
    let text = format!("{bare:#}").replace('\n', "\r\n");
    let detail = json!({"code": "BadRequest", "message": text, "target": "/x"});
    let nested = json!({"error": {"code": "DeploymentFailed", "message": "At least one.", "details": [detail]}});
    insta::assert_snapshot!(shown(400, &nested), @"
    Azure answered 400 to PUT /subscriptions/s/resourceGroups/g
    ErrCode_InsufficientVCPUQuota (/x): Insufficient vcpu quota requested 4, remaining 0 for family standardDSv5Family for region westeurope.
    hint: Ask for a higher quota in the portal under Quotas, or choose fewer or smaller machines, or another region.
    ");
    let size = json!({"code": "BadRequest", "details": null, "subcode": "", "message":
        "The VM size of Standard_B2s is not allowed in your subscription in location 'westus2'."});
    insta::assert_snapshot!(shown(400, &size), @"
    Azure answered 400 to PUT /subscriptions/s/resourceGroups/g
    BadRequest: The VM size of Standard_B2s is not allowed in your subscription in location 'westus2'.
    hint: Choose a machine size that the message names, or another region. To get access to other sizes, open a support request of the type `Service and subscription limits (quotas)`.
    ");
    let version = json!({"code": "K8sVersionNotSupported", "details": null, "subcode": "", "message":
        "Managed cluster c is on version 1.20 which is not supported in this region."});
    insta::assert_snapshot!(shown(400, &version), @"
    Azure answered 400 to PUT /subscriptions/s/resourceGroups/g
    K8sVersionNotSupported: Managed cluster c is on version 1.20 which is not supported in this region.
    hint: Choose a Kubernetes version that the region offers: `az aks get-versions --location REGION --output table` lists them. A version that has only long-term support needs the tier `premium`.
    ");
    insta::assert_snapshot!(plain("RequestDisallowedByAzure", "The selected region is currently not accepting new customers: https://aka.ms/locationineligible."), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    RequestDisallowedByAzure: The selected region is currently not accepting new customers: https://aka.ms/locationineligible.
    hint: Choose another `backend.azure.region`, or ask Azure's support for access. This region is closed to the subscription, and only the first request there shows it. To remove the empty resource group in this region, run `harness destroy`.
    ");
}

/// The bare error of AKS if the control plane may not assign the kubelet identity to nodes.
fn kubelet() -> serde_json::Value {
    json!({
        "code": "CustomKubeletIdentityMissingPermissionError",
        "details": null,
        "message": "The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to assign kubelet identity.",
        "subcode": "",
    })
}

/// The error of a deployment that contains it.
fn in_a_deployment(inner: &serde_json::Value, target: &str) -> serde_json::Value {
    json!({"status": "Failed", "error": {
        "code": "DeploymentFailed",
        "message": "At least one resource deployment operation failed.",
        "details": [{"code": "BadRequest", "message": format!("{inner:#}").replace('\n', "\r\n"), "target": target}],
    }})
}

#[test]
fn an_error_of_aks_without_an_envelope_has_its_code_and_hint() {
    insta::assert_snapshot!(shown(400, &kubelet()), @"
    Azure answered 400 to PUT /subscriptions/s/resourceGroups/g
    CustomKubeletIdentityMissingPermissionError: The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to assign kubelet identity.
    hint: Run the same command again in half an hour, and check with `az role assignment list --scope KUBELET-IDENTITY-ID` that the role assignment exists. The promotion assigns the role `Managed Identity Operator` on the identity of the nodes to the identity of the control plane, and the assignment has not propagated yet. Azure promises no time for that.
    ");
    insta::assert_snapshot!(shown(400, &in_a_deployment(&kubelet(), "azure-aks")), @"
    Azure answered 400 to PUT /subscriptions/s/resourceGroups/g
    CustomKubeletIdentityMissingPermissionError (azure-aks): The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to assign kubelet identity.
    hint: Run the same command again in half an hour, and check with `az role assignment list --scope KUBELET-IDENTITY-ID` that the role assignment exists. The promotion assigns the role `Managed Identity Operator` on the identity of the nodes to the identity of the control plane, and the assignment has not propagated yet. Azure promises no time for that.
    ");
    let closer = json!({"code": "BadRequest", "details": null, "message": "Cilium dataplane requires network policy cilium.", "subcode": "CiliumDataplaneRequiresNetworkPolicyCilium", "target": "networkProfile.networkPolicy"});
    insta::assert_snapshot!(shown(400, &closer), @"
    Azure answered 400 to PUT /subscriptions/s/resourceGroups/g
    BadRequest/CiliumDataplaneRequiresNetworkPolicyCilium (networkProfile.networkPolicy): Cilium dataplane requires network policy cilium.
    ");
}

/// The error of a stack is one field of a larger document.
#[test]
fn an_error_in_a_field_is_read_with_its_embedded_errors() {
    let state =
        json!({"provisioningState": "failed", "error": in_a_deployment(&kubelet(), "k")["error"]});
    let state: crate::arm::StackState = serde_json::from_value(state).expect("a state");
    let detail = state.error.expect("an error");
    assert!(detail.has_code("CustomKubeletIdentityMissingPermissionError"));
    assert_eq!(detail.transient(), Some(Transient::Propagation));
}

#[test]
fn errors_inside_a_sentence_and_in_the_format_of_go_are_read() {
    let message = format!(
        "Preflight validation check for resource(s) for container service azure-aks in resource group g failed. Message: {}. Details: ",
        kubelet()
    );
    insta::assert_snapshot!(plain("BadRequest", &message), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    CustomKubeletIdentityMissingPermissionError: The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to assign kubelet identity.
    hint: Run the same command again in half an hour, and check with `az role assignment list --scope KUBELET-IDENTITY-ID` that the role assignment exists. The promotion assigns the role `Managed Identity Operator` on the identity of the nodes to the identity of the control plane, and the assignment has not propagated yet. Azure promises no time for that.
    ");
    let message = "Reconcile VNet failed. Details: VNetReconciler retry failed: Category: ClientError; SubCode: LinkedAuthorizationFailed; OrginalError: Code=\"LinkedAuthorizationFailed\" Message=\"The client 'c' has no right 'Microsoft.Network/virtualNetworks/subnets/join/action' on \\\"nodes\\\".\"; AKSTeam: Networking, Retriable: false.";
    insta::assert_snapshot!(plain("ReconcileVNetError", message), @r#"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    LinkedAuthorizationFailed: The client 'c' has no right 'Microsoft.Network/virtualNetworks/subnets/join/action' on "nodes".
    hint: Ask for a role that allows the action in the message. `Contributor` allows everything except role assignments. A new role takes up to 5 minutes to propagate.
    hint: Run the same command again in half an hour, and check with `az role assignment list --scope SUBNET-ID` that the role assignment exists. The promotion assigns the role `Network Contributor` on the subnet of the nodes to the identity of the control plane, and the assignment has not propagated yet.
    "#);
    let entra = json!({"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."});
    insta::assert_snapshot!(shown(401, &entra), @"
    Azure answered 401 to PUT /subscriptions/s/resourceGroups/g
    invalid_client: AADSTS7000215: Invalid client secret.
    ");
    let capital =
        json!({"Code": "Conflict", "Message": "m", "Details": {"Code": "Inner", "Message": "n"}});
    insta::assert_snapshot!(shown(409, &capital), @"
    Azure answered 409 to PUT /subscriptions/s/resourceGroups/g
    Inner: n
    ");
    let twice = serde_json::to_string(&kubelet().to_string()).expect("JSON");
    let detail = ErrorDetail::of_body(twice.as_bytes());
    assert!(detail.has_code("CustomKubeletIdentityMissingPermissionError"));
}

#[test]
fn a_role_that_has_not_propagated_is_transient_and_a_missing_right_is_not() {
    let transient = |detail: &serde_json::Value| {
        ErrorDetail::of_body(detail.to_string().as_bytes()).transient()
    };
    let of = |code: &str, message: &str| json!({"error": {"code": code, "message": message}});
    let preflight = "Preflight validation check for resource(s) for container service k in resource group g failed. Message: The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to assign kubelet identity.. Details: ";
    let joining = "OrginalError: Code=\"LinkedAuthorizationFailed\" Message=\"m\"";
    for arriving in [
        kubelet(),
        in_a_deployment(&kubelet(), "k"),
        of("PrincipalNotFound", "m"),
        of("BadRequest", preflight),
        of("ReconcileVNetError", joining),
    ] {
        assert_eq!(
            transient(&arriving),
            Some(Transient::Propagation),
            "{arriving}"
        );
    }
    let busy = of("ServerIsBusy", "m");
    assert_eq!(transient(&busy), Some(Transient::Busy));
    let under_way = of("AnotherOperationInProgress", "m");
    assert_eq!(transient(&under_way), Some(Transient::OperationInProgress));
    for aks in [
        "Operation is not allowed: Another operation (Updating) is in progress, please wait for it to finish before starting a new operation.",
        "Operation is not allowed: Another agentpool operation (batch - Updating) is in progress, please wait for it to finish before starting a new operation.",
        "Managed Cluster operation is not allowed: Another operation (Updating) is in progress on agent pool (batch), please wait for it to finish before starting a new operation.",
    ] {
        let aks = of("OperationNotAllowed", aks);
        assert_eq!(transient(&aks), Some(Transient::OperationInProgress));
    }
    let quota = of(
        "OperationNotAllowed",
        "exceeding approved Total Regional Cores quota",
    );
    assert_eq!(transient(&quota), None);
    for lasting in [
        "AuthorizationFailed",
        "LinkedAuthorizationFailed",
        "QuotaExceeded",
    ] {
        assert_eq!(transient(&of(lasting, "m")), None);
    }
    // Operations of a cluster take minutes, those of a server take seconds.
    let all = |transient: Transient| transient.waits().iter().sum::<std::time::Duration>();
    assert_eq!(all(Transient::OperationInProgress), PROPAGATION_TIME);
    assert_eq!(all(Transient::Propagation), PROPAGATION_TIME);
    assert_eq!(all(Transient::Busy).as_secs(), 25);
    let waits = Transient::Propagation.waits();
    assert!(waits.is_sorted_by(|one, next| one <= next || next == waits.last().expect("one")));
}
