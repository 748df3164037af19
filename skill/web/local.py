"""Local mode: nothing is verified, so only this very machine may ask, and no web page that is open on it."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

_CURE = (
    "Requests are not verified here (HIP_COACH_VERIFY=off), so only this machine may send them. To be reached by "
    "Alexa or from elsewhere, set HIP_COACH_VERIFY=on and HIP_COACH_SKILL_ID."
)


def refusal(remote: str | None, headers: Mapping[str, str]) -> str | None:
    """Why a request is refused in local mode, with a cure, or None for one that may be answered.

    A Host that is not loopback means a web page that had its name point here; a forwarding header means a
    proxy or a tunnel, whose address is loopback while the sender's is not.

    Args:
        remote: the address that the request came from.
        headers: the request's headers, named as Flask names them: `Host`, `X-Forwarded-For`.
    """
    if remote is None or not is_loopback(remote):
        return f"It came from {remote or 'nowhere':.100}. {_CURE}"
    if not _loopback_host(headers.get("Host", "")):
        return f"It asked for the host {headers.get('Host')!r:.100}, not for localhost or 127.0.0.1. {_CURE}"
    forwarding = [name for name in headers if name.lower() == "forwarded" or name.lower().startswith("x-forwarded-")]
    if forwarding:
        return f"It was forwarded, by its header {forwarding[0]:.100}. {_CURE}"
    return None


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without a port, can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def _loopback_host(header: str) -> bool:
    try:
        parts = urlsplit(f"//{header}")
        whole = parts.netloc == header and parts.username is None and parts.port != 0
        return whole and is_loopback(parts.hostname or "")
    except ValueError:  # not an address, or its port is no number
        return False
