"""Plans carried out on a drawn tenant: in files, in the answer key, and as rows without files."""

from __future__ import annotations

import csv
import hashlib
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from floodmark import engine, simulate
from floodmark.case import Case
from floodmark.engine import Engine
from floodmark.errors import UsageError
from floodmark.ledger import Ledger
from floodmark.simulate import centre, rows
from floodmark.simulate.families import FAMILIES, Family
from floodmark.simulate.plan import (
    Aura,
    Bulk,
    Call,
    Count,
    Fetch,
    Identity,
    Login,
    Plan,
    Query,
    Report,
    Setup,
    Tenant,
    View,
)
from simulate import readings
from small_files import ACTOR

pytestmark = pytest.mark.slow
AT = datetime(2025, 6, 24, 9, 0, 1)  # noqa: DTZ001 - plain UTC
COMPARED = 'log, "at", actor, session, login, ip, client, operation, matched_rows, delivered_rows'
# What the scenarios wrote before there were plans.
BYTES = {
    ("vishing-data-loader", 150): "45a9a127f6e56695b75b72e05cbf50197a0fe55ef990f1374e78f5e955e1e074",
    ("qantas", 570): "3ec0d92493a721d892051113b8f7c24286134ea861a508436d0a1e3d5790a9ad",
    ("clean", 150): "dd2d18b525ac3506e5d10e431f87c169789432b7146c559741021a75f4b884c3",
}


def full_seed() -> int:
    """Return the first seed whose tenant keeps real-time events and has an identity provider."""
    return next(seed for seed in range(100) if centre.draw(seed).realtime and centre.draw(seed).okta)


def one_of_each(tenant: Tenant, draw: random.Random) -> Plan:
    """Return a plan with every kind of act, one minute after the other."""
    del draw
    agent, guest, admin = tenant.of("agent")[0], tenant.of("guest")[0], tenant.of("admin")[0]
    machine = tenant.of("integration")[0]
    common: dict[str, Any] = {"hostile": True, "agent": "Tester/1.0"}
    logins = [
        Login(AT, agent.n, "192.0.2.77", "rest", app="Case Insights", client="CaseInsights/1", **common),
        Login(AT, agent.n, "192.0.2.77", "ui", **common),
        Login(AT, guest.n, "192.0.2.78", "guest", **common),
        Login(
            AT, machine.n, "192.0.2.79", "rest", app=machine.app, app_id=machine.app_id, token=True, **common
        ),
        Login(AT, agent.n, "192.0.2.77", "soap", client="DataLoaderPartnerUI/58.0.0", **common),
    ]

    def at(minutes: int) -> datetime:
        return AT + timedelta(minutes=minutes)

    acts = [
        Call(at(1), 0, "REST", "GET", "/v58.0/sobjects"),
        Count(at(2), 0, "Contact"),
        Query(at(3), 0, "Contact", ("Id", "Name"), 0.0, 0.1),
        Query(at(4), 4, "Case", ("Id", "Description"), 0.5, 0.7, family="SOAP"),
        Query(at(5), 3, "Account", ("Id", "Name"), limit=5),
        Bulk(at(6), 3, ("Id", "Email"), 0.1, 0.2, removed=True),
        View(at(10), 1, "Contact", 0.25),
        View(at(11), 1, "Case", 0.25),
        Fetch(at(12), 0, 0.35),
        Report(at(13), 1, 9, 0.4, 0.5, exported=True),
        Aura(at(14), 2, "aura://RecordUiController/ACTION$getObjectInfo"),
        Aura(at(15), 2, "aura://RecordUiController/ACTION$getRecordWithFields", 0.6, 0.7),
    ]
    reset = Identity(
        at(-30), "user.mfa.factor.reset_all", admin.n, agent.n, admin.address, admin.agent, hostile=True
    )
    row = Setup(
        at(-20), admin.n, "insertConnectedApplication", "Connected Apps", "Case Insights", hostile=True
    )
    return Plan(logins, acts, [reset], [row], drawn={"acts": len(acts)})


