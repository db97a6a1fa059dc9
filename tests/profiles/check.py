"""Claims about what a consumer has read."""
from expected import is_treacherous


class Skip(Exception):
    """The consumer cannot be had here; says why."""


class Failure(Exception):
    pass


def require(holds, claim, *details):
    if not holds:
        raise Failure(": ".join([claim, *map(str, details)]))


def harmless(names):
    for name in names:
        require(not any(map(is_treacherous, name)), "a name holds a character that is not what it seems", repr(name))


def same_sum(found, wanted, parts, claim):
    """Equal but for the rounding of each part."""
    require(abs(found - wanted) <= parts, claim, f"{found}, not {wanted}")


def same_leaves(found, wanted, rounding, claim):
    """Values by name of the innermost frame."""
    require(set(found) == set(wanted), claim, f"only there {sorted(set(found) - set(wanted))}",
            f"missing {sorted(set(wanted) - set(found))}")
    for name, value in wanted.items():
        require(abs(found[name] - value) <= rounding, claim, f"{name}: {found[name]}, not {value}")
