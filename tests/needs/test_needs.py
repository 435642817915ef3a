"""Land needs: rules that the stage declares, and needs larger than any land."""

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from landlink.errors import DataError, PolicyError
from landlink.needs import needs
from landlink.needs.land import RULES
from landlink.policy import Rules, load_policy
from landlink.units import MOST_PERSONS

NATIONAL = load_policy("national-2016").on("2020-12-31")
SETTLED = pd.DataFrame({"code": ["440112"], "district": ["黄埔区"], "settled": [MOST_PERSONS]})


def with_values(values: dict[str, int]) -> Rules:
    rules = NATIONAL
    for name, number in values.items():
        rules = rules.replace(replace(rules[name], content=Decimal(number)))
    return rules


def test_a_need_larger_than_any_land_is_refused() -> None:
    rules = with_values({"facility.employment.per_1000": 10**5, "facility.employment.land_per_unit": 10**6})
    with pytest.raises(DataError) as error:
        needs(SETTLED, rules)
    # 10⁸ persons × 100 jobs × 10⁶ m² = 10¹⁶ m² = 10¹² ha
    fault = error.value.faults[0]
    assert (fault.id, fault.values["area_ha"]) == ("data.need_too_large", "1,000,000,000,000.00")
    assert all(error.value.text(lang) for lang in ("zh", "en"))


def test_needs_read_the_rules_that_they_declare_and_no_others() -> None:
    declared = NATIONAL.only(*RULES)
    pd.testing.assert_frame_equal(needs(SETTLED, declared), needs(SETTLED, NATIONAL))
    with pytest.raises(PolicyError):
        declared["balance.rule"]


def test_standards_are_built_once_for_rules() -> None:
    assert NATIONAL.standards is NATIONAL.standards
    assert NATIONAL.only(*RULES) is NATIONAL.only(*RULES)
