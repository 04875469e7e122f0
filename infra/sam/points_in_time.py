"""A fake of point-in-time recovery for MiniStack, unlike AWS: its window begins when it is first described and ends now, and a
restore takes no time.

MiniStack itself restores the items of now to any moment, and forgets the table that they came from. On AWS the window ends
five minutes ago, and a restore takes minutes to hours.
"""

import copy
import functools
import json
import time

from ministack.core.responses import json_response
from ministack.services import dynamodb


class Log:
    """The writes since the first description of a window: time, table, key, and the item before the write."""

    def __init__(self):
        self.since, self.writes = None, []

    def recorded(self, write):
        @functools.wraps(write)
        def wrapper(table, partition, sort, *item):
            before = write(table, partition, sort, *item)
            if self.since:
                self.writes.append((time.time(), table["TableName"], partition, sort, before))
            return before

        return wrapper

    def items(self, table, moment):
        """Returns the items of a table at a moment."""
        items = copy.deepcopy(dynamodb._tables[table]["items"])
        for at, name, partition, sort, before in reversed(self.writes):
            if at < moment:
                break
            if name == table and before is not None:
                items[partition][sort] = copy.deepcopy(before)
            elif name == table:
                items[partition].pop(sort, None)
        return dynamodb.defaultdict(dict, {partition: kept for partition, kept in items.items() if kept})


def install():
    log = Log()
    describe_window, restore = dynamodb._describe_continuous_backups, dynamodb._restore_table_to_point_in_time
    describe_table = dynamodb._table_description

    def window(data):
        log.since = log.since or int(time.time())
        status, headers, body = describe_window(data)
        answer = json.loads(body)
        recovery = answer.get("ContinuousBackupsDescription", {}).get("PointInTimeRecoveryDescription", {})
        if "EarliestRestorableDateTime" in recovery:
            # A table that was made since has no older points.
            created = int(dynamodb._tables[data["TableName"]]["CreationDateTime"])
            recovery["EarliestRestorableDateTime"] = max(log.since, created)
        return json_response(answer) if status == 200 else (status, headers, body)

    def restored(data):
        status, headers, body = restore(data)
        if status != 200:
            return status, headers, body
        target = dynamodb._tables[data["TargetTableName"]]
        target["items"] = log.items(data["SourceTableName"], data["RestoreDateTime"])
        dynamodb._items_replaced(target)
        target["RestoreSummary"] = {
            "SourceTableArn": dynamodb._tables[data["SourceTableName"]]["TableArn"],
            "RestoreDateTime": data["RestoreDateTime"],
            "RestoreInProgress": False,
        }
        return json_response({"TableDescription": description(data["TargetTableName"])})

    def description(table):
        summary = dynamodb._tables[table].get("RestoreSummary")
        return describe_table(table) | ({"RestoreSummary": summary} if summary else {})

    for name in ("_set_item", "_remove_item"):
        setattr(dynamodb, name, log.recorded(getattr(dynamodb, name)))
    dynamodb._table_description = description
    dynamodb._describe_continuous_backups = window
    dynamodb._restore_table_to_point_in_time = restored
