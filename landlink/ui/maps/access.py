"""The map of access: cells in classes as a picture, facilities and sites as points."""

from collections.abc import Mapping, Sequence

from landlink.ui.maps.frame import Layer, call_layer

# ColorBrewer PuBuGn from little to much, safe for colour-blind readers and ordered in grey.
RAMP = ("#f0e4d8", "#d0d1e6", "#a6bddb", "#67a9cf", "#3690c0", "#02818a", "#014636")
# ColorBrewer PuOr from loss to gain.
CHANGE = ("#e08214", "#fdd49e", "#eef0f2", "#c7b9e0", "#8073ac", "#542788")
# Point of an existing facility.
FACILITY = "#f46d43"
# Point of a site, and cells below the standard.
SITE = "#d1007c"
# Colours of the classes of each figure, see :func:`landlink.present.access.cell_classes`.
COLORS = {
    "before": RAMP,
    "after": RAMP,
    "change": CHANGE,
    "nearest": RAMP[::-1],
    "short": (SITE, RAMP[2]),
}


def access_layer(
    pictures: Sequence[str],
    bounds: Sequence[Sequence[float]],
    borders: str,
    points: Sequence[Mapping[str, object]],
    *,
    legend: Mapping[str, object],
    swipe: str,
    clicked: Sequence[float] | None,
) -> Layer:
    """Layer of one picture of cells, or of two with a slider between them, with facilities.

    Parameters
    ----------
    pictures
        Addresses of the pictures.
    bounds
        Their corners.
    borders
        Address of the districts' outlines.
    points
        ``url``, ``color`` and ``radius`` (pixels).
    legend
        ``title``, ``unit``, ``entries`` (``label`` and ``color``) and ``note``.
    swipe
        Label of the slider.
    clicked
        Latitude and longitude of the mark.
    """
    options = {"pictures": list(pictures), "bounds": bounds, "borders": borders, "points": list(points)}
    return call_layer("access", {**options, "legend": legend, "texts": {"swipe": swipe}, "clicked": clicked})
