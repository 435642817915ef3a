"""An inspected file as people read it: what it holds, and its findings by kind and one by one."""

from typing import Any

import geopandas as gpd
import pandas as pd

from landlink.city.inspection import Inspection
from landlink.crs import area_m2
from landlink.texts import Lang, listed, text
from landlink.units import ha


def contents(inspection: Inspection, lang: Lang) -> str:
    """Rows of a table; features of a layer with their kinds, coordinate system and area in ha."""
    frame = inspection.frame
    rows = f"{len(frame):,}"
    if not isinstance(frame, gpd.GeoDataFrame):
        return text("ui.data.facts_table", lang, sheet=inspection.layer or inspection.path.name, rows=rows)
    measurable = inspection.plane is not None and not inspection.findings
    area = f"{ha(round(area_m2(inspection.plane).sum())):,}" if measurable else "–"
    kinds = listed(sorted(set(frame.geom_type.dropna())), lang)
    crs = text("ui.data.none", lang) if frame.crs is None else frame.crs.name
    return text("ui.data.facts", lang, rows=rows, kinds=kinds, crs=crs, area=area)


def findings_table(health: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Count and area of the findings by kind."""
    counts = health.groupby("kind", sort=False).agg(count=("kind", "size"), area=("area_m2", "sum")).reset_index()
    counts["kind"] = [text(f"model.health.{kind}", lang) for kind in counts["kind"]]
    return counts.set_axis([text(f"ui.data.{name}", lang) for name in ("kind", "count", "area")], axis=1)


def finding_marks(health: pd.DataFrame | None, most: int, lang: Lang) -> list[dict[str, Any]]:
    """The first findings that have a location: ``lat``, ``lng`` and ``text``."""
    located = [] if health is None else health.dropna(subset=["longitude"]).head(most).to_dict("records")
    return [
        {
            "lat": finding["latitude"],
            "lng": finding["longitude"],
            "text": " ".join(
                [
                    text(f"model.health.{finding['kind']}", lang),
                    finding["id"],
                    f"{finding['area_m2']:,.2f} m²",
                    finding["detail"],
                ]
            ),
        }
        for finding in located
    ]


def repairs(changes: pd.DataFrame, lang: Lang) -> list[str]:
    """What a repair changed: by kind the number of features, and their area before and after."""
    return [
        text(
            "ui.data.repaired",
            lang,
            kind=text(f"model.health.{kind}", lang),
            count=len(rows),
            before=f"{rows['before_m2'].sum():,.2f}",
            after=f"{rows['after_m2'].sum():,.2f}",
        )
        for kind, rows in changes.groupby("kind", sort=False)
    ]
