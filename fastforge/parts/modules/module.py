"""A module: its answers, checked, and what its template is given."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

from fastforge.answers.names import check_part_name
from fastforge.answers.saved import Former, read_saved
from fastforge.errors import UsageError
from fastforge.params import item_name
from fastforge.params.enums import named_enums
from fastforge.params.examples import known_values
from fastforge.params.kinds import JSON_DECIMAL
from fastforge.parts.guards import NONE, USER, read_guard
from fastforge.parts.modules.fields import OWN, STAMP, Field, parse_fields
from fastforge.parts.modules.files import files_context
from fastforge.parts.modules.indexes import OWNER
from fastforge.parts.modules.lists import Lists, lists_context, read_lists
from fastforge.parts.modules.paths import path_of, relations_context
from fastforge.parts.modules.revision import index_lines, table_lines
from fastforge.parts.modules.routes import CHANGING, ROUTES, checked_routes
from fastforge.parts.modules.tables import field_context, models_context, schemas_context
from fastforge.parts.part import Part
from fastforge.project.revisions import ID
from fastforge.terminal.shell import quoted

FORMER: Final[Former] = {}
"""What older versions asked: see `Former`."""

GUARDS = (USER, NONE)
USUAL_FIELDS = ("name:str{1,80}",)
LONGEST_ITEM = 28
"""Characters in the name of an item: with more, generated lines would pass the line length."""

LONGEST_TAKEN = 60
_ENDINGS = ("Change", "Page", "Query", "View")
"""With these, the name of a model is that of a schema."""

USED = frozenset(
    """
    AbstractEventLoop AfterValidator ANNOTATED Annotated ANOTHER Answers Any ANY_JSON AnyJson
    APIRoute APIRouter Asked Asking AsyncGenerator AwareDatetime Base BaseModel BaseSettings
    BigInteger Boolean Callable CallerDep ClientOnly ColumnElement ConfigDict ConflictError
    Database DatabaseDep Date Decimal DeletingSessionDep Depends Dialect DuplicateError Duration
    EmailStr Enum EnumType ExactDecimal Examples Exception FastAPI Field FieldInfo FIELDS
    FileColumn FileFacts FileResponse FilesDep FILTERS Float ForeignKey Gateway GatewayDep
    GatewaySettings HeaderKey HERE HTTPStatus HttpUrl I Int64 IntegrityError Interval Iterator
    JSON Json JsonDecimal JsonValue Keep Kept KEY KEYS KNOWN LARGEST LAST Limit LOCAL LocalTime
    Mapped Mock Moment MOST_AT_ONCE NOBODY NotFoundError NOWHERE O Offset OPERATIONS OWN OWNED
    PageStart Paging PARAMETER PATH Path PositiveFloat PreconditionError PREFIX Query
    ReadRepositoryDep ReadSessionDep Refer REFERRING Repository RepositoryDep Request
    RETRY_AFTER_SECONDS Row SEARCHED Secret SecretStr Sequence Session SessionDep
    SettingsConfigDict SORTS START StoredFile StrEnum String TABLE TAKEN TestClient Text
    ThreadPoolExecutor Time TypeAdapter TypeDecorator UnavailableError UNIQUE UTC UtcDateTime
    UUID Uuid ValidationError Values WithJsonSchema
    """.split()
)
"""Names of classes that the generated files use for something else, or that linters mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleAnswers:
    """The answers of a module; `fields` as typed, `revision` makes its table after `parents`.

    Rows of a `stamped` one know when they were last changed; those of older ones do not. Rows of
    an `owned` one belong to the caller that made them, as do those of the `owned_modules`, to
    which it refers. The `made_` answers are what its table was made with, if its fields have
    changed since, by the revisions `altered`.
    """

    name: str
    item: str
    fields: tuple[str, ...]
    gateway: bool
    revision: str
    parents: tuple[str, ...]
    filters: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    routes: tuple[str, ...] = ROUTES
    stamped: bool = False
    guard: str = USER
    owned: bool = False
    owned_modules: tuple[str, ...] = ()
    made_fields: tuple[str, ...] = ()
    made_filters: tuple[str, ...] = ()
    made_sorts: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()

    @property
    def first(self) -> "ModuleAnswers":
        """What its table was made with, and the routes that need it so."""
        if not self.made_fields:
            return self
        lists = replace(self, filters=self.made_filters, sorts=self.made_sorts, searched=())
        return replace(lists, fields=self.made_fields, made_fields=())

    def as_dict(self) -> dict[str, object]:
        """Give the answers in their own order, as they are saved."""
        answers = asdict(self).items()
        return {name: list(value) if isinstance(value, tuple) else value for name, value in answers}

    @classmethod
    def from_dict(cls, saved: Mapping[str, object]) -> "ModuleAnswers":
        """Read what `as_dict` gave; raises UsageError for answers that are not of this version."""
        answers = cls(**read_saved(cls, saved, FORMER))
        check_part_name("module", answers.name)
        check_item(answers.item)
        checked_routes(answers.routes)
        read_guard(answers.guard, GUARDS)
        if not all(map(ID.fullmatch, (answers.revision, *answers.parents, *answers.altered))):
            raise UsageError("The saved answers of the module name a revision that cannot be.")
        return answers


