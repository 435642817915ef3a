"""Parcels: a warped street lattice, small lots in the towns and large ones outside, each with its land use."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from landlink.example.fields import Floats, Scene, Waves
from landlink.schema import SYNTHETIC, VOLUNTARY_SOURCES
from landlink.supply.overlay import keep, meet, remove

Texts = npt.NDArray[np.str_]

# By kind of quarter, dense ones first: urban density from which it is found, lots across and along a quarter, lots
# across and along a street block.
QUARTERS = ((0.42, 10, 8, 2, 4), (0.22, 6, 4, 2, 2), (0.08, 3, 2, 1, 2), (-1.0, 1, 2, 1, 1))
# Half the width of a street, as a share of a quarter's side.
HALF_STREET = 0.012
# Sides of a quarter that are tried to reach a number of lots.
_ROUNDS = 12
# Relative error of the number of lots at which no further side is tried.
_CLOSE = 0.02
# Area, m², below which no lot is made.
SMALLEST = 60.0
# Mean width, m, below which no lot is made.
NARROWEST = 5.0
# By kind of quarter: land uses of 国土空间用地用海分类 and their frequencies.
USES = (
    "0701 46, 0703 6, 0901 11, 0801 5, 0804 6, 0806 2, 0807 1, 1401 11, 1301 3, 1001 6, 16 3",
    "0701 26, 0703 14, 1001 24, 1101 6, 0901 6, 0804 4, 1401 8, 1301 3, 16 5, 0101 4",
    "0101 38, 0201 16, 0703 16, 1001 8, 1704 8, 0301 8, 16 3, 1506 1, 0601 2",
    "0301 62, 0201 14, 0101 18, 0703 3, 1704 3",
)
# Land uses of lots in the hills, and their frequencies.
WOODED = "0301 90, 0201 8, 0302 2"
# Height, m, from which land outside the towns is wooded.
WOODS = 90.0
# Share of the lots of 增减挂钩 that their holders leave of their own will.
LEAVING = 0.6
# By land use and kind of quarter (None: any): a source of land, and the share of lots that it takes of those left.
SOURCES = (
    ("0101", 2, "new", 0.45),
    ("0201", 2, "new", 0.4),
    ("0101", 1, "new", 0.8),
    ("0101", 3, "new", 0.05),
    ("0301", 2, "new", 0.15),
    ("16", None, "idle", 0.6),
    ("16", None, "new", 0.9),
    ("0703", 0, "renewal", 0.55),
    ("0703", 1, "renewal", 0.4),
    ("1001", 0, "renewal", 0.5),
    ("1001", 1, "renewal", 0.22),
    ("1001", 1, "idle", 0.06),
    ("1101", 1, "idle", 0.1),
    ("0701", 0, "renewal", 0.08),
    ("0703", 2, "offset", 0.3),
    ("0703", 3, "offset", 0.5),
)


def parcels(scene: Scene, count: int) -> gpd.GeoDataFrame:
    """Parcels inside the districts, none overlapping another, marked synthetic.

    Parameters
    ----------
    count
        Number of parcels, reached within some percent.

    Returns
    -------
    As the table ``parcels`` of :data:`landlink.schema.INPUTS`, in the scene's plane.
    """
    lots, quarter, codes = _clipped(scene, _side(scene, count))
    rng = scene.rng(10)
    x, y = shapely.get_coordinates(shapely.centroid(lots)).T
    uses = _uses(scene, quarter, x, y, rng)
    sources = _sources(uses, quarter, rng)
    linked = np.isin(sources, VOLUNTARY_SOURCES)
    leaving = np.where(scene.rng(13).uniform(0, 1, len(lots)) < LEAVING, "yes", "no")
    number = np.arange(len(lots)) + 1
    return gpd.GeoDataFrame(
        {
            "parcel": [f"{code}{lot:07d}" for code, lot in zip(codes, number, strict=True)],
            "code": codes,
            "land_use": uses,
            "code_system": "ydyh",
            "land_source": sources,
            "voluntary_exit": np.where(linked, leaving, ""),
            "collective": np.where(linked, [f"示例经济联合社{code}" for code in codes], ""),
            "status": SYNTHETIC,
        },
        geometry=lots,
        crs=scene.districts.crs,
    )


def beside(lots: gpd.GeoDataFrame, real: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Lots without the land of real parcels; of a lot that these cut to pieces the largest is kept.

    Parameters
    ----------
    lots
        Of :func:`parcels`.
    real
        Polygons in the same plane.

    Returns
    -------
    The lots that are left, in their order.
    """
    shapes, zones = lots.geometry.to_numpy().copy(), real.geometry.to_numpy()
    meeting = meet(shapes, zones)
    cut = np.flatnonzero(meeting.met)
    parts, owner = _largest(remove(shapes, meeting)[cut])
    shapes[cut[owner]] = parts
    gone = np.setdiff1d(cut, cut[owner])
    return lots.set_geometry(shapes, crs=lots.crs).drop(index=lots.index[gone]).reset_index(drop=True)


