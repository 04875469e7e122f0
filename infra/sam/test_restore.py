"""Tests of infra/scripts/restore: its templates on the expansion, the rest with small fakes. The rehearsal runs the whole."""

import argparse
import contextlib
import datetime
import io
import unittest

import restore
import restored_template
from expand import expanded, of_type, source
from restored_files import Files
from restored_tables import EMPTIED, GAP, KEPT, RESTORED, Refused, Tables
from test_deployments import versions

IN_SERVICE = {name: f"chat-{name}-1A2B" for name in RESTORED + EMPTIED}
NAMES = {name: f"chat-{name}-run" for name in RESTORED + EMPTIED}


def at(hour):
    return datetime.datetime(2026, 11, 27, hour, tzinfo=datetime.timezone.utc)


class Templates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = expanded(source())
        cls.changed = restored_template.swapped(cls.before, NAMES, IN_SERVICE)

    def test_the_fate_of_every_table_is_decided(self):
        self.assertCountEqual(of_type(self.before, restored_template.TABLE), RESTORED + EMPTIED + KEPT)

    def test_the_tables_leave_the_stack_and_nothing_refers_to_them(self):
        self.assertCountEqual(of_type(self.changed, restored_template.TABLE), KEPT)
        text = repr(self.changed)
        for name in NAMES:
            for reference in (f"'Ref': '{name}'", f"['{name}', ", f"${{{name}}}", f"${{{name}."):
                self.assertNotIn(reference, text)

    def test_tables_that_leave_the_stack_are_retained_unless_they_are_to_be_emptied(self):
        for name in RESTORED:
            self.assertEqual(self.before["Resources"][name]["DeletionPolicy"], "RetainExceptOnCreate", name)

    def test_every_function_gets_the_new_names_and_a_new_version(self):
        """A version is immutable and an alias stays at its version, so that a change without another description of the
        version would leave the traffic at the old tables.
        """
        old = versions(self.before, {"BuildId": "b1"})
        new = versions(self.changed, {"BuildId": "restored-run"})
        same_build = versions(self.changed, {"BuildId": "b1"})
        self.assertEqual(len(old), len(of_type(self.before, "AWS::Lambda::Function")))
        for function, (properties, description) in new.items():
            variables = properties["Environment"]["Variables"]
            self.assertEqual(variables["USERS_TABLE"], NAMES["UsersTable"], function)
            self.assertNotEqual(variables, old[function][0]["Environment"]["Variables"], function)
            self.assertNotEqual(description, old[function][1], function)
            self.assertEqual(same_build[function][1], old[function][1], function)

    def test_permissions_name_the_new_tables(self):
        role = repr(self.changed["Resources"]["LoginFunctionRole"]["Properties"])
        self.assertIn(f"{restored_template.ARN}{NAMES['CredentialsTable']}'", role)
        self.assertIn("['SigningKeysTable', 'Arn']", role)

    def test_an_import_adds_the_tables_and_changes_nothing_else(self):
        template = restored_template.importing(self.before, self.changed, NAMES)
        self.assertEqual(template["Resources"].keys(), self.before["Resources"].keys())
        for name, resource in template["Resources"].items():
            if name in NAMES:
                self.assertEqual(resource["Properties"], self.before["Resources"][name]["Properties"])
                self.assertEqual(resource["DeletionPolicy"], "Retain")
            else:
                self.assertEqual(resource, self.changed["Resources"][name])
        self.assertEqual(template["Outputs"], self.changed["Outputs"])

    def test_the_next_restore_without_a_deployment_in_between_finds_the_names(self):
        template = restored_template.importing(self.before, self.changed, NAMES)
        names = {name: f"chat-{name}-next" for name in NAMES}
        again = restored_template.swapped(template, names, NAMES)
        self.assertEqual(again, restored_template.swapped(self.before, names, IN_SERVICE))

    def test_references_of_every_form_are_replaced(self):
        names, present = {"A": "other"}, {"A": "present"}
        template = {
            "Resources": {
                "A": {"Type": restored_template.TABLE},
                "B": {
                    "Type": "X",
                    "DependsOn": ["A", "C"],
                    "Properties": [
                        {"Ref": "A"},
                        {"Fn::GetAtt": ["A", "Arn"]},
                        {"Fn::GetAtt": "A.Arn"},
                        {"Fn::Sub": "${A} ${A.Arn} ${AB}"},
                        {"Fn::Sub": ["${A} ${x}", {"x": {"Ref": "A"}}]},
                        {"Fn::Sub": ["${A}", {"A": "own"}]},
                    ],
                },
                "C": {"Type": "X", "DependsOn": "A"},
            }
        }
        arn = restored_template.ARN + "other"
        changed = restored_template.swapped(template, names, present)["Resources"]
        self.assertEqual(changed["B"]["DependsOn"], ["C"])
        self.assertEqual(changed["C"], {"Type": "X"})
        expected = [
            "other",
            {"Fn::Sub": arn},
            {"Fn::Sub": arn},
            {"Fn::Sub": f"other {arn} ${{AB}}"},
            {"Fn::Sub": ["other ${x}", {"x": "other"}]},
            {"Fn::Sub": ["${A}", {"A": "own"}]},
        ]
        self.assertEqual(changed["B"]["Properties"], expected)
        template["Resources"]["C"] = {"Type": "X", "Properties": {"Fn::GetAtt": ["A", "StreamArn"]}}
        with self.assertRaisesRegex(ValueError, "only the name and the ARN"):
            restored_template.swapped(template, names, present)

    def test_the_stages_of_both_apis_are_closed_with_all_their_routes(self):
        parameters = {name: str(parameter["Default"]) for name, parameter in source()["Parameters"].items()}
        stages = {api: (stage, limits) for api, stage, limits in restored_template.stages(self.before, parameters)}
        self.assertEqual({api: stage for api, (stage, _) in stages.items()}, {"HttpApi": "$default", "WebSocketApi": "prod"})
        limits = stages["HttpApi"][1]
        self.assertEqual(limits["DefaultRouteSettings"]["ThrottlingRateLimit"], 1000)
        self.assertEqual(limits["RouteSettings"]["POST /auth/login"]["ThrottlingBurstLimit"], 50)
        for _, limits in stages.values():
            closed = restored_template.closed(limits)
            every = [closed["DefaultRouteSettings"], *closed["RouteSettings"].values()]
            self.assertEqual(len(every), 1 + len(limits["RouteSettings"]))
            for settings in every:
                self.assertEqual((settings["ThrottlingBurstLimit"], settings["ThrottlingRateLimit"]), (0, 0))


