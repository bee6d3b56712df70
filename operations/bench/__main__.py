"""The figures, for `make bench`: on a database of its own, with nothing else running beside it."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from accounts.actor import Role
from accounts.demo import accounts
from operations.bench.figures import HEAD, Figure, row
from operations.bench.filling import HOME, fill_cases, fill_feed
from operations.bench.machine import Product, describe, product
from operations.bench.phones import Phone, report_body
from operations.bench.plain import plain_figures
from operations.bench.works import Crew, case_pages, life_cycles, pulls, pushes, reports_with_photo, template_case, units
from operations.processes import CannotStart
from operations.run import ROOT

WORKS = ("report", "push", "cases", "pull", "plain", "units")
CREWS = 4  # people at once, each waiting for his answer


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. 0 if every bar was held."""
    parser = argparse.ArgumentParser(prog="python -m operations.bench", description="草原消防: what it costs on this machine")
    parser.add_argument("--only", choices=WORKS, action="append", help="these works alone")
    parser.add_argument("--cases", type=int, default=1_000_000, help="open cases behind the pages and the lives of cases")
    parser.add_argument("--units", type=int, default=100_000, help="units in the list of the data platform")
    parser.add_argument("--feed", type=_numbers, default=(10_000, 100_000, 1_000_000), help="lines in the feed, ascending")
    parser.add_argument("--devices", type=_numbers, default=(1, 4, 16), help="devices at once")
    wanted = parser.parse_args(arguments)
    works = set(wanted.only or WORKS)
    (ROOT / "var").mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "var"))
    print(describe(), HEAD, sep="\n\n", flush=True)
    missed, began = 0, time.monotonic()
    try:
        with product(directory / "data") as running:
            for figure in _figures(running, works, wanted, directory):
                print(row(figure), flush=True)
                missed += figure.verdict == "MISSED"
    except CannotStart as refusal:
        sys.exit(f"cannot measure: {refusal}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    print(f"\n{missed} bars missed" if missed else "\nevery bar held", f"after {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number.replace("_", "")) for number in text.split(","))


def _figures(running: Product, works: set[str], wanted: argparse.Namespace, directory: Path) -> Iterator[Figure]:
    cases, feed, devices = wanted.cases, wanted.feed, wanted.devices
    ways_in = {(who.role, who.region_code): who.way_in() for who in reversed(list(accounts()))}
    citizen, clerk = (Phone(running.url, ways_in[role, HOME]) for role in (Role.CITIZEN, Role.INTAKE_CLERK))
    case_id = template_case(clerk, citizen)
    if "report" in works:
        yield from reports_with_photo(running, citizen, 40)
    if works & {"push", "pull"}:
        citizens = [Phone(running.url, {"phone": f"138{number:08d}", "code": "000000"}) for number in range(max(devices))]
        officers = [Phone(running.url, ways_in[Role.FIRE_OFFICER, HOME]) for _ in range(max(devices))]
        pushes(running, citizens[:2], 4, 0)  # both processes have met everything once
        for lines in feed:
            fill_feed(running.superuser_url, case_id, lines)
            pulls(running, officers[:1], lines, 10)
            for count in devices:
                if "push" in works:
                    yield pushes(running, citizens[:count], max(160 // count, 10), lines)
                if "pull" in works:
                    yield from pulls(running, officers[:count], lines, max(1600 // count, 100))
    if "cases" in works:
        fill_cases(running.superuser_url, case_id, cases)
        crews = [_crew(running, ways_in, nth) for nth in range(CREWS)]
        yield from case_pages(running, [crew.leader for crew in crews], [crew.citizen for crew in crews], cases, 50)
        yield life_cycles(running, crews, cases, 60)
    if "units" in works:
        yield units(running, directory, wanted.units)
    if "plain" in works:
        yield from plain_figures(running, report_body("楼道堆放杂物,影响疏散"), 4_000, 1_600)


def _crew(running: Product, ways_in: Mapping[tuple[Role, str], dict[str, Any]], nth: int) -> Crew:
    """Another phone for each of them; of a banner's officers the same two are sent."""
    pair = [who.way_in() for who in accounts() if (who.role, who.region_code) == (Role.FIRE_OFFICER, HOME)][:2]
    clerk, leader, first, second = (
        Phone(running.url, way) for way in (ways_in[Role.INTAKE_CLERK, HOME], ways_in[Role.UNIT_LEADER, HOME], *pair)
    )
    citizen = Phone(running.url, {"phone": f"139{nth:08d}", "code": "000000"})
    return Crew(citizen, clerk, leader, (first, second))


if __name__ == "__main__":
    sys.exit(main())
