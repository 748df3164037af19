"""Records in an Amazon DynamoDB table, each packed, and swapped on condition that nobody has put one since.

An item: `id` the user's, `record` the text packed by zlib (a mature one of 6 kB in 0.5 kB, so that a write costs one
unit), `revision` a digest of the text, `expires_at` in seconds since 1970, and `attributes` with a version from which
earlier releases see that they must leave it alone. Those kept a map under `attributes`, as Amazon's adapter has it; it
is packed when it is first read.
"""

import json
import logging
import time
import zlib
from collections.abc import Callable, Collection
from concurrent.futures import Future
from decimal import Decimal
from hashlib import sha256
from threading import Thread
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from skill.memory.shelf import StoreFailed

log = logging.getLogger(__name__)

KEY, RECORD, REVISION, EXPIRES_AT = "id", "record", "revision", "expires_at"

ATTRIBUTES = "attributes"
"""Where earlier releases keep the record."""

_LEAVE_ALONE = {"M": {"version": {"N": "2"}}}
"""What earlier releases find there: a household's record of a version that they do not know."""

EXPIRES_AFTER_DAYS = 400
"""Days after the last save until DynamoDB may delete an item: over a year, so that a summer's pause costs nothing. It
deletes within some days of that time [K]."""

_CLIENT = Config(
    connect_timeout=0.5,
    read_timeout=1,
    retries={"mode": "standard", "total_max_attempts": 2},
    parameter_validation=False,
)
"""A turn has eight seconds, and boto3's own limits are sixty for each of several attempts."""

SECONDS = 3.5
"""How long one call may take in all. boto3's limits are for each piece of an answer, which may come drop by drop."""


class DynamoShelf:
    """Keeps texts in one table.

    Region and credentials come from the environment, as boto3 reads it, and so does AWS_ENDPOINT_URL_DYNAMODB, the
    address of another server that speaks its language.
    """

    era = ""
    """Amazon loses no table."""

    def __init__(self, table: str, *, clock: Callable[[], float] = time.time) -> None:
        """Connects to nothing yet.

        Args:
            table: its name.
            clock: seconds since 1970.
        """
        self._table = table
        self._client = boto3.client("dynamodb", config=_CLIENT)
        self._clock = clock

    def read(self, name: str) -> str | None:
        item = self._call("get_item", Key={KEY: {"S": name}}, ConsistentRead=True).get("Item")
        if item is None:
            return None
        if RECORD in item:
            return _unpacked(item)
        text = _of_earlier_release(item)
        if not self._put(name, text, _still_of_earlier_release(item)):
            raise StoreFailed("somebody else was quicker to pack a record of an earlier release")
        return text

    def replace(self, name: str, old: str | None, new: str | None) -> bool:
        condition = _still(old)
        if new is not None:
            return self._put(name, new, condition) or self.read(name) == new
        return self._on_condition("delete_item", condition, Key={KEY: {"S": name}})

    def remove(self, name: str) -> None:
        self._call("delete_item", Key={KEY: {"S": name}})

    def scrub(self, traces: Collection[str]) -> None:
        """There are no copies but Amazon's own, where point-in-time recovery was switched on."""

    def check(self) -> tuple[str, ...]:
        """Whether the table is there, and active."""
        try:
            status = self._client.describe_table(TableName=self._table)["Table"]["TableStatus"]
        except (BotoCoreError, ClientError) as fault:
            return (f"{self._table}: {fault}",)
        return () if status == "ACTIVE" else (f"{self._table} is {status}",)

    def close(self) -> None:
        self._client.close()

    def _put(self, name: str, text: str, condition: dict[str, Any]) -> bool:
        item = {
            KEY: {"S": name},
            RECORD: {"B": zlib.compress(text.encode("utf-8", "surrogateescape"))},
            REVISION: {"S": _digest(text)},
            ATTRIBUTES: _LEAVE_ALONE,
            EXPIRES_AT: {"N": str(int(self._clock()) + EXPIRES_AFTER_DAYS * 86_400)},
        }
        return self._on_condition("put_item", condition, Item=item)

    def _on_condition(self, call: str, condition: dict[str, Any], **arguments: Any) -> bool:
        try:
            self._call(call, **arguments, **condition)
        except StoreFailed as fault:
            cause = fault.__cause__
            if not isinstance(cause, ClientError) or cause.response["Error"]["Code"] != _QUICKER:
                raise
            return False
        return True

    def _call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """One call, in a thread of its own, which can be left behind where the answer comes drop by drop."""
        done: Future[dict[str, Any]] = Future()

        def call() -> None:
            try:
                made = getattr(self._client, name)
                done.set_result(made(TableName=self._table, ReturnConsumedCapacity="TOTAL", **arguments))
            except BaseException as fault:
                done.set_exception(fault)

        Thread(target=call, daemon=True).start()
        try:
            answer = done.result(SECONDS)
        except (BotoCoreError, ClientError, TimeoutError, ValueError) as fault:
            raise StoreFailed(
                f"the table {self._table} did not do {name}: {str(fault) or type(fault).__name__}"
            ) from fault
        # An answer of nothing at all is read as one without faults. DynamoDB always says what it was asked for.
        if "ConsumedCapacity" not in answer:
            raise StoreFailed(f"the table {self._table} gave no answer to {name}")
        return answer


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _still(old: str | None) -> dict[str, Any]:
    """The condition that what is there is what was read; what was damaged, anybody may write over."""
    if old is None:
        return {"ConditionExpression": "attribute_not_exists(#id)", "ExpressionAttributeNames": {"#id": KEY}}
    if old == _DAMAGED:
        return {"ConditionExpression": "attribute_exists(#id)", "ExpressionAttributeNames": {"#id": KEY}}
    return {
        "ConditionExpression": "#revision = :revision",
        "ExpressionAttributeNames": {"#revision": REVISION},
        "ExpressionAttributeValues": {":revision": {"S": _digest(old)}},
    }


