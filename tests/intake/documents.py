"""Small documents of our own, in every format that is read."""

from __future__ import annotations

REPORT = """\
---
title: "Breach at Northwind Parcels"
date: 2024-03-08
author: Desk
source: Harbour Security Notes
---
# Incident report

**Executive Summary**
Northwind Parcels lost the records of about 2.4 million people. Card numbers were *not* taken.

## Incident details
- **Discovery date:** Friday
- Affected organisation: Northwind Parcels
- *Sector*: **Logistics**

## Impact
- **What was taken:** A "large" set of records, including:
- Names
- Postal addresses
- **Note:** Passwords were *not* read.
- Unrelated remark.

The following was not accessed:

* PINs
* Passports

| Field | Share | Certain |
|---|---:|---|
| E-mail | 40 % | yes |
| Passport | 0 % | no |

Details
=======

Containment:
1. Tokens were revoked
   1. Of all apps
2. Doors closed

> "We are sorry," the company said.

```
GET /records
```
"""

NEWS = """\
Parcel firm says records were copied

By Desk Writer
July 2, 2025

HALIFAX, 2 July 2025 - Northwind Parcels Inc. said that 2.4 million people are affected. No card
numbers were taken, e.g. none of the U.S. customers lost one.

What happened

Someone called the help desk. The caller got in.

The following was not accessed:
Passwords
PINs
Passports
"""

HTML = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<title>Notice of a breach</title>
<meta property="og:site_name" content="Harbour Daily">
<meta property="article:published_time" content="2025-07-02T08:00:00+10:00">
<style>p { color: red }</style>
<script>document.write("<p>100 people</p>")</script></head>
<body><nav><a href="/">Another firm lost 9 million records</a></nav>
<!-- 77 people -->
<h1>A <em>notice</em></h1>
<p>The thieves took <b>2.4&nbsp;million</b>
records. Passwords were <i>not</i> taken.</p>
<p hidden>Hidden words.</p><p style="display: none">Hidden too.</p>
<template><p>Never shown.</p></template>
<h2>Data</h2>
<ul><li><b>Taken:</b> several fields, including:<ul><li>Names</li><li>E-mail addresses</li></ul></li>
<li>Something else</li></ul>
<table><tr><th>Question</th><th>Answer</th></tr><tr><td>Sector</td><td>Logistics</td></tr></table>
<dl><dt>Country</dt><dd>Canada</dd></dl>
<blockquote><p>We are sorry.</p></blockquote>
<pre>GET /records
200</pre>
</body></html>
"""

MAIL = (
    "From: =?utf-8?q?N=C3=B8rth?= Desk <desk@example.org>\r\n"
    "To: all@example.org\r\n"
    "Subject: What we know\r\n"
    " so far\r\n"
    "Date: Wed, 02 Jul 2025 23:30:00 +1000\r\n"
    "MIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="cut"\r\n'
    "\r\n"
    "--cut\r\n"
    "Content-Type: text/html\r\n"
    "\r\n"
    "<p>In HTML</p>\r\n"
    "--cut\r\n"
    "Content-Type: text/plain; charset=iso-8859-1\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Jos=E9 took 12 records.\r\n"
    "--cut\r\n"
    "Content-Type: text/plain\r\n"
    "Content-Disposition: attachment; filename=a.txt\r\n"
    "\r\n"
    "An attachment.\r\n"
    "--cut--\r\n"
).encode("ascii")


def pdf(
    lines: tuple[str, ...] = ("Incident notice", "Date: 3 July 2025", "Thieves took 12 records."),
) -> bytes:
    """Return a PDF of one page with these lines, written by hand, without compression."""
    shown = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
    content = f"BT /F1 12 Tf 72 720 Td {shown}ET".encode("latin-1")
    return pdf_of(content)


def pdf_of(content: bytes, *, pages: int = 1, filters: str = "") -> bytes:
    """Return a PDF whose pages all show the same drawing instructions."""
    kids = " ".join(f"{5 + number} 0 R" for number in range(pages))
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Length {len(content)} {filters} >>\nstream\n".encode() + content + b"\nendstream",
    ]
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 3 0 R >> >> >>"
    )
    return _numbered([*bodies, *[page] * pages])


def _numbered(bodies: list[bytes]) -> bytes:
    """Return the file of some objects, numbered from 1, with its table of places."""
    out = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    for place in places:
        out += f"{place:010d} 00000 n \n".encode()
    out += f"trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R /Info << /CreationDate (D:20200101) >> >>\n".encode()
    return bytes(out + f"startxref\n{table}\n%%EOF\n".encode())
