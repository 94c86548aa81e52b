"""A project that an older fastforge made, with parts of it: see tests/fixtures/README.md."""

import tarfile
from pathlib import Path

_PACKED = Path(__file__).parent / "fixtures" / "made_by_2961fc2.tar.gz"

FIELDS = """
    name:str{1,80} sku:str{3,20},unique price:Decimal>=0,index fee:Decimal=1.50 stock:int=0
    weight:float|None=None active:bool=true released_on:date sold_at:datetime batch:UUID
    contact:EmailStr site:HttpUrl=https://example.com tags:list[str{1,20}]{,5}=[]
""".split()
PARTS = (
    ("add-job", "every_hour", "--every", "1h"),
    ("add-job", "each_day", "--daily", "04:30", "--async"),
    ("add-job", "workdays", "--cron", "30 2 * * 1-5", "--idempotent"),
    ("add-job", "move_house", "--at", "2099-12-01T09:00", "--disabled"),
    ("add-task", "send_bill", "--param", "total:Decimal>=0", "--param", "rest:Decimal=1.5"),
    ("add-task", "rebuild_index", "--async"),
    ("add-module", "things", *(word for field in FIELDS for word in ("--field", field))),
    ("add-module", "boxes", "--gateway"),
)
"""A job of each kind of schedule, and fields of each type."""

OF_OLDER = tuple(words for words in PARTS if words[0] != "add-module")
"""What may be added to a project of before: a module needs what `fastforge update` brings."""


def unpack_old_project(folder: Path) -> Path:
    """Write the project into `folder`, and give its root."""
    with tarfile.open(_PACKED) as packed:
        packed.extractall(folder, filter="data")
    return folder / "shop"
