//! Whatever goes wrong in Azure.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::Subscription;
use support::world::Run;

/// What may go wrong with a promotion.
const MISHAPS: [&str; 13] = [
    "throttled",
    "sign-in-throttled",
    "another-operation",
    "server-error",
    "connection-reset",
    "operation-failed",
    "principal-not-found",
    "sku-not-available",
    "quota-exceeded",
    "authorization-failed",
    "server-busy",
    "late-role",
    "missing-role",
];

/// What is drawn for the test below; printed when it fails.
const SEED: u64 = 7;
const DRAWS: usize = 10;

#[test]
fn whatever_goes_wrong_and_wherever_it_is_killed_nothing_of_ours_is_left_in_the_end() {
    let mut chance = ChaCha8Rng::seed_from_u64(SEED);
    for draw in 0..DRAWS {
        let azure = Subscription::new();
        let mishaps: Vec<&str> = (0..2)
            .map(|_| MISHAPS[chance.random_range(0..MISHAPS.len())])
            .collect();
        let step = chance.random_range(30..110);
        let faults = format!("--fault {} --fault {}", mishaps[0], mishaps[1]);
        azure.cut(&format!("promote --override-gate=untested {faults}"), step);
        let again = chance.random_bool(0.5);
        if again {
            azure.promote(&format!("--fault {}", mishaps[1]));
        }
        let told = format!("draw {draw} of seed {SEED}: {faults}, step {step}, again {again}");
        let destroyed = azure.run("destroy --yes");
        assert_eq!(destroyed.code, 0, "{told}: {destroyed}");
        assert_eq!(azure.content(), BTreeSet::new(), "{told}");
    }
}

