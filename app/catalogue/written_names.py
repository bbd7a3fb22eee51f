"""Names of a thing of a vocabulary as written, not folded."""

from sqlalchemy import select

from app.catalogue.recording import Vocabulary
from app.db.engine import ReadSession
from app.ledger.head import standing


def written_names(session: ReadSession, vocabulary: Vocabulary, thing_id: int, seq: int) -> list[str]:
    """Return every name that stands for a thing as of a ledger number, in alphabetical order."""
    _, _, alias = vocabulary.tables
    names = select(alias.name).where(alias.thing_id == thing_id, standing(alias, seq)).order_by(alias.folded)
    return list(dict.fromkeys(session.execute(names).scalars()))
