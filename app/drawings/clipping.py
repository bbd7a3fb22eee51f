"""Clipping of lines and polygons to a frame, and their SVG paths."""

from collections.abc import Iterable, Iterator

import numpy as np

from app.drawings.base_map import Numbers


def clipped_polygon(points: Numbers, width: float, height: float) -> Numbers:
    """Return a ring cut to the frame, by Sutherland and Hodgman; empty where nothing is within."""
    for axis, limit in ((0, width), (1, height)):
        for sign, edge in ((1, 0.0), (-1, limit)):
            if not len(points):
                return points
            depth = sign * (points[:, axis] - edge)
            inside = depth >= 0
            if inside.all():
                continue
            following = np.roll(points, -1, axis=0)
            deeper = np.roll(depth, -1)
            crossing = inside != (deeper >= 0)
            with np.errstate(divide="ignore", invalid="ignore"):
                crossed = points + (following - points) * (depth / (depth - deeper))[:, None]
            crossed[:, axis] = edge
            # After a point that is within comes the crossing that follows it.
            pairs = np.stack([points, crossed], axis=1)
            points = pairs[np.column_stack([inside, crossing])]
    return points


def clipped_line(points: Numbers, width: float, height: float) -> Iterator[Numbers]:
    """Yield the pieces of a line within the frame, by Liang and Barsky."""
    if ((points >= 0) & (points <= (width, height))).all():
        yield points
        return
    starts, spans = points[:-1], np.diff(points, axis=0)
    enter, leave = np.zeros(len(starts)), np.ones(len(starts))
    for axis, limit in ((0, width), (1, height)):
        start, span = starts[:, axis], spans[:, axis]
        with np.errstate(divide="ignore", invalid="ignore"):
            to_low, to_high = -start / span, (limit - start) / span
        level = span == 0
        outside = level & ((start < 0) | (start > limit))
        enter = np.where(level, enter, np.maximum(enter, np.minimum(to_low, to_high)))
        leave = np.where(level, leave, np.minimum(leave, np.maximum(to_low, to_high)))
        leave = np.where(outside, -1, leave)
    visible = np.flatnonzero(enter < leave)
    if not len(visible):
        return
    first = starts + spans * enter[:, None]
    last = starts + spans * leave[:, None]
    # A piece ends where the next segment is not visible, or where a segment leaves or enters the frame.
    breaks = np.flatnonzero((np.diff(visible) > 1) | (leave[visible[:-1]] < 1) | (enter[visible[1:]] > 0)) + 1
    for run in np.split(visible, breaks):
        yield np.concatenate([first[run[:1]], last[run]])


def path(shapes: Iterable[Numbers], *, closed: bool) -> str:
    """Return the path data of lines or rings, in tenths of a pixel and relative to the point before."""
    return "".join(filter(None, (_subpath(points, closed=closed) for points in shapes)))


def _subpath(points: Numbers, *, closed: bool) -> str:
    tenths = np.rint(points * 10).astype(np.int64)
    moved = np.ones(len(tenths), dtype=bool)
    moved[1:] = (np.diff(tenths, axis=0) != 0).any(axis=1)
    tenths = tenths[moved]
    if len(tenths) < (3 if closed else 2):
        return ""
    steps = np.diff(tenths, axis=0).tolist()
    start = f"M{_tenths(int(tenths[0, 0]))} {_tenths(int(tenths[0, 1]))}l"
    return start + " ".join(f"{_tenths(x)} {_tenths(y)}" for x, y in steps) + ("z" if closed else "")


def _tenths(number: int) -> str:
    whole, tenth = divmod(abs(number), 10)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{tenth}" if tenth else f"{sign}{whole}"
