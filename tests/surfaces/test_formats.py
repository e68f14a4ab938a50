"""Layouts as files: whole, repeatable, and what the programs that open them document."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from itertools import combinations

import pytest

from bridge.domain.family import FAMILIES
from bridge.errors import BridgeError, NotFoundError
from bridge.surfaces import GROUP, Surface, colour_of, format_names, open_format, pages_of
from bridge.surfaces.open_stage_control import write_session
from bridge.surfaces.touchosc import write_layout
from support.surfaces import KITS, read_tosc, surface

COMMON = {
    "type", "id", "lock", "visible", "interaction", "comments", "left", "top", "width", "height", "expand", "colorText",
    "colorWidget", "colorStroke", "colorFill", "alphaStroke", "alphaFillOff", "alphaFillOn", "lineWidth",
    "borderRadius", "padding", "html", "css", "value", "default", "linkId", "address", "preArgs", "typeTags",
    "decimals", "target", "ignoreDefaults", "bypass", "onCreate", "onValue",
}
CONTAINER = {
    "colorBg", "layout", "justify", "gridTemplate", "contain", "scroll", "innerPadding", "tabsPosition", "variables",
    "traversing", "onTouch", "widgets", "tabs",
}
DOCUMENTED = {
    "root": COMMON | CONTAINER | {"hideMenu", "onPreload"},
    "panel": COMMON | CONTAINER,
    "tab": (COMMON | CONTAINER | {"label"}) - {"left", "top", "width", "height", "expand"},
    "button": COMMON | {"colorTextOn", "label", "vertical", "wrap", "on", "off", "mode", "doubleTap", "decoupled"},
    "text": (COMMON | {"vertical", "wrap", "align"}) - {"typeTags", "ignoreDefaults"},
    "variable": COMMON,
}
"""What the properties reference of Open Stage Control lists for each widget that is used."""


def widgets_of(widget):
    yield widget
    for child in (*widget.get("widgets", ()), *widget.get("tabs", ())):
        yield from widgets_of(child)


@pytest.fixture
def session():
    return json.loads(write_session(surface()))


def test_a_session_is_one_as_its_program_writes_them(session):
    assert (session["type"], session["createdWith"]) == ("session", "Open Stage Control")
    assert session["content"]["type"] == "root"
    assert session["content"]["id"] == "root"


def test_every_property_of_every_widget_is_documented(session):
    for widget in widgets_of(session["content"]):
        assert set(widget) <= DOCUMENTED[widget["type"]], widget["id"]
        assert not ("widgets" in widget and "tabs" in widget)


def test_every_widget_has_an_id_of_its_own(session):
    ids = [widget["id"] for widget in widgets_of(session["content"])]
    assert len(set(ids)) == len(ids)


def test_no_widget_sends_by_itself(session):
    for widget in widgets_of(session["content"]["widgets"][0]):
        assert widget["bypass"] is True


@pytest.mark.parametrize("writing", [write_session, write_layout])
def test_the_same_pads_are_the_same_bytes(writing):
    assert writing(surface()) == writing(surface())
    assert writing(surface()) != writing(surface(listens=9001))


def test_a_bridge_without_kits_has_a_page_of_pads_and_no_kit_button(tmp_path, peer):
    made = Surface(pages=pages_of({"kick": "kick"}, {}), host="127.0.0.1", port=9127, listens=9000)
    assert [(page.title, page.kit) for page in made.pages] == [("pads", "")]
    ids = {widget["id"] for widget in widgets_of(json.loads(write_session(made))["content"])}
    assert "again" in ids
    assert "kit" not in ids
    bar = {node["name"] for node in read_tosc(peer, tmp_path, made)["children"][1]["children"]}
    assert "again" in bar
    assert "kit" not in bar


@pytest.fixture
def layout(tmp_path, peer):
    return read_tosc(peer, tmp_path, surface())


def nodes_of(node):
    yield node
    for child in node["children"]:
        yield from nodes_of(child)


def test_a_layout_is_read_by_tosclib_with_a_page_for_each_kit(layout):
    pages, bar = layout["children"]
    assert (pages["kind"], pages["name"]) == ("PAGER", "pages")
    assert [page["name"] for page in pages["children"]] == ["main", "spare", "others"]
    assert [pad["name"] for pad in pages["children"][0]["children"]] == list(KITS["main"])
    assert {"again", "keep", "discard", "cancel", "kit"} <= {node["name"] for node in bar["children"]}


def test_every_node_of_a_layout_has_an_id_of_its_own(layout):
    ids = [node["id"] for node in nodes_of(layout)]
    assert len(set(ids)) == len(ids)


def test_nothing_of_a_layout_lies_outside_of_what_holds_it(layout):
    for node in nodes_of(layout):
        for child in node["children"]:
            frame = child["frame"]
            assert frame["w"] > 0
            assert frame["h"] > 0
            assert 0 <= frame["x"] <= node["frame"]["w"] - frame["w"], child["name"]
            assert 0 <= frame["y"] <= node["frame"]["h"] - frame["h"], child["name"]


def test_pads_do_not_cover_each_other(layout):
    for page in layout["children"][0]["children"]:
        for one, other in combinations([pad["frame"] for pad in page["children"]], 2):
            apart = (one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
                     or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"])
            assert apart


def test_what_is_written_on_a_button_lets_touches_through(layout):
    labels = [node for node in nodes_of(layout) if node["kind"] == "LABEL"]
    assert labels
    assert not any(label["interactive"] for label in labels)


def test_a_page_of_128_pads_is_still_whole(tmp_path, peer):
    many = {f"pad-{number}": "fx" for number in range(128)}
    made = Surface(pages=pages_of(many, {"all": many}), host="127.0.0.1", port=9127, listens=9000)
    (page,) = read_tosc(peer, tmp_path, made)["children"][0]["children"]
    assert len(page["children"]) == 128
    assert min(node["frame"]["h"] for node in nodes_of(page)) > 0


def test_every_family_has_a_colour_of_its_own():
    assert len({colour_of(family) for family in FAMILIES}) == len(FAMILIES)
    assert colour_of("kick") == colour_of("kick")


def test_a_format_is_found_by_its_entry_point_and_a_wrong_name_names_the_nearest():
    assert {"open-stage-control", "touchosc"} <= set(format_names())
    assert open_format("touchosc").suffix == ".tosc"
    with pytest.raises(NotFoundError, match=r"There is no surface format 'touch-osc'\. Did you mean touchosc\?"):
        open_format("touch-osc")


@pytest.mark.parametrize("value", ["no.such.package:FORMAT", "json:dumps"])
def test_a_broken_format_is_an_error_that_says_so(value):
    with pytest.raises(BridgeError, match="The surface format odd can't be used: "):
        open_format("odd", [EntryPoint(name="odd", value=value, group=GROUP)])
