"""Cities that come with landlink, by name: in the installed package, or in the checkout that it runs from."""

from pathlib import Path

GUANGZHOU = "guangzhou"
_PACKAGE = Path(__file__).parents[1]
_INSTALLED = _PACKAGE / "geodata"  # a wheel holds the cities inside the package
_CHECKOUT = _PACKAGE.parent / "geodata"  # a checkout holds them beside it


def shipped_cities() -> dict[str, Path]:
    """Folders of the cities that come with landlink, by name.

    Examples
    --------
    >>> "guangzhou" in shipped_cities()
    True
    """
    home = _home()
    return {path.parent.name: path.parent for path in sorted(home.glob("*/datapackage.json"))}


def city_folder(city: str | Path) -> Path:
    """Folder of a city: the folder of that path, or else the city of that name that comes with landlink.

    Where there is neither, the path is returned as it is, for its reader to refuse.

    Examples
    --------
    >>> city_folder("guangzhou").name
    'guangzhou'
    """
    folder = Path(city)
    return folder if folder.is_dir() else shipped_cities().get(str(city), folder)


def example_folder(folder: Path) -> Path:
    """Folder for a city with example layers: beside the city's own, or in the working folder.

    The latter holds for a city inside the installed package, where nothing is written.

    Examples
    --------
    >>> example_folder(Path("geodata/guangzhou")).as_posix()
    'geodata/guangzhou-example'
    """
    name = f"{folder.name}-example"
    return Path(name) if folder.parent == _INSTALLED else folder.with_name(name)


def _home() -> Path:
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
