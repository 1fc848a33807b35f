"""The scenario families: their plans lie inside the tenant's weeks, and follow from the generator alone."""

import ast
import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from floodmark.simulate import families
from floodmark.simulate.families import FAMILIES, Family
from floodmark.simulate.plan import (
    Account,
    Aura,
    Bulk,
    Count,
    Fetch,
    Login,
    Plan,
    Query,
    Report,
    Tenant,
    View,
)

SEEDS = range(12)
STARTS_AT = datetime(2025, 5, 20)  # noqa: DTZ001 - plain UTC
ENDS_AT = STARTS_AT + timedelta(weeks=6)
ROLES = ["agent"] * 40 + ["manager"] * 4 + ["admin"] * 2 + ["loader", "integration", "telephony", "guest"]
MACHINES = {"integration", "telephony"}
EXPECTED_HOSTILE = {
    "data-loader-vishing", "guest-scraping", "mfa-reset", "page-walking", "paged-scraping", "report-chunks",
    "several-accounts", "single-request", "slow-drip", "stolen-token",
}  # fmt: skip
EXPECTED_HONEST = {
    "acquired-team", "holiday-peak", "marketing-export", "migration", "month-end", "new-integration", "new-starters",
    "reorganisation", "travel-and-devices",
}  # fmt: skip
# Family, parameter, least, most.
RANGES = [
    ("acquired-team", "team", 5, 15),
    ("acquired-team", "within_days", 1, 6),
    ("acquired-team", "networks", 1, 3),
    ("acquired-team", "rounds", 1, 2),
    ("data-loader-vishing", "sessions", 1, 4),
    ("data-loader-vishing", "gap_h", 2, 96),
    ("data-loader-vishing", "chunks", 1, 60),
    ("guest-scraping", "addresses", 1, 3),
    ("guest-scraping", "per_s", 0.05, 10),
    ("holiday-peak", "busier", 1.5, 3),
    ("holiday-peak", "days", 7, 14),
    ("marketing-export", "rounds", 1, 4),
    ("mfa-reset", "gap_h", 0.05, 12),
    ("migration", "nights", 2, 6),
    ("month-end", "days", 2, 5),
    ("new-integration", "hosts", 1, 3),
    ("new-starters", "starters", 3, 10),
    ("page-walking", "customers", 300, 6_000),
    ("page-walking", "per_hour", 10, 1_800),
    ("page-walking", "days", 1, 24),
    ("paged-scraping", "pause_ms", 200, 4_000),
    ("reorganisation", "hours_later", -8, 8),
    ("report-chunks", "chunks", 20, 300),
    ("several-accounts", "accounts", 2, 6),
    ("single-request", "wait_s", 5, 900),
    ("slow-drip", "per_day", 60, 400),
    ("slow-drip", "days", 14, 28),
    ("stolen-token", "probing_h", 2, 150),
    ("travel-and-devices", "travellers", 1, 5),
]


def shifts(n: int) -> tuple[tuple[datetime, datetime], ...]:
    """Return weekday shifts of eight hours, by night for some."""
    days = [STARTS_AT + timedelta(days=day, hours=n * 6 % 24, minutes=n) for day in range(41)]
    return tuple((day, day + timedelta(hours=8)) for day in days if day.weekday() < 5)


def account(n: int, role: str) -> Account:
    """Return an account with shifts, or of a machine with its client."""
    machine = role in MACHINES
    times = () if machine or role == "guest" else shifts(n)
    client = (role, role, f"0H45g000001ab0{n % 10}") if machine else (None, None, None)
    address = f"203.0.113.{10 + n % 4}"
    return Account(n, role, f"user{n}@callcentre.example", address, "Mozilla/5.0", "PH", times, *client)  # pyright: ignore[reportArgumentType]


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    """Return a tenant of six weeks with all roles."""
    return Tenant(
        STARTS_AT, ENDS_AT, tuple(account(n, role) for n, role in enumerate(ROLES, 1)), 20_000, 30_000
    )


_PLANNED: dict[tuple[str, int], Plan] = {}


def planned(family: Family, tenant: Tenant, seed: int) -> Plan:
    """Return the plan of a seed, made once."""
    key = family.name, seed
    if key not in _PLANNED:
        _PLANNED[key] = family.plan(tenant, random.Random(seed))
    return _PLANNED[key]


def times(plan: Plan) -> list[datetime]:
    """Return the times of everything in a plan."""
    return [each.at for each in (*plan.logins, *plan.acts, *plan.identity, *plan.setup)]


def taken(plan: Plan, contacts: int) -> float:
    """Return how many records the acts hand out, one counted as often as it is."""
    total = 0.0
    for act in plan.acts:
        match act:
            case Query(limit=None) | Bulk() | Aura() | Report(exported=True):
                total += (act.high - act.low) * contacts
            case View() | Fetch():
                total += 1
            case _:
                pass
    return total


