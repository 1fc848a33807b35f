"""E-mail: the subject is the title, the `From` line says who states it, the `Date` line when.

`Page.text` is the body: the plain text where there is one, else what is seen of the HTML. Attachments are
documents of their own and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime
from typing import cast

from floodmark.intake import html, markdown, plain_text
from floodmark.intake.decoding import decode, whole
from floodmark.intake.page import Page

_MOST_PARTS = 1_000
_MOST_CUTS = 20_000
_LONGEST_HEAD = 200_000
_LONGEST_HEADER = 5_000
_DEEPEST = 50
_TELLING = frozenset({"content-type", "content-disposition", "content-transfer-encoding"})
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)


def read(data: bytes, has_marks: Callable[[str], bool]) -> Page:
    """Read a mail.

    Args:
        data: the bytes of the mail; a first line of an mbox file is passed over.
        has_marks: says whether a text is Markdown.
    """
    if too_much := _too_much(data):
        text, _ = decode(data[:_LONGEST_HEAD])
        return replace(
            plain_text.read(text), media="email", damaged=f"{too_much}; only its beginning was read"
        )
    mail = BytesParser(_class=EmailMessage, policy=default).parsebytes(data)
    page = _body(mail, has_marks)
    return replace(
        page,
        media="email",
        title=_header(mail, "subject") or page.title,
        published_on=_sent_on(mail) or page.published_on,
        stated_by=_sender(mail) or page.stated_by,
    )


def _too_much(data: bytes) -> str:
    """Say why a mail would take too long to be taken apart; empty where it would not."""
    if len(_BOUNDARY.findall(data)) > _MOST_PARTS or data.count(b"\n--") > _MOST_CUTS:
        return "a mail of too many parts"
    ends = [place for mark in (b"\n\n", b"\n\r\n") if (place := data.find(mark)) >= 0]
    return "a mail with too long a head" if min(ends, default=len(data)) > _LONGEST_HEAD else ""


def _body(mail: EmailMessage, has_marks: Callable[[str], bool]) -> Page:
    """Return the page of the first plain text, else of the first HTML, else an empty one."""
    parts = list(_texts(mail))
    for wanted in ("text/plain", "text/html"):
        for kind, part in parts:
            if kind == wanted:
                page = _page(part, kind, has_marks)
                if page.text.strip():
                    return page
    return Page("", "", None, "", "email", (), damaged="no readable text in the mail")


def _texts(mail: EmailMessage) -> Iterator[tuple[str, EmailMessage]]:
    """Yield the kind and the part of each text that is no attachment, in order."""
    todo: list[tuple[EmailMessage, int]] = [(mail, 0)]
    count = 0
    while todo and count < _MOST_PARTS:
        part, depth = todo.pop(0)
        count += 1
        if any(
            len(str(value)) > _LONGEST_HEADER for name, value in part.raw_items() if name.lower() in _TELLING
        ):
            continue
        kind = part.get_content_type()
        if part.is_multipart():
            inner = cast("list[EmailMessage]", part.get_payload())
            if depth < _DEEPEST and kind != "message/rfc822":
                todo = [(each, depth + 1) for each in inner] + todo
        elif kind in {"text/plain", "text/html"} and not _is_attached(part):
            yield kind, part


def _is_attached(part: EmailMessage) -> bool:
    """Say whether a part is an attachment."""
    return _header(part, "content-disposition").casefold().startswith("attachment")


def _page(part: EmailMessage, kind: str, has_marks: Callable[[str], bool]) -> Page:
    """Return the page of one text."""
    payload = part.get_payload(decode=True)
    text, damaged = decode(payload if isinstance(payload, bytes) else b"", _charset(part))
    if kind == "text/html":
        page = html.read(text)
    else:
        page = markdown.read(text) if has_marks(text) else plain_text.read(text)
    return replace(page, damaged="; ".join(filter(None, (damaged, page.damaged))))


def _charset(part: EmailMessage) -> str:
    """Return the charset that a part states; empty where there is none that can be read."""
    try:
        return part.get_content_charset() or ""
    except Exception:  # noqa: BLE001 - the parser of headers raises errors of many kinds on damaged ones
        return ""


def _header(mail: EmailMessage, name: str) -> str:
    """Return a header decoded and on one line; empty where there is none that can be read."""
    try:
        if any(len(str(value)) > _LONGEST_HEADER for key, value in mail.raw_items() if key.lower() == name):
            return ""
        return " ".join(whole(str(mail.get(name, ""))).split())
    except Exception:  # noqa: BLE001 - the same
        return ""


def _sent_on(mail: EmailMessage) -> date | None:
    """Return the day on which the mail was sent, in the sender's time zone."""
    try:
        return parsedate_to_datetime(_header(mail, "date")).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _sender(mail: EmailMessage) -> str:
    """Return the name of the sender, else the address."""
    name, address = parseaddr(_header(mail, "from"))
    return name or address
