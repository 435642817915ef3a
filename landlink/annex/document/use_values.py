"""What a document can say of the land that facilities leave: other uses, by class where the city gives shares."""

from typing import Any

from landlink.annex.edition import Edition
from landlink.present.tables import column_status
from landlink.schema import worst
from landlink.units import exact_ha

_AREAS = ("target_m2", "livelihood_m2", "other_m2")


def use_values(edition: Edition) -> dict[str, Any]:
    """Land by class of use as texts by the names that templates call them; no rows where the city gives no shares."""
    rows = edition.rows(edition.plan.uses)
    areas = rows.groupby("use_class", sort=False)[list(_AREAS)].sum()
    shares = rows.drop_duplicates("use_class").set_index("use_class")["share_pct"]
    ledger = edition.rows(edition.plan.ledger)
    return {
        "uses": [
            {
                "name": edition.text(f"model.use_class.{use}"),
                "share": f"{shares[use]:.4f}".rstrip("0").rstrip(".")
                if shares[use] >= 0
                else edition.text("document.unknown"),
                **{name.removesuffix("_m2"): _ha(areas.loc[use, name]) for name in _AREAS},
            }
            for use in areas.index
        ],
        "uses_total": {
            "name": edition.text("document.total"),
            "share": f"{shares.sum():.4f}".rstrip("0").rstrip("."),
            **{name.removesuffix("_m2"): _ha(areas[name].sum()) for name in _AREAS},
        },
        "other_area": _ha(ledger["other_m2"].sum()),
        "unassigned_area": _ha(ledger["unassigned_m2"].sum()),
    }


def use_status(edition: Edition) -> dict[str, str]:
    """The least official status of land by class of use, where there is any."""
    if edition.plan.uses.empty:
        return {}
    return {"uses": worst(column_status(edition.explainer, "uses").values())}


def _ha(area_m2: int) -> str:
    """Area in ha, exact to the m²."""
    return f"{exact_ha(area_m2):,}"
