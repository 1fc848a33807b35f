from __future__ import annotations

import json
from collections import Counter
from typing import Any

from floodmark.simulate import Simulated
from simulate import readings

# The published case, per 5,700,000 people: values on file besides name and e-mail -> people.
PATTERNS = {
    (): 1_200_000,
    ("loyalty_number",): 900_000,
    ("loyalty_number", "loyalty_tier"): 1_400_000,
    ("loyalty_number", "loyalty_points", "loyalty_tier", "status_credits"): 500_000,
    ("address", "date_of_birth", "gender", "meal_preference", "phone"): 10_000,
    ("address", "date_of_birth", "gender", "phone"): 290_000,
    ("address", "date_of_birth", "phone"): 300_000,
    ("address", "date_of_birth"): 250_000,
    ("date_of_birth",): 150_000,
    ("address",): 300_000,
    ("address", "phone"): 150_000,
    ("phone",): 150_000,
    ("date_of_birth", "gender"): 100_000,
}
MARGINALS = {
    "name": 5_700_000, "email": 5_700_000, "address": 1_300_000, "date_of_birth": 1_100_000, "phone": 900_000,
    "gender": 400_000, "meal_preference": 10_000, "loyalty_number": 2_800_000, "free_text": 0,
}  # fmt: skip
FULL = 5_700_000


def _key_combinations(key: dict[str, Any]) -> Counter[tuple[tuple[str, ...], tuple[str, ...]]]:
    return Counter(
        {(tuple(row["taken"]), tuple(row["possible"])): row["people"] for row in key["combinations"]}
    )


def _hostile(events: list[dict[str, Any]], key: dict[str, Any]) -> list[dict[str, Any]]:
    return [event for event in events if event["SessionKey"] in key["intrusion"]["sessions"]]


def _loss_of_vishing(vishing: Simulated, key: dict[str, Any]) -> readings.Loss:
    """Read who lost what from the real-time events, the call totals and the tables."""
    loss = readings.Loss(vishing.directory, key["intrusion"]["to"])
    for event in _hostile(readings.answers(vishing.directory, "ApiEvent"), key):
        if "COUNT()" not in event["Query"]:
            ids = [record["Id"] for record in json.loads(event["Records"])["records"]]
            loss.hand_out(event["QueriedEntities"], ids, readings.fields_of(event["Query"]))
    fetched: set[str] = set()
    for entry in readings.listing(vishing.directory):
        if entry["EventType"] == "RestApi":
            for row in readings.table(readings.elf_path(vishing.directory, entry)):
                if row["SESSION_KEY"] in key["intrusion"]["sessions"] and row["URI_ID_DERIVED"]:
                    fetched.add(row["URI_ID_DERIVED"])
    assert len(fetched) == 7
    for record in fetched:
        loss.fetch("Contact", record)
    return loss


def test_key_equals_an_independent_reading_of_the_logs(
    vishing: Simulated, vishing_key: dict[str, Any]
) -> None:
    """Ids in the logs times values in the tables give the key's figures."""
    loss = _loss_of_vishing(vishing, vishing_key)
    assert {name: len(ids) for name, ids in loss.records.items()} == vishing_key["records"]
    assert loss.combinations() == _key_combinations(vishing_key)
    assert sum(1 for found in loss.sure.values() if found) == vishing_key["units"]["with_sure_value"]
    for category, counts in vishing_key["categories"].items():
        sure = {person for person, found in loss.sure.items() if category in found}
        possible = {person for person, found in loss.possible.items() if category in found} - sure
        assert (len(sure), len(possible)) == (counts["sure"], counts["possible"]), category
        assert counts["sure"] <= counts["truth"] <= counts["sure"] + counts["possible"]


def test_residence_counts_people_in_each_of_their_countries(
    vishing: Simulated, vishing_key: dict[str, Any]
) -> None:
    """A person with two countries is in both rows, one without any in the row of null."""
    loss = _loss_of_vishing(vishing, vishing_key)
    homes: dict[str, set[str]] = {person: set() for person, found in loss.sure.items() if found}
    for row in loss.tables["Contact"]:
        if row["MailingCountry"] and loss.person[row["Id"]] in homes:
            homes[loss.person[row["Id"]]].add(row["MailingCountry"])
    counted = Counter(country for found in homes.values() for country in found or {None})
    assert counted == Counter({row["country"]: row["people"] for row in vishing_key["residence"]})
    assert counted[None] > 0
    assert max(len(found) for found in homes.values()) == 2


