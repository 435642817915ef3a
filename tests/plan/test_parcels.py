"""Derivations of parcels: what is taken adds up, and the score is that of its factors."""

import pytest

from landlink.plan.derivation.parcels import explain_parcel
from landlink.supply.find import Supply


def test_a_parcel_s_derivation_adds_up(supply: Supply) -> None:
    parcels = supply.developable.parcels
    cut = parcels[(parcels["developable_m2"] > 0) & (parcels["developable_m2"] < parcels["gross_m2"])]
    for lang in ("zh", "en"):
        node = explain_parcel(supply, cut["parcel"].iloc[0], lang)
        gross, *rest = node.inputs
        taken = [part for part in rest if part.id.startswith("constraint.") and part.value is not None]
        assert gross.value - sum(part.value for part in taken) == node.value == cut["developable_m2"].iloc[0]
        assert all(part.source and part.formula for part in taken)
        score = rest[-1]
        assert score.id == "supply.score"
        assert score.value == pytest.approx(sum(float(part.shown.split(" × ")[0]) * float(part.shown.split(" × ")[1])
                                                for part in score.inputs), abs=0.005)  # fmt: skip
        assert node.status == "synthetic"
        assert node.render(lang)


def test_a_parcel_in_use_says_so(supply: Supply) -> None:
    parcels = supply.developable.parcels
    node = explain_parcel(supply, parcels.loc[parcels["land_source"] == "none", "parcel"].iloc[0], "en")
    assert node.value == 0
    assert [part.id for part in node.inputs] == ["supply.gross_m2", "supply.lost_in_use_m2"]