def usual_item(name: str) -> str:
    """Give what one of a module is called: `order_lines` holds an `order_line`."""
    words = _singular(name).split("_")
    ends = ("_".join(words[start:]) for start in range(len(words)))
    short = (end for end in ends if len(end) <= LONGEST_ITEM and end[:1].isalpha())
    return next(short, "_".join(words)[:LONGEST_ITEM].rstrip("_"))


def check_item(item: str) -> None:
    """Raise UsageError if one of a module cannot be called `item`."""
    try:
        check_part_name("item", item)
    except UsageError as error:
        raise UsageError(error.message, "Say what one is called: --item entry.") from error
    if len(item) > LONGEST_ITEM:
        problem = f"The item name `{item}` has {len(item)} characters; {LONGEST_ITEM} is the most."
        raise UsageError(problem, "Give a shorter one.")


def model_name(item: str) -> str:
    """Give the class of an item's rows: `OrderLine`."""
    name = "".join(word.capitalize() for word in item.split("_"))
    return f"{name}Row" if name in USED else name


def new_revision(answers: Sequence[object], taken: Collection[str]) -> str:
    """Give a revision id that no other has; the same answers give the same one."""
    count = 0
    while True:
        seed = json.dumps([*answers, *([count] if count else [])])
        revision = hashlib.sha256(seed.encode()).hexdigest()[:12]
        if revision not in taken:
            return revision
        count += 1


def module_part(answers: ModuleAnswers, decimal: str = JSON_DECIMAL) -> Part:
    """Make the part of a module; raises UsageError for a field that cannot be.

    `decimal` is the project's type for decimals in JSON.
    """
    return Part(
        kind="module",
        name=answers.name,
        answers=answers.as_dict(),
        context=context_of(answers, decimal),
        command=command_for(answers),
    )


def context_of(answers: ModuleAnswers, decimal: str = JSON_DECIMAL) -> dict[str, object]:
    """Give the variables of the template; raises UsageError for a field that cannot be."""
    columns, lists = table_of(answers, decimal)
    fields = [column for column in columns if not column.is_file]
    unique = [field.param.name for field in fields if field.unique]
    return {
        "name": answers.name,
        "item": answers.item,
        "model": model_name(answers.item),
        "path": path_of(answers.name),
        "gateway": answers.gateway,
        "stamped": answers.stamped,
        "owned": answers.owned,
        "guard": answers.guard,
        "fields": [field_context(field, lists, owned=answers.owned) for field in fields],
        "files": files_context(answers.fields),
        "relations": relations_context(
            answers.name, [field.relation for field in fields if field.relation]
        ),
        "lists": lists_context(lists),
        "routes": list(answers.routes),
        "changes": not CHANGING.isdisjoint(answers.routes),
        "known": known_values(field.param for field in fields),
        "models": models_context(columns, lists, owned=answers.owned),
        "schemas": schemas_context(fields, lists, answers.routes),
        "taken": _taken(answers.item, unique, owned=answers.owned),
        "revision": answers.revision,
        "parents": list(answers.parents),
        **lines_of_table(answers.first, decimal),
    }