def _side(scene: Scene, count: int) -> float:
    """Side of a quarter, m, that gives about a number of lots."""
    west, south, east, north = scene.districts.total_bounds
    rng = scene.rng(11)
    x, y = rng.uniform(west, east, 40_000), rng.uniform(south, north, 40_000)
    city = shapely.union_all(scene.districts.geometry.to_numpy())
    shapely.prepare(city)
    inside = shapely.contains_xy(city, x, y)
    kinds = _quarter(scene.urban(x[inside], y[inside]))
    lots = np.array([across * along for _, across, along, _, _ in QUARTERS])[kinds].mean()
    side = float(np.sqrt(lots * city.area / count))
    tried = []
    for _ in range(_ROUNDS):
        reached = len(_clipped(scene, side)[0])
        tried.append((abs(reached - count), side))
        if abs(reached - count) < _CLOSE * count:
            break
        side *= float(np.sqrt(reached / count))
    return min(tried)[1]


def _clipped(scene: Scene, side: float) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64], Texts]:
    """Lots inside the districts, the kind of quarter and the district code of each."""
    shapes, quarter = _lots(scene, side)
    parts = [_inside(shapes, quarter, row.code, row.geometry) for row in scene.districts.itertuples()]
    lots, kinds, codes = zip(*parts, strict=True)
    return np.concatenate(lots), np.concatenate(kinds), np.concatenate(codes)


def _quarter(urban: Floats) -> npt.NDArray[np.int64]:
    """Kind of quarter by urban density."""
    edges = [edge for edge, *_ in QUARTERS[:-1]]
    return np.searchsorted(np.array(edges[::-1]), urban, side="right") * -1 + len(edges)


