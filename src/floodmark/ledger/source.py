"""The access event, and what a source must say about a platform's log.

A source only translates: it tells its log by content, and gives for each slot of the access event a
trusted SQL expression over the log's own columns. The ledger reads the file, runs the expressions in
bulk, keeps every column that the source does not refer to, and counts.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

# slot -> engine type, in the order of the stored columns. Null always means unknown.
SLOTS: Mapping[str, str] = {
    "uid": "VARCHAR",  # the vendor's own id of the row; null where the log has none
    "at": "TIMESTAMP",  # time of the act, UTC
    "received_at": "TIMESTAMP",  # time at which the platform wrote it, where the log says so
    "actor": "VARCHAR",  # user id, 18 characters
    "actor_name": "VARCHAR",
    "ip": "VARCHAR",
    "session": "VARCHAR",  # session key
    "login": "VARCHAR",  # login key
    "client": "VARCHAR",  # client or application name as the log gives it
    "app_id": "VARCHAR",  # connected app id
    "user_agent": "VARCHAR",
    "operation": "VARCHAR",  # one of OPERATIONS
    "method": "VARCHAR",  # the log's own word for the operation
    "outcome": "VARCHAR",  # success, failure, blocked
    "objects": "VARCHAR[]",  # object names as the log gives them
    "query": "VARCHAR",  # query text, URL-decoded
    "query_cut": "BOOLEAN",  # the text is as long as the log can hold, so it may be cut
    "matched_rows": "BIGINT",  # rows that the query matched
    "delivered_rows": "BIGINT",  # rows in this answer
    "byte_count": "BIGINT",  # bytes in this answer
    "record_ids": "VARCHAR[]",  # ids of the rows of this answer, 18 characters, in the log's order
    "child_ids": "VARCHAR[]",  # ids of nested rows: children and parents
    "ids_complete": "BOOLEAN",  # the whole list was read and it is as long as the rows delivered
    "fields": "VARCHAR[]",  # fields named by the log itself (report and list columns, ?fields=)
    "request_key": "VARCHAR",  # the platform's request id, shared by rows of several logs; set by clients
    "job": "VARCHAR",  # bulk job id, 18 characters
    "execution": "VARCHAR",  # execution id of a report or list run
    "chunk": "BIGINT",  # number of the chunk within the execution
    "cursor": "VARCHAR",  # query locator without its offset
    "resource": "VARCHAR",  # path, report id or list id
}

# What an event was. Reads that reach customer data stand first.
OPERATIONS = (
    "query",  # the first answer of a query
    "query_more",  # a further page
    "bulk_job",  # a state row of a bulk query job
    "bulk_result",  # a download of a bulk result
    "report",
    "report_export",  # annotates a report run; carries no object
    "list_view",
    "page_view",
    "record",  # one record fetched by id
    "search",
    "file",
    "read_unknown",  # a read whose object or extent the log does not show
    "describe",  # metadata only: no customer data in the answer
    "write",
    "login",
    "logout",
    "setup",
    "listing",  # the platform's list of its own log files: coverage, not an access
    "other",
)
READS = frozenset(OPERATIONS[: OPERATIONS.index("describe")])


@dataclass(frozen=True)
class Sample:
    """What a source sees of a file before it claims it: column names and the first row or record."""

    names: tuple[str, ...]
    first: Mapping[str, str]


class Source(ABC):
    """One platform log, or one family of logs that share a form.

    A log is told from `Sample` alone, never from a file name. Every expression is written by us and
    refers to the log's own columns as quoted identifiers; a column that the file does not have reads
    as null, and every value is text. The column `"_zone"` holds the time zone stated for the file.
    """

    id: ClassVar[str]
    """Name of the family, such as `salesforce.elf`."""
    blind: ClassVar[tuple[str, ...]] = ()
    """Ways of reading that these logs cannot show, one sentence each."""

    shows_reads: ClassVar[bool] = False
    """Whether the family records reads of customer data, so that its absence is worth a sentence."""

    @abstractmethod
    def log(self, sample: Sample) -> str | None:
        """Return the name of the log, such as `salesforce.elf.RestApi`, or None when it is not ours."""

    @abstractmethod
    def slots(self, log: str) -> Mapping[str, str]:
        """Return slot -> SQL expression; a slot left out is null."""

    @abstractmethod
    def columns(self, log: str) -> frozenset[str]:
        """Return every native column that the expressions of `slots` and `reason` refer to."""

    def prepared(self, log: str) -> Mapping[str, str]:
        """Return name -> expression, computed in this order before the slots, which may refer to the names.

        A value that several slots need is written once here: a repeated expression is planned again
        each time it stands in a statement. Names begin with an underscore.
        """
        del log
        return {}

    def reason(self, log: str) -> str:
        """Return an expression that says why a row cannot be used, null for a row that can.

        It sees the slots by name and the native columns. By default a row needs a legible time.
        """
        del log
        return """CASE WHEN "at" IS NULL THEN 'no legible time' END"""

    def needs_zone(self, sample: Sample) -> bool:
        """Say whether times in this file carry no zone, so that the caller must state one."""
        del sample
        return False

    def reads(self, log: str) -> bool:
        """Say whether the log records reads of customer data (a hole in it hides some)."""
        del log
        return True
