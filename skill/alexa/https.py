"""How the skill asks others: by https alone, following nobody elsewhere, and never for longer or more than it says."""

import ssl
import time
from functools import cache
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests

READ_AT_ONCE = 64 * 1024
"""Bytes of an answer."""


def get(url: str, *, seconds: float, most: int, bearer: str = "", tls: ssl.SSLContext | None = None) -> bytes:
    """What an address answers. Of an answer that is too large only a little too much is read.

    Args:
        url: the address; a proxy that the environment names is used.
        seconds: how long it may take altogether, looking the address up included, which no other time-out bounds.
        most: bytes beyond which no more is read.
        bearer: a token to show; "" for none.
        tls: whom to trust; None trusts certifi's roots.

    Raises:
        OSError: there was no answer in time, or another one than 200.
    """
    import requests  # late: most processes on Lambda never need it. Nor does it count as waiting.

    trusted = tls or _certifis()
    answers: SimpleQueue[bytes | Exception] = SimpleQueue()
    until = time.monotonic() + seconds

    def ask() -> None:
        try:
            with requests.Session() as session:
                session.mount("https://", _adapter(trusted))
                answers.put(_asked(session, url, until, most, bearer))
        except Exception as fault:  # an address or a token that is none can be found wrong in many places
            answers.put(fault)

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty as fault:
        raise TimeoutError(f"no answer within {seconds} s") from fault
    if isinstance(answer, bytes):
        return answer
    raise answer if isinstance(answer, OSError) else OSError(f"it cannot be asked: {answer}") from answer


def _asked(session: "requests.Session", url: str, until: float, most: int, bearer: str) -> bytes:
    from requests.utils import get_environ_proxies

    session.trust_env = False  # no other roots, and nobody's password from a .netrc
    del session.adapters["http://"]
    with session.get(
        url,
        headers={"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {}),
        timeout=max(until - time.monotonic(), 0.001),
        allow_redirects=False,
        stream=True,
        proxies=get_environ_proxies(url),
    ) as answer:
        if answer.status_code != 200:
            raise OSError(f"the answer was {answer.status_code}")
        data = b""
        while len(data) <= most and (more := answer.raw.read1(READ_AT_ONCE)):
            data += more
            if time.monotonic() > until:
                raise TimeoutError("the answer came too slowly")
        return data


def _adapter(tls: ssl.SSLContext) -> Any:
    """Speaks TLS in that context, to which urllib3 would otherwise add roots at each connection."""
    from requests.adapters import HTTPAdapter

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **more: Any) -> None:
            super().init_poolmanager(*args, ssl_context=tls, **more)

        def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
            return super().proxy_manager_for(proxy, ssl_context=tls, **more)

        def cert_verify(self, *_: object) -> None:
            """The context does."""

    return Adapter()


@cache
def _certifis() -> ssl.SSLContext:
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
