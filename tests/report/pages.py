"""The pages of a material at a level, and every format of it as text."""

from __future__ import annotations

import io
import json
import zipfile
from typing import NamedTuple

from pypdf import PdfReader

from floodmark.report import (
    _BODY,  # pyright: ignore[reportPrivateUsage]
    grounds,
    opening,
    pdf,
    published,
    redaction,
    render,
    requests,
    word,
)
from floodmark.report.blocks import Page
from floodmark.report.claims import Claims
from floodmark.report.material import Material
from floodmark.report.redaction import Level


class Made(NamedTuple):
    """The claims of a report and its page."""

    claims: Claims
    page: Page


def made(material: Material, level: Level = "internal") -> Made:
    """Return claims and page of a material at a level."""
    claims = Claims(material, level)
    sections = [redaction.cut(published.enrich(claims, each(claims)), level) for each in _BODY]
    annexes = (grounds.annex_evidence, grounds.annex_sql, requests.annex_queries, published.documents)
    first, *later = (redaction.cut(each(claims), level) for each in annexes)
    return Made(claims, Page(opening.alarm(claims), tuple(sections), first, tuple(later)))


def formats(material: Material, level: Level = "internal") -> dict[str, str]:
    """Return every format of a report as text; of archives all members, of PDF its text and its data."""
    claims, page = made(material, level)
    return {
        "md": render.markdown(claims, page),
        "html": render.html(claims, page),
        "json": claims.json(),
        "pdf": pdf_text(pdf.render(claims, page)),
        "pdf data": json.dumps(pdf.data(claims, page), ensure_ascii=False).replace("\u200b", ""),
        "docx": docx_text(word.render(claims, page)),
    }


def pdf_text(document: bytes) -> str:
    """Return the text of all pages, and what stands about the document."""
    reader = PdfReader(io.BytesIO(document))
    return "\n".join([*(page.extract_text() for page in reader.pages), str(reader.metadata)])


def docx_text(document: bytes) -> str:
    """Return every text member of the archive."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        names = [each for each in archive.namelist() if each.endswith((".xml", ".rels"))]
        return "\n".join(archive.read(each).decode() for each in names)
