"""Live models as an app of Django's own: source code, for whoever wants to leave."""

from lowcode_async.ejecting.ejection import Ejection, eject
from lowcode_async.ejecting.files import write_files

__all__ = ["Ejection", "eject", "write_files"]
