"""The GeoPackage holds every figure, and GIS programs find aliases and titles where they look for them."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pandas as pd
import pyogrio
import pytest

import landlink
from landlink.annex import Edition, write_geopackage
from landlink.crs import area_m2
from landlink.texts import text
from tests.paths import GUANGZHOU
from tests.sites_example import sited

LAYERS = ["districts", "sites", "sources", "needs", "parameters", "provision"]  # shapes first, as GDAL lists them
CITY = GUANGZHOU


@pytest.fixture(scope="module")
def plan():
    edits = pd.DataFrame({"code": ["440111"], "new_capacity_m2": [1_000_001]})
    city, policy = landlink.load_city(CITY), landlink.load_policy("guangzhou-2018")
    return sited(landlink.make_plan(city, policy, 2020, cap_ha=500, rule="floor", edits=edits))


@pytest.fixture(params=["zh", "en"])
def written(request, plan, tmp_path):
    path = tmp_path / "layers.gpkg"
    write_geopackage(Edition(plan, request.param), path)
    return path, request.param


def test_districts_hold_every_figure_in_cgcs2000(plan, written):
    path, lang = written
    assert [name for name, _ in pyogrio.list_layers(path)] == LAYERS
    layer = pyogrio.read_dataframe(path, layer="districts")
    assert layer.crs.to_epsg() == 4490
    assert area_m2(layer) == pytest.approx(area_m2(plan.districts.sort_values("code")))
    for table in (plan.quota, plan.ledger):
        for name in table:
            if name not in ("district", "cut_by", "supply_m2"):
                assert layer[name].tolist() == table[name].tolist(), name
    row = layer.set_index("code").loc["440111"]
    assert row["new_capacity_m2"] == 1_000_001
    assert row["new_capacity_m2_status"] == text("model.status.estimated", lang)
    assert row["cut_by"].startswith(text("model.cut.capacity", lang))
    assert layer["supply_m2"].isna().all()
    assert layer["offset_available_m2"].isna().all()


def test_needs_and_parameters_are_tables_without_geometry(plan, written):
    path, lang = written
    needs = pyogrio.read_dataframe(path, layer="needs")
    for name in plan.needs:
        assert needs[name].tolist() == plan.needs[name].tolist()
    assert needs["facility_name"].iloc[0] == plan.facilities[0].title[lang]
    parameters = pyogrio.read_dataframe(path, layer="parameters")
    assert parameters["parameter"].tolist() == [dated.parameter for dated in plan.rules.values()]
    assert parameters["source"].tolist() == [dated.document.name(lang) for dated in plan.rules.values()]


def test_sites_stand_on_their_parcels_in_cgcs2000(plan, written):
    path, lang = written
    layer = pyogrio.read_dataframe(path, layer="sites")
    assert layer.crs.to_epsg() == 4490
    assert layer.geometry.geom_equals(plan.siting.sites.geometry).all()
    for name in ("site", "parcel", "code", "units", "served", "site_m2"):
        assert layer[name].tolist() == plan.siting.sites[name].tolist()
    titles = {facility.id: facility.title[lang] for facility in plan.facilities}
    assert layer["facility_name"].tolist() == plan.siting.sites["facility"].map(titles).tolist()
    assert set(layer["data_status"]) == {text("model.status.synthetic", lang)}
    provision = pyogrio.read_dataframe(path, layer="provision")
    for name in ("persons", "served_existing", "served_new", "unserved", "granted_m2", "sited_m2", "unsited_m2"):
        assert provision[name].tolist() == plan.siting.provision[name].tolist()


def test_a_plan_without_sites_has_no_layers_of_them(plan, tmp_path):
    write_geopackage(Edition(replace(plan, siting=None)), tmp_path / "layers.gpkg")
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "layers.gpkg")] == [
        *("districts", "sources", "needs", "parameters")
    ]


def test_every_field_has_an_alias_and_every_layer_a_title(plan, written):
    path, lang = written
    with closing(sqlite3.connect(path)) as database:
        aliases = {(layer, field): alias for layer, field, alias in database.execute(
            "SELECT table_name, column_name, name FROM gpkg_data_columns")}  # fmt: skip
        titles = dict(database.execute("SELECT table_name, identifier FROM gpkg_contents"))
        extensions = {row[0] for row in database.execute("SELECT table_name FROM gpkg_extensions")}
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        described = database.execute("SELECT description FROM gpkg_contents").fetchone()[0]
    for layer in LAYERS:
        fields = pyogrio.read_info(path, layer=layer)["fields"]
        assert {field for name, field in aliases if name == layer} == set(fields)
        assert titles[layer] == text(f"annex.layer.{layer}", lang)
    unit = "（m²）" if lang == "zh" else " (m²)"
    assert aliases["districts", "quota_m2"] == text("model.column.quota_m2", lang) + unit
    assert {"gpkg_data_columns", "gpkg_data_column_constraints"} <= extensions
    assert plan.fingerprint in described


def test_the_same_plan_gives_the_same_bytes(plan, tmp_path):
    for name in ("one.gpkg", "two.gpkg"):
        write_geopackage(Edition(plan), tmp_path / name)
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()


def test_a_districts_layers_hold_its_rows_alone(plan, tmp_path):
    write_geopackage(Edition(plan, district="440111"), tmp_path / "one.gpkg")
    for layer in ("districts", "needs", "sites", "provision"):
        assert set(pyogrio.read_dataframe(tmp_path / "one.gpkg", layer=layer)["code"]) <= {"440111"}
    assert len(pyogrio.read_dataframe(tmp_path / "one.gpkg", layer="districts")) == 1
    assert len(pyogrio.read_dataframe(tmp_path / "one.gpkg", layer="parameters")) == len(list(plan.rules.values()))
