"""Today's name of `shop.scheduling`."""

from shop.scheduling import Crontab, Daily, Every, Job, Once

__all__ = ["Crontab", "Daily", "Every", "Job", "Once"]
