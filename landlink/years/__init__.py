"""Years (年度): a policy's targets against what the statistics say."""

from landlink.years.targets import gap, targets

__all__ = ["gap", "targets"]
