"""Names of group keys, such as the place of a slug."""

from collections.abc import Callable, Mapping

from app.aggregates.dimensions import Dimension
from app.catalogue.catalogue import Catalogue
from app.vocabulary.countries import COUNTRY_NAMES

Namer = Callable[[str | None], str | None]


def names_of(catalogue: Catalogue) -> Mapping[Dimension, Namer]:
    """Return what names the keys of a dimension, by dimension. Null has no name.

    A family or an effect is named by its words. Periods have no names.
    """
    by_dimension: dict[Dimension, Mapping[str, str]] = {
        Dimension.LOCATION: {entry.slug: entry.name for entry in catalogue.locations.entries()},
        Dimension.PUBLISHER: {entry.slug: entry.name for entry in catalogue.publishers.entries()},
        Dimension.CATEGORY: {entry.slug: entry.name for entry in catalogue.categories.entries()},
        Dimension.COUNTRY: COUNTRY_NAMES,
        Dimension.FAMILY: {},
        Dimension.EFFECT: {},
    }
    return {dimension: _namer(names) for dimension, names in by_dimension.items()}


def _namer(names: Mapping[str, str]) -> Namer:
    return lambda key: None if key is None else names.get(key) or key.replace("-", " ")
