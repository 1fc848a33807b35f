"""Every rule that comes with the package: it says what it must, it fires, and it stays quiet."""

from pathlib import Path

import pytest

from detectors.sample import ledger
from floodmark.sigma import SHIPPED, Rule, load
from rules.events import expanded

LOADED = load([SHIPPED])
PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "rules.md"
BY_NAME = {each.name: each for each in LOADED.told}


def told_of(sample: object) -> set[str]:
    """Return the names of the rules that fire on a sample."""
    with ledger(expanded(sample)) as engine:  # pyright: ignore[reportArgumentType]
        LOADED.evaluate(engine)
        return {name for (name,) in engine.rows("SELECT DISTINCT rule FROM detect_sigma_hit ORDER BY rule")}


def test_no_shipped_rule_is_refused_and_each_file_tells_one() -> None:
    """One file is one rule that is told, beside those that serve it."""
    assert LOADED.refused == ()
    files = [each.file for each in LOADED.told]
    assert sorted(files) == sorted(path.name for path in SHIPPED.glob("*.yml"))
    assert len(files) >= 25


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_rule(name: str) -> None:
    """The rule says all it must, fires on its one sample, stays quiet on the other, and is on the page."""
    rule = BY_NAME[name]
    _complete(rule)
    assert name in told_of(rule.guide.firing), "the firing sample does not fire"
    assert name not in told_of(rule.guide.quiet), "the quiet sample fires"
    assert f"## {name}\n" in PAGE.read_text("utf-8"), (
        "the page of the rules does not name it; run `make docs`"
    )


def _complete(rule: Rule) -> None:
    assert rule.file == f"{rule.name}.yml"
    assert rule.id
    assert rule.status in {"experimental", "test", "stable"}
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.description.endswith(".")
    assert rule.techniques
    assert 1 <= rule.points <= 10
    for text in (rule.guide.misses, rule.guide.check, rule.guide.response):
        assert text.endswith("."), text
    assert rule.guide.firing
    assert rule.guide.quiet
