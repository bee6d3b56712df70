"""A firefighter with his pack: the nearest water off-line, one tap for a frozen hydrant, what he must know of a unit."""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from accounts.actor import Role
from device.exchange import API, new_id
from operations.demo.cases import Office
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import send_whole, take_photo as photographed
from tests.people import ELSEWHERE
from tests.web.browsing import axe, offline, sign_in, take_photo, wait_until_kept
from tests.web.officers import SENT_WITHIN_MS, THERE

NEAR, FAR = (THERE[0] + 0.001, THERE[1]), (109.8403, 40.6574)


@pytest.fixture
def office(stage: Stage) -> Office:
    """The brigade of a banner, over HTTP."""
    return Office(stage, ELSEWHERE)


def position(at: tuple[float, float]) -> Json:
    return {"lon": at[0], "lat": at[1], "crs": "wgs84", "accuracy_m": 5, "source": "gps"}


def hydrant(keeper: Person, name: str, at: tuple[float, float]) -> str:
    """In the register; its id."""
    source_id = new_id()
    body: Json = {
        "id": source_id, "region_code": ELSEWHERE, "kind": "MUNICIPAL_HYDRANT", "name": name, "place": f"{name}路口",
        "position": position(at), "flow_lps": 15,
    }  # fmt: skip
    keeper.post("/water-sources", body, name="water_source.add", subject_id=source_id)
    return source_id


def key_unit(office: Office, name: str, **found: list[object]) -> str:
    """A key unit far away, with what was found there; its id."""
    unit_id = new_id()
    body: Json = {"id": unit_id, "region_code": ELSEWHERE, "name": name, "category": "KEY_UNIT", "position": position(FAR)}
    office.leader.post("/units", body, name="unit.register", subject_id=unit_id)
    path = f"/rescue-sheets/{unit_id}/actions/edit"
    office.leader.post(path, {"changes": found}, name="rescue_sheet.edit", subject_id=unit_id)
    return unit_id


def set_out(page: Page) -> None:
    """A firefighter, signed in, with the whole client and his position on the phone."""
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": THERE[0], "latitude": THERE[1], "accuracy": 8})
    sign_in(page, Role.FIREFIGHTER, ELSEWHERE)
    page.get_by_role("button", name="以后再设").click()
    wait_until_kept(page)
    page.get_by_role("link", name="灭火救援资料").click()


def test_the_nearest_water_comes_first_and_a_frozen_hydrant_is_told_with_one_tap_without_a_network(
    page: Page, office: Office
) -> None:
    tail = secrets.token_hex(2)
    near, far = f"近处{tail}号栓", f"远处{tail}号栓"
    source_id = hydrant(office.leader, near, NEAR)
    hydrant(office.leader, far, FAR)
    set_out(page)
    page.get_by_placeholder("水源编号、单位名称或者地点").fill(tail)
    cards = page.get_by_role("article")
    expect(cards).to_have_count(2, timeout=SENT_WITHIN_MS)
    expect(cards.first).to_contain_text(near)
    expect(cards.first).to_contain_text("在您东方向")
    axe(page)
    with offline(page.context):
        page.reload()
        page.get_by_placeholder("水源编号、单位名称或者地点").fill(tail)
        cards.first.get_by_role("button", name="发现冻结").click()
        expect(cards.first).to_contain_text("已保存,尚未上报")
        expect(cards.first.get_by_role("button")).to_have_count(0)  # a second tap of the same thumb would thaw it
        expect(cards.first.get_by_text("冻结", exact=True)).to_be_visible()
        cards.first.get_by_role("link").click()
        expect(page.get_by_role("heading", name=near)).to_be_visible()
        axe(page)
    page.goto("/sync")
    page.get_by_role("button", name="立即同步").click()
    told = office.stage.until("冻结已上报", lambda: _as_reported(office.leader, source_id))
    assert told["reports"][0]["state"] == "FROZEN"


def _as_reported(reader: Person, source_id: str) -> Json | None:
    data: Json = reader.get(f"/water-sources/{source_id}")["data"]
    return data if data["state"] == "FROZEN" else None


