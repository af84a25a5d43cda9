"""Rules about options that stand together in one field, and the one form of those that may."""

from __future__ import annotations

from lowcode_async.definitions.drafts import Draft


def check_combination(draft: Draft) -> None:
    """Note options that contradict each other."""
    if draft.type is None:
        return
    _check_null(draft)
    _check_default(draft)
    _check_own_rules(draft)


def _check_null(draft: Draft) -> None:
    nullable = draft.get("null")
    if draft.get("primary_key") and nullable:
        draft.problem("primary_key_null", "null")
    if draft.get("on_delete") == "SET_NULL" and not nullable:
        draft.problem("set_null_needs_null", "on_delete")
    address = draft.type is not None and draft.type.name == "GenericIPAddressField"
    if address and draft.get("blank") and not nullable:
        draft.problem("blank_needs_null", "blank")


def _check_default(draft: Draft) -> None:
    given = "default" in draft.options
    if draft.get("on_delete") == "SET_DEFAULT" and not given:
        draft.problem("set_default_needs_default", "on_delete")
    automatic = [name for name in ("auto_now", "auto_now_add") if draft.get(name)]
    if len(automatic) == 2:
        draft.problem("auto_now_twice", "auto_now_add")
    if automatic and given:
        draft.problem("auto_now_with_default", "default", option=automatic[0])
    if given and draft.get("primary_key") and not _generated(draft):
        draft.problem("primary_key_constant", "default")


def _generated(draft: Draft) -> bool:
    return draft.type is not None and draft.options["default"] in draft.type.generators


def _check_own_rules(draft: Draft) -> None:
    digits, places = draft.options.get("max_digits"), draft.options.get("decimal_places")
    if digits is not None and places is not None and places > digits:
        draft.problem(
            "decimal_places_exceed", "decimal_places", max_digits=digits, decimal_places=places
        )
    if draft.get("unpack_ipv4") and draft.get("protocol") != "both":
        draft.problem("unpack_ipv4_needs_both", "unpack_ipv4")
    if draft.get("allow_files") is False and draft.get("allow_folders") is False:
        draft.problem("nothing_to_choose", "allow_files")


def simplify(draft: Draft) -> None:
    """Drop the options that say nothing: those at their default, and those others overrule.

    Two definitions that mean the same are equal then.
    """
    assert draft.type is not None
    overruled: set[str] = set()
    if draft.get("primary_key"):
        overruled |= {"unique", "db_index"}
    if draft.get("unique"):
        overruled.add("db_index")
    if draft.get("auto_now") or draft.get("auto_now_add"):
        overruled |= {"editable", "blank"}
    for option in draft.type.options:
        at_default = (
            option.name != "default"
            and not option.required
            and draft.options.get(option.name) == option.default
        )
        if at_default or option.name in overruled:
            draft.options.pop(option.name, None)
