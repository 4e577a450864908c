"""A deployment stack, from an empty subscription to nothing left."""

import copy

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

import world
from strictly import objections

PROVIDERS = [
    "Microsoft.Compute",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.DBforMySQL",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
]


# A word in recorded results of what-if that the description does not have.
RECORDED = "'notManaged' is not one of DeploymentStacksManagementStatus"


def is_noise(entry):
    """Whether it is an expression, which has no value yet, or the pools that a cluster keeps."""
    if entry.change_type == "array":
        return all(one.change_type == "delete" for one in entry.children)
    return str(entry.after).startswith("[")


def only_noise(change):
    """Whether a resource differs in nothing that a PUT would change."""
    delta = change.resource_configuration_changes.delta or []
    return bool(delta) and all(is_noise(one) for one in delta)


class Stacks(world.Case):
    def good(self, model):
        """A model that is as it is declared, but for what was recorded otherwise."""
        said = [one for one in objections(model) if not one.endswith(RECORDED)]
        self.assertEqual(said, [])
        return model

    def test_from_an_empty_subscription_to_nothing_left(self):
        self.questions()
        self.group()
        self.preview("create")
        self.validation()
        self.deployment()
        self.preview("noChange")
        self.credentials()
        self.change()
        self.removal()

    def questions(self):
        subscription = self.good(self.subscriptions.subscriptions.get(world.SUBSCRIPTION))
        self.assertEqual(subscription.state, "Enabled")
        self.assertEqual(subscription.tenant_id, world.TENANT)
        self.assertEqual(len(list(self.subscriptions.subscriptions.list())), 1)
        for namespace in PROVIDERS:
            self.good(self.resources.providers.register(namespace))
        world.sleep(120)
        for namespace in PROVIDERS:
            provider = self.good(self.resources.providers.get(namespace))
            self.assertEqual(provider.registration_state, "Registered")
        usages = list(self.compute.usage.list(world.REGION, api_version="2024-03-01"))
        self.assertIn("cores", [self.good(one).name.value for one in usages])

    def group(self):
        groups = self.resources.resource_groups
        self.assertFalse(groups.check_existence(world.GROUP))
        made = groups.create_or_update(
            world.GROUP, {"location": world.REGION, "tags": {"harness-profile": "azure"}}
        )
        self.assertEqual(self.good(made).properties.provisioning_state, "Succeeded")
        self.assertTrue(groups.check_existence(world.GROUP))
        self.assertEqual(self.good(groups.get(world.GROUP)).tags, {"harness-profile": "azure"})
        self.assertEqual([self.good(one).name for one in groups.list()], [world.GROUP])
        allowed = list(self.authorization.permissions.list_for_resource_group(world.GROUP))
        self.assertEqual([self.good(one).actions for one in allowed], [["*"]])

    def preview(self, expected):
        """Asks what the stack would do, as `plan` does."""
        what_if = self.stacks.deployment_stacks_what_if_results_at_resource_group
        question = world.stack()
        del question["tags"]
        question["properties"] |= {
            "deploymentStackResourceId": f"/subscriptions/{world.SUBSCRIPTION}/resourceGroups/"
            f"{world.GROUP}/providers/Microsoft.Resources/deploymentStacks/{world.STACK}",
            "retentionInterval": "P1D",
        }
        asked = what_if.begin_create_or_update(world.GROUP, "preview", question).result()
        self.assertEqual(self.good(asked).properties.provisioning_state, "succeeded")
        computed = self.good(what_if.begin_what_if(world.GROUP, "preview").result())
        kept = self.good(what_if.get(world.GROUP, "preview"))
        changes = computed.properties.changes.resource_changes
        self.assertGreater(len(changes), 15)
        # What of each resource would change comes with the POST alone.
        listed = kept.properties.changes.resource_changes
        self.assertEqual([one.id for one in listed], [one.id for one in changes])
        self.assertTrue(all(one.resource_configuration_changes is None for one in listed))
        self.assertTrue(all(one.resource_configuration_changes is not None for one in changes))
        real = [one for one in changes if not only_noise(one)]
        self.assertEqual({one.change_type for one in real}, {expected})
        exists = expected == "noChange"
        self.assertEqual(exists, computed.properties.deployment_stack_last_modified.year > 1)
        self.assertEqual([one.name for one in what_if.list(world.GROUP)], ["preview"])
        what_if.delete(world.GROUP, "preview")
        with self.assertRaises(ResourceNotFoundError):
            what_if.get(world.GROUP, "preview")

    def validation(self):
        stacks = self.stacks.deployment_stacks
        checked = stacks.begin_validate_stack_at_resource_group(
            world.GROUP, world.STACK, world.stack()
        ).result()
        self.assertGreater(len(self.good(checked).properties.validated_resources), 15)

    def deployment(self):
        stacks = self.stacks.deployment_stacks
        poller = stacks.begin_create_or_update_at_resource_group(
            world.GROUP, world.STACK, world.stack()
        )
        self.good(stacks.get_at_resource_group(world.GROUP, world.STACK))
        made = self.good(poller.result()).properties
        self.assertEqual(made.provisioning_state, "succeeded")
        self.assertEqual({one.status for one in made.resources}, {"managed"})
        self.assertTrue(made.outputs)
        listed = list(stacks.list_at_resource_group(world.GROUP))
        self.assertEqual([self.good(one).name for one in listed], [world.STACK])
        found = list(self.resources.resources.list_by_resource_group(world.GROUP))
        self.assertGreater(len([self.good(one) for one in found]), 5)
        server = self.good(self.mysql.servers.get(world.GROUP, world.SERVER))
        self.assertEqual((server.version, server.state), ("8.4", "Ready"))
        self.assertTrue(server.fully_qualified_domain_name)
        self.assertIsNone(server.administrator_login_password)
        cluster = self.good(self.aks.managed_clusters.get(world.GROUP, world.CLUSTER))
        self.assertEqual(cluster.properties.provisioning_state, "Succeeded")

    def credentials(self):
        found = self.aks.managed_clusters.list_cluster_user_credentials(
            world.GROUP, world.CLUSTER
        )
        (config,) = self.good(found).kubeconfigs
        self.assertIn(world.CLUSTER, bytes(config.value).decode())

    def change(self):
        """Leaves the last resource out: it is deleted."""
        smaller = world.stack()
        smaller["properties"]["template"]["resources"].pop()
        changed = self.stacks.deployment_stacks.begin_create_or_update_at_resource_group(
            world.GROUP, world.STACK, smaller
        ).result()
        self.assertEqual(len(self.good(changed).properties.deleted_resources), 1)

    def removal(self):
        stacks = self.stacks.deployment_stacks
        stacks.begin_delete_at_resource_group(
            world.GROUP, world.STACK, unmanage_action_resources="delete"
        ).result()
        with self.assertRaises(ResourceNotFoundError) as raised:
            stacks.get_at_resource_group(world.GROUP, world.STACK)
        self.assertEqual(raised.exception.error.code, "DeploymentStackResourceNotFound")
        self.assertEqual(list(self.resources.resources.list_by_resource_group(world.GROUP)), [])
        self.resources.resource_groups.begin_delete(world.GROUP).result()
        self.assertFalse(self.resources.resource_groups.check_existence(world.GROUP))


