"""A phone that comes back after weeks, as a process of its own: `python -m tests.sync.drainer URL FILE MUTATIONS PHOTOS`.

It reads its way in from stdin, saves everything in FILE, says "saved", waits for a line, and syncs until nothing waits. What
became of it all is then in FILE.told.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from device.client import Device
from device.exchange import new_id
from device.store import Store
from device.transport import HttpTransport
from operations.bench.phones import report_body

SEED = 20261126
_SIDE_PX = 360


def photographs(count: int) -> Iterator[bytes]:
    """Small JPEGs, each another one."""
    rng = random.Random(SEED)
    grain, dark = Image.frombytes("L", (_SIDE_PX, _SIDE_PX), rng.randbytes(_SIDE_PX**2)), Image.new("L", (_SIDE_PX, _SIDE_PX))
    for number in range(count):
        file = io.BytesIO()
        bands = (grain, dark.point(lambda _, n=number: n % 256), dark.point(lambda _, n=number: n // 256))
        Image.merge("RGB", bands).save(file, "JPEG", quality=80)
        yield file.getvalue()


def main(url: str, path: str, mutations: int, photos: int) -> None:
    """Fill the file, and drain it."""
    device = Device(HttpTransport(url), Store(path))
    device.sign_in(**json.loads(sys.stdin.readline()))
    device.register()
    contents = {device.add_photo(content): hashlib.sha256(content).hexdigest() for content in photographs(photos)}
    photo_ids, hazard_ids = list(contents), []
    for number in range(mutations):
        hazard_ids.append(new_id())
        shown = photo_ids[number : number + 1]
        device.mutate("hazard.submit", hazard_ids[-1], report_body("楼道堆放杂物,影响疏散", photos=shown))
    before_mb = peak_mb()
    sys.stdout.write("saved\n")
    sys.stdout.flush()
    sys.stdin.readline()
    outcomes = Counter(result["outcome"] for result in device.sync())
    told = {
        "user": device.user["id"], "outcomes": outcomes, "hazards": hazard_ids, "photos": contents,
        "still_waiting": device.store.count_waiting() + len(device.store.photos()), "before_mb": before_mb, "peak_mb": peak_mb(),
    }  # fmt: skip
    Path(f"{path}.told").write_text(json.dumps(told), encoding="utf-8")


def peak_mb() -> int:
    """The most that this process ever held in memory."""
    return int(Path("/proc/self/status").read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