/// Whatever goes wrong, either the client copes, or the error names cause and remedy and the same
/// command goes on from there.
#[test]
fn each_mishap_is_survived_or_explained_and_gone_on_from() {
    let mut told = Vec::new();
    for mishap in MISHAPS {
        let azure = Subscription::new();
        let run = azure.promote(&format!("--fault {mishap}"));
        told.push(format!("{mishap}: exit {}\n{}", run.code, errors(&run)));
        let again = azure.promote("");
        assert_eq!(again.code, 0, "{mishap}: {again}");
        let destroyed = azure.run("destroy --yes");
        assert_eq!(destroyed.code, 0, "{mishap}: {destroyed}");
        assert_eq!(azure.content(), BTreeSet::new(), "{mishap}");
    }
    let azure = Subscription::new();
    assert_eq!(azure.promote("").code, 0);
    let run = azure.run("destroy --yes --fault delete-failed");
    told.push(format!(
        "delete-failed: exit {}\n{}",
        run.code,
        errors(&run)
    ));
    assert_eq!(azure.run("destroy --yes").code, 0);
    assert_eq!(azure.content(), BTreeSet::new());
    assert_snapshot!(told.join("\n"), @r#"
    throttled: exit 69
      error: Azure limits the rate of requests
        caused by: Azure answered 429 to GET /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f
        caused by: SubscriptionRequestsThrottled: Number of requests for subscription and operation exceeded the limit. Please try again later.
        hint: Wait a few minutes and run the same command again: it continues from there. Azure throttles requests.

    sign-in-throttled: exit 69
      error: Azure limits the rate of requests
        caused by: the directory answered 429 to the token request: Too Many Requests
        hint: Wait a few minutes and run the same command again: it continues from there. The directory did not refuse the credentials.

    another-operation: exit 0

    server-error: exit 0

    connection-reset: exit 0

    operation-failed: exit 69
      error: could not create `stack/harness-azure`
        caused by: could not create the resources of the stack in Azure
        caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
        caused by: ServerProvisioningFailed (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.DBforMySQL/flexibleServers/azure-1bff1d2026): The server could not be provisioned.
        hint: Run `harness promote --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}' --override-gate untested` again to continue from here.

    principal-not-found: exit 0

    sku-not-available: exit 69
      error: could not create `stack/harness-azure`
        caused by: could not create the resources of the stack in Azure
        caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
        caused by: BadRequest (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.ContainerService/managedClusters/azure-aks): The VM size of Standard_D2s_v5 is not allowed in your subscription in location 'westeurope'. The available VM sizes are 'standard_b2s'. For more details, please visit https://aka.ms/aks/quotas-skus-regions
        hint: Choose a machine size that the message names, or another region. To get access to other sizes, open a support request of the type `Service and subscription limits (quotas)`.

    quota-exceeded: exit 69
      error: could not create `stack/harness-azure`
        caused by: could not create the resources of the stack in Azure
        caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
        caused by: ErrCode_InsufficientVCPUQuota (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.ContainerService/managedClusters/azure-aks): Insufficient regional vcpu quota left for location westeurope. left regional vcpu quota 2, requested quota 4. If you want to increase the quota, please follow this instruction: https://learn.microsoft.com/en-us/azure/quotas/view-quotas. Surge nodes would also consume vcpu quota, please consider use smaller maxSurge or use maxUnavailable to proceed upgrade without surge nodes, details: aka.ms/aks/maxUnavailable.
        hint: Ask for a higher quota in the portal under Quotas, or choose fewer or smaller machines, or another region.

    authorization-failed: exit 77
      error: could not create `stack/harness-azure`
        caused by: could not create the resources of the stack in Azure
        caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
        caused by: AuthorizationFailed (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.ManagedIdentity/userAssignedIdentities/azure-kubelet/providers/Microsoft.Authorization/roleAssignments/e675eda8-69ca-5375-8a46-d5c609d23f57): The client does not have authorization to perform action 'Microsoft.Authorization/roleAssignments/write' or the scope is invalid. If access was recently granted, please refresh your credentials.
        hint: Ask for the role `Role Based Access Control Administrator`, `User Access Administrator` or `Owner` on the resource group, because a promotion assigns roles.

    server-busy: exit 0

    late-role: exit 0

    missing-role: exit 69
      error: could not create `stack/harness-azure`
        caused by: could not create the resources of the stack in Azure
        caused by: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.Resources/deploymentStacks/harness-azure ended as failed
        caused by: CustomKubeletIdentityMissingPermissionError (/subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.ContainerService/managedClusters/azure-aks): The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to assign kubelet identity. You can run 'az role assignment create --assignee <control-plane-identity-principal-id> --role 'Managed Identity Operator' --scope <kubelet-identity-resource-id>' to grant the permission. See https://learn.microsoft.com/en-us/azure/aks/use-managed-identity#add-role-assignment
        hint: Run the same command again in half an hour, and check with `az role assignment list --scope KUBELET-IDENTITY-ID` that the role assignment exists. The promotion assigns the role `Managed Identity Operator` on the identity of the nodes to the identity of the control plane, and the assignment has not propagated yet. Azure promises no time for that.
        hint: Run `harness promote --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}' --override-gate untested` again to continue from here.

    delete-failed: exit 73
      error: could not remove `stack/harness-azure`
        caused by: Azure did not delete: /subscriptions/3f6c9b1e-8d24-4a57-b0e3-c19a75d2468f/resourceGroups/harness-azure/providers/Microsoft.DBforMySQL/flexibleServers/azure-1bff1d2026/databases/temporal_visibility
        hint: See the activity log of the resource group for Azure's reason.
        hint: Run `harness destroy --profile azure --rehearse --set 'promotion.require=[scenarios/smoke.yaml]' --set 'worker.run={"image":"example/worker:1"}'` again to continue from here.
    "#);
}

/// The role that lets the control plane hand nodes their identity counts after four minutes of
/// Azure's time. That it is waited for is told.
#[test]
fn a_role_that_arrives_after_four_minutes_is_waited_for() {
    let azure = Subscription::new();
    let run = azure.promote("--fault late-role");
    assert_eq!(run.code, 0, "{run}");
    let waiting = "a role assignment has not taken effect yet; retrying in 10s: ";
    assert!(run.stderr.contains(waiting), "{run}");
    assert!(
        run.stderr
            .contains("CustomKubeletIdentityMissingPermissionError"),
        "{run}"
    );
}

/// So slow that Azure is still at work on what was asked when the same is asked again.
const SLOW: &str = "150";

#[test]
fn a_lost_answer_to_our_own_request_is_no_promotion_of_somebody_else() {
    let azure = Subscription::new();
    let slowly = |line: &str| {
        let mut command = azure.command(line);
        command.env("HARNESS_REHEARSAL_SPEED", SLOW);
        azure.world.output(command)
    };
    let made = slowly("promote --override-gate=untested --fault connection-reset");
    assert_eq!(made.code, 0, "{made}");
    assert_eq!(azure.run("drift").code, 0);
    let gone = slowly("destroy --yes --fault delete-reset");
    assert_eq!(gone.code, 0, "{gone}");
    assert_eq!(azure.content(), BTreeSet::new());
}

/// The error of a run, without what differs from run to run.
fn errors(run: &Run) -> String {
    let lines = run
        .stderr
        .lines()
        .skip_while(|line| !line.starts_with("error:"));
    let lines = lines.filter(|line| !line.contains("request id"));
    lines.flat_map(|line| ["  ", line, "\n"]).collect()
}
