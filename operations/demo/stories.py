"""The main job, end to end, over HTTP against a running server: twenty-one stories, each to its end.

Each story is a function that keeps its promises or raises. Every write carries a key or is a device's mutation, so another
program can run the stories with a transport that loses answers, kill the server meanwhile, and `verify` the ledger afterwards.
"""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from device.client import Refused
from device.transport import HttpTransport, NoNetwork, Transport
from operations.demo import (
    stories_assistance,
    stories_checked,
    stories_content,
    stories_inspections,
    stories_letters,
    stories_lists,
    stories_majors,
    stories_measures,
    stories_pack,
    stories_permits,
    stories_reporters,
    stories_reports,
)
from operations.demo.ledger import Ledger, Outcome, PromiseBroken
from operations.demo.people import Stage
from operations.demo.printing import silent
from operations.demo.transport import Patient

_WHERE_FAILED = "operations/demo/stories"


@dataclass(frozen=True)
class Story:
    """One of the stories. `tell` returns how it ended, in Chinese; it raises if a promise was not kept."""

    name: str
    title: str
    tell: Callable[[Stage], str]


STORIES = (
    Story("closed", "新城区 疏散通道被堵:两名监督员离线核查属实,责令改正,复查合格,办结", stories_checked.closed_after_recheck),
    Story("unsubstantiated", "昆都仑区 访客实名上报、公众认领:核查未发现,提出异议,维持", stories_checked.unsubstantiated),
    Story("handed_over", "海拉尔区 离线上报:先核查后移交住建部门,反馈确认,办结", stories_letters.handed_over),
    Story("arbitrated", "新城区 未经验收:移送件两次退回,消安委办协调明确,办结", stories_letters.arbitrated),
    Story("diverted", "锡林浩特市 正在着火:分流119", stories_reports.diverted_to_119),
    Story("merged", "锡林浩特市 两人反映同一问题:并案,当场改正,办结;误并的拆分", stories_checked.merged),
    Story("anonymous", "锡林浩特市 牧区匿名上报(无坐标):凭查询码跟踪至办结", stories_reports.anonymous),
    Story("elsewhere", "自治区外、交界处、尚未开通的东河区:说明去处,转支队", stories_reports.elsewhere),
    Story("force_closed", "海拉尔区 强制办结须两人", stories_reports.force_closed),
    Story("published", "自治区 编辑发布通告和课程:同步到每台设备", stories_content.published),
    Story("licensed", "新城区 告知承诺:自查、签署、准予许可,离线核查符合", stories_permits.licensed_on_commitment),
    Story("inspected", "昆都仑区 一般程序:一次性补正,离线检查,准予许可", stories_permits.licensed_after_inspection),
    Story("refused", "昆都仑区 一般程序:检查不符合,不同意营业", stories_permits.refused),
    Story("revoked", "新城区 告知承诺:核查、复查不符合,听取申辩,撤销许可", stories_permits.revoked),
    Story("checked", "昆都仑区 监督抽查:离线检查30项、10张照片,当场送达,复查合格", stories_inspections.inspected_on_the_spot),
    Story("sealed", "昆都仑区 危险部位:离线当场先行查封,24小时内决定送达,整改后解除", stories_measures.sealed_and_opened),
    Story("major", "昆都仑区 重大火灾隐患:离线上报,集体研究判定,送达、报告政府、挂牌督办,复查销案", stories_majors.struck_off),
    Story("hotline", "昆都仑区 12345工单:按表收件、补正,核查、退单,结果回填", stories_lists.hotline),
    Story("registered", "海拉尔区 上传单位名单:试录、录入,再次上传无变化", stories_lists.registered),
    Story("helped", "新城区 技术帮扶:推荐专家,预约,离线出具意见书,签收、整改、评价", stories_assistance.helped),
    Story("rewarded", "昆都仑区 实名上报:密封询问答复,奖励三人经办,法院来函两人启封", stories_reporters.rewarded),
    Story("packed", "新城区、锡林浩特市 灭火救援资料:水源、重点单位离线可查,状态以最后所见为准", stories_pack.packed),
)


def run(
    url: str,
    seed: int,
    transport_factory: Callable[[str], Transport] = HttpTransport,
    *,
    patience_seconds: float = 20.0,
    wait_seconds: float = 20.0,
) -> Ledger:
    """All stories, silently, in an order and with cuts that the seed decides; ids and codes are new each time.

    `patience_seconds`: how long a request is sent again while nobody answers; `wait_seconds`: how long the worker may take
    for a photo. Stories that failed are in `ledger.failures`; the others go on.
    """
    rng = random.Random(seed)  # noqa: S311 - repeatable chance, not secrecy
    stories = rng.sample(STORIES, len(STORIES))
    network = Patient(transport_factory(url), patience_seconds, url=url)
    stage = Stage(network, Ledger(seed), silent(), rng, wait_seconds=wait_seconds)
    return tell(stage, stories)


def tell(stage: Stage, stories: Sequence[Story] = STORIES) -> Ledger:
    """These stories on this stage, one after the other; how each went is in the ledger."""
    for number, story in enumerate(stories, 1):
        stage.teller.story(number, story.title)
        began = time.monotonic()
        end, failure = "", ""
        try:
            end = story.tell(stage)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in one story is reported, and the others are told
            failure = _explained(error)
            stage.teller.line(f"   ✗ {failure}")
        stage.ledger.outcomes.append(Outcome(story.name, story.title, end, time.monotonic() - began, failure))
    return stage.ledger


def _explained(error: Exception) -> str:
    """What a person needs to find the cause: the promise or the server's answer, and the line of the story."""
    steps = [step for step in traceback.extract_tb(error.__traceback__) if _WHERE_FAILED in step.filename]
    where = f"({steps[-1].filename.rsplit('/', 1)[-1]}:{steps[-1].lineno})" if steps else ""
    if isinstance(error, PromiseBroken):
        return f"{error}{where}"
    if isinstance(error, Refused):
        return f"服务器答复 {error.status} {error.problem}{where}"
    if isinstance(error, NoNetwork):
        return f"连接中断:{error}{where}"
    return f"{type(error).__name__}: {error}{where}"
