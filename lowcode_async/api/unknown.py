"""Whatever is asked for below the API's paths and is not there."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from lowcode_async.rest.base import StaffView
from lowcode_async.rest.errors import PathUnknown


class UnknownPath(StaffView):
    """Any method: tell that nothing is there, in the form of all errors of this API."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Tell it before anything else is looked at, the caller's rights included.

        Raises:
            PathUnknown: always.
        """
        raise PathUnknown(path=request.path)
