"""``python -m landlink.cli``."""

import sys

from landlink.cli import main

sys.exit(main())