class NotFound(Exception):
    pass


class FakeDynamoDb:
    """Tables with a window, the table that each was restored from, and counters."""

    class exceptions:
        ResourceNotFoundException = NotFound

    def __init__(self, windows=(), sources=(), counts=(), items=()):
        self.windows, self.from_table, self.counts, self.items = dict(windows), dict(sources), dict(counts), dict(items)

    def describe_table(self, TableName):
        if TableName not in self.windows:
            raise NotFound
        summary = {}
        if TableName in self.from_table:
            summary = {"RestoreSummary": {"SourceTableArn": f"arn:aws:dynamodb:x:1:table/{self.from_table[TableName]}"}}
        return {"Table": {"TableName": TableName, **summary}}

    def describe_continuous_backups(self, TableName):
        first, last = self.windows[TableName] or (None, None)
        recovery = {"PointInTimeRecoveryStatus": "ENABLED" if first else "DISABLED"}
        recovery |= {"EarliestRestorableDateTime": first, "LatestRestorableDateTime": last}
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": recovery}}

    def get_item(self, TableName, Key, ConsistentRead):
        count = self.counts.get(TableName)
        return {"Item": {"count": {"N": str(count)}}} if count is not None else {}

    def get_paginator(self, _):
        return self

    def paginate(self, **_):
        return [{"Items": [{"id": {"S": name}, **item}]} for name, item in self.items.items()]

    def update_item(self, TableName, ExpressionAttributeValues, **_):
        self.counts[TableName] = int(ExpressionAttributeValues[":count"]["N"])