def test_older_scenarios_keep_their_bytes(tmp_path: Path) -> None:
    """What was published with an earlier version can be made again."""
    for (scenario, customers), digest in BYTES.items():
        folder = tmp_path / scenario
        simulate.simulate(folder, scenario=scenario, customers=customers, seed=11)
        found = sorted(
            (path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
            for path in folder.rglob("*")
            if path.is_file()
        )
        assert hashlib.sha256(repr(found).encode()).hexdigest() == digest, scenario


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tenant with every log and a plan with every kind of act, as files."""
    family = Family("one-of-each", "one of each", hostile=True, happens="Everything once.", plan=one_of_each)
    folder = tmp_path_factory.mktemp("each")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FAMILIES, family.name, family)
        patch.setattr(simulate, "SCENARIOS", (*simulate.SCENARIOS, family.name))
        simulate.simulate(folder, scenario=family.name, customers=150, seed=full_seed())
    return folder


@pytest.fixture(scope="module")
def events(written: Path, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """The events that a case reads from these files."""
    root = tmp_path_factory.mktemp("case") / "case"
    case = Case.init(root, organisation="Example Air", actor=ACTOR)
    case.add([written / "logs"])
    with engine.memory() as connection:
        Ledger(Engine(connection), case.folder.manifest)
        return connection.sql(f"SELECT {COMPARED} FROM event").to_arrow_table()


@pytest.fixture(scope="module")
def world() -> Iterator[rows.World]:
    """The same tenant without files."""
    with rows.build(full_seed(), customers=150) as built:
        yield built


def test_rows_without_files_equal_those_read_from_files(events: pa.Table, world: rows.World) -> None:
    """The direct path has each event of the files, once, and no other."""
    plan = one_of_each(world.tenant, random.Random(0))
    direct = pa.concat_tables([world.events(), world.added(plan)])
    with engine.memory() as connection:
        connection.register("direct", direct)
        connection.register("filed", events)
        for one, other in (("direct", "filed"), ("filed", "direct")):
            sql = (
                f"SELECT {COMPARED} FROM {one} EXCEPT ALL SELECT {COMPARED} FROM {other} ORDER BY ALL LIMIT 5"
            )
            assert connection.execute(sql).fetchall() == [], f"only in {one}"


def test_each_kind_of_act_is_in_the_key(written: Path, world: rows.World) -> None:
    """The key tells every hostile request, and counts those that no log names as lost all the same."""
    key = json.loads((written / "key" / "answer.json").read_text("utf-8"))
    kinds = [request["kind"] for request in key["requests"]]
    assert kinds == [
        "aggregate", "query", "query", "query", "bulk_query", "page_view", "page_view", "record", "report", "unseen",
    ]  # fmt: skip
    assert all(request["rows"] for request in key["requests"][1:])
    assert len(key["intrusion"]["sessions"]) == 5
    assert len(key["intrusion"]["actors"]) == 3
    name = key["categories"]["name"]
    assert name["truth"] > name["sure"] + name["possible"]
    lost = world.lost(one_of_each(world.tenant, random.Random(0)))
    with (written / "key" / "records.csv").open(encoding="utf-8", newline="") as body:
        told = {int(row["person"]) for row in csv.DictReader(body) if row["object"] != "Account"}
    assert set(lost["person"].to_pylist()) == told
    assert json.loads((written / "key" / "plan.json").read_text("utf-8"))["plan"] == {"acts": 12}


def test_each_kind_of_act_is_in_the_logs(written: Path) -> None:
    """A token leaves no login, a guest neither, and the others one; every log has its rows."""
    history = readings.table(written / "logs" / "LoginHistory.csv")
    assert sum(row["SourceIp"] == "192.0.2.77" for row in history) == 3
    assert not any(row["SourceIp"] in {"192.0.2.78", "192.0.2.79"} for row in history)
    assert [row["Id"] for row in history] == sorted(row["Id"] for row in history)
    logs = {entry["EventType"] for entry in readings.listing(written)}
    assert {
        "AuraRequest",
        "API",
        "RestApi",
        "BulkApi2",
        "Report",
        "ReportExport",
        "LightningPageView",
    } <= logs
    okta = [
        event
        for path in sorted((written / "logs").glob("okta_system_log_*.json"))
        for event in json.loads(path.read_text("utf-8"))
    ]
    reset = [event for event in okta if event["published"] == "2025-06-24T08:30:01.000Z"]
    assert [event["eventType"] for event in reset] == ["user.mfa.factor.reset_all"]
    setup = readings.table(written / "logs" / "SetupAuditTrail.csv")
    assert any(row["Display"] == "Case Insights" for row in setup)


def test_rows_of_a_plan_stand_apart(world: rows.World) -> None:
    """Hostile rows are marked, arrive after they happened, have ids of their own, and are the same each time."""
    plan = one_of_each(world.tenant, random.Random(0))
    first, again, ordinary = world.added(plan), world.added(plan), world.events()
    assert first.equals(again)
    assert ordinary.equals(world.events())
    assert first.schema.names == ordinary.schema.names
    assert set(first["hostile"].to_pylist()) == {True}
    assert set(ordinary["hostile"].to_pylist()) == {False}
    ids = first["event"].to_pylist() + ordinary["event"].to_pylist()
    assert len(set(ids)) == len(ids)
    for table in (first, ordinary):
        assert all(
            late and at and timedelta(0) < late - at <= timedelta(hours=31)
            for late, at in zip(table["arrives_at"].to_pylist(), table["at"].to_pylist(), strict=True)
        )


def test_honest_changes_change_the_weeks(world: rows.World) -> None:
    """An account that came later has no row before, and busier days are busier."""
    newcomer = world.tenant.of("agent")[1].n
    middle = world.tenant.starts_at + timedelta(weeks=3)

    def plan(tenant: Tenant) -> Plan:
        del tenant
        return Plan(
            absent_before={newcomer: middle}, busier=[(middle, world.tenant.ends_at, 2.0)], shifted={1: 6}
        )

    with rows.build(full_seed(), customers=150, honest=plan) as changed, engine.memory() as connection:
        connection.register("now", changed.events())
        connection.register("usual", world.events())
        username = world.tenant.accounts[newcomer - 1].username
        counted = """SELECT count(*) FILTER ("at" < $1), count(*) FILTER ("at" >= $1) FROM {}
                     WHERE log = 'salesforce.elf.LightningPageView'"""
        before, after = connection.execute(counted.format("now"), [middle]).fetchall()[0]
        usual_before, usual_after = connection.execute(counted.format("usual"), [middle]).fetchall()[0]
        (early,) = connection.execute(
            'SELECT count(*) FROM now WHERE actor_name = $1 AND "at" < $2', [username, middle]
        ).fetchall()[0]
    assert early == 0
    assert before <= usual_before
    assert after > usual_after * 1.6


def test_events_go_with_fixed_scenarios_only(tmp_path: Path) -> None:
    """A family draws how much happens."""
    with pytest.raises(UsageError, match="draws how much happens"):
        simulate.simulate(tmp_path, scenario="slow-drip", events=200_000)
