"""What is measured: each work as the people of the product do it, over HTTP."""

from __future__ import annotations

import base64
import contextlib
import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from PIL import Image
from sklearn.datasets import load_sample_images
from stdnum.cn import uscc

from device.exchange import new_id
from operations.bench.figures import Figure, at_once
from operations.bench.machine import Product
from operations.bench.phones import Phone, report_body
from operations.processes import CannotStart, wait_until
from operations.units import main as take_in
from places.regions import regions
from settings import Settings

SERVERS = ("web", "postgres")
CHUNK = 25  # mutations to a push
PUSH_BAR = 600e-6
ROW_BAR = 8e-6
PUSH_RATE = 1_000
IDLE_BAR = 1e-3
PAGE_BAR = 0.1
CYCLE_RATE = 40
CYCLE_BAR = 0.3
RENDITION_BAR = 0.25
UNIT_RATE = 100_000 / 300  # a hundred thousand in five minutes
BANNER = 3
_RENDER_SECONDS = 120
_WARM_UP = 6  # photos


def large_photo() -> bytes:
    """A real photograph at 12 megapixels, as phones take them: some 3 MB of JPEG."""
    file = io.BytesIO()
    with Image.open(Path(load_sample_images().filenames[0])) as image:
        image.resize((4000, 3000), Image.Resampling.LANCZOS).save(file, "JPEG", quality=92)
    return file.getvalue()


def template_case(clerk: Phone, citizen: Phone) -> UUID:
    """One real case of the measured banner, registered; its line has a word that filling replaces."""
    figure = Figure("")
    case_id = new_id()
    citizen.post(figure, "/hazards", {"id": case_id, **report_body("三楼疏散通道被纸箱堵死,安全出口上锁", "PADDING")})
    clerk.post(figure, f"/hazards/{case_id}/actions/register", {"category": "EVAC_BLOCKED"})
    return UUID(case_id)


def reports_with_photo(product: Product, citizen: Phone, count: int) -> list[Figure]:
    """A report, its photo in one request; then what the worker needs for two pictures of each."""
    photo = large_photo()
    digest = base64.b64encode(hashlib.sha256(photo).digest()).decode()
    figure = Figure(f"report with one photo of {len(photo) / 2**20:.1f} MB (two requests)", "report")
    photo_ids = [new_id() for _ in range(count)]
    with figure.measured(product, *SERVERS):
        for photo_id in photo_ids:
            citizen.post(figure, "/hazards", {"id": new_id(), **report_body("楼道停放电动自行车", photos=[photo_id])})
            citizen.ask(
                figure, "PUT", f"/media/{photo_id}/content", photo,
                Content_Type="image/jpeg", Content_Digest=f"sha-256=:{digest}:",
            )  # fmt: skip
            figure.count += 1
    rendered = Figure("two pictures of a 12-megapixel photo, by the worker", "photo", bar_cpu=RENDITION_BAR)
    product.worker.launch()
    try:
        _wait_for(citizen, photo_ids[:_WARM_UP])  # its processes have started and loaded what they need
        left = [photo_id for photo_id in photo_ids if not _is_ready(citizen, photo_id)]
        with rendered.measured(product, "worker"):
            _wait_for(citizen, left)
        rendered.count = len(left)
    finally:
        product.worker.stop()
    return [figure, rendered]


def _wait_for(who: Phone, photo_ids: Sequence[str]) -> None:
    if not wait_until(lambda: all(_is_ready(who, photo_id) for photo_id in photo_ids), _RENDER_SECONDS):
        raise CannotStart(f"the worker made no pictures within {_RENDER_SECONDS} seconds")


def _is_ready(who: Phone, photo_id: str) -> bool:
    state: str = json.loads(who.ask(Figure(""), "GET", f"/media/{photo_id}"))["state"]
    return state == "ready"


def units(product: Product, directory: Path, count: int) -> Figure:
    """A file of the regional data platform, taken into the register whole: rows judged, units and their feed lines written."""
    banners = [region.code for region in regions().values() if region.level == BANNER]
    sheet = directory / "units.csv"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["数据编号", "单位名称", "统一社会信用代码", "旗县(市、区)", "地址", "单位类别"])
        for nth in range(count):
            code = f"91150102M{nth:08d}"
            banner = banners[nth % len(banners)]
            lines.writerow(
                [f"P{nth}", f"测试商店{nth}", code + uscc.calc_check_digit(code), banner, f"新城大街{nth}号", "GENERAL_UNIT"]
            )
    figure = Figure(f"unit of a list of {count}", "unit", count=count, bar_rate=UNIT_RATE)
    with figure.measured(product, "postgres"), contextlib.redirect_stdout(io.StringIO()):
        counts = take_in(Settings.from_environment(product.environment), sheet)
    if counts.get("CREATED") != count:
        raise CannotStart(f"of {count} units {counts} were taken in")
    return figure


def case_pages(product: Product, leaders: Sequence[Phone], citizens: Sequence[Phone], cases: int, times: int) -> list[Figure]:
    """Each phone asks for the next page when it has the last: queue, counts, all cases; and what is near a place."""
    turns = [
        ("queue page, my jurisdiction", leaders, "/queue?view=all&limit=50", True),
        ("queue page, waiting for me", leaders, "/queue?view=team&bucket=to_assign&limit=50", False),
        ("the four counts of the queue", leaders, "/queue/buckets", False),
        ("page of the list of cases", leaders, "/hazards?limit=50", True),
    ]
    figures = []
    for name, people, path, follows in turns:
        figure = Figure(f"{name}, of {cases:,}", bar_p95=PAGE_BAR)
        at_once([_turn_pages(Figure(""), person, path, 10, follows=follows) for person in people])  # warm
        with figure.measured(product, *SERVERS):
            at_once([_turn_pages(figure, person, path, times, follows=follows) for person in people])
        figures.append(figure)
    counted = Figure(f"counts of the map's cells, of {cases:,}", bar_p95=PAGE_BAR)
    at_once([_look_at_map(Figure(""), leader, 10) for leader in leaders])  # warm
    with counted.measured(product, *SERVERS):
        at_once([_look_at_map(counted, leader, times) for leader in leaders])
    near = Figure(f"counts of cells around a place, of {cases:,}", bar_p95=PAGE_BAR)
    with near.measured(product, *SERVERS):
        at_once([_look_around(near, citizen, times) for citizen in citizens])
    return [*figures, counted, near]


