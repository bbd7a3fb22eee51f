"""Transports over httpx: retries, errors and streaming, blocking and asynchronous."""

import random
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import httpx

from app import __version__
from app.client.exceptions import ApiError, ConnectionFailed, RequestTimeout, StatusError, status_error
from app.client.requests import Call, Steps, parameters

T = TypeVar("T")

# Seconds before the first retry; the wait doubles with every retry, up to the longest.
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0
# A server that asks for more patience than this is not tried again.
_MOST_PATIENCE = 120.0

_RETRIED = {408, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a client and its copies can differ in. The key is never shown."""

    base: httpx.URL
    key: str | None
    timeout: float | httpx.Timeout
    retries: int

    def __post_init__(self) -> None:
        if self.base.scheme not in {"http", "https"} or not self.base.host:
            raise ValueError("the URL of a server starts with http:// or https:// and names a host")
        if self.base.query or self.base.fragment:
            raise ValueError("the URL of a server has no query and no fragment")
        # An HTTP library would show the header, and the key with it, in its error.
        if self.key is not None and not (
            self.key.isascii() and self.key.isprintable() and " " not in self.key
        ):
            raise ValueError("an API key consists of visible ASCII characters")
        if self.key is not None and self.base.userinfo:
            raise ValueError("give a key, or a user in the URL: a request carries one of them")
        if self.retries < 0:
            raise ValueError("retries must not be negative")

    def __repr__(self) -> str:
        """Return the address without user and password."""
        return str(self.base.copy_with(userinfo=b""))

    def request(self, call: Call) -> dict[str, Any]:
        """Return httpx's arguments for a call."""
        headers = {"User-Agent": f"strikeledger-client/{__version__}", "Accept": "*/*", **call.headers}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        path, base = call.path.encode(), self.base.raw_path.rstrip(b"/")
        url = self.base.copy_with(raw_path=base + path)
        return {
            "method": call.method,
            "url": url,
            "params": parameters(call.query) or None,
            "headers": headers,
            "content": call.content,
            "timeout": self.timeout,
        }

    def delay(self, call: Call, failure: ApiError, attempt: int) -> float:
        """Return the seconds to wait before the next attempt. Raises the failure where there is none."""
        asked = failure.retry_after if isinstance(failure, StatusError) else None
        if attempt >= self.retries or not _may_succeed(failure) or (asked or 0) > _MOST_PATIENCE:
            raise failure
        if call.sink is not None and not call.sink.restart():
            raise failure
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        backoff = min(LONGEST_WAIT, FIRST_WAIT * float(2**attempt)) * jitter
        return backoff if asked is None else asked + backoff / 10


def _may_succeed(failure: ApiError) -> bool:
    """Return whether the same request may succeed later. Every write has an Idempotency-Key, so it is done once."""
    if isinstance(failure, StatusError):
        in_progress = failure.status == HTTPStatus.CONFLICT and failure.code == "idempotency-in-progress"
        return failure.status in _RETRIED or in_progress
    cause = failure.__cause__
    passing = httpx.TimeoutException | httpx.NetworkError | httpx.RemoteProtocolError | httpx.ProxyError
    return isinstance(cause, passing)


def _connection_error(call: Call, error: httpx.RequestError) -> ApiError:
    kind = RequestTimeout if isinstance(error, httpx.TimeoutException) else ConnectionFailed
    reason = str(error) or type(error).__name__
    failure = kind(f"{call.method} {call.path}: {reason}")
    failure.__cause__ = error
    return failure


def _refusal(call: Call, response: httpx.Response) -> ApiError | None:
    if response.is_success:
        return None
    return status_error(call.method, call.path, response.status_code, response.content, response.headers)


def _follows(call: Call) -> bool:
    """Return whether a redirect is followed: a write would become a GET, and httpx drops the key on other hosts."""
    return call.method == "GET"


class SyncTransport:
    """Run operations in the calling thread."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def run(self, settings: Settings, steps: Steps[T]) -> T:
        """Send what an operation yields, and return its result."""
        try:
            call = next(steps)
            while True:
                try:
                    response = self._send(settings, call)
                except ApiError as error:
                    call = steps.throw(error)
                else:
                    call = steps.send(response)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            steps.close()

    def _send(self, settings: Settings, call: Call) -> httpx.Response:
        attempt = 0
        while True:
            try:
                response = self._once(settings, call)
                failure = _refusal(call, response)
            except httpx.RequestError as error:
                failure = _connection_error(call, error)
            if failure is None:
                return response
            time.sleep(settings.delay(call, failure, attempt))  # Before a retry.
            attempt += 1

    def _once(self, settings: Settings, call: Call) -> httpx.Response:
        request = self._http.build_request(**settings.request(call))
        if call.sink is None:
            return self._http.send(request, follow_redirects=_follows(call))
        response = self._http.send(request, stream=True, follow_redirects=_follows(call))
        try:
            if response.is_success:
                for chunk in response.iter_bytes():
                    call.sink.write(chunk)
            else:
                response.read()
        finally:
            response.close()
        return response

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


class AsyncTransport:
    """Run operations in an event loop."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def run(self, settings: Settings, steps: Steps[T], *, in_threads: bool = False) -> T:
        """Send what an operation yields, and return its result.

        `in_threads` runs the steps between two requests in threads, for an operation that works for long.
        """
        try:
            # A generator cannot pass a StopIteration through a thread, so it is turned into a value there.
            end, value = await self._step(in_threads, next, steps)
            while not end:
                try:
                    response = await self._send(settings, value)
                except ApiError as error:
                    end, value = await self._step(in_threads, steps.throw, error)
                else:
                    end, value = await self._step(in_threads, steps.send, response)
        finally:
            steps.close()
        result: T = value
        return result

    async def _step(self, in_threads: bool, advance: Any, argument: Any) -> tuple[bool, Any]:  # noqa: ANN401, FBT001 - a step of any request
        def step() -> tuple[bool, Any]:
            try:
                return False, advance(argument)
            except StopIteration as end:
                return True, end.value

        return await anyio.to_thread.run_sync(step) if in_threads else step()

    async def _send(self, settings: Settings, call: Call) -> httpx.Response:
        attempt = 0
        while True:
            try:
                response = await self._once(settings, call)
                failure = _refusal(call, response)
            except httpx.RequestError as error:
                failure = _connection_error(call, error)
            if failure is None:
                return response
            await anyio.sleep(settings.delay(call, failure, attempt))  # Before a retry.
            attempt += 1

    async def _once(self, settings: Settings, call: Call) -> httpx.Response:
        request = self._http.build_request(**settings.request(call))
        if call.sink is None:
            return await self._http.send(request, follow_redirects=_follows(call))
        response = await self._http.send(request, stream=True, follow_redirects=_follows(call))
        try:
            if response.is_success:
                async for chunk in response.aiter_bytes():
                    call.sink.write(chunk)
            else:
                await response.aread()
        finally:
            await response.aclose()
        return response

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