def test_categories_show_taken_untaken_and_possible(vishing_key: dict[str, Any]) -> None:
    """Each kind of outcome occurs."""
    found = vishing_key["categories"]
    for category in (
        "name",
        "email",
        "phone",
        "date_of_birth",
        "address",
        "loyalty_number",
        "loyalty_tier",
        "free_text",
    ):
        assert found[category]["sure"] > 0, category
        assert found[category]["possible"] > 0, category
    for category in ("gender", "loyalty_points", "meal_preference"):
        assert found[category]["sure"] == 0, category
    assert found["gender"]["possible"] > 0


def test_a_share_of_the_customers_was_not_reached(vishing_key: dict[str, Any]) -> None:
    """Absence means something only where some were spared."""
    assert 0.6 <= vishing_key["units"]["emails"] / vishing_key["tables"]["emails"] <= 0.8


def test_key_names_the_intruder_as_the_logs_do(vishing: Simulated, vishing_key: dict[str, Any]) -> None:
    """A new application from a new address, while the agent's own browser session goes on."""
    intrusion = vishing_key["intrusion"]
    logins = readings.table(vishing.directory / "logs" / "LoginHistory.csv")
    hostile = [row for row in logins if row["Application"] == intrusion["client"]]
    assert {row["UserId"] for row in hostile} == {intrusion["actor"]}
    assert {row["SourceIp"] for row in hostile} == set(intrusion["addresses"])
    assert {row["LoginType"] for row in hostile} == {"Remote Access 2.0"}
    assert len(hostile) == len(intrusion["sessions"]) == 3
    own = [row for row in logins if row["UserId"] == intrusion["actor"] and row not in hostile]
    assert not {row["SourceIp"] for row in own} & set(intrusion["addresses"])
    assert {row["LoginTime"][:10] for row in hostile} <= {row["LoginTime"][:10] for row in own}
    views = [
        json.loads(line)
        for path in vishing.logs
        if path.name.startswith("LightningUriEvent_2025-06-29")
        for line in readings.body(path).decode().splitlines()
    ]
    (second,) = (row["LoginTime"] for row in hostile if row["LoginTime"].startswith("2025-06-29"))
    mine = [view["PageStartTime"] for view in views if view["UserId"] == intrusion["actor"]]
    assert min(mine) < second < max(mine)


def test_a_page_was_asked_for_twice(vishing: Simulated, vishing_key: dict[str, Any]) -> None:
    """A retry repeats the ids of one page of two."""
    pages = Counter(
        (event["Query"], event["Records"])
        for event in _hostile(readings.answers(vishing.directory, "ApiEvent"), vishing_key)
    )
    assert max(pages.values()) == 2
    (query,) = {query for (query, _), count in pages.items() if count == 2}
    assert len({records for text, records in pages if text == query}) == 2


def test_records_file_holds_each_taken_record_once(vishing: Simulated, vishing_key: dict[str, Any]) -> None:
    """One row per record, and no sure value of a record changed since."""
    rows = readings.table(vishing.key.with_name("records.csv"))
    assert len({row["id"] for row in rows}) == len(rows)
    assert Counter(row["object"] for row in rows) == Counter(vishing_key["records"])
    assert not [row for row in rows if "Birthdate" in row["fields"] and row["changed_since"] == "true"]


