"""Tasks, what they run, by whom, for which project: all served by the data API."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils import timezone

from lowcode_async import register

NAME_LENGTH: Final = 100


@register
class Project(models.Model):
    """What tasks belong to: whoever asks for those of one project sees no others."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)

    def __str__(self) -> str:
        return self.name


@register
class ExecUser(models.Model):
    """An account on the machines, in whose name a task runs."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)

    def __str__(self) -> str:
        return self.name


@register
class Template(models.Model):
    """A kind of work, made of sub-tasks."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    description = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return self.name


@register
class SubTask(models.Model):
    """One step of a template: a command."""

    template = models.ForeignKey(Template, models.CASCADE, related_name="subtasks")
    name = models.CharField(max_length=NAME_LENGTH)
    rcmd = models.TextField()
    """The command that is run remotely."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "name"], name="demo_subtask_name")
        ]

    def __str__(self) -> str:
        return self.name


@register
class TempTask(models.Model):
    """A step that is run once, with all of the reserved fields."""

    name = models.CharField(max_length=NAME_LENGTH)
    subtask = models.ForeignKey(SubTask, models.PROTECT, related_name="tasks")
    exec_user = models.ForeignKey(ExecUser, models.SET_NULL, null=True, blank=True)
    project = models.ForeignKey(Project, models.CASCADE)
    create_time = models.DateTimeField(default=timezone.now)
    update_time = models.DateTimeField(default=timezone.now)
    create_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    update_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_deleted = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

    def to_dict(self) -> dict[str, Any]:
        """Return what a task looks like as JSON: with what its step says, and names for keys.

        Rows that its own relations lead to are loaded with a whole page of tasks.
        """
        return {
            "id": self.pk,
            "name": self.name,
            "project": self.project.name,
            "subtask": self.subtask_id,
            "template_id": self.subtask.template_id,
            "subtask_rcmd": self.subtask.rcmd,
            "exec_user": self.exec_user.name if self.exec_user else None,
            "create_user": self.create_user.get_username() if self.create_user else None,
            "update_user": self.update_user.get_username() if self.update_user else None,
            "create_time": self.create_time,
            "update_time": self.update_time,
        }
