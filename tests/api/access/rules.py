"""The access rule of every route: which role it requires, and whether reach matters."""

from dataclasses import dataclass

from geo.models import Role


@dataclass(frozen=True)
class Rule:
    """Who may call a route."""

    role: Role | None = None
    """The lowest role that may call it; None is everybody."""
    reach: bool = False
    """Whether accounts with another reach are rejected."""
    status_outside: int = 403
    """The status for an account with another reach: 404 if it may not know that the row exists."""


PUBLIC = Rule()
RULES: dict[tuple[str, str], Rule] = {
    ("get", "/v1/lookup"): PUBLIC,
    ("post", "/v1/lookup"): PUBLIC,
    ("get", "/v1/areas"): PUBLIC,
    ("get", "/v1/areas/{code}"): PUBLIC,
    ("get", "/v1/buildings"): PUBLIC,
    ("get", "/v1/buildings/{code}"): PUBLIC,
    ("get", "/v1/buildings/{code}/history"): PUBLIC,
    ("get", "/v1/property-coverage"): PUBLIC,
    ("get", "/v1/property-coverage/changes"): PUBLIC,
    ("get", "/v1/property-coverage/trend"): PUBLIC,
    ("get", "/v1/grids"): PUBLIC,
    ("get", "/v1/grids/{code}"): PUBLIC,
    ("get", "/v1/grids/{code}/history"): PUBLIC,
    ("get", "/v1/grids/{code}/members"): Rule(Role.VIEWER, reach=True),
    ("get", "/v1/revisions"): PUBLIC,
    ("get", "/v1/revisions/{number}"): PUBLIC,
    ("post", "/v1/revisions/{number}/revert"): Rule(Role.COORDINATOR, reach=True),
    ("get", "/v1/diff"): PUBLIC,
    ("get", "/v1/plans"): Rule(Role.VIEWER),
    ("post", "/v1/plans"): Rule(Role.COORDINATOR),
    ("get", "/v1/plans/{number}"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/grids"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/findings"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/impact"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/diff"): Rule(Role.VIEWER),
    ("get", "/v1/plans/{number}/comments"): Rule(Role.VIEWER),
    ("post", "/v1/plans/{number}/comments"): Rule(Role.REPORTER),
    ("post", "/v1/plans/{number}/operations"): Rule(Role.COORDINATOR, reach=True),
    ("post", "/v1/plans/{number}/undo"): Rule(Role.COORDINATOR),
    ("post", "/v1/plans/{number}/redo"): Rule(Role.COORDINATOR, reach=True),
    ("post", "/v1/plans/{number}/rebase"): Rule(Role.COORDINATOR, reach=True),
    ("post", "/v1/plans/{number}/publish"): Rule(Role.COORDINATOR, reach=True),
    ("post", "/v1/plans/{number}/discard"): Rule(Role.COORDINATOR),
    ("get", "/v1/limits"): PUBLIC,
    ("post", "/v1/limits"): Rule(Role.COORDINATOR, reach=True),
    ("get", "/v1/issues"): PUBLIC,
    ("get", "/v1/issues/counts"): PUBLIC,
    ("get", "/v1/issues/{ref}"): PUBLIC,
    ("post", "/v1/issues"): Rule(Role.REPORTER, reach=True),
    ("get", "/v1/search"): PUBLIC,
    ("get", "/v1/exports/areas"): PUBLIC,
    ("get", "/v1/exports/buildings"): PUBLIC,
    ("get", "/v1/exports/grids"): PUBLIC,
    ("get", "/v1/exports/issues"): PUBLIC,
    ("get", "/v1/exports/property-coverage"): PUBLIC,
    ("get", "/tiles/{layer}/{z}/{x}/{y}.mvt"): PUBLIC,
    ("get", "/maps/{subject}"): PUBLIC,
    ("get", "/redraw"): Rule(Role.VIEWER),
    ("get", "/redraw/{number}"): Rule(Role.VIEWER),
    ("get", "/redraw/{number}/notice"): Rule(Role.VIEWER),
    ("get", "/healthz"): PUBLIC,
    ("get", "/readyz"): PUBLIC,
    ("get", "/metrics"): PUBLIC,
    ("get", "/login"): PUBLIC,
    ("post", "/login"): PUBLIC,
    ("post", "/login/password"): Rule(Role.VIEWER),
    ("post", "/logout"): PUBLIC,
    ("get", "/v1/account"): Rule(Role.VIEWER),
    ("get", "/v1/accounts"): Rule(Role.ADMIN),
    ("post", "/v1/accounts"): Rule(Role.ADMIN, reach=True),
    ("post", "/v1/accounts/{login}/disable"): Rule(Role.ADMIN, reach=True, status_outside=404),
    ("get", "/v1/accounts/{login}/tokens"): Rule(Role.ADMIN, reach=True, status_outside=404),
    ("post", "/v1/accounts/{login}/tokens"): Rule(Role.ADMIN, reach=True, status_outside=404),
    ("post", "/v1/tokens/{number}/revoke"): Rule(Role.ADMIN, reach=True, status_outside=404),
    ("get", "/v1/audit"): Rule(Role.ADMIN),
}
"""A route that is missing here fails a test. The owner of a token may revoke it, too."""

HIDDEN_FROM_OTHERS = {
    path for _, path in RULES if path.startswith(("/v1/accounts/{", "/v1/tokens/"))
}
"""Paths that are 404, not 403, for roles that are too low."""

UNAUDITED = {("post", "/v1/lookup"), ("post", "/logout")}
"""POST requests that write nothing: batch lookups, and signing out without being signed in."""
