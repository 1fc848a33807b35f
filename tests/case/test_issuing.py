"""Which formats and levels a report is written in, and that a wrong one changes nothing."""

import pytest

from floodmark.case.issuing import KINDS, require_kinds, require_level
from floodmark.errors import UsageError


def test_every_kind_is_known():
    """The formats of the contract and those beside it."""
    require_kinds(KINDS)
    assert {"md", "html", "pdf", "json", "stix", "veris"} <= set(KINDS)


def test_an_unknown_kind_or_level_is_refused_with_the_nearest_name():
    """One line says what there is."""
    with pytest.raises(
        UsageError, match=r"report format 'htm' is not known, expected md, html, .*did you mean html"
    ):
        require_kinds(("md", "htm"))
    with pytest.raises(UsageError, match=r"'publik' is not a level; did you mean public"):
        require_level("publik")
