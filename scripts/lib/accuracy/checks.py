"""Comparisons of what boundscope said with what is known independently."""

import dataclasses
import fnmatch


@dataclasses.dataclass
class Check:
    measure: str
    said: str
    truth: str
    error: str
    ok: bool
    excess: float | None = None  # of a figure: its error in tolerances; None: it is no figure

    def passes(self, room=1):
        """A figure may miss its tolerance `room` times over; everything else is as it is."""
        return self.ok if self.excess is None else self.excess <= room


def figure(measure, said, truth, error, off, tolerance):
    """`off` from the truth, which may be as much as `tolerance`, both in one unit."""
    excess = abs(off) / tolerance if tolerance else (0.0 if not off else float("inf"))
    return Check(measure, said, truth, error, excess <= 1, excess)


def verdict_is(said, accepted):
    """`accepted` are patterns like "io: upstream" or "cpu: *"."""
    ok = any(fnmatch.fnmatchcase(said, pattern) for pattern in accepted)
    return Check("verdict", said, " or ".join(accepted), "", ok)


def close_to(measure, said, truth, relative=0.0, absolute=0.0):
    """Within `relative` of the truth or `absolute` of its unit, whichever is wider."""
    if said is None:
        return Check(measure, "null", f"{truth:.4g}", "not measured", False)
    error = f"{(said - truth) / truth:+.1%}" if truth else f"{said - truth:+.3g}"
    return figure(measure, f"{said:.4g}", f"{truth:.4g}", error, said - truth,
                  max(relative * abs(truth), absolute))


def at_least(measure, said, least):
    if said is None:
        return Check(measure, "null", f">= {least:g}", "not measured", False)
    return Check(measure, f"{said:.4g}", f">= {least:g}", "", said >= least)


def at_most(measure, said, most):
    if said is None:
        return Check(measure, "null", f"<= {most:g}", "not measured", False)
    return Check(measure, f"{said:.4g}", f"<= {most:g}", "", said <= most)


def contains(measure, said, wanted):
    """`said` is a list of words, one of which has to be there."""
    return Check(measure, ", ".join(said) or "nothing", wanted, "",
                 any(wanted in word for word in said))


def holds(measure, said, truth, ok):
    return Check(measure, said, truth, "", ok)
