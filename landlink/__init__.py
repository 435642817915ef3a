"""Land follows people (人地挂钩): each district's land quota for settled population, and what it is needed for.

The names below are imported when they are first used, so that ``import landlink`` takes no time.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
