"""Whether each ``renamed_from`` tells a rename that can be."""

from __future__ import annotations

from lowcode_async.definitions.drafts import Draft
from lowcode_async.definitions.kinds import kind_name, shown
from lowcode_async.definitions.surroundings import Surroundings
from lowcode_async.sentences import JSON


def read_renamed_from(draft: Draft, value: JSON) -> None:
    """Take over the former name; null, and the name itself, say nothing."""
    if value is None or value == draft.given_name:
        return
    if not isinstance(value, str):
        draft.problem(
            "option_wrong_type",
            "renamed_from",
            option="renamed_from",
            expected="string",
            actual=kind_name(value),
        )
        return
    draft.renamed_from = value


def check_renames(surroundings: Surroundings) -> None:
    """Note renames of fields that there are not, that stay, or that are renamed twice.

    Two fields cannot swap their names, or hand them on, in one upgrade: the former and the new
    names of one upgrade must not overlap.
    """
    former = surroundings.former
    former_names = {each.name for each in former.fields} if former is not None else set()
    new_names = {each.name for each in surroundings.drafts if each.name is not None}
    renamed: set[str] = set()
    for draft in surroundings.drafts:
        old = draft.renamed_from
        if old is None or surroundings.name is None:
            continue
        place = "renamed_from"
        if former is None:
            draft.problem("rename_in_new_model", place, old=shown(old), model=surroundings.name)
        elif old not in former_names:
            _note_unknown(draft, old, former_names)
        elif old in new_names:
            draft.problem("rename_of_field_that_stays", place, old=old)
        elif old in renamed:
            draft.problem("rename_twice", place, old=old)
        elif draft.name in former_names:
            draft.problem("rename_onto_field", place, old=old, name=draft.name)
        renamed.add(old)


def _note_unknown(draft: Draft, old: str, known: set[str]) -> None:
    if similar := draft.problems.resembling(old, sorted(known)):
        draft.problem("rename_unknown_similar", "renamed_from", old=shown(old), suggestion=similar)
    else:
        draft.problem("rename_unknown", "renamed_from", old=shown(old))