def lines_of_table(answers: ModuleAnswers, decimal: str = JSON_DECIMAL) -> dict[str, object]:
    """Give the columns and constraints of a table, and the statements that make its indexes."""
    fields, lists = table_of(answers, decimal)
    owned = answers.owned
    return {
        "table": table_lines(answers.name, fields, stamped=answers.stamped, owned=owned),
        "indexes": index_lines(answers.name, fields, lists, owned=owned),
    }


def table_of(
    answers: ModuleAnswers, decimal: str = JSON_DECIMAL
) -> tuple[tuple[Field, ...], Lists]:
    """Give the fields, and what their list may be asked; raises UsageError if they cannot be."""
    fields = _fields_of(answers, decimal)
    return fields, read_lists(fields, answers.filters, answers.sorts, answers.searched)


def _fields_of(answers: ModuleAnswers, decimal: str) -> tuple[Field, ...]:
    """Read the fields, files last, and name the classes of their enums after the model."""
    own = OWN if answers.stamped else OWN - {STAMP}
    read = [_related(field, answers) for field in parse_fields(answers.fields, decimal, own)]
    fields = sorted(read, key=lambda field: field.is_file)
    if answers.owned and OWNER in [field.param.name for field in fields]:
        problem = f"The field `{OWNER}` is the column in which --owned keeps the caller's name."
        raise UsageError(problem, f"Choose another: `{OWNER}_name`.")
    params, model = [field.param for field in fields], model_name(answers.item)
    taken = USED | {model, f"New{model}"} | {f"{model}{end}" for end in _ENDINGS}
    named = named_enums(params, model, taken | {item_name(param) for param in params})
    return tuple(replace(field, param=param) for field, param in zip(fields, named, strict=True))


def _related(field: Field, answers: ModuleAnswers) -> Field:
    """Give a field that knows whether the rows that it refers to have owners."""
    if field.relation is None:
        return field
    owned = field.relation.module in answers.owned_modules
    return replace(field, relation=replace(field.relation, owned=owned))


def command_for(answers: ModuleAnswers) -> str:
    """Give the command that makes this module without asking."""
    words = ["fastforge", "add-module", answers.name]
    for field in answers.fields:
        words += ["--field", field]
    for option, texts in (
        ("--filter", answers.filters),
        ("--sort", answers.sorts),
        ("--search", answers.searched),
        ("--routes", () if answers.routes == ROUTES else answers.routes),
    ):
        words += [option, ",".join(texts)] if texts else []
    words += [] if answers.item == usual_item(answers.name) else ["--item", answers.item]
    words += [] if answers.guard == USER else ["--guard", answers.guard]
    words += ["--owned"] if answers.owned else []
    return quoted([*words, *(["--gateway"] if answers.gateway else [])])


def _taken(item: str, unique: Sequence[str], *, owned: bool) -> str:
    """Say what is in conflict when a value that must be unique is taken."""
    other = f"another {item.replace('_', ' ')}{' of yours' if owned else ''}"
    said = f"{other} has this {' or this '.join(unique)}"
    if not unique:
        return ""
    return said if len(said) <= LONGEST_TAKEN else f"{other} has such a value"


_SINGULARS: dict[str, str | None] = dict.fromkeys(
    ("news", "series", "species", "data", "media", "goods")
)
_SINGULARS |= {"movies": "movie", "cookies": "cookie", "people": "person", "children": "child"}
_SINGULARS |= {"buses": "bus", "statuses": "status", "bonuses": "bonus", "viruses": "virus"}
_SINGULARS |= {"analyses": "analysis", "women": "woman", "men": "man", "shelves": "shelf"}
"""What the rules below get wrong; None is a word that is its own singular."""


def _singular(name: str) -> str:
    start, joint, last = name.rpartition("_")
    if last in _SINGULARS:
        return f"{start}{joint}{_SINGULARS[last] or last}"
    if name.endswith("ies") and len(name) > len("xies"):
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return name[:-2]
    if name.endswith("s") and not name.endswith(("ss", "us", "is")) and len(name) > len("xs"):
        return name[:-1]
    return name
