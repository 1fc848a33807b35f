"""Every error that a user of Floodmark can cause, in one tree.

    FloodmarkError
    ├── UsageError        the call is wrong: a path, a time, a name            exit 2
    │   └── DatamapError  the data map does not fit the tables                 exit 2
    ├── CaseError         the folder is no case, is held, or cannot be written exit 2
    └── IntegrityError    stored evidence or ledger no longer has its hash     exit 1

A damaged or unreadable log is none of these: it is kept, quarantined and counted.
"""

from __future__ import annotations


class FloodmarkError(Exception):
    """An error with a message that names what was found, and apart from it what to do next."""

    exit_status = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep `message` (one line, lower case, no full stop) and `hint` (what the user can do)."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(FloodmarkError):
    """The call cannot be carried out as it stands; nothing was changed."""


class DatamapError(UsageError):
    """The data map does not fit its own form or the tables that it describes."""


class CaseError(FloodmarkError):
    """The case folder is missing, held by another process, or cannot be written."""


class IntegrityError(FloodmarkError):
    """Stored bytes no longer have the hash under which they were committed."""

    exit_status = 1