def test_on_the_way_he_calls_the_control_room_and_sees_water_near_the_unit(page: Page, office: Office) -> None:
    tail = secrets.token_hex(2)
    name = f"宏远商城{tail}"
    key_unit(office, name, control_room_phone=["", "0472-6210119"], dangerous_goods=["", "地下一层:油漆20桶"])
    hydrant(office.leader, f"门前{tail}号栓", FAR)
    hydrant(office.leader, f"近处{tail}号栓", NEAR)
    set_out(page)
    page.get_by_role("tab", name=re.compile("单位")).click()
    page.get_by_placeholder("水源编号、单位名称或者地点").fill(tail)
    page.get_by_role("link", name=name).click(timeout=SENT_WITHIN_MS)
    with offline(page.context):
        call = page.get_by_role("link", name="0472-6210119")
        expect(call).to_have_attribute("href", "tel:0472-6210119".replace("-", ""))
        expect(page.get_by_text("地下一层:油漆20桶")).to_be_visible()
        axe(page)
        page.get_by_role("button", name="附近水源").or_(page.get_by_role("link", name="附近水源")).click()
        page.get_by_placeholder("水源编号、单位名称或者地点").fill(f"{tail}号栓")
        expect(page.get_by_role("article").first).to_contain_text(f"门前{tail}号栓")
        expect(page.get_by_role("article").last).to_contain_text("在该单位")  # not from where he is


def test_what_was_found_at_a_unit_is_written_down_off_line_and_surveyed(page: Page, office: Office) -> None:
    name = f"宏远仓库{secrets.token_hex(2)}"
    unit_id = key_unit(office, name, notes=["", "后院有狗"])
    set_out(page)
    page.goto(f"/pack/units/{unit_id}")
    expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=SENT_WITHIN_MS)
    with offline(page.context):
        page.get_by_role("button", name="修改资料").or_(page.get_by_role("link", name="修改资料")).click()
        page.get_by_label("进入路线和入口").fill("从东门进入")
        page.get_by_label("地上层数").fill("6")
        page.get_by_role("button", name="添加持钥匙人").click()
        page.get_by_label("持钥匙人1", exact=True).fill("王经理")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("“持钥匙人”填写有误,请检查")).to_be_visible()
        axe(page)
        page.get_by_label("持钥匙人1的电话").fill("13900001234")
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("从东门进入")).to_be_visible()
        surveyed = page.get_by_role("button", name="已实地熟悉")
        surveyed.click()
        page.get_by_role("button", name="取消").click()
        expect(surveyed).to_be_enabled()  # a stray tap is no edition
        surveyed.click()
        page.get_by_role("button", name="确认").click()
        expect(surveyed).to_be_disabled()
    page.goto("/sync")
    page.get_by_role("button", name="立即同步").click()
    sheet = office.stage.until("资料已上报", lambda: _surveyed(office.leader, unit_id))
    assert (sheet["approach"], sheet["floors_above"], sheet["notes"]) == ("从东门进入", 6, "后院有狗")
    assert sheet["keyholders"] == [{"name": "王经理", "phone": "13900001234"}]
    page.goto(f"/pack/units/{unit_id}")
    expect(page.get_by_text("已保存,尚未上报")).to_have_count(0)
    expect(surveyed).to_be_disabled()  # once a day


def _surveyed(reader: Person, unit_id: str) -> Json | None:
    data: Json = reader.get(f"/rescue-sheets/{unit_id}")["data"]
    return data if data["edition"] == 1 else None


