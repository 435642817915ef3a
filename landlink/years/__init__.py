"""Years (年度): the settlement plan against what happened, a policy's targets against what the statistics say."""

from landlink.years.settlement import plan_settlement, save_settlement
from landlink.years.targets import gap, targets

__all__ = ["gap", "plan_settlement", "save_settlement", "targets"]
