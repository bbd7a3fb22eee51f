"""The least that FastAPI can be asked: a route that does nothing."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def nothing() -> dict[str, str]:
    """Answer an empty object."""
    return {}
