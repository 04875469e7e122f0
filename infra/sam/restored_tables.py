"""Restoring tables to one moment, with the settings that DynamoDB does not restore."""

import time

# The fate of each table; infra/docs/operations.md, "Restoring", has the reasons.
RESTORED = (
    "AttachmentsTable",
    "BansTable",
    "BlocksTable",
    "ChangesTable",
    "CredentialsTable",
    "DirectsTable",
    "InvitationsTable",
    "MembershipsTable",
    "MessagesTable",
    "RoomsTable",
    "UsernamesTable",
    "UsersTable",
)
EMPTIED = ("ClientIdsTable", "ConnectionsTable", "SessionsTable")
KEPT = ("PacesTable", "SigningKeysTable")
# Tables whose item with id 0 counts the ids that were assigned.
COUNTING = ("RoomsTable", "UsersTable")
# Ids that are left out if the counter in service is damaged.
GAP = 1_000_000


class Refused(Exception):
    """A sentence for the operator."""


class Tables:
    def __init__(self, dynamodb, pause=5):
        self.dynamodb, self.pause = dynamodb, pause

    def describe(self, table):
        return self.dynamodb.describe_table(TableName=table)["Table"]

    def exists(self, table):
        try:
            return bool(self.describe(table))
        except self.dynamodb.exceptions.ResourceNotFoundException:
            return False

    def window(self, table):
        """Returns the first and the last moment to which a table can be restored, or None."""
        answer = self.dynamodb.describe_continuous_backups(TableName=table)
        description = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        if description.get("PointInTimeRecoveryStatus") != "ENABLED":
            return None
        return description["EarliestRestorableDateTime"], description["LatestRestorableDateTime"]

    def sources(self, tables, moment):
        """Returns the tables, by logical id, from which the moment can be restored: those in service, or if it is before
        these were restored themselves, those that they were restored from. All are of the same age.
        """
        problems = []
        while tables:
            windows = {name: self.window(table) for name, table in tables.items()}
            wrong = {
                name: window for name, window in windows.items() if not window or not window[0] <= moment <= window[1]
            }
            if not wrong:
                return tables
            for name, window in wrong.items():
                can = f"from {window[0].isoformat()} to {window[1].isoformat()}" if window else "not"
                problems.append(f"{tables[name]} can be restored {can}")
            tables = self.before(tables)
        raise Refused(f"not all tables can be restored to {moment.isoformat()}:\n" + "\n".join(problems))

    def before(self, tables):
        """Returns the tables that all of these were restored from, or None."""
        arns = {name: self.describe(table).get("RestoreSummary", {}).get("SourceTableArn") for name, table in tables.items()}
        found = {name: arn.partition("table/")[2] for name, arn in arns.items() if arn}
        return found if len(found) == len(tables) and all(self.exists(table) for table in found.values()) else None

    def latest(self, tables):
        """Returns the last moment to which all tables can be restored."""
        windows = {table: self.window(table) for table in tables}
        without = [table for table, window in windows.items() if not window]
        if without:
            raise Refused(f"these tables have no point-in-time recovery: {', '.join(without)}")
        return min(window[1] for window in windows.values())

    def restore(self, source, target, moment):
        """Starts a restore. One that an earlier run has started continues."""
        if not self.exists(target):
            self.dynamodb.restore_table_to_point_in_time(
                SourceTableName=source, TargetTableName=target, RestoreDateTime=moment
            )

    def create_empty(self, like, target):
        """Starts the creation of an empty table with the keys of another one."""
        if not self.exists(target):
            described = self.describe(like)
            self.dynamodb.create_table(
                TableName=target,
                KeySchema=described["KeySchema"],
                AttributeDefinitions=described["AttributeDefinitions"],
                BillingMode="PAY_PER_REQUEST",
            )

    def wait(self, tables):
        """Waits until all tables are active. DynamoDB restores most tables within an hour, and sets no limit."""
        waiting = set(tables)
        while waiting:
            waiting = {table for table in waiting if self.describe(table)["TableStatus"] != "ACTIVE"}
            if waiting:
                time.sleep(self.pause)

    def copy_settings(self, source, target):
        """Gives a table the settings of another one which DynamoDB does not restore. The protection from deletion is last."""
        source_description, target_description = self.describe(source), self.describe(target)
        arn = target_description["TableArn"]
        ttl = self.dynamodb.describe_time_to_live(TableName=source)["TimeToLiveDescription"]
        if "AttributeName" in ttl and not self._has_ttl(target):
            specification = {"AttributeName": ttl["AttributeName"], "Enabled": True}
            self.dynamodb.update_time_to_live(TableName=target, TimeToLiveSpecification=specification)
        if self.window(source) and not self.window(target):
            self._enable_recovery(target)
        found = self.dynamodb.list_tags_of_resource(ResourceArn=source_description["TableArn"])["Tags"]
        # CloudFormation adds the tags of the stack and its own ones when it imports the table.
        tags = [tag for tag in found if not tag["Key"].startswith("aws:")]
        if tags:
            self.dynamodb.tag_resource(ResourceArn=arn, Tags=tags)
        policy = self._policy(source_description["TableArn"])
        if policy:
            self.dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy.replace(source, target))
        for setting in ("OnDemandThroughput", "DeletionProtectionEnabled"):
            value = source_description.get(setting)
            if value and value != target_description.get(setting):
                self.dynamodb.update_table(TableName=target, **{setting: value})
                self.wait([target])

    def _enable_recovery(self, table):
        """A new table has no backups yet, for some minutes."""
        on = {"PointInTimeRecoveryEnabled": True}
        while True:
            try:
                self.dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=on)
                return
            except self.dynamodb.exceptions.ContinuousBackupsUnavailableException:
                time.sleep(self.pause)

    def _has_ttl(self, table):
        return "AttributeName" in self.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]

    def _policy(self, arn):
        try:
            return self.dynamodb.get_resource_policy(ResourceArn=arn)["Policy"]
        except self.dynamodb.exceptions.PolicyNotFoundException:
            return None

    def count_on(self, live, restored):
        """Makes the restored counter assign no id that was assigned after the moment. Returns its count."""
        at_live, at_moment = self._count(live), self._count(restored)
        count = at_live if at_live >= at_moment else at_moment + GAP
        self.dynamodb.update_item(
            TableName=restored,
            Key={"id": {"N": "0"}},
            UpdateExpression="SET #count = :count",
            ExpressionAttributeNames={"#count": "count"},
            ExpressionAttributeValues={":count": {"N": str(count)}},
        )
        return count

    def _count(self, table):
        """Returns the count, or -1 if there is none that can be read."""
        item = self.dynamodb.get_item(TableName=table, Key={"id": {"N": "0"}}, ConsistentRead=True).get("Item", {})
        return int(item.get("count", {}).get("N", -1))
