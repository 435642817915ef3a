"""Tables of supply for people: areas by district and source, losses by constraint."""

import pytest

from landlink.present.supply import district_supply, losses, supply_table
from landlink.supply.find import Supply


def test_tables_that_people_read(supply: Supply) -> None:
    names = dict(zip(supply.land.city.districts["code"], supply.land.city.districts["name"], strict=True))
    areas = district_supply(supply, "zh", names)
    assert list(areas.columns) == ["行政区", "新增", "城市更新", "闲置", "增减挂钩", "可供面积"]
    assert areas["行政区"].iloc[-1] == "合计"
    total = supply.developable.parcels["developable_m2"].sum()
    assert areas["可供面积"].iloc[-1] == pytest.approx(total / 10_000, abs=0.005)
    assert list(losses(supply, "zh")["约束"])[:3] == ["现状保留", "永久基本农田", "生态保护红线"]
    shown = supply_table(supply, "zh")
    assert "永久基本农田扣除（m²）" in shown
    assert set(shown["用地来源"]) <= {"新增", "城市更新", "闲置", "增减挂钩", "现状保留"}
