"""Claims and documents for tests, with as little said as can be."""

from floodmark.incident.ids import claim_id
from floodmark.models import Claim, Published


def document(number, day=None, title="a report"):
    """Return a document; its id says its number."""
    return Published(
        id=f"D-{number}", title=title, published_on=day, sha256=f"{number}".zfill(64), name=f"{number}.txt",
        media="text", stated_by="a paper", damaged="",
    )  # fmt: skip


def claim(path, value, source=1, *, day=None, **more):
    """Return a claim of document `source`, stated on `day`."""
    said = {
        "unit": None, "precision": None, "polarity": None, "confidence": None, "modality": "asserted",
        "detail": {}, **more,
    }  # fmt: skip
    return Claim(
        id=claim_id(path=path, value=value, source=source, day=day, **said), path=path, value=value, basis="document",
        status="asserted", stated_by="a paper", stated_on=day, quote=str(value), document=f"D-{source}", span=(0, 1),
        evidence=(), **said,
    )  # fmt: skip


def count(value, precision, unit="customers", source=1, day=None, **detail):
    """Return a claim of how many."""
    return claim(
        "impact.count",
        value,
        source,
        day=day,
        unit=unit,
        precision=precision,
        detail={"role": "total", **detail},
    )
