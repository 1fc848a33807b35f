"""What every document is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]


class Document(BaseModel):
    """A part of a document: frozen, and no key but the stated ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Document):
    """One thing that differs, and how."""

    item: str
    problem: str


class Spoken(Document):
    """The hours for which one log has rows, and how many known gaps lie in them."""

    log: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    gaps: Count

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