_QUICKER = "ConditionalCheckFailedException"

_DAMAGED = ""
"""What is read where there is no text: no JSON."""


def _unpacked(item: dict[str, Any]) -> str:
    try:
        text = zlib.decompress(item[RECORD]["B"]).decode("utf-8", "surrogateescape")
    except (KeyError, TypeError, zlib.error):
        return _DAMAGED
    return text if item.get(REVISION) == {"S": _digest(text)} else _DAMAGED


# Items of earlier releases


def _of_earlier_release(item: dict[str, Any]) -> str:
    """The record that Amazon's adapter keeps as a map, in which every number is a decimal."""
    held = TypeDeserializer().deserialize(item[ATTRIBUTES]) if ATTRIBUTES in item else _DAMAGED
    if isinstance(held, str):
        return held
    if not isinstance(held, dict):
        return json.dumps(held, default=_number)
    return json.dumps({key: value for key, value in held.items() if key != REVISION}, default=_number)


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return repr(value)


def _still_of_earlier_release(item: dict[str, Any]) -> dict[str, Any]:
    """The condition that an item is as it was read: the same revision, or none, as in a damaged one."""
    revision = item.get(ATTRIBUTES, {}).get("M", {}).get(REVISION, {}).get("S")
    same = "#attributes.#revision = :revision"
    none = "NOT attribute_type(#attributes.#revision, :revision)"
    return {
        "ConditionExpression": f"attribute_not_exists(#record) AND {same if revision else none}",
        "ExpressionAttributeNames": {"#record": RECORD, "#attributes": ATTRIBUTES, "#revision": REVISION},
        "ExpressionAttributeValues": {":revision": {"S": revision or "S"}},
    }


# For an operator


def create_table(table: str) -> None:
    """Make the table, and wait until it can be used; one that is there stays as it is.

    It is paid by the request, and deletes items by their `expires_at`.

    Raises:
        StoreFailed: it cannot be made.
    """
    client = boto3.client("dynamodb")
    try:
        client.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": KEY, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": KEY, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    except client.exceptions.ResourceInUseException:
        log.info("the table %s is there already", table)
    except (BotoCoreError, ClientError) as fault:
        raise StoreFailed(f"the table {table} could not be made: {fault}") from fault
    client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    try:
        client.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRES_AT}
        )
    except ClientError as fault:  # it is on already, or this is a stand-in for DynamoDB that cannot
        log.warning("nothing was changed about the expiry of items in %s: %s", table, fault)
