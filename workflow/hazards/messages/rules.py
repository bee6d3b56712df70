"""What the office asks a reporter, and how much of it. Pure."""

from __future__ import annotations

from accounts.actor import Role

OFFICE, REPORTER = "OFFICE", "REPORTER"
SIDES = {OFFICE: "办理单位", REPORTER: "举报人"}

ASKERS = frozenset({Role.INTAKE_CLERK, Role.FIRE_OFFICER, Role.UNIT_LEADER})

MOST_QUESTIONS = 10  # on one case
MOST_WAITING = 2  # that he has not answered: who does not answer is not pressed
MOST_ANSWERS = 3  # to one question
MOST_CHARACTERS = 500

# Questions that are asked again and again; the office may add words of its own.
QUESTIONS = {
    "PLACE": "请补充具体位置,例如楼栋、单元、楼层、房号或者附近的参照物。",
    "TIME": "您反映的情况一般在什么时间出现?现在是否仍然存在?",
    "DETAIL": "请补充您看到的具体情况,例如堵塞物是什么、影响哪个通道或者设施。",
    "PHOTO": "如果方便,请补拍能看清现场的照片。请注意安全,不要进入危险区域,不要与他人发生冲突。",
    "ENTRY": "现场是否需要从特定的入口进入,或者在特定的时段才能进入?",
}


def may_ask(questions: int, waiting: int) -> str | None:
    """Why the office cannot ask once more; None if it can. `waiting`: its questions since the last answer."""
    if questions >= MOST_QUESTIONS:
        return "too_many_questions"
    return "waits_for_answer" if waiting >= MOST_WAITING else None


def may_answer(questions: int, answers_since: int) -> str | None:
    """Why the reporter cannot answer; None if he can. `answers_since`: his answers since the last question."""
    if not questions:
        return "nothing_asked"
    return "too_many_answers" if answers_since >= MOST_ANSWERS else None
