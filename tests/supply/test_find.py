"""Supply of the example: areas, scores, and scores by other comparisons."""

import numpy as np
import pandas as pd

from landlink.city.land import Land
from landlink.plan.derivation.parcels import explain_parcel
from landlink.supply.find import Supply, find_supply, reweighted
from tests.folders import ids


def test_supply_and_scores_of_the_example(supply: Supply) -> None:
    parcels = supply.parcels
    assert (parcels[supply.developable.losses].sum(axis=1) + parcels["developable_m2"] == parcels["gross_m2"]).all()
    assert supply.developable.losses[0] == "lost_in_use_m2"
    assert (parcels.loc[parcels["land_source"] == "none", "developable_m2"] == 0).all()
    usable = parcels["developable_m2"] > 0
    assert usable.sum() > 100
    assert parcels.loc[usable, "score"].between(0, 1).all()
    assert parcels.loc[~usable, "score"].isna().all()
    assert supply.status == "synthetic"


def test_other_comparisons_other_scores(supply: Supply) -> None:
    names = list(supply.suitability.weights.weights)  # type: ignore[union-attr]
    equal = pd.DataFrame(
        [(one, two, 1.0) for place, one in enumerate(names) for two in names[place + 1 :]],
        columns=["factor", "other", "ratio"],
    )
    again = reweighted(supply, equal)
    assert again.suitability is not None
    assert set(np.round(list(again.suitability.weights.weights.values()), 9)) == {round(1 / len(names), 9)}
    values = [f"value_{name}" for name in names]
    np.testing.assert_allclose(again.suitability.parcels["score"], again.suitability.parcels[values].mean(axis=1))
    assert again.developable is supply.developable
    bad = equal.assign(ratio=[9.0 if place % 2 else 1 / 9 for place in range(len(equal))])
    assert ids(lambda: reweighted(supply, bad)) == ["ahp.inconsistent"]


def test_without_scores(land: Land) -> None:
    plain = find_supply(land)
    assert plain.suitability is None
    assert plain.parcels["score"].isna().all()
    assert ids(lambda: reweighted(plain, pd.DataFrame())) == ["suitability.missing"]
    assert ids(lambda: explain_parcel(plain, "x")) == ["land.parcel_unknown"]


def test_the_slope_takes_what_is_steeper(land: Land, supply: Supply) -> None:
    assert supply.developable.parcels["lost_slope_m2"].sum() > 0
    steep = supply.developable.parcels["lost_slope_m2"] > 0
    north = land.parcels.geometry.centroid.y > land.parcels.geometry.centroid.y.median()
    assert north[steep].mean() > 0.8
