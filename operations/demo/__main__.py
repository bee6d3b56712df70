"""The stories told to somebody who watches, for `make demo`."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from device.transport import HttpTransport, NoNetwork
from operations.demo.ledger import Ledger, PromiseBroken
from operations.demo.people import Stage
from operations.demo.printing import Teller, padded
from operations.demo.stories import STORIES, tell
from operations.demo.transport import Patient
from operations.demo.verify import verify

DEFAULT_URL = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the stories to somebody who watches. 0 if every promise was kept."""
    parser = argparse.ArgumentParser(prog="python -m operations.demo", description="草原消防:主流程演示")
    parser.add_argument("--url", default=DEFAULT_URL, help=f"where the server is ({DEFAULT_URL})")
    parser.add_argument("--seed", type=int, default=None, help="where uploads are cut; another one each time if left out")
    parser.add_argument("--only", choices=[story.name for story in STORIES], action="append", help="these stories alone")
    wanted = parser.parse_args(arguments)
    seed = wanted.seed if wanted.seed is not None else random.SystemRandom().randrange(10**6)
    teller = Teller()
    network = Patient(HttpTransport(wanted.url), patience_seconds=0, url=wanted.url)
    stage = Stage(network, Ledger(seed), teller, random.Random(seed))  # noqa: S311 - repeatable chance, not secrecy
    began = time.monotonic()
    try:
        count = len(stage.accounts)
    except (NoNetwork, PromiseBroken) as trouble:
        reason = str(trouble) if isinstance(trouble, PromiseBroken) else "没有应答:请先在另一个终端运行 make run"
        sys.exit(f"{wanted.url} {reason}")
    network.patience_seconds = 20.0
    now = f"{datetime.now(UTC).astimezone():%Y-%m-%d %H:%M}"
    teller.line(f"草原消防 主流程演示  {wanted.url}  {now}  演示账号{count}个  种子{seed}")
    ledger = tell(stage, [story for story in STORIES if not wanted.only or story.name in wanted.only])
    faults = verify(wanted.url, ledger)
    _summary(teller, ledger, faults, time.monotonic() - began)
    return 1 if ledger.failures or faults else 0


def _summary(teller: Teller, ledger: Ledger, faults: list[str], seconds: float) -> None:
    teller.line("\n━━ 汇总")
    for outcome in ledger.outcomes:
        verdict = "FAILED" if outcome.failure else "OK"
        teller.line(f"   {padded(outcome.title, 76)}{padded(outcome.end, 34)}{outcome.seconds:5.1f} s  {verdict}")
        if outcome.failure:
            teller.line(f"      {outcome.failure}")
    counts = (
        f"写入{len(ledger.writes)}项、离线记录{len(ledger.pushed)}条、照片{len(ledger.stored)}张、通知{ledger.expected.total()}条"
    )
    teller.line(f"   复核:{counts} {'有误' if faults else '均在,且均只一份'}")
    for fault in faults:
        teller.line(f"      {fault}")
    kept = len(ledger.outcomes) - len(ledger.failures)
    teller.line(f"   {kept}/{len(ledger.outcomes)} 个故事兑现承诺,共{teller.steps}步,用时{seconds:.0f}秒")


if __name__ == "__main__":
    sys.exit(main())
