"""The database tables as SQLAlchemy models."""

from geo.models.accounts import Account, Audit, LoginAttempt, LoginSession, Role, Token
from geo.models.areas import Area, Backdrop, BackdropKind, Level, Neighborhood
from geo.models.base import WGS84, Base
from geo.models.buildings import (
    Building,
    BuildingStatus,
    Manager,
    ManagerKind,
    PropertyCoverage,
)
from geo.models.grids import MicroGrid, Revision
from geo.models.issues import Issue, IssueStatus
from geo.models.lineage import Lineage
from geo.models.people import Duty, GridMember, Person
from geo.models.plans import Plan, PlanComment, PlanStatus, PlanStep, SizeLimit
from geo.models.table_versions import TableVersion

__all__ = [
    "WGS84",
    "Account",
    "Area",
    "Audit",
    "Backdrop",
    "BackdropKind",
    "Base",
    "Building",
    "BuildingStatus",
    "Duty",
    "GridMember",
    "Issue",
    "IssueStatus",
    "Level",
    "Lineage",
    "LoginAttempt",
    "LoginSession",
    "Manager",
    "ManagerKind",
    "MicroGrid",
    "Neighborhood",
    "Person",
    "Plan",
    "PlanComment",
    "PlanStatus",
    "PlanStep",
    "PropertyCoverage",
    "Revision",
    "Role",
    "SizeLimit",
    "TableVersion",
    "Token",
]
