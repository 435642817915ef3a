"""Files added to a city's folder."""

import shutil
from pathlib import Path

import landlink
from landlink.city.adding import add_layer, add_table
from landlink.city.land import Land, load_land
from tests.folders import constraints, ids
from tests.paths import GUANGZHOU


def test_files_are_added_to_a_folder(tmp_path: Path, land: Land) -> None:
    folder = Path(shutil.copytree(GUANGZHOU, tmp_path / "市"))
    own = land.parcels.rename(columns={"parcel": "BSM"})
    add_layer(folder, "parcels", own, {"columns": {"BSM": "parcel"}, "status": "synthetic"})
    add_table(folder, "constraints", land.city.folder / "constraints.csv", {})
    for name, layer in land.zones.items():
        add_layer(folder, f"constraint-{name}", layer, {"status": "synthetic"})
    assert ids(lambda: add_layer(folder, "nonsense", own, {})) == ["package.resource_unknown"]
    assert ids(lambda: add_layer(folder, "parcels", own, {"x": "y"})) == ["package.options"]
    constraints(lambda table: table[table["constraint"] != "slope"])(folder)
    again = load_land(landlink.load_city(folder))
    assert len(again.parcels) == len(land.parcels)
    assert sum(1 for path in folder.iterdir() if path.name.startswith(".")) == 0
