"""Why a request is refused: one short text for each kind, fit for a log, with nothing in it that the sender chose."""

from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with a request, in the order in which it is looked for."""

    # The two headers
    HEADER_NOT_TEXT = "a signature header is not text"
    URL_MISSING = "there is no SignatureCertChainUrl header"
    URL_TWICE = "the SignatureCertChainUrl header was sent more than once"
    SIGNATURE_MISSING = "there is no Signature-256 header"
    SIGNATURE_TWICE = "the Signature-256 header was sent more than once"

    # The certificate's URL
    URL_LONG = "the certificate URL is too long"
    URL_CHARACTERS = "the certificate URL has characters that no such URL has"
    URL_SCHEME = "the certificate URL is not https"
    URL_USER = "the certificate URL names a user"
    URL_HOST = "the certificate URL is not at s3.amazonaws.com"
    URL_PORT = "the certificate URL names another port than 443"
    URL_QUERY = "the certificate URL has a query"
    URL_FRAGMENT = "the certificate URL has a fragment"
    URL_SLASHES = "the certificate URL has an empty part in its path"
    URL_PATH = "the certificate URL does not lie below /echo.api/"

    SIGNATURE_CODING = "the signature is not base64"

    # Getting the certificates
    DOWNLOAD_FAILED = "the certificates could not be downloaded"
    DOWNLOAD_LARGE = "the certificate file is larger than 64 kB"
    DOWNLOAD_TYPE = "the certificate file is not bytes"
    DOWNLOAD_WAIT = "somebody else's download of the certificates took too long"
    DOWNLOAD_BUSY = "too many other certificates are being downloaded"

    # The certificate that signs
    PEM_NONE = "the certificate file holds no certificate"
    PEM_BROKEN = "the certificate file cannot be read"
    PEM_MANY = "the certificate file holds too many certificates"
    LEAF_BROKEN = "the signing certificate cannot be read"
    LEAF_EARLY = "the signing certificate is not valid yet"
    LEAF_EXPIRED = "the signing certificate has expired"
    LEAF_NAMELESS = "the signing certificate has no alternative names"
    LEAF_WILDCARD = "the signing certificate covers echo-api.amazon.com by a wildcard only"
    LEAF_NAME = "the signing certificate is not for echo-api.amazon.com"
    LEAF_KEY = "the signing certificate's key is not RSA"
    LEAF_SHORT_KEY = "the signing certificate's key is shorter than 2048 bits"
    LEAF_WITHOUT_USAGE = "the signing certificate does not say what its key is for"
    LEAF_USAGE = "the signing certificate's key is not for signatures"

    # Its chain
    CHAIN_UNTRUSTED = "no trusted root vouches for the signing certificate"
    CHAIN_OVER = "the chain is not valid now"

    SIGNATURE_WRONG = "the signature does not fit the body"

    # What was signed
    BODY_CODING = "the body is not UTF-8"
    BODY_NOT_JSON = "the body is not JSON"
    BODY_CONSTANT = "the body has a number that JSON does not know"
    BODY_DEEP = "the body is nested too deeply"
    BODY_NOT_OBJECT = "the body is not an object"
    REQUEST_MISSING = "the body has no request object"
    REQUEST_TYPE = "the request has no type"
    TIME_MISSING = "the request has no timestamp"
    TIME_UNREADABLE = "the request's timestamp cannot be read"
    TIME_OLD = "the request is too old"
    TIME_AHEAD = "the request's timestamp lies in the future"
    SKILL_TYPE = "the request's skill id is not where it belongs"
    SKILL_MISSING = "the request names no skill"
    SKILL_TWO = "the request names two different skills"
    SKILL_OTHER = "the request is meant for another skill"

    UNEXPECTED = "the check itself failed"


class NotFromAlexa(Exception):
    """A request that cannot be shown to come from Alexa and to be meant for this skill."""

    def __init__(self, reason: str) -> None:
        """Takes the reason for the log: a Reason, or another text that the sender had no part in."""
        super().__init__(str(reason))
        self.reason = reason


class NoTrustRoots(ValueError):
    """A file that was to be trusted holds no certificates, or some that cannot be read."""
