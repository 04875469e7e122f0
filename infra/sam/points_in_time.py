"""A fake of point-in-time recovery for MiniStack, unlike AWS: its window begins when it is first described and ends now, a restore
takes no time, and it remembers all items at each second.

MiniStack itself restores the items of now to any moment, and forgets the table that they came from. On AWS the window ends
five minutes ago, and a restore takes minutes to hours.
"""

import copy
import functools
import time

from ministack.core.responses import json_response
from ministack.services import dynamodb

WRITES = ("_put_item", "_update_item", "_delete_item", "_batch_write_item", "_transact_write_items")


class Points:
    """The items of all tables before the first write of each second since the first description."""

    def __init__(self):
        self.since, self.points = None, []

    def record(self):
        now = int(time.time())
        if self.since and (not self.points or self.points[-1][0] < now):
            self.points.append((now, {name: copy.deepcopy(dict(dynamodb._tables[name]["items"])) for name in dynamodb._tables}))

    def items(self, table, moment):
        """Returns the items at a moment, or None if they have not changed since."""
        after = (tables[table] for second, tables in self.points if second >= moment and table in tables)
        return next(after, None)


def install():
    points = Points()
    describe, restore = dynamodb._describe_continuous_backups, dynamodb._restore_table_to_point_in_time
    describe_table = dynamodb._table_description

    def recorded(write):
        @functools.wraps(write)
        def wrapper(data):
            points.record()
            return write(data)

        return wrapper

    def described(data):
        points.since = points.since or int(time.time())
        status, headers, body = describe(data)
        answer = dynamodb.json.loads(body)
        recovery = answer.get("ContinuousBackupsDescription", {}).get("PointInTimeRecoveryDescription", {})
        if "EarliestRestorableDateTime" in recovery:
            # A table that was made since has no older points.
            created = int(dynamodb._tables[data["TableName"]]["CreationDateTime"])
            recovery["EarliestRestorableDateTime"] = max(points.since, created)
        return json_response(answer) if status == 200 else (status, headers, body)

    def restored(data):
        status, headers, body = restore(data)
        if status != 200:
            return status, headers, body
        source, target = dynamodb._tables[data["SourceTableName"]], dynamodb._tables[data["TargetTableName"]]
        items = points.items(data["SourceTableName"], data["RestoreDateTime"])
        if items is not None:
            target["items"] = dynamodb.defaultdict(dict, copy.deepcopy(items))
            dynamodb._items_replaced(target)
        target["RestoreSummary"] = {
            "SourceTableArn": source["TableArn"],
            "RestoreDateTime": data["RestoreDateTime"],
            "RestoreInProgress": False,
        }
        return json_response({"TableDescription": description(data["TargetTableName"])})

    def description(table):
        summary = dynamodb._tables[table].get("RestoreSummary")
        return describe_table(table) | ({"RestoreSummary": summary} if summary else {})

    for name in WRITES:
        setattr(dynamodb, name, recorded(getattr(dynamodb, name)))
    dynamodb._table_description = description
    dynamodb._describe_continuous_backups = described
    dynamodb._restore_table_to_point_in_time = restored
