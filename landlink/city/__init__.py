"""A city (城市): a folder of tables and layers that a Frictionless data package names, read and checked whole.

Takes the folder; gives a :class:`City`, the :class:`Facts` of a plan year and the :class:`Land` with its layers.
"""

from landlink.city.city import City, load_city
from landlink.city.facts import Facts, district_facts
from landlink.city.land import Land, credits_of, has_land, has_people, load_land
from landlink.city.shipped import city_folder, shipped_cities

__all__ = [
    "City",
    "Facts",
    "Land",
    "city_folder",
    "credits_of",
    "district_facts",
    "has_land",
    "has_people",
    "load_city",
    "load_land",
    "shipped_cities",
]
