"""The plan's tables against a second model, written from docs/model.md alone, on 300 random cities."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import pandas as pd
import pytest

import landlink
from landlink.city import City
from landlink.linkage import own_quota
from landlink.schema import KNOWN_BY, RESULTS
from tests.paths import GUANGZHOU
from tests.properties.independent import Account, Claim, half_up, unit_by_unit, webster
from tests.properties.random_cities import BOUNDS, Case, draw_case
from tests.properties.random_policies import RULES

CITIES = 300
TABLES = ("quota", "sources", "needs", "ledger")
PARTS = ("met_m2", "short_m2", "unverified_m2")
GRANTS = ("granted_m2", "unverified_m2", "deficit_m2")


@pytest.fixture(scope="module")
def shipped() -> City:
    return landlink.load_city(GUANGZHOU)


@pytest.fixture(scope="module")
def cases(shipped: City, tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Case]:
    """Case of a seed, drawn once."""
    folder = tmp_path_factory.mktemp("policies")
    return cache(lambda seed: draw_case(seed, shipped, folder))


def cells(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table with plain numbers, None for what is not known."""
    columns = {
        name: [None if cell is pd.NA or cell != cell else cell for cell in table[name].tolist()]  # noqa: PLR0124
        for name in table
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize("seed", range(CITIES))
def test_every_cell_is_the_independent_model_s(seed: int, cases: Callable[[int], Case]) -> None:
    """Half of the cities go through a plan, with tables, edits and layer of the central area, half by its stages."""
    case = cases(seed)
    account = case.account()
    if seed % 2:
        tables, divisor = case.staged()
    else:
        plan = case.plan()
        tables, divisor = {name: plan.table(name) for name in TABLES}, plan.divisor
    for name in TABLES:
        columns = RESULTS[name].names
        expected = [{column: row[column] for column in columns} for row in getattr(account, name)]
        assert list(tables[name]) == columns
        assert cells(tables[name]) == expected, name
    quotas = {row["code"]: row["quota_m2"] for row in account.quota}
    assert account.own_quotas == quotas
    assert {code: own_quota(code, divisor) for code in quotas} == quotas
    assert divisor.value == account.balance.divisor
    if account.balance.last:
        assert divisor.code == account.balance.last


@pytest.mark.parametrize("seed", range(100))
def test_the_model_s_short_way_gives_what_the_definition_gives(seed: int) -> None:
    """Bisection against giving one m² after the other, on claims small enough for it."""
    random = Random(seed)  # noqa: S311 - a test's claims
    claims = []
    for code in random.sample("abcdefghij", random.randint(1, 6)):
        limit = random.randint(0, 12)
        value = random.choice((Fraction(limit), Fraction(random.randint(0, 30), random.randint(1, 4))))
        claims.append(Claim(code, value if limit else Fraction(0), random.randint(0, limit), limit))
    claims = [claim for claim in claims if claim.value or claim.limit == claim.floor]
    floors, limits = (sum(getattr(claim, name) for claim in claims) for name in ("floor", "limit"))
    for total in range(floors, limits + 1):
        assert webster(claims, total) == unit_by_unit(claims, total)


def test_the_cities_have_what_they_are_drawn_for(cases: Callable[[int], Case]) -> None:
    seen: Counter[str] = Counter()
    for seed in range(60):
        case = cases(seed)
        account = case.account()
        seen.update(name for name, holds in kinds(case, account).items() if holds)
        seen.update(f"known by {row['known_by']}" for row in account.sources)
        seen.update(f"cut by {name}" for row in account.quota for name in row["cut_by"])
        seen.update(
            f"{name} of stock" for row in account.sources for name in PARTS if row[name] and row["land_source"] != "new"
        )
        seen.update(f"{name} of needs" for row in account.needs for name in GRANTS if row[name])
        for row in account.quota:
            seen["nobody settled"] += row["settled"] == 0
            seen.update(f"at {bound} m²" for bound in BOUNDS if row["urban_land_m2"] == bound * row["urban_residents"])
    expected = [f"known by {name}" for name in KNOWN_BY] + [f"at {bound} m²" for bound in BOUNDS]
    expected += [f"cut by {name}" for name in ("capacity", "measured supply", "city cap")] + ["nobody settled"]
    expected += [f"{name} of stock" for name in PARTS] + [f"{name} of needs" for name in GRANTS]
    expected += [f"rule {rule}" for rule in RULES] + list(kinds(case, account))
    assert {name: seen[name] for name in expected if seen[name] < 3} == {}


def kinds(case: Case, account: Account) -> dict[str, bool]:
    """What a case is drawn for, and whether it has it."""
    claims, quotas, divisor = account.balance.claims.values(), account.balance.quotas, account.balance.divisor
    halves = [c for c in claims if divisor and c.limit > 0 and (2 * c.value / divisor) % 2 == 1]
    return {
        f"rule {case.rules.values['balance.rule']}": True,
        "a cap": divisor > 0,
        "a cap of nothing": case.cap == 0,
        "a cap that splits a tie": len({half_up(c.value / divisor) == quotas[c.code] for c in halves}) > 1,
        "few districts": len(claims) < 3,
        "all districts": len(claims) == 11,
        "a central layer": case.layer,
        "edits": case.edits is not None,
        "measured land": case.measured is not None,
        "nothing measured": case.measured is None,
        "a facility of the city's own": "clinic" in case.rules.facilities,
    }
