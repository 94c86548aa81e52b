"""Command lines of `add-job` and `add-task` that are accepted, drawn from their grammars."""

from hypothesis import strategies as st

from tests.parts.params import params

_ZONES = ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Australia/Lord_Howe"]
_DURATIONS = st.sampled_from(["1s", "90s", "5m", "2h30m", "1d", "1d2h3m4s"])
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=150).filter(
    lambda text: text.strip() and not text.startswith("-") and "\0" not in text
)
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
    return words + _common(draw, ["--no-coalesce", "--disabled", "--async", "--idempotent"])


@st.composite
def add_task(draw: st.DrawFn) -> list[str]:
    """Draw the arguments after the name."""
    drawn = draw(st.lists(params(), max_size=5, unique_by=lambda text: text.partition(":")[0]))
    words = [word for text in drawn for word in ("--param", text)]
    words += _drawn(draw, {"--max-concurrency": st.integers(1, 9).map(str)})
    return words + _common(draw, ["--idempotent", "--async"])


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