def _turn_pages(figure: Figure, person: Phone, path: str, times: int, *, follows: bool) -> Iterator[None]:
    cursor = ""
    for _ in range(times):
        page = json.loads(person.ask(figure, "GET", path + cursor))
        cursor = f"&cursor={page['next_cursor']}" if follows and page["next_cursor"] else ""
        figure.count += 1
        yield


def _look_at_map(figure: Figure, leader: Phone, times: int) -> Iterator[None]:
    """The whole of the banner, and closer and closer."""
    for nth in range(times):
        zoom = 9 + nth % 4
        reach = 256 / 2**zoom  # to either side
        west, south, east, north = 111.65 - reach, 40.85 - reach, 111.65 + reach, 40.85 + reach
        leader.ask(figure, "GET", f"/queue/map?west={west}&south={south}&east={east}&north={north}&zoom={zoom}")
        figure.count += 1
        yield


def _look_around(figure: Figure, citizen: Phone, times: int) -> Iterator[None]:
    for nth in range(times):
        position = {"lon": round(111.4 + nth % 50 * 0.01, 4), "lat": round(40.6 + nth % 37 * 0.01, 4)}
        citizen.post(figure, "/hazards/nearby", {"picture": "EXIT", "position": position})
        figure.count += 1
        yield


@dataclass(frozen=True)
class Crew:
    """Who brings a report to its end: who reports, who takes it in, who sends, and the two who look."""

    citizen: Phone
    clerk: Phone
    leader: Phone
    pair: tuple[Phone, Phone]


def life_cycles(product: Product, crews: Sequence[Crew], cases: int, times: int) -> Figure:
    """Reported, registered, assigned, arrived, found false, signed by the second officer, found by its number: 7 requests."""
    figure = Figure(f"life of a case, among {cases:,}", "cycle", bar_rate=CYCLE_RATE, bar_p95=CYCLE_BAR)
    at_once([_live(Figure(""), crew, 3) for crew in crews])  # warm
    with figure.measured(product, *SERVERS):
        at_once([_live(figure, crew, times) for crew in crews])
    return figure


def _live(figure: Figure, crew: Crew, times: int) -> Iterator[None]:
    first, second = crew.pair
    officers = [first.user["id"], second.user["id"]]
    for _ in range(times):
        case_id = new_id()
        act = f"/hazards/{case_id}/actions"
        number = crew.citizen.post(figure, "/hazards", {"id": case_id, **report_body("三楼通道堆放纸箱")})["number"]
        crew.clerk.post(figure, f"{act}/register", {"category": "EVAC_BLOCKED"})
        crew.leader.post(figure, f"{act}/assign", {"officer_ids": officers})
        first.post(figure, f"{act}/start", {})
        seen = {"finding": "通道畅通,未见堆物", "position": report_body("")["place"]["position"]}
        drafted = first.post(figure, f"{act}/verify_false", seen)
        second.post(figure, f"{act}/cosign", {"act_sha256": drafted["act_sha256"]})
        found = json.loads(crew.leader.ask(figure, "GET", f"/hazards?number={number}"))
        if [item["state"] for item in found["items"]] != ["VERIFIED_FALSE"]:
            raise CannotStart(f"the case {number} did not come to its end")
        figure.count += 1
        yield


def pushes(product: Product, citizens: Sequence[Phone], requests_each: int, lines: int) -> Figure:
    """`hazard.submit` in chunks of 25: each report goes into two scopes, with its event, its lines and its receipt."""
    bodies = [[citizen.sealed_push(CHUNK) for _ in range(requests_each)] for citizen in citizens]
    where = f"{lines:,} lines in the feed, {len(citizens)} devices at once"
    figure = Figure(f"push of {CHUNK} reports, {where}", "report", bar_cpu=PUSH_BAR, bar_rate=PUSH_RATE)

    def send(citizen: Phone, prepared: list[tuple[bytes, dict[str, str]]]) -> Iterator[None]:
        for body, headers in prepared:
            citizen.push(figure, body, headers, CHUNK)
            yield

    with figure.measured(product, *SERVERS):
        at_once([send(citizen, prepared) for citizen, prepared in zip(citizens, bodies, strict=True)])
    figure.count = len(citizens) * requests_each * CHUNK
    return figure


def pulls(product: Product, officers: Sequence[Phone], lines: int, times: int) -> list[Figure]:
    """Each officer takes the whole of his banner, and then asks again and again what is new."""
    where = f"{lines:,} lines in the feed, {len(officers)} devices at once"
    whole = Figure(f"bootstrap pull, {where}", "row", bar_cpu=ROW_BAR)
    with whole.measured(product, *SERVERS):
        at_once([officer.bootstrap(whole) for officer in officers])
    idle = Figure(f"idle pull, {where}", bar_cpu=IDLE_BAR)
    with idle.measured(product, *SERVERS):
        at_once([officer.idle(idle, times) for officer in officers])
    return [whole, idle]
