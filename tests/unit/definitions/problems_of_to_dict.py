"""Declarations that have problems: what is sent, and where which problem is found."""

from __future__ import annotations

from typing import Any

from tests.unit.definitions.parsing import char, field, link, model, parse

THING = model("Thing", char("name"))
SUB_TASK = model(
    "SubTask",
    link("template", "Thing", related_name="+"),
    link("next", "self", related_name="+"),
    existing=(THING,),
)
WIDE = model(
    "Wide",
    *(link(f"to_{number}", "Thing", related_name="+") for number in range(31)),
    existing=(THING,),
)
CONFINED = model(
    "Confined",
    char("name"),
    field("IntegerField", "project"),
    link("part", "SubTask", related_name="+"),
    existing=(THING, SUB_TASK),
)
FIELDS: list[dict[str, Any]] = [
    char("name"),
    link("subtask", "SubTask", related_name="+"),
    link("owner", "auth.User"),
    link("group", "auth.Group"),
    link("wide", "Wide", related_name="+"),
    link("confined", "Confined", related_name="+"),
    {"name": "things", "type": "ManyToManyField", "to": "Thing", "related_name": "+"},
]
_FORMER = (THING, SUB_TASK, WIDE, CONFINED)
TASK = parse(
    {
        "model_name": "TempTask",
        "fields": FIELDS,
        "to_dict": ["name", "subtask", {"name": "template_id", "path": "subtask.template_id"}],
    },
    *_FORMER,
)
STANDING = (*_FORMER, TASK)


def at(path: str) -> list[Any]:
    """Return a declaration of one path."""
    return [{"name": "it", "path": path}]


TO_DICT: list[tuple[Any, list[tuple[str, str]]]] = [
    (7, [("/to_dict", "to_dict_no_array")]),
    ("name", [("/to_dict", "to_dict_no_array")]),
    ([], [("/to_dict", "to_dict_empty")]),
    (["name"] * 1001, [("/to_dict", "to_dict_too_long")]),
    ([7], [("/to_dict/0", "to_dict_entry")]),
    (["name", {"name": "it"}], [("/to_dict/1", "to_dict_entry")]),
    ([{"name": "it", "path": "name", "more": 1}], [("/to_dict/0", "to_dict_entry")]),
    ([{"name": 1, "path": "name"}], [("/to_dict/0", "to_dict_entry")]),
    ([{"name": "", "path": "name"}], [("/to_dict/0", "to_dict_name")]),
    ([{"name": "a\x00", "path": "name"}], [("/to_dict/0", "to_dict_name")]),
    ([{"name": "\ud800", "path": "name"}], [("/to_dict/0", "to_dict_name")]),
    ([{"name": "n" * 101, "path": "name"}], [("/to_dict/0", "to_dict_name")]),
    (["name", "id", "name"], [("/to_dict/2", "to_dict_twice")]),
    (["nothing"], [("/to_dict/0", "to_dict_unknown")]),
    (at(""), [("/to_dict/0", "to_dict_unknown")]),
    (at("subtask."), [("/to_dict/0", "to_dict_unknown")]),
    (at("subtask__template"), [("/to_dict/0", "to_dict_unknown")]),
    (at("subtask.nothing"), [("/to_dict/0", "to_dict_unknown")]),
    (at("nothing.name"), [("/to_dict/0", "to_dict_unknown")]),
    (at("name.length"), [("/to_dict/0", "to_dict_no_relation")]),
    (at("subtask_id.name"), [("/to_dict/0", "to_dict_no_relation")]),
    (["things"], [("/to_dict/0", "to_dict_many")]),
    (at("things.name"), [("/to_dict/0", "to_dict_many")]),
    (at("owner.password"), [("/to_dict/0", "to_dict_hidden")]),
    (at("group.leader.password"), [("/to_dict/0", "to_dict_hidden")]),
    (at("confined.name"), [("/to_dict/0", "to_dict_confined")]),
    (at("confined.part.template_id"), [("/to_dict/0", "to_dict_confined")]),
    (at("subtask." + "next." * 5 + "pk"), [("/to_dict/0", "to_dict_too_deep")]),
    (
        [{"name": f"n{each}", "path": f"wide.to_{each}.name"} for each in range(31)],
        [("/to_dict", "to_dict_too_wide")],
    ),
]
CHANGES: list[tuple[str, list[Any], list[tuple[str, str]]]] = [
    # Of the model itself, which says nothing of to_dict
    ("TempTask", FIELDS[1:], [("/to_dict", "to_dict_unknown")]),
    # Of another model, on the way of a path
    ("SubTask", [char("template")], [("/fields", "to_dict_of_other")]),
    (
        "SubTask",
        [link("template", "Thing", related_name="+"), field("IntegerField", "project", default=1)],
        [("/fields", "to_dict_of_other")],
    ),
    ("SubTask", [char("rest")], [("/fields", "to_dict_of_other")]),
    (
        "SubTask",
        [field("ManyToManyField", "template", to="Thing", related_name="+")],
        [("/fields", "to_dict_of_other")],
    ),
]
ALL_CASES: list[tuple[Any, list[tuple[str, str]]]] = [
    ({"model_name": name, "fields": fields}, expected) for name, fields, expected in CHANGES
]
