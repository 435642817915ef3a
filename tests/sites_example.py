"""A plan with sites that stand where they are put, for tests of what is made of them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landlink.plan.plan import Plan
from landlink.schema import RESULTS
from landlink.siting.sites import Siting
from landlink.units import half_up

# District, facility, units, source of land: one in the central area, where a school takes less land.
PLACES = (
    ("440106", "primary_school", 1_080, "renewal"),
    ("440112", "primary_school", 1_125, "new"),
    ("440112", "hospital", 117, "idle"),
    ("440118", "elder_care", 75, "offset"),
)


def sited(plan: Plan) -> Plan:
    """Give a plan four sites, each in the middle of its district."""
    known = {standard.facility.id: standard for standard in plan.rules.standards}
    names = plan.quota.set_index("code")["district"]
    middles = plan.districts.set_index("code").representative_point()
    rows, shapes = [], []
    for place, (code, facility, units, source) in enumerate(PLACES, 1):
        standard = known[facility]
        area = half_up(units * standard.land_per_unit(units, central=code in plan.central))
        capacity = int(standard.persons_for([units])[0])
        last = place == len(PLACES)
        rows.append(
            {
                "site": f"S{place:03d}", "parcel": f"P{place:06d}", "code": code, "district": names[code],
                "facility": facility, "units": units, "capacity_persons": capacity,
                "served": min(capacity, 100 * place), "mean_m": 123.456 * place, "site_m2": area, "land_source": source,
                "score": np.nan if last else 0.5 + place / 10, "instead": "" if last else "P000099",
                "instead_unserved": pd.NA if last else 3 - place, "instead_m": np.nan if last else 12.5,
                "status": "synthetic",
            }
        )  # fmt: skip
        shapes.append(shapely.box(*np.add(middles[code].coords[0] * 2, (-0.001, -0.001, 0.001, 0.001))))
    table = pd.DataFrame(rows).astype({"instead_unserved": "Int64"})
    sites = gpd.GeoDataFrame(table, geometry=shapes, crs=plan.districts.crs)
    return plan.with_siting(
        Siting(
            plan.fingerprint, sites, provision(plan, table), "gap", 1_234.5, 1_230.0, 3_000.0,
            {"cover": 0.8, "distance": 0.1, "suitability": 0.01, "new_land": 0.02},
            {"cover": 1000.0, "distance": 30.0, "suitability": 3.0, "new_land": 1.0},
            {"facilities": ["primary_school", "hospital", "elder_care"]}, "synthetic", 40, 300,
        )
    )  # fmt: skip


def provision(plan: Plan, sites: pd.DataFrame) -> pd.DataFrame:
    rows = []
    needs = plan.needs.set_index(["code", "facility"])
    for code, district in zip(plan.quota["code"], plan.quota["district"], strict=True):
        for facility in ("primary_school", "hospital", "elder_care"):
            own = sites[(sites["code"] == code) & (sites["facility"] == facility)]
            need, new, land = needs.loc[(code, facility)], int(own["served"].sum()), int(own["site_m2"].sum())
            existing = 7
            unserved = int(need["persons"]) - existing - new
            left = int(need["granted_m2"]) - land
            why = "no_gain" if left else ""
            granted = int(need["granted_m2"])
            who = (int(need["persons"]), existing, new, unserved)
            rows.append((code, district, facility, *who, granted, land, left, why))
    return pd.DataFrame(rows, columns=RESULTS["provision"].names)