def _lots(scene: Scene, side: float) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Lots over the whole extent of the city, and the kind of quarter of each."""
    west, south, east, north = scene.districts.total_bounds
    rng = scene.rng(12)
    across, along = (int((high - low) / side) + 5 for low, high in ((west, east), (south, north)))
    x, y = np.meshgrid(west + (np.arange(across) - 2) * side, south + (np.arange(along) - 2) * side)
    bend_x, bend_y = (Waves.of_length(max(14_000, 8 * side), rng) for _ in range(2))
    reach = 0.035 * max(14_000, 8 * side)
    corners = np.stack([x + reach * bend_x.sample(x, y), y + reach * bend_y.sample(x, y)], axis=-1)
    corners += rng.uniform(-0.09, 0.09, corners.shape) * side
    quads = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], axis=2).reshape(-1, 4, 2)
    middle = quads.mean(axis=1)
    kinds = _quarter(scene.urban(middle[:, 0], middle[:, 1]))
    shapes, quarter = [], []
    for kind, (_, lots_across, lots_along, block_across, block_along) in enumerate(QUARTERS):
        chosen = quads[kinds == kind]
        u, v = _cuts(lots_across, block_across), _cuts(lots_along, block_along)
        for west_u, east_u in u:
            for south_v, north_v in v:
                ring = [(west_u, south_v), (east_u, south_v), (east_u, north_v), (west_u, north_v)]
                shapes.append(np.stack([_within(chosen, *corner) for corner in ring], axis=1))
                quarter.append(np.full(len(chosen), kind))
    return shapely.polygons(np.concatenate(shapes)), np.concatenate(quarter)


def _cuts(lots: int, block: int) -> list[tuple[float, float]]:
    """Start and end of each lot across a quarter of side 1, with streets between blocks."""
    blocks = -(-lots // block)
    free = (1 - 2 * HALF_STREET * blocks) / lots
    return [
        (HALF_STREET * (1 + 2 * (lot // block)) + free * lot, HALF_STREET * (1 + 2 * (lot // block)) + free * (lot + 1))
        for lot in range(lots)
    ]


def _within(quads: Floats, u: float, v: float) -> Floats:
    """Point in each quadrangle by two coordinates from 0 to 1."""
    low = quads[:, 0] * (1 - u) + quads[:, 1] * u
    high = quads[:, 3] * (1 - u) + quads[:, 2] * u
    return np.asarray((low * (1 - v) + high * v).round(3))


def _inside(
    shapes: npt.NDArray[np.object_], quarter: npt.NDArray[np.int64], code: str, district: shapely.Geometry
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64], Texts]:
    """Lots of a district, those on its border cut; of a lot cut to pieces the largest is kept."""
    zone = np.array([district])
    lots = shapely.STRtree(shapes).query(zone)[1]
    lots.sort()
    crossed = shapes[lots]
    parts, owner = _largest(keep(crossed, meet(crossed, zone)))
    return parts, quarter[lots[owner]], np.full(len(owner), code)


def _largest(shapes: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Largest part of each shape that is large and wide enough for a lot, and the index of the shape."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.area(parts)
    wide = (area >= SMALLEST) & (2 * area >= NARROWEST * shapely.length(parts))
    parts, owner, area = parts[wide], owner[wide], area[wide]
    order = np.lexsort((-area, owner))
    first = order[np.diff(owner[order], prepend=-1) != 0]
    return parts[first], owner[first]


def _uses(scene: Scene, quarter: npt.NDArray[np.int64], x: Floats, y: Floats, rng: np.random.Generator) -> Texts:
    """Land use of each lot: by kind of quarter, like beside like, woods in the hills."""
    # A smooth number makes neighbourhoods alike, a rough one varies the lots within.
    drift = Waves.of_length(2_500, rng).sample(x, y)
    rank = np.clip(0.5 + 0.22 * drift + rng.normal(0, 0.16, len(x)), 0, 0.9999)
    uses = np.empty(len(x), dtype="U4")
    for kind, table in enumerate(USES):
        chosen = quarter == kind
        uses[chosen] = _drawn(table, rank[chosen])
    wooded = (quarter >= 2) & (scene.hills(x, y) > WOODS)  # noqa: PLR2004 - the two kinds outside the towns
    uses[wooded] = _drawn(WOODED, rng.uniform(0, 1, wooded.sum()))
    return uses


def _drawn(table: str, rank: Floats) -> Texts:
    """Entries of a table by rank, each as frequent as the table says."""
    names, shown = zip(*(entry.split() for entry in table.split(",")), strict=True)
    shares = np.cumsum([int(share) for share in shown])
    even = np.argsort(np.argsort(rank, kind="stable"), kind="stable") / max(len(rank), 1)
    return np.array(names)[np.searchsorted(shares / shares[-1], even, side="right")]


def _sources(uses: Texts, quarter: npt.NDArray[np.int64], rng: np.random.Generator) -> Texts:
    """Source of land of each lot; most stay in their present use."""
    sources = np.full(len(uses), "none", dtype="U7")
    for use, kind, source, share in SOURCES:
        open_ = (uses == use) & (sources == "none") & ((quarter == kind) if kind is not None else True)
        sources[open_ & (rng.uniform(0, 1, len(uses)) < share)] = source
    return sources