def _loss_of_qantas(simulated: Simulated, key: dict[str, Any]) -> readings.Loss:
    """Evaluate the logged query texts on the tables by plain loops."""
    loss = readings.Loss(simulated.directory, key["intrusion"]["to"])
    texts = {
        row["Query"]
        for row in readings.table(simulated.directory / "logs" / "BulkApiResultEventStore.csv")
        if row["SessionKey"] in key["intrusion"]["sessions"]
    }
    assert len(texts) == 5
    for text in texts:
        words = " ".join(text.split())
        low, high = (part.split(" ")[0] for part in words.replace(">=", "<").split(" < ")[1:])
        fields = words[7:].split(" from " if " from " in words else " FROM ")[0].split(", ")
        ids = [row["Id"] for row in loss.tables["Contact"] if low[:-1] <= row["CreatedDate"][:19] < high[:-1]]
        loss.hand_out("Contact", ids, fields)
    for event in _hostile(readings.answers(simulated.directory, "ApiEvent"), key):
        if "COUNT()" not in event["Query"]:
            ids = [record["Id"] for record in json.loads(event["Records"])["records"]]
            loss.hand_out("Contact", ids, ["Name", "Email"])
    return loss


def test_published_patterns_exactly(qantas: tuple[Simulated, int]) -> None:
    """The key and a plain evaluation of the query texts both give the twelve patterns."""
    simulated, customers = qantas
    key = json.loads(simulated.key.read_text("utf-8"))
    expected = Counter(
        {
            (tuple(sorted((*extra, "email", "name"))), ()): count * customers // FULL
            for extra, count in PATTERNS.items()
        }
    )
    assert sum(PATTERNS.values()) == FULL
    assert _key_combinations(key) == expected
    assert _loss_of_qantas(simulated, key).combinations() == expected
    for category, count in MARGINALS.items():
        assert key["categories"][category]["sure"] == count * customers // FULL, category
    assert all(counts["possible"] == 0 for counts in key["categories"].values())


def test_published_records_and_duplicates(qantas: tuple[Simulated, int]) -> None:
    """Twenty records for nineteen e-mails, and fewer people than e-mails."""
    simulated, customers = qantas
    key = json.loads(simulated.key.read_text("utf-8"))
    assert key["records"] == {"Contact": customers + customers // 19}
    assert key["units"]["emails"] == customers
    assert 0.95 * customers < key["units"]["people"] < 0.99 * customers
    assert key["tables"]["emails"] > customers
    assert key["tables"]["contacts_without_email"] > 0


def test_values_on_file_that_no_job_selected(qantas: tuple[Simulated, int]) -> None:
    """The tables hold more than was taken, so that a field list decides and not the table."""
    simulated, _ = qantas
    key = json.loads(simulated.key.read_text("utf-8"))
    contacts = readings.table(simulated.tables["Contact"])
    holders = {readings.people([row])[row["Id"]] for row in contacts if row["Birthdate"]}
    assert len(holders) > key["categories"]["date_of_birth"]["sure"]


def test_bulk_jobs_leave_their_traces(qantas: tuple[Simulated, int]) -> None:
    """Running totals per job, one download event per page, and the job deleted in the end."""
    simulated, customers = qantas
    key = json.loads(simulated.key.read_text("utf-8"))
    jobs: dict[str, list[dict[str, str]]] = {}
    downloads: Counter[str] = Counter()
    for entry in readings.listing(simulated.directory):
        newest = (
            entry["Interval"] == "Hourly"
            if entry["LogDate"] >= "2025-06-30"
            else entry["Interval"] == "Daily"
        )
        if not newest or entry["EventType"] not in {"BulkApi2", "ApiTotalUsage"}:
            continue
        for row in readings.table(readings.elf_path(simulated.directory, entry)):
            if row["USER_ID_DERIVED"] != key["intrusion"]["actor"]:
                continue
            if entry["EventType"] == "BulkApi2":
                jobs.setdefault(row["JOB_ID"], []).append(row)
            elif row["API_RESOURCE"].endswith("/results"):
                downloads[row["API_RESOURCE"].split("/")[4]] += 1
    assert set(downloads) == set(jobs)
    assert {len(rows) >= 5 for rows in jobs.values()} == {True}
    assert all(
        {"InProgress", "JobComplete", "Deleted"} <= {row["JOB_STATUS"] for row in rows}
        for rows in jobs.values()
    )
    most = sum(max(int(row["RECORDS_PROCESSED"] or 0) for row in rows) for rows in jobs.values())
    assert most == customers + customers // 19
    requested = sum(row["rows"] for row in key["requests"] if row["kind"] == "bulk_query")
    assert requested == most
