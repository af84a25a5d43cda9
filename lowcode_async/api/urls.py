"""Paths of the API; a site includes them at ``lowcode/api/``."""

from django.urls import path, re_path

from lowcode_async.api.backups import Backups, DownloadBackup, VerifyBackup
from lowcode_async.api.field_types import FieldTypes
from lowcode_async.api.lost_values import ExportLostValues, LostValues, RestoreLostValues
from lowcode_async.api.models import Models, ModelVersions, OneModel
from lowcode_async.api.operations import Operations
from lowcode_async.api.plans import PlanUpgrade
from lowcode_async.api.processes import Processes
from lowcode_async.api.restorations import OneRestoration, RestoreBackup
from lowcode_async.api.reverts import RevertPlan, RevertUpgrade
from lowcode_async.api.schema import SchemaDocument, SchemaPage
from lowcode_async.api.session import Session
from lowcode_async.api.unknown import UnknownPath
from lowcode_async.api.upgrade_actions import CancelUpgrade, RetryUpgrade
from lowcode_async.api.upgrades import (
    OneUpgrade,
    StartUpgrade,
    UpgradeEvents,
    Upgrades,
    UpgradeStatus,
)
from lowcode_async.data_api import urls as data_urls

app_name = "lowcode_api"

urlpatterns = [
    *data_urls.urlpatterns,  # first: asked for most, and each that stands before costs time
    path("upgrade-model/", StartUpgrade.as_view(), name="upgrade-model"),
    path("plan/", PlanUpgrade.as_view(), name="plan"),
    path("upgrade-status/<str:task_id>/", UpgradeStatus.as_view(), name="upgrade-status"),
    path("upgrades/", Upgrades.as_view(), name="upgrades"),
    path("upgrades/<str:task_id>/events/", UpgradeEvents.as_view(), name="upgrade-events"),
    path("upgrades/<str:task_id>/", OneUpgrade.as_view(), name="upgrade"),
    path("upgrades/<str:task_id>/cancel/", CancelUpgrade.as_view(), name="upgrade-cancel"),
    path("upgrades/<str:task_id>/retry/", RetryUpgrade.as_view(), name="upgrade-retry"),
    path("models/", Models.as_view(), name="models"),
    path("models/<str:name>/", OneModel.as_view(), name="model"),
    path("models/<str:name>/versions/", ModelVersions.as_view(), name="model-versions"),
    path("backups/", Backups.as_view(), name="backups"),
    path("backups/<str:name>/verify/", VerifyBackup.as_view(), name="backup-verify"),
    path("backups/<str:name>/download/", DownloadBackup.as_view(), name="backup-download"),
    path("backups/<str:name>/restore/", RestoreBackup.as_view(), name="backup-restore"),
    path("restorations/<str:restoration_id>/", OneRestoration.as_view(), name="restoration"),
    path("processes/", Processes.as_view(), name="processes"),
    path("upgrades/<str:task_id>/revert/", RevertUpgrade.as_view(), name="revert"),
    path("upgrades/<str:task_id>/revert/plan/", RevertPlan.as_view(), name="revert-plan"),
    path("lost-values/", LostValues.as_view(), name="lost-values"),
    path("lost-values/export/", ExportLostValues.as_view(), name="lost-values-export"),
    path("lost-values/restore/", RestoreLostValues.as_view(), name="lost-values-restore"),
    path("field-types/", FieldTypes.as_view(), name="field-types"),
    path("operations/", Operations.as_view(), name="operations"),
    path("session/", Session.as_view(), name="session"),
    path("schema/", SchemaDocument.as_view(), name="schema"),
    path("schema/ui/", SchemaPage.as_view(), name="schema-page"),
    # Django's own answers to the rest are pages in HTML, and without the slash an error in DEBUG.
    re_path("", UnknownPath.as_view()),
]