class Sources(unittest.TestCase):
    def test_the_moment_must_be_within_the_window_of_every_table(self):
        tables = Tables(FakeDynamoDb({"u": (at(1), at(9)), "r": (at(5), at(9))}))
        self.assertEqual(tables.sources({"Users": "u", "Rooms": "r"}, at(6)), {"Users": "u", "Rooms": "r"})
        self.assertEqual(tables.latest(["u", "r"]), at(9))
        for moment in (at(3), at(10)):
            with self.assertRaisesRegex(Refused, "r can be restored from 2026-11-27T05:00"):
                tables.sources({"Users": "u", "Rooms": "r"}, moment)

    def test_a_table_without_backups_is_refused(self):
        tables = Tables(FakeDynamoDb({"u": None}))
        with self.assertRaisesRegex(Refused, "u can be restored not"):
            tables.sources({"Users": "u"}, at(3))
        with self.assertRaisesRegex(Refused, "no point-in-time recovery: u"):
            tables.latest(["u"])

    def test_a_moment_before_the_last_restore_comes_from_the_tables_before_it_all_of_one_age(self):
        windows = {"u2": (at(5), at(9)), "u1": (at(1), at(9)), "r2": (at(7), at(9)), "r1": (at(1), at(9))}
        tables = Tables(FakeDynamoDb(windows, {"u2": "u1", "r2": "r1"}))
        in_service = {"Users": "u2", "Rooms": "r2"}
        self.assertEqual(tables.sources(in_service, at(8)), in_service)
        for moment in (at(3), at(6)):
            self.assertEqual(tables.sources(in_service, moment), {"Users": "u1", "Rooms": "r1"})
        with self.assertRaises(Refused):
            Tables(FakeDynamoDb(windows, {"u2": "u1"})).sources(in_service, at(3))


class Counters(unittest.TestCase):
    def test_no_id_is_assigned_twice(self):
        for live, restored, expected in ((105, 100, 105), (100, 100, 100), (None, 100, 100 + GAP), (7, 100, 100 + GAP)):
            dynamodb = FakeDynamoDb(counts={"live": live, "restored": restored})
            self.assertEqual(Tables(dynamodb).count_on("live", "restored"), expected)
            self.assertEqual(dynamodb.counts["restored"], expected)

    def test_a_system_without_users_has_no_counter(self):
        self.assertEqual(Tables(FakeDynamoDb(counts={"live": 3})).count_on("live", "restored"), 3)


class FakeStack:
    """A stack whose tables have left it, because the import has failed."""

    name, run, status = "chat", "run", "IMPORT_ROLLBACK_COMPLETE"
    template, ids = {"Resources": {}}, {"AttachmentsBucket": "bucket"}

    def __init__(self):
        self.dynamodb, self.s3, self.done = FakeDynamoDb(), FakeS3(), []

    def new_names(self):
        return NAMES

    def get(self, name):
        return {"moment": at(5).isoformat()}[name]

    def set_stages(self):
        self.done.append("open")

    def adopt(self, names):
        self.done.append(("import", names))


class Continuing(unittest.TestCase):
    def test_a_restore_whose_import_has_failed_goes_on_with_the_import(self):
        stack, said = FakeStack(), []
        with contextlib.redirect_stdout(io.StringIO()):
            restore.restore(stack, None, said.append)
        self.assertEqual(stack.done, ["open", ("import", NAMES)])

    def test_a_stack_that_is_changing_is_refused(self):
        stack = FakeStack()
        stack.status = "UPDATE_IN_PROGRESS"
        with self.assertRaisesRegex(Refused, "UPDATE_IN_PROGRESS"):
            restore.restore(stack, None, print)
        self.assertEqual(stack.done, [])

    def test_a_moment_has_a_time_zone(self):
        self.assertEqual(restore.moment_of("2026-11-27T05:00:00Z"), at(5))
        self.assertEqual(restore.moment_of("latest"), "latest")
        with self.assertRaises(argparse.ArgumentTypeError):
            restore.moment_of("2026-11-27T05:00:00")


class FakeCloudFormation:
    """Answers each description with the next time of an update, and notes what begins."""

    def __init__(self, *times):
        self.times, self.done = list(times), []

    def describe_stacks(self, StackName):
        return {"Stacks": [{"LastUpdatedTime": self.times.pop(0)}]}

    def update_stack(self, **_):
        self.done.append("update")

    def create_change_set(self, **_):
        self.done.append("import")

    def execute_change_set(self, **_):
        pass

    def get_waiter(self, _):
        return self

    def wait(self, **_):
        pass


