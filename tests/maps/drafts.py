"""Plans in memory, answered as the service answers them: a page is tested before a database is."""

import json
import threading
from typing import Any

import geopandas as gpd
import shapely
from shapely.ops import split as cut

Grids = dict[str, tuple[str | None, shapely.Geometry]]
NOW = "2025-06-30T04:00:00+00:00"


class Refused(Exception):
    def __init__(self, status: int, code: str, detail: str, hint: str | None = None) -> None:
        self.status = status
        self.body = {"status": status, "code": code, "detail": detail, "hint": hint}


class Drafts:
    """One plan after another over a town; operations as plain cuts and unions."""

    def __init__(self, areas: gpd.GeoDataFrame, grids: gpd.GeoDataFrame, homes: gpd.GeoDataFrame):
        self.communities = areas[areas.level == "community"].set_index("code")
        self.bounds = tuple(float(edge) for edge in areas.total_bounds)
        self.homes = homes.assign(spot=homes.geometry.representative_point())
        names = grids.name if "name" in grids else [None] * len(grids)
        self.force: Grids = dict(
            zip(grids.code, zip(names, grids.geometry, strict=True), strict=True)
        )
        self.revision, self.changed = 1, {}
        self.plans: dict[int, dict[str, Any]] = {}
        self.lock = threading.Lock()

    def inside(self, grids: Grids, community: str) -> Grids:
        return {code: grid for code, grid in grids.items() if code.startswith(community)}

    def community(self, code: str) -> str:
        return next(one for one in self.communities.index if code.startswith(one))

    def begin(self, title: str, author: str) -> dict[str, Any]:
        number = len(self.plans) + 1
        self.plans[number] = {
            "id": number,
            "title": title,
            "status": "draft",
            "author": author,
            "base_revision": self.revision,
            "version": 1,
            "operations": [],
            "done": 0,
            "revision": None,
            "changed_at": NOW,
            "comments": [],
            "base": dict(self.force),
        }
        return self.told(self.plans[number])

    def told(self, plan: dict[str, Any]) -> dict[str, Any]:
        done = plan["done"]
        steps = [step | {"undone": at >= done} for at, step in enumerate(plan["operations"])]
        touched = sorted({one for step in steps[:done] for one in self.touches(step["body"])})
        kept = {key: plan[key] for key in plan if key not in ("base", "comments", "done")}
        return kept | {
            "operations": steps,
            "undone": len(steps) - done,
            "communities": touched,
        }

    def touches(self, body: dict[str, Any]) -> set[str]:
        codes = [*body.get("codes", ()), body.get("code"), body.get("to")]
        return {self.community(code) for code in codes if code}

    def after(self, plan: dict[str, Any]) -> Grids:
        grids = dict(plan["base"])
        for step in plan["operations"][: plan["done"]]:
            grids = self.apply(grids, step["body"])
        return grids

    def apply(self, grids: Grids, body: dict[str, Any]) -> Grids:
        grids = dict(grids)
        for code in (*body.get("codes", ()), body.get("code"), body.get("to")):
            if code and code not in grids:
                raise Refused(404, "grid_unknown", f"There is no grid {code!r}.")
        getattr(self, f"_{body['kind']}")(grids, body)
        return dict(sorted(grids.items()))

    def _rename(self, grids: Grids, body: dict[str, Any]) -> None:
        grids[body["code"]] = (body["name"], grids[body["code"]][1])

    def _split(self, grids: Grids, body: dict[str, Any]) -> None:
        name, geom = grids[body["code"]]
        large, small = self._two(geom, body["line"])
        community = self.community(body["code"])
        fresh = max(int(code[len(community) :]) for code in self.inside(grids, community)) + 1
        grids[body["code"]] = (name, large)
        grids[f"{community}{fresh:03}"] = (None, small)

    def _merge(self, grids: Grids, body: dict[str, Any]) -> None:
        first, *rest = sorted(body["codes"])
        geom = shapely.union_all([grids[code][1] for code in body["codes"]])
        grids[first] = (grids[first][0], geom)
        for code in rest:
            del grids[code]

    def _move_border(self, grids: Grids, body: dict[str, Any]) -> None:
        one, two = body["codes"]
        whole = shapely.union_all([grids[one][1], grids[two][1]])
        parts = self._two(whole, body["line"])
        parts.sort(key=lambda part: -part.intersection(grids[one][1]).area / part.area)
        grids[one] = (grids[one][0], parts[0])
        grids[two] = (grids[two][0], parts[1])

    def _two(self, geom: shapely.Geometry, line: dict[str, Any]) -> list[shapely.Geometry]:
        parts = list(cut(geom, shapely.geometry.shape(line)).geoms)
        if len(parts) != 2:
            raise Refused(
                422, "bad_cut", "The line does not cut the grid in two.", "Draw it right across."
            )
        return sorted(parts, key=lambda part: -part.area)

    def _transfer(self, grids: Grids, body: dict[str, Any]) -> None:
        community = self.community(body["to"])
        outline = shapely.union_all([geom for _, geom in self.inside(grids, community).values()])
        near = self.homes[self.homes.spot.intersects(outline)]
        cells = shapely.get_parts(
            shapely.voronoi_polygons(
                shapely.MultiPoint(list(near.spot)), extend_to=outline, ordered=True
            )
        )
        moved = dict(zip(near.code, cells, strict=True))
        for home in body["buildings"]:
            spot = near.spot[near.code == home].iloc[0]
            start = next(
                code
                for code, (_, geom) in self.inside(grids, community).items()
                if geom.intersects(spot)
            )
            ground = grids[start][1].intersection(moved[home])
            grids[start] = (grids[start][0], grids[start][1].difference(moved[home]))
            grids[body["to"]] = (
                grids[body["to"]][0],
                shapely.union_all([grids[body["to"]][1], ground]),
            )

    def feature(self, code: str, name: str | None, geom: shapely.Geometry) -> dict[str, Any]:
        mine = self.homes[self.homes.spot.intersects(geom)]
        return {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(geom),
            "properties": {
                "code": code,
                "name": name,
                "community_code": self.community(code),
                "buildings": len(mine),
                "households": int(mine.households.sum()),
            },
        }

    def features(self, grids: Grids, communities: list[str]) -> dict[str, Any]:
        drawn = [
            self.feature(code, *grid)
            for community in communities
            for code, grid in self.inside(grids, community).items()
        ]
        return {"type": "FeatureCollection", "features": drawn, "links": []}

    def findings(self, plan: dict[str, Any]) -> list[dict[str, Any]]:
        grids, found = self.after(plan), []
        for community in self.told(plan)["communities"]:
            for code, (_, geom) in self.inside(grids, community).items():
                parts = sorted(shapely.get_parts(geom), key=shapely.area)
                if len(parts) > 1:
                    spot = parts[0].representative_point()
                    found.append(
                        {
                            "kind": "grid_in_parts",
                            "is_error": False,
                            "codes": [code],
                            "size": len(parts),
                            "unit": "×",
                            "lon": spot.x,
                            "lat": spot.y,
                            "meaning": "the grid is in pieces",
                            "geometry": shapely.geometry.mapping(parts[0]),
                        }
                    )
        return found

    def picture(self, plan: dict[str, Any]) -> dict[str, Any]:
        told, grids = self.told(plan), self.after(plan)
        return {
            "plan": told,
            "communities": told["communities"],
            "grids": self.features(grids, told["communities"]),
            "gone": sorted(plan["base"].keys() - grids.keys()),
            "findings": self.findings(plan),
        }

    def step(self, plan: dict[str, Any], what: str, body: dict[str, Any], who: str) -> Any:
        if what == "operations":
            kept = plan["operations"][: plan["done"]]
            self.apply(self.after(plan), body)
            step = {"number": len(kept) + 1, "kind": body["kind"], "says": body["kind"]}
            plan["operations"] = [*kept, step | {"body": body, "made_by": who, "made_at": NOW}]
            plan["done"] = len(plan["operations"])
        elif what == "rebase":
            return self.rebase(plan)
        elif what == "publish":
            return self.publish(plan, body, who)
        elif what == "discard":
            plan["status"] = "discarded"
        else:
            plan["done"] += {"undo": -1, "redo": 1}[what]
        plan["version"] += 1
        return self.told(plan) if what == "discard" else self.picture(plan)

    def publish(self, plan: dict[str, Any], body: dict[str, Any], who: str) -> dict[str, Any]:
        touched = self.told(plan)["communities"]
        for community in touched:
            number, author = self.changed.get(community, (0, ""))
            if number > plan["base_revision"]:
                raise Refused(
                    409,
                    "plan_outdated",
                    f"Revision {number} by {author} changed community {community} first.",
                    "Rebase the plan.",
                )
        self.revision += 1
        grids = self.after(plan)
        for community in touched:
            for code in self.inside(self.force, community):
                del self.force[code]
            self.force |= self.inside(grids, community)
            self.changed[community] = (self.revision, who)
        plan |= {"status": "published", "revision": self.revision, "version": plan["version"] + 1}
        title = body.get("title") or plan["title"]
        return {
            "number": self.revision,
            "title": title,
            "author": who,
            "published_at": NOW,
            "effective_at": body.get("at") or NOW,
        }

    def rebase(self, plan: dict[str, Any]) -> dict[str, Any]:
        grids, kept, dropped = dict(self.force), [], []
        for step in plan["operations"][: plan["done"]]:
            try:
                grids = self.apply(grids, step["body"])
                kept.append(step)
            except Refused as refused:
                why = refused.body["detail"]
                dropped.append({"number": step["number"], "body": step["body"], "why": why})
        plan |= {"base": dict(self.force), "base_revision": self.revision, "operations": kept}
        plan |= {"done": len(kept), "version": plan["version"] + 1}
        return self.picture(plan) | {"dropped": dropped}

    def impact(self, plan: dict[str, Any]) -> dict[str, Any]:
        touched, before, after = self.told(plan)["communities"], plan["base"], self.after(plan)
        moves = []
        for community in touched:
            for old, (_, a) in self.inside(before, community).items():
                for new, (_, b) in self.inside(after, community).items():
                    gone = self.homes[self.homes.spot.intersects(a) & self.homes.spot.intersects(b)]
                    if old != new and len(gone):
                        holding = self.holding(gone)
                        moves.append({"from_code": old, "to_code": new, "holding": holding})
        total = {key: sum(move["holding"][key] for move in moves) for key in self.holding()}
        spreads = [self.spread(grids, touched) for grids in (before, after)]
        return {
            "communities": touched,
            "total": total,
            "moves": moves,
            "grids": [],
            "spread_before": spreads[0],
            "spread_after": spreads[1],
        }

    def holding(self, homes: gpd.GeoDataFrame | None = None) -> dict[str, int]:
        if homes is None:
            return {"buildings": 0, "households": 0, "open_issues": 0}
        return {
            "buildings": len(homes),
            "households": int(homes.households.sum()),
            "open_issues": 0,
        }

    def spread(self, grids: Grids, communities: list[str]) -> dict[str, Any] | None:
        told = [feature["properties"] for feature in self.features(grids, communities)["features"]]
        if not told:
            return None
        ranges: dict[str, Any] = {"grids": len(told)}
        for what in ("buildings", "households"):
            counts = sorted(grid[what] for grid in told)
            ranges[what] = [counts[0], counts[len(counts) // 2], counts[-1]]
        return ranges

    def get(self, path: str, query: dict[str, str]) -> Any:
        parts = path.strip("/").split("/")[1:]
        area = query.get("area", "")
        if path == "/v1/plans":
            return {"plans": [self.told(plan) for plan in self.plans.values()][::-1], "links": []}
        if path == "/v1/grids":
            return self.features(self.force, [area])
        if path == "/v1/buildings":
            near = self.homes[self.homes.spot.intersects(self.communities.geometry[area])]
            return json.loads(near.drop(columns="spot").to_json(default=str)) | {"links": []}
        if path.startswith("/v1/areas/"):
            named = {"code": parts[1], "name": str(self.communities.name[parts[1]])}
            return {"type": "Feature", "properties": named}
        if path == "/v1/lookup":
            spot = shapely.Point(float(query["lon"]), float(query["lat"]))
            found = self.communities[self.communities.intersects(spot)]
            named = zip(found.index, found.name, strict=True)
            return {
                "areas": [
                    {"level": "community", "code": code, "name": name} for code, name in named
                ]
            }
        plan = self.plans[int(parts[1])]
        return {
            "": lambda: self.told(plan),
            "grids": lambda: self.features(self.after(plan), [area]),
            "findings": lambda: self.findings(plan),
            "impact": lambda: self.impact(plan),
            "comments": lambda: plan["comments"],
        }[parts[2] if len(parts) > 2 else ""]()

    def post(self, path: str, body: dict[str, Any], headers: Any, who: str) -> Any:
        if headers.get("X-CSRF-Token") != "known":
            raise Refused(403, "csrf_missing", "The token is missing.")
        parts = path.strip("/").split("/")[1:]
        if len(parts) == 1:
            return self.begin(body["title"], who)
        plan = self.plans[int(parts[1])]
        if parts[2] == "comments":
            said = {"id": 1, "text": body["text"], "made_by": who, "made_at": NOW}
            plan["comments"].append(said)
            return said
        if plan["author"] != who:
            raise Refused(403, "not_your_plan", "The plan is somebody else's.")
        if headers.get("If-Match") != f'"{plan["version"]}"':
            raise Refused(412, "plan_changed", "Somebody else changed the plan first.")
        return self.step(plan, parts[2], body, who)
