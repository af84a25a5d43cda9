"""The autodetector's questions, answered from the definition."""

from __future__ import annotations

from typing import Any

from django.db.migrations.questioner import MigrationQuestioner
from django.db.models import NOT_PROVIDED


class DefinitionQuestioner(MigrationQuestioner):
    """Answers what a person would be asked: the definition has said it all already.

    A default stands in the definition, or there is none: then rows that need one are a finding, not a
    question. Renames are told by ``renamed_from`` and planned before the autodetector looks, so
    whatever it takes for another one is not. (`NonInteractiveMigrationQuestioner` would exit.)
    """

    def ask_initial(self, app_label: str) -> bool:
        """Agree: there are no migration files, each plan stands alone."""
        return True

    def ask_not_null_addition(self, field_name: str, model_name: str) -> Any:
        """Give no default: the field would have it."""
        return NOT_PROVIDED

    def ask_not_null_alteration(self, field_name: str, model_name: str) -> Any:
        """Give no default: NULLs that are left make the database refuse."""
        return NOT_PROVIDED

    def ask_auto_now_add_addition(self, field_name: str, model_name: str) -> Any:
        """Give no default: the schema editor takes this moment by itself."""
        return NOT_PROVIDED

    def ask_unique_callable_default_addition(self, field_name: str, model_name: str) -> None:
        """Say nothing: such a field is filled row by row."""

    def ask_rename(
        self, model_name: str, old_name: str, new_name: str, field_instance: Any
    ) -> bool:
        """Deny it."""
        return False

    def ask_rename_model(self, old_model_state: Any, new_model_state: Any) -> bool:
        """Deny it."""
        return False