def test_a_new_source_with_its_photo_is_entered_put_right_reported_and_retired_without_a_network(
    page: Page, office: Office
) -> None:
    name = f"新建{secrets.token_hex(2)}号栓"
    set_out(page)
    with offline(page.context):
        page.get_by_role("button", name="新增水源").or_(page.get_by_role("link", name="新增水源")).click()
        save = page.get_by_role("button", name="保存")
        page.get_by_text("市政消火栓", exact=True).click()
        page.get_by_label("名称或者编号").fill(name)
        page.get_by_label("位置说明").fill("东门外")
        page.get_by_label("流量").fill("1500")  # litres a minute, by mistake
        take_photo(page)
        page.get_by_role("button", name=re.compile("我就在水源旁")).click()
        save.click()
        expect(page.get_by_text("流量应大于0、不超过1000升/秒")).to_be_visible()
        axe(page)
        page.get_by_label("流量").fill("25")
        save.click()
        photo = page.get_by_role("img", name="照片1")
        expect(photo).to_be_visible()
        change(page)
        page.get_by_role("button", name="删除照片1").click()  # and he thinks better of it
        page.go_back()
        expect(page.get_by_role("button", name="删除照片1")).to_have_count(0)
        expect(photo).to_be_visible()
        change(page)
        expect(page.get_by_role("button", name="删除照片1")).to_have_count(0)  # as he left it
        page.get_by_label("位置说明").fill("东门外10米")
        page.get_by_role("button", name="保存").click()
        page.get_by_role("button", name="损坏").click()
        page.get_by_label("损坏情况").fill("栓体断裂")
        axe(page)
        page.get_by_role("button", name="报告", exact=True).click()
        expect(page.get_by_text("栓体断裂")).to_be_visible()
        page.goto("/map")
        page.get_by_title(name).click()
        expect(page.get_by_role("article")).to_contain_text("损坏停用")
    page.goto("/sync")
    page.get_by_role("button", name="立即同步").click()
    found = office.stage.until("水源已上报", lambda: _entered(office.leader, name))
    assert [(one["data"]["place"], one["data"]["flow_lps"]) for one in found] == [("东门外10米", 25)]
    assert found[0]["data"]["reports"][0]["note"] == "栓体断裂"
    with offline(page.context):
        page.goto(f"/pack/water/{found[0]['id']}")
        page.get_by_role("button", name="注销水源").click()
        page.get_by_role("dialog").get_by_label("理由").fill("道路改造,已拆除")
        page.get_by_role("dialog").get_by_role("button", name="注销水源").click()
        expect(page).to_have_url(re.compile("/pack$"))
        page.goto(f"/pack/water/{found[0]['id']}")
        expect(page.get_by_text("本机没有这份资料")).to_be_visible()


def change(page: Page) -> None:
    page.get_by_role("button", name="修改资料").or_(page.get_by_role("link", name="修改资料")).click()


def _entered(reader: Person, name: str) -> list[Json] | None:
    """All with that name, when the last of what was said has arrived."""
    found: list[Json] = reader.get(f"/water-sources?q={quote(name)}")["items"]
    return found if found and found[0]["data"]["state"] == "OUT_OF_ORDER" else None


def test_a_plan_is_on_the_phone_of_who_drove_off_without_opening_the_pack(page: Page, office: Office) -> None:
    page_one = photographed(office.stage.rng, *FAR)
    send_whole(office.leader, page_one, "pack", office.leader)
    unit_id = key_unit(office, f"预案单位{secrets.token_hex(2)}", plan_photo_ids=[[], [page_one.id]])
    rendition = f"/media/{page_one.id}/renditions/1600"
    office.stage.until("照片可查看", lambda: office.leader.send("GET", API + rendition).status == 200 or None)
    with page.expect_response(f"**{rendition}"):
        sign_in(page, Role.FIREFIGHTER, ELSEWHERE)
        page.get_by_role("button", name="以后再设").click()
        wait_until_kept(page)
    page.goto("/today")
    expect(page.get_by_text("灭火救援资料")).to_be_visible()
    with offline(page.context):
        page.goto(f"/pack/units/{unit_id}")
        expect(page.get_by_role("img", name="预案第1页")).to_be_visible()


def test_what_was_being_written_does_not_stay_on_the_phone_of_who_signed_out(page: Page, office: Office) -> None:
    unit_id = key_unit(office, f"草稿单位{secrets.token_hex(2)}", control_room_phone=["", "0472-6210119"])
    set_out(page)
    page.goto(f"/pack/units/{unit_id}/edit")
    page.get_by_label("进入路线和入口").fill("从东门进入")
    drafts = "Object.keys(localStorage).filter((key) => key.startsWith('draft '))"
    assert len(page.evaluate(drafts)) == 1
    page.goto("/me")
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("button", name="确认").click()  # what was not saved goes
    expect(page.get_by_role("button", name="退出登录")).to_have_count(0)
    assert page.evaluate(drafts) == []
