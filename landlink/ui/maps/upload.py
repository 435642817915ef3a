"""The map of an uploaded file: its features as they are, and its findings."""

from collections.abc import Mapping, Sequence

from landlink.ui.maps.frame import Layer, call_layer


def upload_layer(url: str, borders: str, findings: Sequence[Mapping[str, object]]) -> Layer:
    """Layer of a file's features, the districts' outlines and the findings.

    Parameters
    ----------
    url, borders
        Addresses of the features (empty if they cannot be placed) and of the districts' outlines.
    findings
        ``lat``, ``lng`` and ``text``.
    """
    return call_layer("upload", {"url": url, "borders": borders, "findings": list(findings)})