def stack_of(cloudformation):
    """Returns a stack that began when its last update was at one o'clock, without its reads from AWS."""
    stack = restore.Stack.__new__(restore.Stack)
    stack.name, stack.run, stack.parameters, stack.updated, stack.ids = "chat", "run", {}, at(1), {}
    stack.cloudformation, stack.template = cloudformation, {"Resources": {}}
    stack.put = stack.get = lambda name, value=None: {"Resources": {}}
    return stack


class Others(unittest.TestCase):
    def test_a_stack_that_others_have_updated_is_left_alone(self):
        for times, done in (((at(2),), []), ((at(1), at(3), at(4)), ["update"])):
            cloudformation = FakeCloudFormation(*times)
            stack = stack_of(cloudformation)
            with self.assertRaisesRegex(RuntimeError, "stop all deployments"):
                stack.switch({})
                stack.adopt({})
            self.assertEqual(cloudformation.done, done)

    def test_the_update_of_the_restore_is_not_one_of_others(self):
        cloudformation = FakeCloudFormation(at(1), at(3), at(3))
        stack = stack_of(cloudformation)
        stack.switch({})
        stack.adopt({})
        self.assertEqual(cloudformation.done, ["update", "import"])


class FakeS3:
    def __init__(self, **pages):
        self.pages, self.calls = pages, []

    def get_paginator(self, _):
        return self

    def paginate(self, Bucket, Prefix):
        return [self.pages.get(Prefix.rstrip("/"), {})]

    def delete_object(self, Bucket, Key, **version):
        self.calls.append(("delete", Key, version.get("VersionId")))

    def put_object(self, Bucket, Key):
        self.calls.append(("put", Key))


def entry(key, hour, version="v", latest=True):
    return {"Key": key, "LastModified": at(hour), "VersionId": version, "IsLatest": latest}


class Bucket(unittest.TestCase):
    ITEMS = {"sent": {"message_id": {"N": "1"}}, "picture": {"picture_of": {"N": "1"}}, "announced": {}, "waiting": {}}

    def test_files_of_restored_attachments_are_back_and_newer_ones_are_deleted(self):
        markers = [
            entry("attachments/sent", 6, "m1", latest=False),
            entry("attachments/sent", 7, "m2"),
            entry("attachments/picture", 4),
            entry("attachments/unknown", 6),
        ]
        made = [
            entry("attachments/sent", 1, latest=False),
            entry("attachments/picture", 6),
            entry("attachments/announced", 6),
            entry("attachments/new", 6),
            entry("attachments/new", 6, latest=False),
            # Erased before the moment, and back by a restore to an earlier one.
            entry("attachments/erased", 2),
            entry("attachments/waiting", 2),
        ]
        s3 = FakeS3(attachments={"DeleteMarkers": markers, "Versions": made})
        files = Files(s3, "bucket", FakeDynamoDb(items=self.ITEMS), "attachments")
        self.assertEqual(files.match(at(5)), (1, 3))
        expected = [
            ("delete", "attachments/sent", "m1"),
            ("delete", "attachments/sent", "m2"),
            ("delete", "attachments/announced", None),
            ("delete", "attachments/new", None),
            ("delete", "attachments/erased", None),
        ]
        self.assertEqual(s3.calls, expected)

    def test_erasures_from_before_the_moment_are_repeated_and_rooms_deleted_after_it_are_named(self):
        versions = [entry("erasures/1", 2), entry("erasures/2", 2), entry("erasures/3", 6), entry("erasures/4", 2), entry("erasures/5/6", 6)]
        markers = [entry("erasures/1", 6), entry("erasures/2", 3), entry("erasures/3", 7)]
        s3 = FakeS3(erasures={"Versions": versions, "DeleteMarkers": markers})
        files = Files(s3, "bucket", FakeDynamoDb(), "attachments")
        self.assertEqual(files.erase_again(at(5)), ["3"])
        self.assertEqual(s3.calls, [("put", "erasures/1")])


if __name__ == "__main__":
    unittest.main()
