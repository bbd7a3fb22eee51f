"""Walks: iterators over pages, pinned to one ledger number."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, overload

import anyio
import httpx

from app.client.exceptions import UnexpectedResponse
from app.client.html import table
from app.client.records import Change, Record
from app.client.requests import Steps, document, get, member

R = TypeVar("R", bound=Record)

# The most that a page holds.
LONGEST_PAGE = 500


@dataclass(frozen=True)
class Page(Sequence[R], Generic[R]):
    """The items of one response. `total` is there with `count="exact"` alone."""

    items: Sequence[R]
    seq: int
    next_cursor: str | None
    total: int | None = None

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R]: ...
    def __getitem__(self, index: int | slice) -> R | Sequence[R]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def _repr_html_(self) -> str:
        return table(self.items, f"{len(self.items)} items as of ledger number {self.seq}")


class Pages(Protocol[R]):
    """What a walk reads: a list that gives its next page.

    `start` is the cursor of the first page, None at the beginning; `interval` the seconds between two requests at the
    end of a list that is followed, None where the walk ends there.
    """

    seq: int | None
    start: str | None
    interval: float | None

    def next_page(self) -> Steps[Page[R] | None]:
        """Read the next page; None after the last one."""


class ListPages(Generic[R]):
    """The pages of a list, pinned to the ledger number of the first request.

    A cursor is bound to `as_of`, so the number is read before the first page, not from it.
    """

    def __init__(self, path: str, query: Mapping[str, Any], model: type[R], *, pinned: bool = True) -> None:
        self._path = path
        self._query = {"limit": LONGEST_PAGE, **query}
        self._model = model
        self._pinned = pinned
        self._ended = False
        self.seq: int | None = None
        self.start: str | None = query.get("cursor")
        self.interval: float | None = None

    def next_page(self) -> Steps[Page[R] | None]:
        """Read the next page; None after the last one."""
        if self._ended:
            return None
        # A cursor without as_of goes on as the walk that it comes from: not pinned.
        if self._pinned and self._query.get("as_of") is None and "cursor" not in self._query:
            response = yield get("/v1/ledger")
            self._query |= {"as_of": member(response, document(response), "seq")}
        response = yield get(self._path, self._query)
        page = page_of(response, self._model)
        if self._pinned and self.seq not in {None, page.seq}:
            raise UnexpectedResponse(f"the walk began as of {self.seq} and its next page is as of {page.seq}")
        self.seq = page.seq
        self._ended = page.next_cursor is None
        self._query |= {"cursor": page.next_cursor}
        return page


class ChangePages:
    """The entries of the ledger after a number, up to its head as of the first page; with an interval without end."""

    def __init__(self, query: Mapping[str, Any], after: int, *, interval: float | None) -> None:
        self._query = {"limit": LONGEST_PAGE, **query}
        self._after = after
        self._cursor: str | None = None
        self._ended = False
        self.seq: int | None = None
        self.start: str | None = None
        self.interval = interval

    def next_page(self) -> Steps[Page[Change] | None]:
        """Read the next page; None at the head of the ledger."""
        if self._ended:
            return None
        cursor = {"cursor": self._cursor} if self._cursor else {}
        response = yield get("/v1/changes", {**self._query, "after": self._after, **cursor})
        page = page_of(response, Change)
        if self.seq is None or self.interval is not None:
            self.seq = page.seq
        self._cursor = page.next_cursor
        items = [change for change in page.items if change.seq <= self.seq]
        if page.next_cursor is None:
            self._after = page.seq
        at_head = page.next_cursor is None or len(items) < len(page.items)
        self._ended = at_head and self.interval is None
        if not items and at_head:
            return None
        return Page(items, self.seq, None if self._ended else page.next_cursor, page.total)


class _Walk(Generic[R]):
    """What both kinds of walk hold: the page that is being delivered."""

    def __init__(self, pages: Pages[R]) -> None:
        self._pages = pages
        self._page: Page[R] | None = None
        self._delivered = 0
        self._cursor = pages.start

    @property
    def seq(self) -> int | None:
        """The ledger number as of which the list is read; None before the first page."""
        return self._pages.seq

    @property
    def next_cursor(self) -> str | None:
        """Where `cursor=` resumes the walk, with `as_of=walk.seq` and the same filters; None: the beginning or the end.

        Within a page it is the cursor of this page: a resumed walk repeats items of it and skips none.
        """
        if self._page is not None and self._delivered == len(self._page):
            return self._page.next_cursor
        return self._cursor

    @property
    def total(self) -> int | None:
        """All items that match, with `count="exact"`, once a page was read."""
        return None if self._page is None else self._page.total

    def _next_item(self) -> R | None:
        """Return the next item of the page at hand; None where it has no more."""
        if self._page is None or self._delivered == len(self._page):
            return None
        self._delivered += 1
        return self._page[self._delivered - 1]

    def _turn(self, page: Page[R]) -> None:
        self._cursor = self.next_cursor
        self._page, self._delivered = page, 0

    def _deliver_page(self) -> Page[R] | None:
        """Return what the page at hand still has, as a page; None where it has no more."""
        if self._page is None or self._delivered == len(self._page):
            return None
        page, rest = self._page, self._page[self._delivered :]
        self._delivered = len(page)
        return Page(rest, page.seq, page.next_cursor, page.total)


class Walk(_Walk[R], Iterator[R]):
    """An iterator over the items of a list; `pages()` iterates over its pages."""

    def __init__(self, run: Callable[[Steps[Page[R] | None]], Page[R] | None], pages: Pages[R]) -> None:
        super().__init__(pages)
        self._run = run

    def __next__(self) -> R:
        while (item := self._next_item()) is None:
            if not self._read():
                raise StopIteration
        return item

    def pages(self) -> Iterator[Page[R]]:
        """Iterate over the pages that are left. The first one may be the rest of a page."""
        while True:
            if (page := self._deliver_page()) is not None:
                yield page
            elif not self._read():
                return

    def _read(self) -> bool:
        """Read the next page; False where there is none."""
        while (page := self._run(self._pages.next_page())) is None:
            if self._pages.interval is None:
                return False
            # At the head of a list that is followed: the next request may find more.
            time.sleep(self._pages.interval)
        self._turn(page)
        return True

    def _repr_html_(self) -> str:
        """Show the page at hand, reading the first one if there is none yet; nothing is consumed."""
        if self._page is None and self._pages.interval is None:
            self._read()
        return "<p>no items</p>" if self._page is None else self._page._repr_html_()


class AsyncWalk(_Walk[R], AsyncIterator[R]):
    """An asynchronous iterator over the items of a list; `pages()` iterates over its pages."""

    def __init__(
        self, run: Callable[[Steps[Page[R] | None]], Awaitable[Page[R] | None]], pages: Pages[R]
    ) -> None:
        super().__init__(pages)
        self._run = run

    async def __anext__(self) -> R:
        while (item := self._next_item()) is None:
            if not await self._read():
                raise StopAsyncIteration
        return item

    async def pages(self) -> AsyncIterator[Page[R]]:
        """Iterate over the pages that are left. The first one may be the rest of a page."""
        while True:
            if (page := self._deliver_page()) is not None:
                yield page
            elif not await self._read():
                return

    async def _read(self) -> bool:
        while (page := await self._run(self._pages.next_page())) is None:
            if self._pages.interval is None:
                return False
            # At the head of a list that is followed: the next request may find more.
            await anyio.sleep(self._pages.interval)
        self._turn(page)
        return True


def page_of(response: httpx.Response, model: type[R]) -> Page[R]:
    """Read a page of a list."""
    body = document(response)
    items = [model(item) for item in member(response, body, "items")]
    return Page(items, member(response, body, "seq"), body.get("next"), body.get("total"))
