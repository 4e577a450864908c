"""Tokens, and resources that are made one at a time."""

import io
import json

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

import world
from strictly import objections

MYSQL = "Microsoft.DBforMySQL/flexibleServers"


class Tokens(world.Case):
    def test_a_wrong_secret_is_told_in_entras_words(self):
        with self.assertRaises(ClientAuthenticationError) as raised:
            world.credential("wrong").get_token("https://management.azure.com/.default")
        self.assertIn("AADSTS7000215", str(raised.exception))

    def test_a_token_counts_for_what_it_was_asked_for(self):
        token = self.login.get_token("https://management.azure.com/.default")
        self.assertEqual(token.token.count("."), 2)
        self.assertGreater(token.expires_on, 0)


class Resources(world.Case):
    def setUp(self):
        super().setUp()
        groups = self.resources.resource_groups
        groups.create_or_update("pieces", {"location": world.REGION})
        self.addCleanup(lambda: groups.begin_delete("pieces").result())
        for namespace in ["Microsoft.ContainerService", "Microsoft.DBforMySQL"]:
            self.resources.providers.register(namespace)

    def good(self, model):
        self.assertEqual(objections(model), [])
        return model

    def available(self, name):
        asked = {"name": name, "type": MYSQL}
        by_region = self.mysql.check_name_availability.execute(world.REGION, asked)
        anywhere = self.mysql.check_name_availability_without_location.execute(asked)
        answers = {self.good(one).name_available for one in (by_region, anywhere)}
        self.assertEqual(len(answers), 1)
        return answers.pop()

    def test_a_mysql_server_with_a_database(self):
        zones = list(self.mysql.location_based_capabilities.list(world.REGION))
        self.assertEqual([objections(one) for one in zones], [[]] * len(zones))
        tiers = {tier.name for zone in zones for tier in zone.supported_flexible_server_editions}
        self.assertIn("Burstable", tiers)
        self.assertTrue(self.available("judged"))
        wanted = {
            "location": world.REGION,
            "sku": {"name": "Standard_B2s", "tier": "Burstable"},
            "properties": {
                "version": "8.4",
                "administratorLogin": "temporal",
                "administratorLoginPassword": "Secret123456",
                "storage": {"storageSizeGB": 20},
            },
        }
        servers = self.mysql.servers
        made = self.good(self.sent(servers.begin_create, "judged", wanted))
        self.assertEqual((made.name, made.state), ("judged", "Ready"))
        self.assertFalse(self.available("judged"))
        listed = list(servers.list_by_resource_group("pieces"))
        self.assertEqual([self.good(one).name for one in listed], ["judged"])
        databases = self.mysql.databases
        database = databases.begin_create_or_update(
            "pieces", "judged", "temporal", self.body({"properties": {"charset": "utf8mb4"}})
        ).result()
        self.assertEqual(self.good(database).charset, "utf8mb4")
        databases.begin_delete("pieces", "judged", "temporal").result()
        servers.begin_delete("pieces", "judged").result()
        self.assertTrue(self.available("judged"))
        del wanted["sku"]
        with self.assertRaises(HttpResponseError) as raised:
            self.sent(servers.begin_create, "judged", wanted)
        self.assertEqual(raised.exception.error.code, "InvalidParameter")
        self.assertEqual(raised.exception.error.target, "sku.name")

    def test_a_cluster(self):
        clusters = self.aks.managed_clusters
        wanted = {
            "location": world.REGION,
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "dnsPrefix": "judged",
                "agentPoolProfiles": [
                    {"name": "system", "mode": "System", "vmSize": "Standard_D2s_v5", "count": 1}
                ],
            },
        }
        with world.time:
            poller = clusters.begin_create_or_update("pieces", "judged", wanted)
            during = self.good(clusters.get("pieces", "judged"))
            self.assertEqual(during.properties.provisioning_state, "Creating")
            with self.assertRaises(HttpResponseError) as raised:
                clusters.list_cluster_user_credentials("pieces", "judged")
        self.assertEqual(raised.exception.error.code, "OperationNotAllowed")
        made = self.good(poller.result())
        self.assertEqual(made.properties.provisioning_state, "Succeeded")
        listed = list(clusters.list_by_resource_group("pieces"))
        self.assertEqual([self.good(one).name for one in listed], ["judged"])
        clusters.begin_delete("pieces", "judged").result()
        self.assertEqual(list(clusters.list_by_resource_group("pieces")), [])

    def sent(self, begin, name, body):
        return begin("pieces", name, self.body(body)).result()

    @staticmethod
    def body(document):
        """A body that is sent as it stands."""
        return io.BytesIO(json.dumps(document).encode())
