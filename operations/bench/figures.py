"""One line of the result: how often something was done, what each time cost, and what it may cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Metered(Protocol):
    """What has parts that use the processor."""

    def cpu_seconds(self) -> dict[str, float]:
        """Used so far, by part."""


@dataclass
class Figure:
    """What was measured. `count` units were done in `wall_seconds` with `cpu` seconds of processor time by part."""

    name: str
    unit: str = "request"
    count: int = 0
    wall_seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)  # seconds of each request
    bar_cpu: float | None = None  # seconds a unit may cost
    bar_p95: float | None = None  # seconds that 95 of 100 requests may take at most
    bar_rate: float | None = None  # units a second at least

    @property
    def cpu_each(self) -> float:
        """Seconds of all parts for a unit."""
        return sum(self.cpu.values()) / max(self.count, 1)

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.count / self.wall_seconds if self.wall_seconds else 0.0

    @property
    def p95(self) -> float:
        """Seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)] if ordered else 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """One request."""
        began = time.perf_counter()
        yield
        self.latencies.append(time.perf_counter() - began)

    @contextmanager
    def measured(self, metered: Metered, *parts: str) -> Iterator[None]:
        """The whole of it; processor time of these parts alone."""
        before, began = metered.cpu_seconds(), time.perf_counter()
        yield
        self.wall_seconds += time.perf_counter() - began
        after = metered.cpu_seconds()
        for part in parts:
            self.cpu[part] = self.cpu.get(part, 0.0) + after.get(part, 0.0) - before.get(part, 0.0)

    @property
    def verdict(self) -> str:
        """ok, MISSED, or nothing where there is no bar."""
        bars = [(self.cpu_each, self.bar_cpu), (self.p95, self.bar_p95)]
        held = [value <= bar for value, bar in bars if bar is not None]
        if self.bar_rate is not None:
            held.append(self.rate >= self.bar_rate)
        return "" if not held else "ok" if all(held) else "MISSED"


def at_once(workers: list[Iterator[None]]) -> None:
    """Exhaust these generators, each in a thread of its own. Raises the first error."""
    with ThreadPoolExecutor(len(workers)) as pool:
        for done in [pool.submit(_exhaust, worker) for worker in workers]:
            done.result()


def _exhaust(worker: Iterator[None]) -> None:
    for _ in worker:
        pass


HEAD = f"{'work':<58}{'n':>8} {'CPU each':>10} {'web':>9} {'PostgreSQL':>10} {'a second':>9} {'p50':>8} {'p95':>8}  bar"


def row(figure: Figure) -> str:
    """The line under `HEAD`."""
    ordered = sorted(figure.latencies) or [0.0]
    by_part = [span(figure.cpu[part] / max(figure.count, 1)) if part in figure.cpu else "" for part in ("web", "postgres")]
    bars = [
        f"CPU {span(figure.bar_cpu)}" if figure.bar_cpu else "",
        f"p95 {span(figure.bar_p95)}" if figure.bar_p95 else "",
        f"{figure.bar_rate:.0f} a second" if figure.bar_rate else "",
    ]
    return (
        f"{figure.name:<58}{figure.count:>8} {span(figure.cpu_each):>10} {by_part[0]:>9} {by_part[1]:>10} "
        f"{figure.rate:>9.0f} "
        f"{span(ordered[len(ordered) // 2]):>8} {span(figure.p95):>8}  {' '.join(filter(None, bars))} {figure.verdict}"
    ).rstrip()


def span(seconds: float) -> str:
    """12.3 µs, 4.5 ms, 1.20 s."""
    if seconds < 0.001:
        return f"{seconds * 1e6:.1f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
