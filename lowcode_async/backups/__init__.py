"""Complete, checked copies of the database, and the way back to one.

make_backup        back up a database; the row it returns is of a complete, checked backup
verify_backup      read a backup through once more
restore_backup     make a database what it is in a backup
delete_unfinished  delete what attempts at a backup have left that died
destination        where backups are kept
"""

from lowcode_async.backups.checking import verify_backup
from lowcode_async.backups.making import make_backup
from lowcode_async.backups.restoring import Restored, restore_backup
from lowcode_async.backups.retention import delete_unfinished
from lowcode_async.backups.storage import destination

__all__ = [
    "Restored",
    "delete_unfinished",
    "destination",
    "make_backup",
    "restore_backup",
    "verify_backup",
]
