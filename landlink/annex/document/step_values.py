"""What a document says of each district's distance to the next step, and of the city's built-up area."""

from typing import Any

import pandas as pd

from landlink.annex.edition import Edition
from landlink.present.steps import built_up_text
from landlink.units import exact_ha


def step_values(edition: Edition) -> dict[str, Any]:
    """Rows of the table of steps, and the sentence on the built-up area, empty where the city states none."""
    unknown = edition.text("document.unknown")
    rows = [
        {
            "name": edition.names[row["code"]],
            "per_capita": f"{row['per_capita_stock_m2']:,.2f}",
            "bound": f"{row['bound_m2']:,.2f}",
            "next_standard": f"{row['next_standard_m2']:,.2f}",
            "land": unknown if pd.isna(row["land_to_step_m2"]) else f"{exact_ha(row['land_to_step_m2']):,}",
            "persons": unknown if pd.isna(row["persons_to_step"]) else f"{row['persons_to_step']:,}",
            "at_stake": f"{exact_ha(row['at_stake_m2']):+,}",
            "nearest": edition.text(f"model.nearest.{row['nearest']}"),
        }
        for row in edition.rows(edition.plan.steps).to_dict("records")
    ]
    return {"next_steps": rows, "built_up": built_up_text(edition.plan, edition.lang, edition.district)}
