"""Presentation (展示): labels, units, rounding and class breaks of results, the same on screen and on paper."""
