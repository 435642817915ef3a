"""Material to go with a plan into its annexes, small enough to be checked by hand."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landlink.access.service import Service
from landlink.annex.material import Material, coverage, material
from landlink.city import City
from landlink.plan.plan import Plan

PLANE = "EPSG:4547"
# District, source of land, gross m², m² lost to farmland and in use, score: 0.7 and 1.3 ha of new land in 黄埔.
PARCELS = (
    ("440112", "new", 10_000, 3_000, 0, 0.91),
    ("440112", "new", 13_001, 0, 0, 0.42),
    ("440112", "renewal", 20_000, 0, 0, 0.66),
    ("440106", "idle", 5_555, 1_111, 0, 0.1),
    ("440118", "none", 8_000, 0, 8_000, np.nan),
)
PARTS = {"talent": 0.5, "points": 0.3}
SIDE = 100.0


def enclosed(plan: Plan, city: City) -> Material:
    """Settlement split by channel, five parcels with two constraints, and one facility's service."""
    known = material(plan, city)
    rows = []
    for row in known.settlement.to_dict("records"):
        parts = {channel: int(row["persons"] * share) for channel, share in PARTS.items()}
        parts["policy"] = row["persons"] - sum(parts.values())
        rows += [{**row, "channel": channel, "persons": persons} for channel, persons in parts.items()]
    middles = plan.districts.set_index("code").to_crs(PLANE).representative_point()
    service = _service(middles)
    return replace(
        known,
        settlement=pd.DataFrame(rows),
        parcels=_parcels(middles),
        constraints=pd.DataFrame(
            {
                "constraint": ["farmland", "boundary"],
                "rule": ["exclude", "inside"],
                "title": ["永久基本农田 || permanent farmland", "城镇开发边界 || urban growth boundary"],
                "status": ["synthetic", "synthetic"],
            }
        ),
        zones={
            "farmland": gpd.GeoDataFrame(geometry=[middles["440112"].buffer(1_500)], crs=PLANE),
            "boundary": gpd.GeoDataFrame(geometry=[middles["440106"].buffer(9_000)], crs=PLANE),
        },
        land_status="synthetic",
        services=(service,),
        coverage=coverage([service]),
    )


def _parcels(middles: gpd.GeoSeries) -> gpd.GeoDataFrame:
    rows, shapes = [], []
    for place, (code, source, gross, farmland, in_use, score) in enumerate(PARCELS):
        side = gross**0.5
        x, y = middles[code].x + 400 * place, middles[code].y
        left = gross - farmland - in_use
        shapes.append(shapely.box(x, y, x + side, y + side) if left else shapely.Polygon())
        rows.append(
            {
                "parcel": f"P{place:06d}", "code": code, "land_source": source, "status": "synthetic",
                "gross_m2": gross, "lost_in_use_m2": in_use, "lost_farmland_m2": farmland, "lost_boundary_m2": 0,
                "developable_m2": left, "score": score,
            }
        )  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=PLANE)


def _service(middles: gpd.GeoSeries) -> Service:
    """Twenty cells a district; the first five have a school within 500 m, with the sites the first ten."""
    cells = pd.DataFrame(
        [
            {"code": code, "x": middle.x + SIDE * column, "y": middle.y, "column": column}
            for code, middle in middles.items()
            for column in range(20)
        ]
    )
    near = {"before": cells["column"] < 5, "after": cells["column"] < 10}
    return Service(
        "primary_school",
        500.0,
        80.0,
        cells.drop(columns="column").assign(
            cell=range(len(cells)),
            residents=1_000,
            settled=10,
            **{f"access_{when}": np.where(has, 90.0, 0.0) for when, has in near.items()},
            **{f"nearest_{when}_m": np.where(has, 300.0, 900.0) for when, has in near.items()},
        ),
        12,
        3,
        "synthetic",
    )
