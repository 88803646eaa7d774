"""Hello world in Litestar: the cost of the framework."""

from litestar import Litestar, MediaType, get


@get("/", media_type=MediaType.TEXT)
async def hello() -> str:
    return "Hello, world!"


app = Litestar([hello], openapi_config=None, logging_config=None)
