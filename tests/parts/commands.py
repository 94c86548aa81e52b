"""Command lines of `add-job`, `add-task` and `add-module`, drawn from their grammars."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hypothesis import strategies as st

from fastforge.errors import UsageError
from fastforge.parts.modules.fields import Field, parse_fields
from fastforge.parts.modules.lists import read_lists
from fastforge.parts.modules.routes import ROUTES
from tests.parts.params import params

_ZONES = ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Australia/Lord_Howe"]
_DURATIONS = st.sampled_from(["1s", "90s", "5m", "2h30m", "1d", "1d2h3m4s"])
_RATES = st.sampled_from(["1/second", "100/minute", "5/day"])
_MEANT_TO_BREAK = [
    '"""',
    "\\",
    'it\'s "quoted" \\" twice',
    "{{ name }} {% raw %} {# x #}",
    "a\nb\r\nc\u2028d",
    "# noqa",
    "%s %(name)s {0} ${x}",
    "\u202e\u200b🛒",
]
_TEXTS = st.sampled_from(_MEANT_TO_BREAK) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=150
).filter(lambda text: text.strip() and not text.startswith("-") and "\0" not in text)
_MINUTES = st.sampled_from(["0", "*", "*/5", "*/7", "5-20/3", "0,15,30", "59"])
_HOURS = st.sampled_from(["0", "*", "*/2", "8-18", "2", "23"])
_DAYS = st.sampled_from(["*", "1", "1-7", "*/3", "28", "5,10"])
_MONTHS = st.sampled_from(["*", "1", "jan-mar", "*/2"])
_WEEKDAYS = st.sampled_from(["*", "1-5", "0", "7", "fri-sun", "mon,wed"])
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,8}){0,2}", fullmatch=True)


@st.composite
def add_job(draw: st.DrawFn) -> list[str]:
    """Draw the arguments after the name."""
    fields = (_MINUTES, _HOURS, _DAYS, _MONTHS, _WEEKDAYS)
    schedule = draw(
        st.one_of(
            st.tuples(st.just("--every"), _DURATIONS),
            st.tuples(st.just("--daily"), st.times().map(lambda time: f"{time:%H:%M}")),
            st.tuples(st.just("--cron"), st.tuples(*fields).map(" ".join)),
            st.tuples(st.just("--cron"), st.sampled_from(["@daily", "@weekly", "@yearly"])),
            st.tuples(st.just("--at"), st.just("2099-12-01T09:00")),
            st.tuples(st.just("--at"), st.just("2099-12-01 09:00:30+05:30")),
        )
    )
    words = [*schedule, "--timezone", draw(st.sampled_from(_ZONES))]
    words += _drawn(draw, {"--jitter": _DURATIONS, "--misfire-grace": _DURATIONS})
    words += _drawn(draw, {"--max-instances": st.integers(1, 9).map(str)})
    words += _drawn(draw, {"--queues": st.just("send_email")})
    return words + _common(draw, ["--no-coalesce", "--disabled", "--async", "--idempotent"])


@st.composite
def add_task(draw: st.DrawFn) -> list[str]:
    """Draw the arguments after the name."""
    drawn = draw(st.lists(params(), max_size=5, unique_by=lambda text: text.partition(":")[0]))
    words = [word for text in drawn for word in ("--param", text)]
    words += _drawn(draw, {"--max-concurrency": st.integers(1, 9).map(str)})
    words += _drawn(draw, {"--priority": st.integers(-9, 9).map(str), "--rate-limit": _RATES})
    of_route = {"--guard": _GUARDS | st.sampled_from(["client", "ops"]), "--delay": _DURATIONS}
    words += draw(st.just(["--no-route"]) | st.builds(list)) or _drawn(draw, of_route)
    return words + _common(draw, ["--idempotent", "--async"])


@st.composite
def add_module(draw: st.DrawFn) -> list[str]:
    """Draw the arguments after the name."""
    accepted = draw(fields())
    words = [word for text in accepted for word in ("--field", text)]
    guard = draw(st.none() | _GUARDS)
    words += ["--guard", guard] if guard is not None else []
    has_file = any(field.is_file for field in parse_fields(accepted))
    owned = draw(st.sampled_from([[], ["--owned"]]))
    words += owned if guard != "none" else []
    routes = draw(st.lists(st.sampled_from(ROUTES), min_size=1, unique=True) | st.just(ROUTES))
    if has_file and not {"replace", "change"} & {*routes}:
        routes = [*routes, draw(st.sampled_from(["replace", "change"]))]
    words += [] if routes == ROUTES else ["--routes", ",".join(routes)]
    words += draw(_lists(accepted)) if "list" in routes else []
    return words + draw(st.sampled_from([[], ["--gateway"]]))


@st.composite
def _lists(draw: st.DrawFn, accepted: list[str]) -> list[str]:
    """Draw what the list of a module may be asked."""
    known = parse_fields(accepted)
    names = [field.param.name for field in known]
    filters = [name + sign for name in (*names, "created_at") for sign in ("", ">=", "<=")]
    found = []
    for option, key, texts in (
        ("--filter", "filters", filters),
        ("--sort", "sorts", names),
        ("--search", "searched", names),
    ):
        good = [text for text in texts if _is_good_list(known, key, text)]
        chosen = draw(st.lists(st.sampled_from(good), unique=True)) if good else []
        found += [option, ",".join(chosen)] if chosen else []
    return found


