"""Colours of facilities: one each, whatever number a group has."""

import pytest

import landlink
from landlink.policy import GROUPS
from landlink.present.colors import GROUP_HUES, facility_colors, tints


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9, 40])
def test_no_two_facilities_share_a_colour(count):
    groups = {f"{group} {number}": group for number in range(count) for group in GROUPS}
    colors = facility_colors(groups)
    assert list(colors) == list(groups)
    assert len(set(colors.values())) == len(groups)
    assert {group: colors[f"{group} 0"] for group in GROUPS} == GROUP_HUES


@pytest.mark.parametrize("hue", GROUP_HUES.values())
def test_tints_become_lighter_and_stay_off_white(hue):
    light = [sum(int(tint[start : start + 2], 16) for start in (1, 3, 5)) for tint in tints(hue, 12)]
    assert light == sorted(set(light))
    assert light[-1] < 3 * 245


def test_the_third_school_of_a_policy_has_a_colour_of_its_own():
    facilities = landlink.load_policy("guangzhou-2018").facilities
    colors = facility_colors({facility.id: facility.group for facility in facilities})
    assert len(set(colors.values())) == len(facilities)
