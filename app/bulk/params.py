"""Query parameters of an export."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from app.catalogue.catalogue import Catalogue
from app.errors import Fault, InvalidInput
from app.http.formats import Format, FormatParameter, refuse_parts
from app.strikes.filter import Status, StrikeFilter
from app.strikes.flat_rows import ShapedQuery
from app.strikes.params import StrikeQuery

# The first is the default.
OFFERED = (
    Format.NDJSON,
    Format.CSV,
    Format.PARQUET,
    Format.GEOJSON,
    Format.XLSX,
    Format.SQLITE,
    Format.BUNDLE,
)


class ExportQuery(StrikeQuery, ShapedQuery):
    """The strike filters, and how to write what matches."""

    model_config = ConfigDict(extra="forbid")

    format: Annotated[
        FormatParameter,
        Field(
            description="`ndjson`, the default: each report that has a line that matches, whole, as it can be "
            "posted. `csv`, `parquet`, `geojson` and `xlsx`: the lines that match. `sqlite`: the same lines, with "
            "their reports, as a database. `bundle`: a ZIP file to deposit, with all of it, a README and a citation.",
            examples=["csv"],
        ),
    ] = None
    bom: Annotated[
        bool,
        Field(
            description="Begin CSV with a byte-order mark, by which Excel recognises UTF-8.",
            examples=["true"],
        ),
    ] = False
    revisions: Annotated[
        Literal["current", "all"],
        Field(
            description="For NDJSON. `current`: each report as it stands. `all`: every revision of the reports that "
            "match, the oldest first, in the order of the ledger; `status` is then `any` by default, so that "
            "retractions are among them.",
            examples=["all"],
        ),
    ] = "current"

    def refuse_mixed(self, chosen: Format) -> None:
        """Raise InvalidInput for a parameter that the chosen format does not take."""
        refuse_parts(self.form().table, chosen)
        if self.bom and chosen is not Format.CSV:
            raise InvalidInput([Fault("parameter", "bom", "bom-not-offered", "bom=true is for format=csv")])
        if self.revisions == "all" and chosen is not Format.NDJSON:
            detail = "revisions=all is for format=ndjson; the others hold what stands"
            raise InvalidInput([Fault("parameter", "revisions", "revisions-not-offered", detail)])

    def resolved(self, catalogue: Catalogue, as_of: int) -> StrikeFilter:
        """Turn names into ids, as for lists; with all revisions, of retracted reports too by default."""
        is_open = self.revisions == "all" and "status" not in self.model_fields_set
        query = self.model_copy(update={"status": Status.ANY}) if is_open else self
        return StrikeQuery.resolved(query, catalogue, as_of)
