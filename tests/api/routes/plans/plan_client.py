"""A client that works on one plan, and steps for it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.models import MicroGrid
from tests.api.accounts import signed_in
from tests.district import lon_lat
from tests.district_edits import GRID_1, GRID_2


def line(*points: tuple[float, float]) -> dict:
    return {"type": "LineString", "coordinates": [lon_lat(*point) for point in points]}


SPLIT_GRID_1 = {"kind": "split", "code": GRID_1, "line": line((4.5, -1), (4.5, 11))}
MERGE_GRIDS = {"kind": "merge", "codes": [GRID_1, GRID_2]}


class PlanClient:
    """A caller who works on one plan and always sends its newest version."""

    def __init__(self, client, login: str = "chen", number: int | None = None) -> None:
        self.http = signed_in(client, login)
        if number is None:
            self.plan = self.http.post("/v1/plans", json={"title": "a plan"}).json()
        else:
            self.plan = self.http.get(f"/v1/plans/{number}").json()
        self.path = f"/v1/plans/{self.plan['id']}"

    def get(self, part: str = "", **query):
        response = self.http.get(f"{self.path}/{part}" if part else self.path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, action: str, body: dict | None = None, version: int | None = None, **headers):
        headers = {"If-Match": f'"{version or self.plan["version"]}"'} | headers
        response = self.http.post(f"{self.path}/{action}", json=body or {}, headers=headers)
        if response.status_code == 200:
            document = response.json()
            self.plan = document.get("plan", document)
        return response

    def step(self, body: dict) -> dict:
        response = self.post("operations", body)
        assert response.status_code == 200, response.text
        return response.json()

    def post_rejected(self, action: str, body: dict | None, status: int, code: str, **more) -> dict:
        """Post a change that is rejected and changes nothing; return the problem document."""
        before = self.get()
        response = self.post(action, body, **more)
        assert (response.status_code, response.json()["code"]) == (status, code), response.text
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["hint"]
        assert self.get() == before
        return response.json()


def grids_in_force(session: Session) -> dict[str, str]:
    """Return the geometry of each grid in force as WKT, by code."""
    session.expire_all()
    wkt = func.ST_AsText(func.ST_Normalize(MicroGrid.geom))
    rows = session.execute(select(MicroGrid.code, wkt).where(func.upper_inf(MicroGrid.in_force)))
    return {row[0]: row[1] for row in rows}
