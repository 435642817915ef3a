"""Files that the maps' scripts fetch: shapes as GeoJSON, anything else as bytes, under an address of their content."""

import atexit
import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import geopandas as gpd
import shapely
from streamlit.components.v1 import declare_component

from landlink.crs import CGCS2000

# A folder of this process, which Streamlit serves as a component's.
_FOLDER = Path(tempfile.mkdtemp(prefix="landlink-map-"))
_COMPONENT = "published"
declare_component(_COMPONENT, path=_FOLDER)
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
# Decimals of degrees: about 0.1 m.
_PLACES = 6


def publish(content: bytes, suffix: str) -> str:
    """Publish a file to the maps' scripts and return its address, which is a hash of the content."""
    name = hashlib.sha256(content).hexdigest()[:24] + suffix
    path = _FOLDER / name
    if not path.exists():
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
    return f"../{__name__}.{_COMPONENT}/{name}"


def publish_shapes(shapes: gpd.GeoSeries, *, tolerance_m: float = 0) -> str:
    """Publish shapes as GeoJSON without attributes, and return the address.

    Parameters
    ----------
    shapes
        In any coordinate system; empty ones are left out.
    tolerance_m
        Tolerance of simplification, m; only for shapes in a plane.
    """
    coarse = shapes.simplify(tolerance_m) if tolerance_m else shapes
    rounded = shapely.transform(coarse.to_crs(CGCS2000).to_numpy(), lambda points: points.round(_PLACES))
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(shape)}
        for shape in shapely.to_geojson(rounded[~shapely.is_empty(rounded)])
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    return publish(content.encode(), ".json")
