"""Map sheets (附图) of a plan: a page a theme, with what a map sheet that is filed must have."""

from landlink.annex.maps.files import png, write_pdf
from landlink.annex.maps.sheets import Sheet, sheets

__all__ = ["Sheet", "png", "sheets", "write_pdf"]