@st.composite
def fields(draw: st.DrawFn) -> list[str]:
    """Draw fields that are accepted together."""
    accepted: list[str] = []
    for text in draw(st.lists(params(), min_size=1, max_size=6)):
        typed = re.fullmatch(r"((?:[^=]|(?<=[<>])=)*)(=.*)?", text, re.DOTALL)
        assert typed is not None
        flag = draw(st.sampled_from(["", ",unique", ",index"]))
        flagged = f"{typed[1]}{flag}{typed[2] or ''}"
        accepted += [each for each in (flagged, text) if _are_good([*accepted, each])][:1]
    accepted = accepted or ["name:str"]
    for text in draw(st.lists(files(), max_size=2)):
        accepted += [text] if _are_good([*accepted, text]) else []
    return accepted


@st.composite
def files(draw: st.DrawFn) -> str:
    """Draw a field that is a file, if its name is good."""
    limits = ["", "{,5MB}", "{, 1 kB }", "{,999999}", "{,2gb}"]
    return f"{draw(NAMES)}:file{draw(st.sampled_from(limits))}"


WORDS = {"add-job": add_job(), "add-task": add_task(), "add-module": add_module()}


@st.composite
def command_lines(
    draw: st.DrawFn, number: int, modules: Mapping[str, bool] = MappingProxyType({})
) -> list[str]:
    """Draw a command line that is accepted; its name ends in `number`.

    What is a module may refer to itself and to the `modules` of before, each with whether it is
    owned: only what is owned itself may refer to that.
    """
    command = draw(st.sampled_from(list(WORDS)))
    name = f"{draw(NAMES)}_{command[4]}{number}"
    words = draw(WORDS[command])
    if command == "add-module":
        others = [other for other, owned in modules.items() if "--owned" in words or not owned]
        words += draw(relations(name, others))
    return [command, name, *words]


_DELETING = st.sampled_from(["", ",restrict", ",cascade"])


@st.composite
def relations(draw: st.DrawFn, module: str, others: Sequence[str]) -> list[str]:
    """Draw up to three fields that refer to rows of modules, as words of a command line.

    How it draws does not depend on which modules there are: Hypothesis repeats a draw.
    """
    words, modules = [], [module, *others]
    names = draw(st.lists(st.sampled_from(["of_one", "of_two", "of_three"]), unique=True))
    for name in names:
        other = modules[draw(st.integers(0, 89)) % len(modules)]
        nullable = draw(st.booleans()) or other == module
        unique = ",unique" if draw(st.booleans()) and other != module else ""
        deleting = draw(_DELETING), draw(_DELETING | st.just(",set_null"))
        default = draw(st.sampled_from(["", "=None"]))
        flags = f"{'|None' if nullable else ''}{unique}{deleting[nullable]}"
        words += ["--field", f"{name}:->{other}{flags}{default if nullable else ''}"]
    return words


@st.composite
def hostile_command_lines(draw: st.DrawFn) -> list[str]:
    """Draw a command line with a name, a parameter or a field that may have to be refused."""
    command = draw(st.sampled_from(list(WORDS)))
    name = draw(st.sampled_from(_HOSTILE) | NAMES)
    words = draw(WORDS[command])
    option = {"add-task": "--param", "add-module": "--field"}.get(command)
    extra = [option, f"{draw(st.sampled_from(_HOSTILE))}:{draw(_TYPES)}"] if option else []
    return [command, *extra, *words, "--", name]


_GUARDS = st.sampled_from(["user", "none"]) | st.from_regex(
    r"[A-Za-z][A-Za-z0-9._/-]{0,30}:[A-Za-z0-9:._/-]{0,28}", fullmatch=True
)
_TYPES = st.sampled_from(["int", "str", "date", "Decimal=x", "int>=5=1", "list[int", "str{0}", ""])
_TYPES |= st.sampled_from(["enum", "enum(a)", "enum(A,b)", "enum(a,a)", "enum(a,b)=c"])
_TYPES |= st.sampled_from(["time=9", "timedelta=1h", "json={1}", "list[json]", "UUID=now"])
_TYPES |= st.sampled_from(["file{,0}", "file{1,2MB}", "file|None", "list[file]", "file,unique"])
_TYPES |= st.sampled_from(["->", "->links", "-> a|None,set_null", "->a,cascade,restrict", "->../x"])
_HOSTILE = ["", " ", "x" * 200, "a b", "a\nb", "../x", "/etc/x", "🛒"]
_HOSTILE += """
    self cls request payload background_tasks model_config model_fields context enqueue session key
    id created_at json dict copy schema validate items total name limit offset new row view metadata
    registry query type print str int None True class match __init__ __class__ _x x_ X é a-b a.b ..
    test tests conftest jobs tasks modules models router service gateway repository schemas settings
    database errors main shop base logging asyncio pytest datetime uuid pydantic sqlalchemy
    alembic_version sqlite_x runs send_email payments notify notifications health metrics docs
""".split()


def _is_good_list(known: tuple[Field, ...], key: str, text: str) -> bool:
    try:
        read_lists(known, **{key: [text]})
    except UsageError:
        return False
    return True


def _are_good(texts: list[str]) -> bool:
    try:
        parse_fields(texts)
    except UsageError:
        return False
    return True


def _common(draw: st.DrawFn, switches: list[str]) -> list[str]:
    options = {
        "--retries": st.integers(0, 9).map(str),
        "--timeout": _DURATIONS,
        "--description": _TEXTS,
    }
    chosen = draw(st.lists(st.sampled_from(switches), unique=True))
    return [*_drawn(draw, options), *chosen]


def _drawn(draw: st.DrawFn, options: dict[str, st.SearchStrategy[str]]) -> list[str]:
    words = []
    for option, values in options.items():
        value = draw(st.none() | values)
        words += [option, value] if value is not None else []
    return words
