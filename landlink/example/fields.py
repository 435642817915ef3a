"""Terrain and density that the example layers share: smooth random fields, urban density, hills."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]

# Urban cores of a district besides the one in its middle.
CORES = 4
# Distance, m, over which density falls to a third.
REACH = 4_300.0
# Greatest height of the hills in the north, m.
HILLS = 1_100.0
# Share of a city's extent, from the south, that is flat.
FLAT = 0.45


@dataclass(frozen=True, slots=True)
class Waves:
    """A smooth random field with mean 0 and variance 1: a sum of plane waves."""

    directions: Floats
    phases: Floats

    @classmethod
    def of_length(cls, length: float, rng: np.random.Generator, count: int = 24) -> "Waves":
        """Waves of about a length, m."""
        angle, size = rng.uniform(0, 2 * np.pi, count), rng.uniform(0.5, 2.0, count) * 2 * np.pi / length
        return cls(np.stack([size * np.cos(angle), size * np.sin(angle)]), rng.uniform(0, 2 * np.pi, count))

    def sample(self, x: Floats, y: Floats) -> Floats:
        """Values at points."""
        total = np.zeros(np.broadcast(x, y).shape)
        for (east, north), phase in zip(self.directions.T, self.phases, strict=True):
            total += np.cos(east * x + north * y + phase)
        return np.asarray(total * np.sqrt(2 / len(self.phases)))


@dataclass(frozen=True, slots=True)
class Scene:
    """What the layers of one example have in common, in the city's plane.

    Parameters
    ----------
    districts
        ``code`` and polygons.
    cores
        Middles of urban density, shape (n, 2), and how strong each is, 0–1.
    """

    districts: gpd.GeoDataFrame
    cores: Floats
    strength: Floats
    rough: Waves
    fine: Waves
    seed: int

    @classmethod
    def of(cls, districts: gpd.GeoDataFrame, seed: int) -> "Scene":
        """Scene of a city.

        Parameters
        ----------
        districts
            ``code`` and polygons in a plane, m.
        """
        rng = np.random.default_rng([seed, 1])
        middles = shapely.get_coordinates(districts.representative_point().to_numpy())
        cores, strength = [middles], [np.ones(len(middles))]
        for middle, shape in zip(middles, districts.geometry, strict=True):
            spread = 0.28 * np.sqrt(shape.area)
            near = middle + rng.normal(0, spread, (40, 2))
            near = near[shapely.contains_xy(shape, near)][:CORES]
            cores.append(near)
            strength.append(rng.uniform(0.35, 0.8, len(near)))
        return cls(
            districts,
            np.concatenate(cores),
            np.concatenate(strength),
            Waves.of_length(16_000, rng),
            Waves.of_length(3_000, rng),
            seed,
        )

    def rng(self, part: int) -> np.random.Generator:
        """Random numbers of one part of the example, the same whatever the other parts draw."""
        return np.random.default_rng([self.seed, 2, part])

    def hills(self, x: Floats, y: Floats) -> Floats:
        """Height above the plain, m: hills in the north, with valleys."""
        _, south, _, north = self.districts.total_bounds
        northern = np.clip(((y - south) / (north - south) - FLAT) / (1 - FLAT), 0, 1)
        ridges = 0.62 * self.rough.sample(x, y) + 0.28 * self.fine.sample(x, y) + 0.25
        return np.asarray(HILLS * northern**0.8 * np.clip(ridges, 0, None) ** 1.5 / 1.6)

    def urban(self, x: Floats, y: Floats) -> Floats:
        """Urban density, 0–1."""
        density = np.zeros(np.broadcast(x, y).shape)
        for (core_x, core_y), strength in zip(self.cores, self.strength, strict=True):
            distance = np.hypot(x - core_x, y - core_y)
            np.maximum(density, strength * np.exp(-distance / (REACH * (0.4 + strength))), out=density)
        ragged = density * (1 + 0.22 * self.fine.sample(x, y))
        return np.asarray(np.clip(ragged * np.exp(-self.hills(x, y) / 150), 0, 1))
