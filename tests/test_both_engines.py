"""SQLite and PostgreSQL give the same bytes: order, nulls, case, accents and figures."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.aggregates.test_recount import questions
from tests.api import Api


def test_both_engines_answer_the_same_bytes(both_filled: tuple[Api, Api]) -> None:
    """Random questions to the same record on either engine are answered by the same bytes."""
    on_sqlite, on_postgresql = both_filled

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        questions(),
        st.sampled_from(["date", "-date", "-strikes", "-items"]),
        st.sampled_from(["zero", "none"]),
    )
    def agree(question: tuple[dict[str, object], list[str]], sort: str, fill: str) -> None:
        filters, group_by = question
        for path, parameters in (
            ("/v1/strikes", {"sort": sort, "limit": 500, "count": "exact"}),
            ("/v1/aggregates", {"group_by": ",".join(group_by), "fill": fill}),
        ):
            asked = filters | parameters
            assert on_sqlite.get(path, **asked).content == on_postgresql.get(path, **asked).content

    agree()
