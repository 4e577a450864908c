"""The strict reader tells what is wrong, and nothing else."""

import unittest

from azure.mgmt.mysqlflexibleservers import models as mysql
from azure.mgmt.resource.deploymentstacks import models as stacks

from strictly import objections

CHANGE = {"id": "/a", "changeType": "create", "changeCertainty": "definite"}


class Strictly(unittest.TestCase):
    def told(self, model, *expected):
        found = objections(model, "it")
        self.assertEqual(len(found), len(expected), found)
        for words in expected:
            self.assertTrue(any(words in one for one in found), found)

    def test_what_is_right_is_not_objected_to(self):
        self.told(stacks.DeploymentStacksWhatIfResourceChange(CHANGE))

    def test_a_required_property_that_is_missing(self):
        wrong = {key: value for key, value in CHANGE.items() if key != "changeCertainty"}
        wrong = stacks.DeploymentStacksWhatIfResourceChange(wrong)
        self.told(wrong, "it.change_certainty: required")
        self.told(mysql.Server.deserialize({"properties": {}}), "it.location: required")

    def test_a_word_that_is_none_of_those_that_are_known(self):
        wrong = stacks.DeploymentStacksWhatIfResourceChange(CHANGE | {"changeType": "vanish"})
        self.told(wrong, "it.change_type: 'vanish' is not one of")

    def test_a_time_that_is_none(self):
        self.told(stacks.SystemData({"createdAt": 7}), "it.created_at: 7 is no time")

    def test_what_is_deep_within(self):
        change = {"resourceChanges": [CHANGE, CHANGE | {"changeCertainty": "maybe"}]}
        wrong = stacks.DeploymentStacksWhatIfChange(change)
        self.told(wrong, "it.deny_settings_change: required", "it.resource_changes[1].change_cert")


if __name__ == "__main__":
    unittest.main()
