"""The command line: reads the call, asks the case, shows the answer.

Standard output holds the answer (one JSON document with `--json`), standard error all talk. Exit
status: 0 done; 1 done, but a check failed, evidence differs or a file is damaged; 2 the call, the
data map or the disk is wrong, said in one line. Heavy libraries load only when a command runs.
"""

from __future__ import annotations

import getpass
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from floodmark.errors import FloodmarkError, UsageError
from floodmark.text import visible

if TYPE_CHECKING:
    from floodmark.case import Actor, Case
    from floodmark.models import Document

app = typer.Typer(
    name="floodmark",
    help="Show how far a customer-data breach reached, with the evidence of every statement.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

CaseFolder = Annotated[Path, typer.Argument(metavar="CASE", help="the case folder")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON document on standard output")]
Values = list[str] | None
DEMO_SCENARIO = "vishing-data-loader"
DEMO_MARK = ".floodmark-demo"
PROGRESS_WIDTH = 40


class Exit(IntEnum):
    """What the exit status says."""

    DONE = 0
    """Done; quarantined rows are normal."""
    DOUBT = 1
    """Done, but a check failed, evidence differs or a file is damaged."""
    WRONG = 2
    """The call, the data map or the disk is wrong; nothing was changed."""


# --- the answer --------------------------------------------------------------------------------------


def _say(text: str = "") -> None:
    """Print one line of the answer."""
    typer.echo(text)


def _talk(text: str) -> None:
    """Print one line beside the answer."""
    typer.echo(text, err=True)


def _answer(
    document: Document, *, as_json: bool, show: Callable[[], None], head: str = "", doubt: bool = False
) -> NoReturn:
    """Print the answer in the form asked for, the head of the custody chain, and end."""
    from floodmark.models import dump

    if as_json:
        sys.stdout.write(dump(document))
    else:
        show()
    if head:
        _talk(f"custody head {head}")
    raise typer.Exit(Exit.DOUBT if doubt else Exit.DONE)


def _actor() -> Actor:
    from floodmark.case import Actor

    try:
        who = getpass.getuser()
    except (KeyError, OSError):
        who = "unknown"
    return Actor(who, datetime.now(UTC))


def _case(root: Path) -> Case:
    from floodmark.case import Case

    return Case.open(root, _actor(), _progress)


def _head(case: Case) -> str:
    return case.folder.custody.head()


def _progress(stage: str, done: int, total: int) -> None:
    """Show progress on a terminal, nothing in a pipe; a longer line before is overwritten."""
    if sys.stderr.isatty():
        end = "\n" if done >= total else ""
        line = visible(f"{stage} {done}/{total}")[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write(f"\r{line.ljust(PROGRESS_WIDTH)}{end}")
        sys.stderr.flush()


def main() -> None:
    """Run the command line; a known error becomes one line and its exit status."""
    try:
        status = app(standalone_mode=False)
    except FloodmarkError as error:
        _talk(f"floodmark: {visible(error.message)}")
        for line in error.hint.splitlines():
            _talk(f"  {visible(line)}")
        status = error.exit_status
    except (KeyboardInterrupt, typer.Abort):
        _talk("floodmark: stopped; what was committed is kept")
        status = 130
    except TyperException as error:
        _talk(_call_error(error))
        status = Exit.WRONG
    except BrokenPipeError:
        sys.stderr.close()
        status = Exit.DONE
    sys.exit(int(status or 0))


def _call_error(error: TyperException) -> str:
    """Return what Typer says of a wrong call in one line; help, which it also raises, as it is."""
    told = getattr(error, "format_message", error.__str__)()
    if type(error).__name__ == "NoArgsIsHelpError":
        return str(told)
    return f"floodmark: {visible(str(told).rstrip('.'))}"


# --- commands ----------------------------------------------------------------------------------------


@app.command()
def init(
    case: CaseFolder,
    organisation: Annotated[str, typer.Option(help="whose customers' data it is")],
    timezone: Annotated[
        str | None, typer.Option(help="the organisation's time zone, such as Australia/Sydney")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a new case folder."""
    from floodmark.case import Case

    made = Case.init(case, organisation=organisation, timezone=timezone, actor=_actor())
    document = made.document()
    _answer(
        document,
        as_json=as_json,
        show=lambda: _say(f"case {case} for {visible(organisation)}"),
        head=document.head,
    )


@app.command(name="set")
def set_(
    case: CaseFolder,
    setting: Annotated[
        str, typer.Argument(metavar="NAME=VALUE", help="such as contained_at=2025-06-30T05:00:00Z")
    ],
    as_json: Json = False,
) -> None:
    """Change what a person decides: contained_at, organisation, platform or timezone."""
    name, equals, value = setting.partition("=")
    if not equals:
        raise UsageError(
            f"{visible(setting)} is not NAME=VALUE", hint="write contained_at=2025-06-30T05:00:00Z"
        )
    document = _case(case).set(name, value)
    _answer(document, as_json=as_json, show=lambda: _say(f"{name} = {visible(value)}"), head=document.head)


@app.command()
def add(
    case: CaseFolder,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="log files, or folders of them")],
    source: Annotated[
        str | None, typer.Option(help="recognise only this family, such as salesforce.elf")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="zone of times that carry none; never guessed")] = None,
    covers: Annotated[
        str | None, typer.Option(metavar="FROM..TO", help="hours for which these files are all there is")
    ] = None,
    as_json: Json = False,
) -> None:
    """Take log files in as evidence, and their rows into the ledger."""
    document = _case(case).add(paths, source=source, timezone=timezone, covers=covers)

    def show() -> None:
        for item in document.evidence:
            damaged = ", damaged" if item.damaged else ""
            _say(
                f"{visible(item.name, limit=60)}: {item.log}, {item.rows} rows = {item.events} events"
                f" + {item.duplicates} duplicates + {item.quarantined} quarantined{damaged}"
            )
        for each in document.quarantine[:20]:
            _say(f"quarantined {each.sha256[:12]} {each.position}: {visible(each.reason, limit=100)}")
        if len(document.quarantine) > 20:  # noqa: PLR2004 - a screen
            _say(f"... and {len(document.quarantine) - 20} more; --json lists them")

    damaged = any(item.damaged for item in document.evidence)
    _answer(document, as_json=as_json, show=show, head=document.head, doubt=damaged)


@app.command()
def snapshot(
    case: CaseFolder,
    tables: Annotated[
        list[str], typer.Argument(metavar="OBJECT=PATH...", help="a customer table: CSV or Parquet")
    ],
    map_: Annotated[Path, typer.Option("--map", metavar="DATAMAP", help="the data map, YAML")],
    at: Annotated[str, typer.Option(metavar="TIME", help="the time at which the tables were like this")],
    as_json: Json = False,
) -> None:
    """Take in the customer tables as they were at a stated time."""
    named: dict[str, Path] = {}
    for table in tables:
        name, equals, path = table.partition("=")
        if not equals or name in named:
            raise UsageError(
                f"{visible(table)} is not OBJECT=PATH, or names an object twice",
                hint="write Contact=contacts.csv",
            )
        named[name] = Path(path)
    document = _case(case).snapshot(map_, at=at, tables=named)

    def show() -> None:
        for table in document.tables:
            _say(f"{table.object}: {table.rows} records, {len(table.mapped)} mapped fields")
        _say(f"{document.people} people ({document.unit})")
        _say(f"{document.unkeyed_records} records have no key and count as people of their own")

    _answer(document, as_json=as_json, show=show, head=document.head)


@app.command()
def detect(
    case: CaseFolder,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="only findings that reach this time or later")
    ] = None,
    format_: Annotated[
        str,
        typer.Option("--format", metavar="text|ocsf", help="ocsf prints OCSF Detection Findings, as JSON"),
    ] = "text",
    as_json: Json = False,
) -> None:
    """Look for an extraction in the logs; what was dismissed before and has not changed stays quiet."""
    if format_ not in {"text", "ocsf"}:
        raise UsageError(f"{visible(format_)} is not a format", hint="use --format text or --format ocsf")
    if as_json and format_ == "ocsf":
        raise UsageError("--json and --format ocsf ask for two forms", hint="leave one of them out")
    opened = _case(case)
    document = opened.detect(since=since)
    for refused in opened.refused_rules():
        _talk(f"rule not used: {visible(refused)}")

    def show() -> None:
        from floodmark.report import found

        if format_ == "ocsf":
            sys.stdout.write(opened.ocsf())
            return
        width = shutil.get_terminal_size().columns
        _say(found(document, opened.decisions(), case=str(case), width=width).rstrip("\n"))

    _answer(document, as_json=as_json, show=show, head=_head(opened))


def _decide(case: Path, finding: str, reason: str, *, accepted: bool, as_json: bool) -> NoReturn:
    document = _case(case).decide(finding, accepted=accepted, reason=reason)
    _answer(
        document,
        as_json=as_json,
        show=lambda: _say(f"{document.finding} {document.decision}"),
        head=document.head,
    )


Finding = Annotated[
    str, typer.Argument(metavar="FINDING", help="its id, as detect prints it; or a link of the trace, L-...")
]
Reason = Annotated[str, typer.Option(help="why; kept in custody")]


@app.command()
def accept(case: CaseFolder, finding: Finding, reason: Reason, as_json: Json = False) -> None:
    """Accept a finding as hostile, or follow a link of the trace."""
    _decide(case, finding, reason, accepted=True, as_json=as_json)


@app.command()
def dismiss(case: CaseFolder, finding: Finding, reason: Reason, as_json: Json = False) -> None:
    """Dismiss a finding as legitimate, or refuse a link of the trace; what is like it stays quiet."""
    _decide(case, finding, reason, accepted=False, as_json=as_json)


@app.command()
def scope(
    case: CaseFolder,
    actor: Annotated[Values, typer.Option(help="user id (15 or 18 characters) or name")] = None,
    session: Annotated[Values, typer.Option(help="session key")] = None,
    login: Annotated[Values, typer.Option(help="login key")] = None,
    client: Annotated[Values, typer.Option(help="client name, user agent or app id")] = None,
    ip: Annotated[Values, typer.Option(help="address")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="nothing before this time")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="TIME", help="nothing after this time")] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="one row per person: .csv or .parquet")
    ] = None,
    as_json: Json = False,
) -> None:
    """Work out whose records and which fields were taken, and what was not."""
    from floodmark.case import Selectors, utc_time

    selectors = Selectors(
        actors=tuple(actor or ()),
        sessions=tuple(session or ()),
        logins=tuple(login or ()),
        clients=tuple(client or ()),
        addresses=tuple(ip or ()),
        begin=utc_time(from_).replace(tzinfo=None) if from_ else None,
        end=utc_time(to).replace(tzinfo=None) if to else None,
    )
    opened = _case(case)
    document = opened.scope(selectors, export=export)

    def show() -> None:
        people = document.people
        _say(f"{document.intrusion.acts} requests, {document.intrusion.events} events")
        unit = document.snapshot.unit
        _say(f"people: at least {people.at_least}, at most {people.at_most} ({people.bound}; {unit})")
        for each in document.categories:
            o = each.outcomes
            _say(
                f"  {each.category}: taken {o.taken}, possibly {o.possibly_taken}, not held {o.not_held},"
                f" cannot tell {o.cannot_tell}, not taken {o.not_taken}"
            )
        for check in document.checks:
            if not check.passed:
                _say(f"check failed: {check.name}: {check.detail}")

    failed = any(not check.passed for check in document.checks)
    _answer(document, as_json=as_json, show=show, head=_head(opened), doubt=failed)


@app.command()
def explain(
    case: CaseFolder,
    subject: Annotated[
        str,
        typer.Argument(
            metavar="PERSON|CATEGORY|REQUEST",
            help="a record id (15 or 18 characters), a category such as date_of_birth, or a request R-...",
        ),
    ],
    sql: Annotated[bool, typer.Option("--sql", help="print the SQL behind it, not only its names")] = False,
    as_json: Json = False,
) -> None:
    """Show why a statement of the last scope holds, down to rows of the logs and SQL."""
    document = _case(case).explain(subject)

    def show() -> None:
        from floodmark.report import chain

        _say(chain(document, width=shutil.get_terminal_size().columns, sql=sql).rstrip("\n"))

    _answer(document, as_json=as_json, show=show, head=document.head)


@app.command()
def report(
    case: CaseFolder,
    format_: Annotated[
        Values,
        typer.Option(
            "--format",
            help="md, html, pdf, docx or json; stix, veris, ocsf or navigator; may be given more than once",
        ),
    ] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="another folder than report/ of the case")
    ] = None,
    level: Annotated[
        str, typer.Option(metavar="public|regulator|internal", help="who may read it; the rest is left out")
    ] = "internal",
    force: Annotated[
        bool, typer.Option("--force", help="issue it although a check failed; it says so")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the incident report: of the last scope, of published reports, or of both."""
    document = _case(case).report(tuple(format_ or ()), to=to, level=level, force=force)

    def show() -> None:
        for file in document.report:
            _say(file)

    _answer(document, as_json=as_json, show=show, head=document.head)


@app.command()
def intake(
    case: Annotated[
        str, typer.Argument(metavar="CASE|-", help="the case folder; - only prints, without one")
    ],
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="published reports, or folders of them")
    ],
    published_on: Annotated[
        str | None, typer.Option(metavar="DAY", help="the day of those that carry none, such as 2025-07-02")
    ] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(metavar="URL", help="send the text to this OpenAI-compatible endpoint too"),
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="the model to ask there")] = None,
    names: Annotated[
        bool, typer.Option("--names", help="use the model for names of the extra names")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read published reports into claims: Markdown, text, HTML, PDF and e-mail."""
    from floodmark.case import files_of, read_reports
    from floodmark.intake import asking

    day, asked = _day(published_on), asking(url=endpoint, model=model, with_names=names)
    if case == "-":
        document = read_reports(files_of(paths), day, asked)
    else:
        document = _case(Path(case)).intake(paths, published_on=day, asked=asked)

    def show() -> None:
        from floodmark.report import told

        _say(told(document, width=shutil.get_terminal_size().columns).rstrip("\n"))
        for each in document.problems:
            _say(f"{visible(each.item)}: {visible(each.problem)}")

    _answer(document, as_json=as_json, show=show, head=document.head or "", doubt=bool(document.problems))


@app.command()
def record(
    case: CaseFolder,
    as_of: Annotated[
        str | None, typer.Option(metavar="DAY", help="the record as it stood at the end of this day")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="DAY", help="say too what came after this day")] = None,
    as_json: Json = False,
) -> None:
    """Show the incident record: all claims, how they relate, and what changed between two days."""
    document = _case(case).record(as_of=_day(as_of), since=_day(since))

    def show() -> None:
        from floodmark.report import changed, told

        width = shutil.get_terminal_size().columns
        _say(told(document.record, width=width).rstrip("\n"))
        if document.change is not None:
            _say(changed(document.change, since=document.since or "", width=width).rstrip("\n"))

    _answer(document, as_json=as_json, show=show, head=document.head)


@app.command()
def hunt(
    case: CaseFolder,
    reports: Annotated[
        list[Path], typer.Argument(metavar="REPORT...", help="published reports; they are not kept")
    ],
    as_json: Json = False,
) -> None:
    """Look in the logs of a case for the indicators and techniques that a published report names."""
    document = _case(case).hunt(reports)

    def show() -> None:
        from floodmark.report import hunted

        _say(hunted(document, width=shutil.get_terminal_size().columns).rstrip("\n"))

    _answer(document, as_json=as_json, show=show, head=document.head or "")


def _day(text: str | None) -> date | None:
    """Return a day; raise UsageError when the text is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{visible(text)} is not a day", hint="write 2025-07-02") from error


@app.command()
def investigate(
    case: CaseFolder,
    force: Annotated[bool, typer.Option("--force", help="issue the report although a check failed")] = False,
    as_json: Json = False,
) -> None:
    """Detect, accept the certain, trace, scope and report in one go."""
    opened = _case(case)
    document, page = opened.investigate(force=force)

    def show() -> None:
        _say(page)
        for file in document.report:
            _say(file)

    failed = any(not check.passed for check in document.scope.checks)
    accepted = sum(1 for each in document.detect.findings if each.severity == each.confidence == "high")
    _talk(f"findings of severity high and confidence high are accepted: {accepted}")
    _answer(document, as_json=as_json, show=show, head=_head(opened), doubt=failed)


@app.command()
def verify(
    case: CaseFolder,
    head: Annotated[
        str | None, typer.Option(metavar="HEX", help="a head that an earlier command printed")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that the case is still what was taken in, decided and derived."""
    document = _case(case).verify(head=head)

    def show() -> None:
        for each in document.problems:
            _say(f"{visible(each.item)}: {visible(each.problem)}")
        _say("everything is as it was" if document.ok else f"{len(document.problems)} problems")

    _answer(document, as_json=as_json, show=show, head=document.head, doubt=not document.ok)


@app.command()
def simulate(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="a new folder")],
    scenario: Annotated[str, typer.Option(help="one of the names above")],
    customers: Annotated[
        int | None, typer.Option(help="how many people; each scenario has its own default")
    ] = None,
    seed: Annotated[int, typer.Option(help="another seed draws another tenant")] = 1,
    events: Annotated[
        int | None,
        typer.Option(
            help="about how many log rows the tenant's own people leave, 100,000 or more; fixed tenants only"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the logs and tables of a made-up tenant, and its answer key.

    With one fixed tenant and breach: vishing-data-loader, qantas; with no breach: clean.

    A theft, drawn by seed: data-loader-vishing, guest-scraping, mfa-reset, page-walking, paged-scraping,
    report-chunks, several-accounts, single-request, slow-drip, stolen-token.

    Honest but odd weeks, drawn by seed: acquired-team, holiday-peak, marketing-export, migration,
    month-end, new-integration, new-starters, reorganisation, travel-and-devices.
    """
    from floodmark.models import SimulatedCase
    from floodmark.simulate import simulate as run

    made = run(directory, scenario=scenario, customers=customers, seed=seed, events=events)
    document = SimulatedCase(
        directory=str(directory),
        scenario=scenario,
        logs=tuple(str(file) for file in made.logs),
        tables={name: str(file) for name, file in sorted(made.tables.items())},
        datamap=str(made.datamap),
        snapshot_at=made.snapshot_at,
        key=str(made.key),
    )
    _answer(
        document,
        as_json=as_json,
        show=lambda: _say(f"{len(made.logs)} log files and {len(made.tables)} tables in {directory}"),
    )


@app.command()
def demo(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="where to put it")] = Path(
        "floodmark-demo"
    ),
    as_json: Json = False,
) -> None:
    """Simulate a small breach and investigate it."""
    from floodmark.case import Case
    from floodmark.models import Demonstrated
    from floodmark.simulate import simulate as run

    _clear_demo(directory)
    _talk("simulating a small breach")
    made = run(directory / "platform", scenario=DEMO_SCENARIO)
    (directory / DEMO_MARK).write_text("made by floodmark demo; the next demo here replaces it\n", "ascii")
    _talk(f"taking in {len(made.logs)} log files and {len(made.tables)} tables")
    case = Case.init(
        directory / "case", organisation="Example Air", timezone="Australia/Sydney", actor=_actor()
    )
    opened = _case(case.root)
    opened.add(made.logs)
    opened.snapshot(made.datamap, at=made.snapshot_at, tables=made.tables)
    _talk("investigating")
    found, page = opened.investigate()
    document = Demonstrated(case=str(case.root), detect=found.detect, scope=found.scope, report=found.report)

    def show() -> None:
        _say(page)
        _say(f"case    {document.case}")
        for file in document.report:
            _say(f"report  {file}")

    _answer(document, as_json=as_json, show=show, head=_head(opened))


def _clear_demo(directory: Path) -> None:
    """Remove an earlier demonstration; raise UsageError when the folder holds anything else."""
    if not directory.exists() or not any(directory.iterdir()):
        return
    if not (directory / DEMO_MARK).is_file():
        raise UsageError(f"{directory} already holds something", hint="name a new folder: floodmark demo DIR")
    for part in ("platform", "case"):
        shutil.rmtree(directory / part, ignore_errors=True)
