"""Paths of the API over rows, below ``lowcode/api/data/``."""

from django.urls import path

from lowcode_async.data_api.batches import Batch
from lowcode_async.data_api.exports import Export
from lowcode_async.data_api.imports import Import
from lowcode_async.data_api.rows import OneRow, Restore, Rows

urlpatterns = [
    path("data/<str:name>/", Rows.as_view(), name="rows"),
    path("data/<str:name>/batch/", Batch.as_view(), name="batch"),
    path("data/<str:name>/export/", Export.as_view(), name="export"),
    path("data/<str:name>/import/", Import.as_view(), name="import"),
    path("data/<str:name>/<str:key>/", OneRow.as_view(), name="row"),
    path("data/<str:name>/<str:key>/restore/", Restore.as_view(), name="restore-row"),
]
