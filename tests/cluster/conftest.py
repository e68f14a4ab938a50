"""A real Ray cluster of two nodes on this computer. Only where Ray is installed: `make test-ray`."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from typing import Any

import pytest

collect_ignore_glob = [] if importlib.util.find_spec("ray") else ["test_*.py"]

STORE_BYTES = 80 << 20
QUICK = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_timeout_ms": 1_000,
         "health_check_failure_threshold": 4}  # fmt: skip
"""A node that is gone is noticed within seconds, not half a minute."""


class Nodes:
    """Holds the cluster: a head with a core, and a node with a core and what counts as a GPU."""

    def __init__(self, cluster: Any) -> None:
        self._cluster = cluster
        self.address: str = cluster.address
        self.second: Any = None

    def join(self) -> None:
        """Lets the second node join, if it is not there."""
        if self.second is None:
            self.second = self._cluster.add_node(num_cpus=1, num_gpus=1, object_store_memory=STORE_BYTES)
            self._cluster.wait_for_nodes()

    def kill(self) -> None:
        """Ends the second node as a power cut does."""
        self._cluster.remove_node(self.second, allow_graceful=False)
        self.second = None


@pytest.fixture(scope="session")
def nodes() -> Iterator[Nodes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "disabled")
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": STORE_BYTES, "_system_config": QUICK}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        patch.setenv("RAY_ADDRESS", cluster.address)
        assert os.environ["RAY_ADDRESS"]
        nodes = Nodes(cluster)
        nodes.join()
        yield nodes
        cluster.shutdown()