class Refusals(world.Case):
    def setUp(self):
        super().setUp()
        groups = self.resources.resource_groups
        groups.create_or_update(world.GROUP, {"location": world.REGION})
        self.addCleanup(lambda: groups.begin_delete(world.GROUP).result())

    def refused(self, expected, act):
        """The code and the words of a refusal reach whoever calls a client."""
        with self.assertRaises(HttpResponseError) as raised:
            act()
        error = raised.exception.error
        self.assertIsNotNone(error, raised.exception)
        self.assertEqual((error.code, bool(error.message)), (expected, True))

    def put(self, change):
        wrong = copy.deepcopy(world.stack())
        change(wrong["properties"])
        return lambda: self.stacks.deployment_stacks.begin_create_or_update_at_resource_group(
            world.GROUP, "wrong", wrong
        ).result()

    def test_a_stack_without_what_it_has_to_have(self):
        definition = "InvalidDeploymentStackDefinition"
        self.refused(definition, self.put(lambda it: it.pop("denySettings")))
        self.refused(definition, self.put(lambda it: it.pop("actionOnUnmanage")))
        self.refused(
            definition, self.put(lambda it: it["denySettings"].update(mode="everything"))
        )

    def test_a_template_that_cannot_be(self):
        template = "InvalidTemplate"
        self.refused(template, self.put(lambda it: it["template"].pop("resources")))
        self.refused(template, self.put(lambda it: it["parameters"].clear()))
        self.refused(template, self.put(lambda it: it["parameters"].update(more={"value": 1})))
        self.refused(
            "NoRegisteredProviderFound",
            self.put(lambda it: it["template"]["resources"][0].update(apiVersion="1999-01-01")),
        )

    def test_a_validation_says_what_is_wrong(self):
        wrong = world.stack()
        wrong["properties"]["template"].pop("resources")
        stacks = self.stacks.deployment_stacks
        self.refused(
            "InvalidTemplate",
            lambda: stacks.begin_validate_stack_at_resource_group(world.GROUP, "wrong", wrong),
        )

    def test_what_is_not_there(self):
        stacks = self.stacks.deployment_stacks
        self.refused(
            "DeploymentStackResourceNotFound", lambda: stacks.get_at_resource_group(world.GROUP, "none")
        )
        self.refused(
            "ResourceGroupNotFound", lambda: stacks.get_at_resource_group("nowhere", "none")
        )
        self.refused("ResourceNotFound", lambda: self.mysql.servers.get(world.GROUP, "none"))
        # What is gone already is no error.
        stacks.begin_delete_at_resource_group(world.GROUP, "none").result()

    def test_what_fails_on_its_way_is_told_with_its_causes(self):
        wrong = world.stack()
        network = next(
            one
            for one in wrong["properties"]["template"]["resources"]
            if one["type"] == "Microsoft.Network/virtualNetworks"
        )
        network["properties"]["subnets"][0]["properties"]["addressPrefix"] = "192.168.0.0/24"
        for namespace in PROVIDERS:
            self.resources.providers.register(namespace)
        poller = self.stacks.deployment_stacks.begin_create_or_update_at_resource_group(
            world.GROUP, "failing", wrong
        )
        with self.assertRaises(HttpResponseError) as raised:
            poller.result()
        error = raised.exception.error
        self.assertEqual(error.code, "DeploymentFailed")
        codes = [one.code for one in error.details]
        self.assertEqual(codes, ["NetcfgSubnetRangeOutsideVnet"])
        found = self.stacks.deployment_stacks.get_at_resource_group(world.GROUP, "failing")
        self.assertEqual(objections(found), [])
        self.assertEqual(found.properties.provisioning_state, "failed")
        self.assertEqual(found.properties.error.code, "DeploymentFailed")
