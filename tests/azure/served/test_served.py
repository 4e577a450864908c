"""`harness rehearse serve` as Microsoft's clients find it, each in the version that it speaks by itself.

The test that starts this has set what the command prints for such clients.
"""

import os
import unittest

import requests
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import EnvironmentCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.mysqlflexibleservers import MySQLManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

ADDRESS = os.environ["SERVED_ADDRESS"]
SUBSCRIPTION = os.environ["AZURE_SUBSCRIPTION_ID"]
SCOPE = f"/subscriptions/{SUBSCRIPTION}"
REGION = "westeurope"


class Transport(RequestsTransport):
    """One that looks again at once: the cloud is faster than any wait."""

    def sleep(self, duration):
        pass


class Served(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.login = EnvironmentCredential(disable_instance_discovery=True)
        cls.resources = cls.client(ResourceManagementClient, SUBSCRIPTION)
        for namespace in ["ContainerService", "DBforMySQL", "ManagedIdentity", "Network"]:
            cls.resources.providers.register(f"Microsoft.{namespace}")
        cls.group = cls.resources.resource_groups.create_or_update(
            "Served-RG", {"location": "West Europe", "tags": {"env": "test"}}
        )

    @classmethod
    def client(cls, kind, *arguments, **options):
        client = kind(
            cls.login,
            *arguments,
            base_url=ADDRESS,
            credential_scopes=["https://management.azure.com/.default"],
            transport=Transport(),
            polling_interval=0,
            **options,
        )
        cls.addClassCleanup(client.close)
        return client

    def refused(self, code, act, *arguments, **options):
        with self.assertRaises(HttpResponseError) as raised:
            answer = act(*arguments, **options)
            list(answer)
        self.assertEqual(raised.exception.error.code, code)

    def test_where_it_is_is_told_to_anybody(self):
        def endpoints(version):
            url = f"{ADDRESS}/metadata/endpoints?api-version={version}"
            return requests.get(url, timeout=60).json()

        one = endpoints("2022-09-01")
        self.assertEqual(one["authentication"]["loginEndpoint"], ADDRESS)
        self.assertEqual(endpoints("2019-05-01"), [one])

    def test_an_account_has_a_tenant_a_subscription_and_locations(self):
        accounts = self.client(SubscriptionClient)
        self.assertEqual(
            [one.tenant_id for one in accounts.tenants.list()], [os.environ["AZURE_TENANT_ID"]]
        )
        self.assertEqual(
            [one.subscription_id for one in accounts.subscriptions.list()], [SUBSCRIPTION]
        )
        names = [one.name for one in accounts.subscriptions.list_locations(SUBSCRIPTION)]
        self.assertIn(REGION, names)

    def test_ids_come_back_as_azure_writes_them(self):
        groups = self.resources.resource_groups
        self.assertEqual(groups.get("served-rg").id, f"{SCOPE}/resourceGroups/Served-RG")
        self.assertEqual(self.group.location, REGION)
        self.assertTrue(groups.check_existence("SERVED-rg"))
        self.assertFalse(groups.check_existence("other"))
        made = self.resources.resources.begin_create_or_update_by_id(
            f"{SCOPE.upper()}/RESOURCEGROUPS/served-rg/PROVIDERS/microsoft.managedidentity"
            "/USERASSIGNEDIDENTITIES/Cased",
            {"location": REGION},
            api_version="2024-11-30",
        ).result()
        self.assertEqual(
            made.id,
            f"{SCOPE}/resourceGroups/Served-RG/providers/Microsoft.ManagedIdentity"
            "/userAssignedIdentities/Cased",
        )
        self.assertEqual(made.type, "Microsoft.ManagedIdentity/userAssignedIdentities")

    def test_lists_are_narrowed_down_and_come_in_pages(self):
        resources = self.resources.resources
        for name in ["one", "two", "three"]:
            resources.begin_create_or_update_by_id(
                f"{self.group.id}/providers/Microsoft.ManagedIdentity"
                f"/userAssignedIdentities/{name}",
                {"location": REGION, "tags": {"number": name}},
                api_version="2024-11-30",
            ).result()
        kind = "resourceType eq 'microsoft.managedidentity/userassignedidentities'"

        def names(text, **options):
            found = resources.list(filter=f"{kind} and {text}", **options)
            return sorted(one.name for one in found)

        every = ["one", "three", "two"]
        by_group = "resourceGroup eq 'served-rg' and substringof('e', name) or name eq 'two'"
        self.assertLessEqual(set(every), set(names(by_group)))
        self.assertEqual(names("name eq 'TWO'"), ["two"])
        tagged = [one.name for one in resources.list(filter="tagName eq 'number'", top=1)]
        self.assertEqual(sorted(tagged), every)
        tagged = resources.list(filter="tagName eq 'number' and tagValue eq 'two'")
        self.assertEqual([one.name for one in tagged], ["two"])
        self.refused("InvalidFilterInQueryString", resources.list, filter="size gt 'x'")
        found = self.resources.resource_groups.list(filter="tagName eq 'env'", top=1)
        self.assertEqual([one.name for one in found], ["Served-RG"])
        expanded = resources.list(filter="name eq 'two'", expand="createdTime,provisioningState")
        state = [(one.provisioning_state, bool(one.created_time)) for one in expanded]
        self.assertEqual(state, [("Succeeded", True)])

    def test_tags_are_set_by_themselves(self):
        tags = self.resources.tags
        scope = f"{SCOPE}/resourceGroups/served-rg"
        patch = {"operation": "Merge", "properties": {"tags": {"owner": "me"}}}
        changed = tags.begin_update_at_scope(scope, patch).result()
        self.assertEqual(changed.properties.tags, {"env": "test", "owner": "me"})
        patch["operation"] = "Delete"
        tags.begin_update_at_scope(scope, patch).result()
        self.assertEqual(tags.get_at_scope(scope).properties.tags, {"env": "test"})
        self.assertIn("env", [one.tag_name for one in tags.list()])

    def test_roles_are_found_by_name_and_held_where_they_count(self):
        roles = self.client(AuthorizationManagementClient, SUBSCRIPTION)
        [reader] = roles.role_definitions.list(SCOPE, filter="roleName eq 'Reader'")
        self.assertEqual(roles.role_definitions.get(SCOPE, reader.name).id, reader.id)
        identity = self.resources.resources.begin_create_or_update_by_id(
            f"{self.group.id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/holder",
            {"location": REGION},
            api_version="2024-11-30",
        ).result()
        principal = identity.properties["principalId"]
        wanted = {
            "properties": {
                "roleDefinitionId": reader.id,
                "principalId": principal,
                "principalType": "ServicePrincipal",
            }
        }
        name = "0d1f6d0a-1f8e-4f0e-8a52-6f1f7a4be001"
        assignments = roles.role_assignments
        assignments.create(self.group.id, name, wanted)
        below = f"{self.group.id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/holder"
        for scope in [SCOPE, self.group.id, below]:
            held = assignments.list_for_scope(scope, filter=f"principalId eq '{principal}'")
            self.assertEqual([one.name for one in held], [name], scope)
        self.assertEqual(list(assignments.list_for_scope(SCOPE, filter="atScope()")), [])
        wanted["properties"]["roleDefinitionId"] = reader.id.replace("acdd72a7", "00000000")
        self.refused(
            "RoleDefinitionDoesNotExist", assignments.create, self.group.id, name, wanted
        )

    def test_each_client_is_answered_in_the_newest_version_that_it_speaks(self):
        compute = self.client(ComputeManagementClient, SUBSCRIPTION)
        self.assertIn("cores", [one.name.value for one in compute.usage.list(REGION)])
        mysql = self.client(MySQLManagementClient, SUBSCRIPTION)
        self.assertTrue(list(mysql.location_based_capabilities.list(REGION)))
        aks = self.client(ContainerServiceClient, SUBSCRIPTION)
        pool = {"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5", "count": 1}
        wanted = {
            "location": REGION,
            "identity": {"type": "SystemAssigned"},
            "properties": {"dnsPrefix": "served", "agentPoolProfiles": [pool]},
        }
        aks.managed_clusters.begin_create_or_update("served-rg", "served", wanted).result()
        pools = aks.agent_pools.list("Served-RG", "SERVED")
        self.assertEqual([one.name for one in pools], ["system"])
        pool = aks.agent_pools.get("Served-RG", "served", "system")
        self.assertEqual(pool.properties.vm_size, "Standard_D2s_v5")

    def test_a_cluster_is_tagged_upgraded_stopped_and_started(self):
        aks = self.client(ContainerServiceClient, SUBSCRIPTION)
        clusters, pools = aks.managed_clusters, aks.agent_pools
        name = ("served-rg", "powered")
        pool = {"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5", "count": 1}
        wanted = {
            "location": REGION,
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "dnsPrefix": "powered",
                "kubernetesVersion": "1.34",
                "agentPoolProfiles": [pool],
            },
        }
        made = clusters.begin_create_or_update(*name, wanted).result()
        tagged = clusters.begin_update_tags(*name, {"tags": {"team": "a"}}).result()
        self.assertEqual(tagged.tags, {"team": "a"})
        profile = clusters.get_upgrade_profile(*name).properties.control_plane_profile
        self.assertEqual(profile.kubernetes_version, made.properties.current_kubernetes_version)
        newest = [one.kubernetes_version for one in profile.upgrades][-1]
        # As `az aks upgrade` does it: what was read is sent again, with another version.
        made = clusters.get(*name)
        made.properties.kubernetes_version = newest
        upgraded = clusters.begin_create_or_update(*name, made).result()
        self.assertEqual(upgraded.properties.current_kubernetes_version, newest)
        own = pools.get(*name, "system")
        self.assertNotEqual(own.properties.current_orchestrator_version, newest)
        own.properties.orchestrator_version = newest
        own = pools.begin_create_or_update(*name, "system", own).result()
        self.assertEqual(own.properties.current_orchestrator_version, newest)
        clusters.begin_stop(*name).result()
        self.assertEqual(clusters.get(*name).properties.power_state.code, "Stopped")
        with self.assertRaises(HttpResponseError):
            pools.begin_create_or_update(*name, "system", own).result()
        clusters.begin_start(*name).result()
        self.assertEqual(clusters.get(*name).properties.power_state.code, "Running")

    def test_a_server_is_changed_in_a_part_stopped_and_started(self):
        mysql = self.client(MySQLManagementClient, SUBSCRIPTION)
        servers, name = mysql.servers, ("served-rg", "served-powered")
        wanted = {
            "location": REGION,
            "sku": {"name": "Standard_B1ms", "tier": "Burstable"},
            "properties": {
                "administratorLogin": "temporal",
                "administratorLoginPassword": "Secret123456",
                "version": "8.4",
                "storage": {"storageSizeGB": 20},
            },
        }
        begin = getattr(servers, "begin_create_or_update", None) or servers.begin_create
        begin(*name, wanted).result()
        change = {"tags": {"team": "a"}, "properties": {"storage": {"storageSizeGB": 32}}}
        servers.begin_update(*name, change).result()
        changed = servers.get(*name)
        self.assertEqual(changed.tags, {"team": "a"})
        self.assertEqual(changed.storage.storage_size_gb, 32)
        value = {"properties": {"value": "300", "source": "user-override"}}
        configurations = mysql.configurations
        configurations.begin_update(*name, "max_connections", value).result()
        servers.begin_stop(*name).result()
        self.refused("ServerUnavailableForOperation", configurations.list_by_server, *name)
        servers.begin_start(*name).result()
        found = {one.name: one for one in configurations.list_by_server(*name)}
        self.assertEqual(found["max_connections"].value, "300")

    def test_a_version_that_is_none_is_refused_with_those_that_are(self):
        groups = self.client(
            ResourceManagementClient, SUBSCRIPTION, api_version="2001-01-01"
        ).resource_groups
        self.refused("InvalidApiVersionParameter", groups.list)
        by_id = self.resources.resources.get_by_id
        network = f"{self.group.id}/providers/Microsoft.Network/virtualNetworks/x"
        self.refused("NoRegisteredProviderFound", by_id, network, api_version="2001-01-01")


if __name__ == "__main__":
    unittest.main()
