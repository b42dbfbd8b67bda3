"""A coordinator with a plan."""

import pytest
from sqlalchemy.orm import Session

from tests.api.routes.plans.plan_client import PlanClient


@pytest.fixture
def editor(client, district: Session) -> PlanClient:
    """The coordinator chen with a new plan."""
    return PlanClient(client)
