"""The SDK's adapter can be imported, and its own verifier lets nobody in."""

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)


def test_the_web_service_imports_whatever_version_openssl_has() -> None:
    """`import skill.web.app` works where oscrypto is installed, although oscrypto itself may not.

    oscrypto 1.3.0 looks for a version like 1.2.3 and finds none in "OpenSSL 3.0.10" or later, whose last number has
    two digits; then certvalidator, which imports it, and the SDK's verifier, which imports that, cannot be imported.
    """
    assert find_spec("oscrypto"), "the point of this test is that it is installed"
    assert find_spec("certvalidator")
    loaded = "[name for name in sys.modules if name.startswith(('oscrypto', 'certvalidator'))]"
    ours = run(f"import sys, skill.web.app; print({loaded})")
    assert (ours.returncode, ours.stdout.strip(), ours.stderr) == (0, "[]", "")


def test_the_placeholder_is_needed_exactly_where_oscrypto_cannot_read_the_version() -> None:
    """The day this fails, oscrypto has been mended and the placeholder may go."""
    version = run(
        "import ctypes.util as u, ctypes as c; l = c.CDLL(u.find_library('crypto')); "
        "l.OpenSSL_version.restype = c.c_char_p; print(l.OpenSSL_version(0).decode())"
    ).stdout
    stock = run("import certvalidator")
    if version.startswith("OpenSSL") and len(version.split()[1].split(".")[-1]) > 1:
        assert "detecting the version of libcrypto" in stock.stderr


def test_nobody_can_verify_with_the_placeholder() -> None:
    """Should the SDK's own verifier ever be used, it raises; it never lets a request through."""
    import_module("skill.web.app")  # it imports the SDK with the placeholder in place
    verifier = import_module("ask_sdk_webservice_support.verifier")
    with pytest.raises(RuntimeError, match=r"skill\.alexa\.verify"):
        verifier.CertificateValidator(b"", b"")
    assert "certvalidator" not in sys.modules
