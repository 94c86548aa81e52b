"""Generated projects, for comparison with what the pages say of them."""

from fastforge.answers.project import ProjectAnswers
from fastforge.render import render


def files(**chosen: object) -> dict[str, str]:
    """Give the files of a project called shop, as text."""
    texts = {"name": "shop", "description": "Sells things.", "author": "Ada"}
    answers = ProjectAnswers.from_dict({**texts, **chosen})
    tree = render("project", answers.context())
    return {path: content.decode() for path, content in tree.items() if not path.endswith(".png")}


DEFAULT = files()
WITH_SERVERS = files(database="postgresql", jobstore="redis")
WITH_TOKENS = files(auth="jwt")
WITH_ENGINE = files(database="postgresql", engine="celery", broker="redis")
WITH_EXTRAS = files(telemetry=True, cors=True)
