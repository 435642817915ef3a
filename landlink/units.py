"""Exact rounding, and the units people read: m² and persons inside, 公顷, 亩 and 万人 only at display."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

M2_PER_HA = 10_000  # m² a hectare
_M2_SHOWN = 100  # m²: 0.01 ha, the smallest area that plan tables show
MU_PER_HA = 15  # 亩 a hectare
PERSONS_PER_WAN = 10_000  # persons in 万人
# The most that a figure of an input may be: more is a mistake, and sums stay well within 64 bits.
MOST_M2 = 10**12  # m²: a tenth of China
MOST_HA = MOST_M2 // M2_PER_HA  # ha
MOST_PERSONS = 10**8  # persons: three times the largest municipality
MOST_UNITS = 10**8  # places, beds, jobs: one for each person


def half_up(value: Fraction) -> int:
    """Round to a whole unit, a half upwards.

    Examples
    --------
    >>> [half_up(Fraction(x, 2)) for x in (1, 2, 5)]
    [1, 1, 3]
    """
    return _half_up(value.numerator, value.denominator)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def exact(number: float | int | str | Decimal) -> Fraction:  # noqa: PYI041 - an int is named for the reader
    """Decimal number that a cell shows, without binary error.

    Examples
    --------
    >>> exact(81.04)
    Fraction(2026, 25)
    """
    return Fraction(str(number))


def ha_to_m2(area_ha: float | int | str | Decimal) -> int:  # noqa: PYI041
    """Hectares as whole m²; the fifth decimal and beyond is rounded.

    Examples
    --------
    >>> ha_to_m2("800.4321")
    8004321
    """
    numerator, denominator = Decimal(str(area_ha)).as_integer_ratio()
    return _half_up(numerator * M2_PER_HA, denominator)


def ha(area_m2: int) -> Decimal:
    """Square metres as hectares, two decimals, as plan tables show them.

    Examples
    --------
    >>> str(ha(12_345))
    '1.23'
    """
    return (Decimal(int(area_m2)) / M2_PER_HA).quantize(Decimal("0.01"), ROUND_HALF_UP)


def shown_ha(areas_m2: Iterable[int]) -> list[Decimal]:
    """Square metres of a table's rows as hectares with two decimals, whose sum is the shown total of the areas.

    By the largest remainder: areas are rounded down, and those with the largest remainders up, the first of equal ones,
    until the sum is right. So a row may differ by 0.01 ha from its own rounding.

    Examples
    --------
    >>> [str(area) for area in shown_ha([10_040, 20_040, 30_040])]
    ['1.01', '2.00', '3.00']
    >>> str(ha(10_040 + 20_040 + 30_040))
    '6.01'
    """
    areas = [int(area) for area in areas_m2]
    least = [area // _M2_SHOWN for area in areas]
    left = half_up(Fraction(sum(areas), _M2_SHOWN)) - sum(least)
    for index in sorted(range(len(areas)), key=lambda index: -(areas[index] % _M2_SHOWN))[:left]:
        least[index] += 1
    return [Decimal(hundredths).scaleb(-2) for hundredths in least]


def exact_ha(area_m2: int) -> Decimal:
    """Square metres as hectares with four decimals, unrounded.

    Examples
    --------
    >>> str(exact_ha(12_345))
    '1.2345'
    """
    return Decimal(int(area_m2)).scaleb(-4)


def mu(area_m2: int) -> Decimal:
    """Square metres as 亩, one decimal.

    Examples
    --------
    >>> str(mu(12_345))
    '18.5'
    """
    return (Decimal(int(area_m2)) * MU_PER_HA / M2_PER_HA).quantize(Decimal("0.1"), ROUND_HALF_UP)


def wan(persons: int) -> Decimal:
    """Persons as 万人, two decimals.

    Examples
    --------
    >>> str(wan(9_200_000))
    '920.00'
    """
    return (Decimal(int(persons)) / PERSONS_PER_WAN).quantize(Decimal("0.01"), ROUND_HALF_UP)
