"""Bounds of numbers and lengths, and a number within them."""

from collections.abc import Mapping
from decimal import Decimal

from fastforge.errors import UsageError
from fastforge.params.kinds import Kind

Bounds = Mapping[str, Decimal]
"""By the name of pydantic's Field argument: ge, gt, le, lt, min_length, max_length."""

_HALF = Decimal("0.5")


def field_arguments(bounds: Bounds) -> str:
    """Give the bounds as arguments of `Field`; pydantic keeps fractions exact as Decimal."""
    return ", ".join(f"{name}={plain(value)}" for name, value in bounds.items())


def plain(value: Decimal) -> str:
    """Write a number without exponent."""
    return format(value, "f")


def fits(value: Decimal, bounds: Bounds) -> bool:
    """Tell whether a number, or a length, is within bounds."""
    return (
        value >= bounds.get("ge", value)
        and value <= bounds.get("le", value)
        and not ("gt" in bounds and value <= bounds["gt"])
        and not ("lt" in bounds and value >= bounds["lt"])
        and value >= bounds.get("min_length", value)
        and value <= bounds.get("max_length", value)
    )


def fits_number(kind: Kind, value: Decimal, bounds: Bounds) -> bool:
    """Tell whether a number is within bounds, also as a float where it becomes one."""
    if not fits(value, bounds) or kind.name != "float":
        return fits(value, bounds)
    as_floats = {name: Decimal(float(bound)) for name, bound in bounds.items()}
    return fits(Decimal(float(value)), as_floats)


def number_within(kind: Kind, bounds: Bounds) -> Decimal:
    """Give a number within bounds; raises UsageError if there is none."""
    low, high = _ends(bounds)
    step = Decimal(1) if kind.name == "int" else _HALF
    candidates = [Decimal(1), Decimal("1.5"), Decimal(0)]
    if low is not None:
        candidates += [low, low + step]
    if high is not None:
        candidates += [high, high - step]
    if low is not None and high is not None and kind.name != "int":
        candidates.append((low + high) / 2)
    for value in candidates:
        whole = kind.name != "int" or value == value.to_integral_value()
        if whole and fits_number(kind, value, bounds):
            return value
    raise UsageError(f"No {kind.name} is within these bounds: {field_arguments(bounds)}.")


def _ends(bounds: Bounds) -> tuple[Decimal | None, Decimal | None]:
    lows = [bounds[name] for name in ("ge", "gt") if name in bounds]
    highs = [bounds[name] for name in ("le", "lt") if name in bounds]
    return max(lows, default=None), min(highs, default=None)