def test_all_families_are_found_in_order_of_their_names() -> None:
    """Each file is a family; those of the issue are there."""
    assert list(FAMILIES) == sorted(FAMILIES)
    assert {name for name, each in FAMILIES.items() if each.hostile} == EXPECTED_HOSTILE
    assert {name for name, each in FAMILIES.items() if not each.hostile} == EXPECTED_HONEST
    assert all(each.name == name and each.happens.endswith(".") for name, each in FAMILIES.items())


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
class TestEachFamily:
    def test_an_equal_seed_gives_an_equal_plan(self, family: Family, tenant: Tenant) -> None:
        """Another seed gives another plan; the module's own generator is left alone."""
        state = random.getstate()
        first, again, other = (family.plan(tenant, random.Random(seed)) for seed in (1, 1, 2))
        assert first == again
        assert first != other
        assert random.getstate() == state

    @pytest.mark.parametrize("seed", SEEDS)
    def test_acts_lie_inside_the_weeks_and_their_logins(
        self, family: Family, tenant: Tenant, seed: int
    ) -> None:
        """Every time is inside the tenant's, every act inside its login, every place between 0 and 1."""
        plan = planned(family, tenant, seed)
        assert all(STARTS_AT <= at < ENDS_AT for at in times(plan))
        for act in plan.acts:
            login = plan.logins[act.login]
            assert login.at <= act.at <= (login.until or ENDS_AT), (act, login)
            if isinstance(act, Query | Bulk | Report | Aura):
                assert 0 <= act.low <= act.high <= 1, act
            if isinstance(act, View | Fetch):
                assert 0 <= act.place <= 1, act
        assert plan.acts == sorted(plan.acts, key=lambda act: act.at)
        assert all(login.until is None or login.at <= login.until <= ENDS_AT for login in plan.logins)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_acts_fit_their_door(self, family: Family, tenant: Tenant, seed: int) -> None:
        """Pages and reports need a browser, queries an interface of their family, guests their own door."""
        plan = planned(family, tenant, seed)
        numbers = {each.n for each in tenant.accounts}
        for login in plan.logins:
            assert login.account in numbers
        for act in plan.acts:
            door = plan.logins[act.login].door
            match act:
                case View() | Report():
                    assert door == "ui"
                case Aura():
                    assert door in {"ui", "guest"}
                case Bulk() | Fetch():
                    assert door == "rest"
                case Query() | Count():
                    assert door == act.family.lower()
                case _:
                    assert door in {"rest", "soap"}

    @pytest.mark.parametrize("seed", SEEDS)
    def test_hostile_is_said_of_all_or_of_nothing(self, family: Family, tenant: Tenant, seed: int) -> None:
        """An intruder begins after two weeks and takes something; honest work has no hostile row."""
        plan = planned(family, tenant, seed)
        rows = [*plan.logins, *plan.identity, *plan.setup]
        assert all(each.hostile == family.hostile for each in rows)
        if family.hostile:
            assert min(times(plan)) >= STARTS_AT + timedelta(weeks=2) - timedelta(
                minutes=2
            )  # signing on comes before
            assert taken(plan, tenant.contacts) >= 100
            assert plan.logins
            assert not any((plan.absent_before, plan.shifted, plan.busier))

    def test_what_was_drawn_can_be_printed(self, family: Family, tenant: Tenant) -> None:
        """Parameters are there, of plain types, and differ between seeds."""
        plans = [planned(family, tenant, seed) for seed in SEEDS]
        assert all(plan.drawn for plan in plans)
        assert all(type(value) in {int, float, str} for plan in plans for value in plan.drawn.values())
        assert len({str(plan.drawn) for plan in plans}) == len(plans)


@pytest.mark.parametrize(("name", "parameter", "least", "most"), RANGES)
def test_drawn_ranges_hold(name: str, parameter: str, least: float, most: float, tenant: Tenant) -> None:
    """A parameter stays inside its range, and more than one value of it is drawn."""
    drawn = [planned(FAMILIES[name], tenant, seed).drawn[parameter] for seed in range(16)]
    assert all(isinstance(each, float | int) and least <= each <= most for each in drawn), drawn
    assert len(set(drawn)) > 1


def logins_of(tenant: Tenant, *, hostile: bool) -> list[Login]:
    """Return the logins of many plans from addresses that are nobody's usual one."""
    usual = {each.address for each in tenant.accounts}
    # the two honest families that bring an application each time are cheap, and need many draws to show all names
    plans = [
        planned(family, tenant, seed)
        for name, family in FAMILIES.items()
        if family.hostile is hostile
        for seed in range(160 if name in {"new-integration", "migration"} else 20)
    ]
    return [login for plan in plans for login in plan.logins if login.address not in usual]


