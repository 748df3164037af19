"""Records in an Amazon DynamoDB table, by Amazon's own adapter where that does it right.

Amazon's adapter reads and deletes. It cannot save for us: its put is unconditional, so that of two devices the one
that is a moment later would erase what the other has finished; it takes no floats, and writes no time of expiry. So
records are put here, into the very items that the adapter reads, on condition that nobody has put one since.

An item: `id` the user's, `attributes` the record and its `revision`, `expires_at` in seconds since 1970.
"""

import logging
import random
import time
from collections.abc import Callable, Collection
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
from ask_sdk_core.exceptions import PersistenceException

# Its constructor has boto3.resource("dynamodb") as a default, so this very import fails where no region is set.
from ask_sdk_dynamodb.adapter import DynamoDbAdapter
from ask_sdk_model import Context, RequestEnvelope, User
from ask_sdk_model.interfaces.system import SystemState
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from skill.memory.shelf import Change, written

log = logging.getLogger(__name__)

KEY, ATTRIBUTES, REVISION, EXPIRES_AT = "id", "attributes", "revision", "expires_at"

EXPIRES_AFTER_DAYS = 400
"""Days after the last save until DynamoDB may delete an item: over a year, so that a summer's pause costs nothing. It
deletes within some days of that time [K]."""

ATTEMPTS = 8
"""How often a save is tried, when somebody else is a moment earlier each time; two devices need two."""

LONGEST_PAUSE = 0.2
"""Seconds before another attempt at most. Pauses are longer each time and differ by chance, so that nobody comes last
again and again; all of them together take less than a second."""

_CLIENT = Config(connect_timeout=0.5, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
"""A turn has eight seconds, and boto3's own limits are sixty for each of several attempts."""


class DynamoShelf:
    """Keeps records in one table.

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
        self._table = boto3.resource("dynamodb", config=_CLIENT).Table(table)
        self._clock = clock
        # boto3's resources may not be shared among threads, because making one of another changes it; the calls of
        # one that is made may. The adapter makes a Table for every call, so it is given this one each time.
        self._adapter = DynamoDbAdapter(
            table,
            partition_key_name=KEY,
            attribute_name=ATTRIBUTES,
            dynamodb_resource=SimpleNamespace(Table=lambda _: self._table),
        )

    def read(self, name: str) -> object:
        try:
            found: object = self._adapter.get_attributes(_from(name))
        except PersistenceException as fault:
            if isinstance(fault.__context__, KeyError):
                return "an item without attributes"
            raise
        return _from_dynamo(found) if found != {} else None

    def change(self, name: str, change: Change) -> None:
        # A name that nobody else has, rather than a count, because a count may come back after a deletion.
        revision = uuid4().hex
        for attempt in range(ATTEMPTS):
            held = self.read(name)
            if _revision(held) == revision:  # a put that boto3 tried again, because its first answer was lost
                return
            record = change(held)
            written(record)
            if record is held or self._replace(name, held, record, revision):
                return
            time.sleep(random.uniform(0, min(0.01 * 2**attempt, LONGEST_PAUSE)))
        raise PersistenceException(f"{ATTEMPTS} times somebody else saved the same record first")

    def remove(self, name: str) -> None:
        self._adapter.delete_attributes(_from(name))

    def scrub(self, traces: Collection[str]) -> None:
        """There are no copies but Amazon's own, where point-in-time recovery was switched on."""

    def check(self) -> tuple[str, ...]:
        """Whether the table is there, and active."""
        try:
            status = self._table.meta.client.describe_table(TableName=self._table.name)["Table"]["TableStatus"]
        except (BotoCoreError, ClientError) as fault:
            return (f"{self._table.name}: {fault}",)
        return () if status == "ACTIVE" else (f"{self._table.name} is {status}",)

    def close(self) -> None:
        self._table.meta.client.close()

    def _replace(self, name: str, held: object, record: object, revision: str) -> bool:
        """Put a record, or none, in place of another; False, if that is no longer there."""
        condition = _still(held)
        try:
            if record is None:
                self._table.delete_item(Key={KEY: name}, **condition)
            else:
                self._table.put_item(Item=self._item(name, record, revision), **condition)
        except ClientError as fault:
            if fault.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise PersistenceException(f"the table {self._table.name} took no record: {fault}") from fault
        except (BotoCoreError, TypeError, ArithmeticError) as fault:  # the latter two: numbers it cannot hold
            raise PersistenceException(f"the table {self._table.name} took no record: {fault}") from fault
        return True

    def _item(self, name: str, record: Any, revision: str) -> dict[str, Any]:
        expires = int(self._clock()) + EXPIRES_AFTER_DAYS * 86_400
        return {KEY: name, ATTRIBUTES: _to_dynamo(record) | {REVISION: revision}, EXPIRES_AT: expires}


def _from(name: str) -> RequestEnvelope:
    """A request of a user's, as much of it as the adapter looks at."""
    return RequestEnvelope(context=Context(system=SystemState(user=User(user_id=name))))


def _revision(held: object) -> str | None:
    revision = held.get(REVISION) if isinstance(held, dict) else None
    return revision if isinstance(revision, str) else None


def _still(held: object) -> dict[str, Any]:
    """The condition that what is there is what was read: the same revision, or none, as in a damaged item."""
    revision = _revision(held)
    same = "#attributes.#revision = :revision"
    none = "NOT attribute_type(#attributes.#revision, :revision)"
    return {
        "ConditionExpression": same if revision else none,
        "ExpressionAttributeNames": {"#attributes": ATTRIBUTES, "#revision": REVISION},
        "ExpressionAttributeValues": {":revision": revision or "S"},
    }


def create_table(table: str) -> None:
    """Make the table, and wait until it can be used; one that is there stays as it is.

    It is paid by the request, and deletes items by their `expires_at`.

    Raises:
        PersistenceException: it cannot be made.
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
        raise PersistenceException(f"the table {table} could not be made: {fault}") from fault
    client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    _let_expire(client, table)


def _let_expire(client: Any, table: str) -> None:
    try:
        client.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRES_AT}
        )
    except ClientError as fault:  # it is on already, or this is a stand-in for DynamoDB that cannot
        log.warning("nothing was changed about the expiry of items in %s: %s", table, fault)


def _to_dynamo(value: Any) -> Any:
    """JSON as boto3 takes it: it takes no floats. Whole ones become integers, the others decimals."""
    match value:
        case float():
            return int(value) if value.is_integer() else Decimal(repr(value))
        case dict():
            return {key: _to_dynamo(item) for key, item in value.items()}
        case list():
            return [_to_dynamo(item) for item in value]
        case _:
            return value


def _from_dynamo(value: Any) -> Any:
    """JSON from what boto3 gives: every number is a decimal there."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {key: _from_dynamo(item) for key, item in value.items()}
        case list():
            return [_from_dynamo(item) for item in value]
        case _:
            return value
