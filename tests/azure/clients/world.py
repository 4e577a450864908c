"""The built-in Azure as a client of Microsoft's finds it, and time that passes by waiting.

The test that starts this tells where it is by the environment. Whoever would sleep here tells so
on standard output, and goes on when the test has let the time pass in the cloud: a deployment of
ten minutes takes none.
"""

import json
import os
import socket
import sys
import threading
import unittest

from azure.core.pipeline.transport import RequestsTransport
from azure.identity import ClientSecretCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.containerservice import ContainerServiceClient
from azure.mgmt.mysqlflexibleservers import MySQLManagementClient
from azure.mgmt.resource.deploymentstacks import DeploymentStacksClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

ADDRESS = os.environ["JUDGED_ADDRESS"]
AUTHORITY = os.environ["JUDGED_AUTHORITY"]
TENANT = os.environ["AZURE_TENANT_ID"]
CLIENT = os.environ["AZURE_CLIENT_ID"]
SUBSCRIPTION = os.environ["AZURE_SUBSCRIPTION_ID"]

with open(os.environ["JUDGED_STACK"], encoding="utf-8") as _file:
    _STACK = json.load(_file)

#: Where and as what the promoter puts its stack.
REGION, GROUP, STACK, CLUSTER, SERVER = (
    _STACK[key] for key in ("region", "group", "name", "cluster", "server")
)

#: How long a client waits between two looks where Azure does not say so, in seconds.
PAUSE = 30


class _Loopback(socket.socket):
    """Connections that stay on this machine: nothing else is to be asked or told."""

    def connect(self, address):
        if self.family == socket.AF_INET and address[0] != "127.0.0.1":
            raise PermissionError(f"the judges do not reach {address[0]}")
        super().connect(address)


socket.socket = _Loopback


def stack():
    """The promoter's own stack, as it is sent."""
    return json.loads(json.dumps(_STACK["stack"]))


#: Whoever holds it keeps time from passing in the cloud: what has begun is waited for by a thread
#: of the client's, which would be faster at times.
time = threading.RLock()


def sleep(seconds):
    """Lets time pass in the cloud."""
    with time:
        print(f"sleep {seconds}", flush=True)
        if sys.stdin.readline() != "slept\n":
            raise EOFError("the test has ended")


class Transport(RequestsTransport):
    """The transport of all clients, whose waits pass the cloud's time."""

    def sleep(self, duration):
        sleep(duration)


def credential(secret=None):
    """A new credential, whose token nobody has yet."""
    return ClientSecretCredential(
        TENANT,
        CLIENT,
        secret or os.environ["AZURE_CLIENT_SECRET"],
        authority=ADDRESS,
        disable_instance_discovery=True,
        transport=Transport(connection_verify=AUTHORITY),
    )


class Case(unittest.TestCase):
    """A test with clients of its own; its cloud is that of all."""

    def setUp(self):
        self.login = credential()
        self.subscriptions = self._client(SubscriptionClient)
        self.resources = self._client(ResourceManagementClient, SUBSCRIPTION)
        self.stacks = self._client(DeploymentStacksClient, SUBSCRIPTION)
        self.authorization = self._client(AuthorizationManagementClient, SUBSCRIPTION)
        # In the versions that the promoter speaks.
        self.compute = self._client(ComputeManagementClient, SUBSCRIPTION)
        self.mysql = self._client(
            MySQLManagementClient, SUBSCRIPTION, api_version="2023-12-30"
        )
        self.aks = self._client(ContainerServiceClient, SUBSCRIPTION, api_version="2024-02-01")

    def _client(self, kind, *arguments, **options):
        client = kind(
            self.login,
            *arguments,
            base_url=ADDRESS,
            credential_scopes=["https://management.azure.com/.default"],
            transport=Transport(connection_verify=AUTHORITY),
            polling_interval=PAUSE,
            **options,
        )
        self.addCleanup(client.close)
        return client
