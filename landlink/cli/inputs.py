"""Inputs that several subcommands read: a saved plan with its city's land, its supply, and people on cells."""

import argparse
import tempfile
from pathlib import Path

import pandas as pd

from landlink.access.cells import CELL_M
from landlink.city import Land, load_city, load_land
from landlink.plan import chain
from landlink.plan.archive import load_plan
from landlink.plan.plan import Plan
from landlink.supply.find import Supply, find_supply
from landlink.supply.save import load_supply


def read_plan_and_land(options: argparse.Namespace) -> tuple[Plan, Land]:
    """Read the plan of ``--plan`` and the land of ``city``."""
    plan = load_plan(options.plan)
    city = load_city(options.city, accept_questions=options.accept_questions)
    return plan, load_land(city, accept_questions=options.accept_questions)


def people_on_cells(options: argparse.Namespace, plan: Plan, land: Land) -> pd.DataFrame:
    """Residents and settled people of a plan on the cells that ``--cell`` and the shares describe."""
    return chain.people_on_cells(
        plan,
        land,
        cell_m=options.cell or CELL_M,
        housing_share=options.housing_share,
        jobs_share=options.jobs_share,
    )


def read_supply(options: argparse.Namespace, land: Land) -> Supply:
    """Read the supply of ``--supply``, or compute it."""
    if options.supply:
        return load_supply(Path(options.supply), land)
    with tempfile.TemporaryDirectory(prefix="landlink-") as rasters:
        return find_supply(land, Path(rasters))
