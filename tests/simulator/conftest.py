"""The template that all seeds copy."""

from __future__ import annotations

import pytest

from tests.servers import TEMPLATE, RunningCluster
from tests.simulator.cast import Template, make_template


@pytest.fixture(scope="session")
def template(cluster: RunningCluster, worker_id: str) -> Template:
    """Made once for each worker: everybody signed in, nothing else happened."""
    cluster._ensure_template()
    return make_template(cluster, worker_id, TEMPLATE)
