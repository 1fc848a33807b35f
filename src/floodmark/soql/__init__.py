"""SOQL, the query language of the platform: its text becomes a typed tree, and is never run.

A logged text goes through `decoded` (URI to query), then `parse` (query to `tree.Parsed`). What a date
literal means at an instant says `dates`.
"""

from floodmark.soql.parser import parse
from floodmark.soql.tokens import TEXT_LIMIT, decoded

__all__ = ["TEXT_LIMIT", "decoded", "parse"]