def test_nothing_but_behaviour_gives_the_intruder_away(tenant: Tenant) -> None:
    """Networks, programs, names and countries of intruders are those of honest people too."""
    bad, good = logins_of(tenant, hostile=True), logins_of(tenant, hostile=False)
    for what in ("agent", "app", "country"):
        assert {getattr(login, what) for login in bad} <= {getattr(login, what) for login in good} | {
            getattr(each, what, None) for each in tenant.accounts
        } | {"CTI Softphone"}, what
    assert {login.address.split(".")[0] for login in bad} <= {login.address.split(".")[0] for login in good}
    assert {login.until is None for login in bad if login.door == "ui"} == {True, False}


def test_a_drip_meets_nobody_twice_and_lasts(tenant: Tenant) -> None:
    """Each customer is looked up once, on ten days or more of them."""
    for seed in SEEDS:
        plan = planned(FAMILIES["slow-drip"], tenant, seed)
        places = [act.place for act in plan.acts if isinstance(act, View | Fetch)]
        assert len(places) == len(set(places))
        assert len({act.at.date() for act in plan.acts}) >= 8


def test_a_walk_opens_each_customer_once_and_takes_a_kept_session_without_a_login(tenant: Tenant) -> None:
    """No contact is opened twice, no more than drawn; a kept session shows no sign-on, and cases come first."""
    for seed in SEEDS:
        plan = planned(FAMILIES["page-walking"], tenant, seed)
        pages = [act for act in plan.acts if isinstance(act, View)]
        opened = [page.place for page in pages if page.object == "Contact"]
        assert len(opened) == len(set(opened)) <= plan.drawn["customers"]  # pyright: ignore[reportOperatorIssue]
        assert (pages[0].object == "Case") == (plan.drawn["cases"] != "no")
        kept = plan.drawn["kept_session"] == "True"
        assert {login.token for login in plan.logins} == {kept}
        assert bool(plan.identity) != kept


def test_an_acquired_team_was_never_there_before(tenant: Tenant) -> None:
    """Each member begins within the days that were drawn, works from a network of the team, and is set up."""
    for seed in SEEDS:
        plan = planned(FAMILIES["acquired-team"], tenant, seed)
        firsts = plan.absent_before
        assert len(firsts) == plan.drawn["team"]
        assert max(firsts.values()) - min(firsts.values()) <= timedelta(days=float(plan.drawn["within_days"]))
        assert all(login.at >= firsts[login.account] for login in plan.logins if login.account in firsts)
        usual = {each.n: each.address for each in tenant.accounts}
        own = {login.address for login in plan.logins if login.address != usual[login.account]}
        assert len(own) == plan.drawn["networks"]
        assert sum(row.action == "createduser" for row in plan.setup) == len(firsts)


def test_samples_are_small_for_the_tenant() -> None:
    """A query with a limit takes no more than a hundredth of the customers."""
    small = Tenant(
        STARTS_AT, ENDS_AT, tuple(account(n, role) for n, role in enumerate(ROLES, 1)), 3_000, 4_000
    )
    for seed in SEEDS:
        plan = FAMILIES["stolen-token"].plan(small, random.Random(seed))
        assert all(act.limit <= 30 for act in plan.acts if isinstance(act, Query) and act.limit)


def test_a_tenant_without_the_account_is_refused(tenant: Tenant) -> None:
    """A family that needs an account says which one is missing."""
    bare = Tenant(STARTS_AT, ENDS_AT, tenant.of("agent"), 20_000, 30_000)
    with pytest.raises(ValueError, match="no account of the roles guest"):
        FAMILIES["guest-scraping"].plan(bare, random.Random(1))


def test_small_tenants_and_idle_accounts_are_served() -> None:
    """Few customers and accounts without a shift still give a plan inside the weeks."""
    idle = tuple(replace(account(n, role), shifts=()) for n, role in enumerate(ROLES, 1))
    small = Tenant(STARTS_AT, ENDS_AT, idle, 500, 700)
    for family in FAMILIES.values():
        plan = family.plan(small, random.Random(3))
        assert all(STARTS_AT <= at < ENDS_AT for at in times(plan))


def test_no_family_uses_the_clock_or_the_shared_generator() -> None:
    """The source names neither: only the generator that it is given."""
    banned = {
        "datetime.now", "datetime.utcnow", "datetime.today", "time.time", "os.urandom", "uuid.uuid4",
        "random.random", "random.randint", "random.choice", "random.seed", "random.uniform", "random.Random",
    }  # fmt: skip
    for file in sorted(Path(families.__file__).parent.glob("*.py")):
        called = {ast.unparse(node.func) for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)}  # fmt: skip
        assert not called & banned, file.name


def test_every_family_and_every_parameter_is_in_the_documentation(tenant: Tenant) -> None:
    """The reference page has one row for each family, and names what is drawn."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "scenarios.md"
    rows = {
        line.split("`")[1]: line for line in page.read_text("utf-8").splitlines() if line.startswith("| `")
    }
    assert set(rows) == set(FAMILIES)
    for name, family in FAMILIES.items():
        drawn = {key for seed in SEEDS for key in planned(family, tenant, seed).drawn}
        assert not {key for key in drawn if f"`{key}`" not in rows[name]}, name
