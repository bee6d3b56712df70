"""What is measured: each work as the people of the product do it, over HTTP."""

from __future__ import annotations

import base64
import contextlib
import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
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


def queue_pages(product: Product, leader: Phone, cases: int, times: int) -> list[Figure]:
    """The leader of the brigade turns pages of his jurisdiction, looks at a bucket, and reads the four counts."""
    figures = []
    for name, path, follows in (
        ("all in my jurisdiction, page after page", "/queue?view=all&limit=50", True),
        ("waiting for me to assign", "/queue?view=team&bucket=to_assign&limit=50", False),
        ("the four buckets", "/queue/buckets", False),
    ):
        figure = Figure(f"queue at {cases:,} open cases: {name}", bar_p95=PAGE_BAR)
        cursor = ""
        with figure.measured(product, *SERVERS):
            for _ in range(times):
                page = json.loads(leader.ask(figure, "GET", path + cursor))
                cursor = f"&cursor={page['next_cursor']}" if follows and page["next_cursor"] else ""
                figure.count += 1
        figures.append(figure)
    return figures


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
