"""The SDK's Flask adapter, imported although its own verifier cannot be.

flask-ask-sdk imports ask-sdk-webservice-support, that certvalidator, and that oscrypto 1.3.0, which cannot read the
version of OpenSSL from 3.0.10 on (github.com/wbond/oscrypto/issues/78). All of it serves only the SDK's own
RequestVerifier, and that is never used: `alexa.verify` checks a request before the SDK sees it. So a placeholder takes
certvalidator's place for the length of the import; whoever would use it gets an exception.

What else of the SDK needs a cure is in `alexa.envelope`.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NoReturn


def import_skill_adapter() -> Any:
    """The class flask_ask_sdk.skill_adapter.SkillAdapter, whatever version OpenSSL has."""
    with _placeholder():
        from flask_ask_sdk.skill_adapter import SkillAdapter

    return SkillAdapter


class _CertificateValidator:
    """Stands where the SDK's own verifier expects certvalidator's. It calls no certificate good."""

    def __init__(self, *_args: object, **_options: object) -> NoReturn:
        raise RuntimeError("requests are verified by skill.alexa.verify, never by the SDK")


@contextmanager
def _placeholder() -> Iterator[None]:
    unused = type("Unused", (Exception,), {})
    errors = _module("certvalidator.errors", ValidationError=unused, PathError=unused)
    package = _module("certvalidator", CertificateValidator=_CertificateValidator, errors=errors)
    stand_ins = {module.__name__: module for module in (package, errors)}
    before = {name: sys.modules[name] for name in stand_ins if name in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]
        sys.modules.update(before)


def _module(name: str, **contents: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(contents)
    return module
