"""Restores the tables of a stack to one moment and puts them into service: infra/scripts/restore has the arguments."""

import argparse
import datetime
import json
import os
import sys
import time

import boto3
from samcli.yamlhelper import yaml_parse

import restored_template
from restored_files import Files
from restored_tables import COUNTING, EMPTIED, RESTORED, Refused, Tables

# The update removes tables from the stack, which its policy denies: infra/scripts/deploy sets it.
ALLOWED = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
SETTLED = ("CREATE_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
CAPABILITIES = ["CAPABILITY_IAM"]
EVERY = {"Delay": 5, "MaxAttempts": 720}


class Stack:
    """The stack, and the names and templates of one restore."""

    def __init__(self, name, run):
        self.name, self.run = name, run
        self.cloudformation = boto3.client("cloudformation")
        self.dynamodb = boto3.client("dynamodb")
        self.s3 = boto3.client("s3")
        self.gateway = boto3.client("apigatewayv2")
        described = self.describe()
        self.status, self.updated = described["StackStatus"], described.get("LastUpdatedTime")
        self.parameters = {item["ParameterKey"]: item["ParameterValue"] for item in described.get("Parameters", [])}
        body = self.cloudformation.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
        # The output of a transform is parsed already.
        self.template = yaml_parse(body) if isinstance(body, str) else body
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        self.ids = {item["LogicalResourceId"]: item.get("PhysicalResourceId") for item in resources}

    def describe(self):
        return self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]

    def check(self):
        """Raises if the stack was updated by others since the start, or since the last update of this restore."""
        if self.describe().get("LastUpdatedTime") != self.updated:
            raise RuntimeError("somebody has deployed during the restore: stop all deployments")

    def new_names(self):
        return {name: f"{self.name}-{name}-{self.run}" for name in RESTORED + EMPTIED}

    def set_stages(self, change=lambda limits: limits):
        """Sets the limits of both APIs to those of the template, or to a change of them."""
        for api, stage, limits in restored_template.stages(self.template, self.parameters):
            self.gateway.update_stage(ApiId=self.ids[api], StageName=stage, **change(limits))

    def key(self, name):
        return f"{self.name}/restored/{self.run}/{name}.json"

    def put(self, name, value):
        """Stores a document of this run, and returns its URL. A template of this size is read from a bucket only."""
        bucket, body = os.environ["ARTIFACTS_BUCKET"], json.dumps(value)
        self.s3.put_object(Bucket=bucket, Key=self.key(name), Body=body.encode())
        return f"{self.s3.meta.endpoint_url}/{bucket}/{self.key(name)}"

    def get(self, name):
        try:
            return json.load(self.s3.get_object(Bucket=os.environ["ARTIFACTS_BUCKET"], Key=self.key(name))["Body"])
        except self.s3.exceptions.NoSuchKey:
            raise Refused(f"{self.key(name)} is not in the bucket: this run has not come so far") from None

    def previous(self, **changed):
        """Returns the parameters of the stack, some of them changed."""
        return [
            {"ParameterKey": name, "ParameterValue": changed[name]}
            if name in changed
            else {"ParameterKey": name, "UsePreviousValue": True}
            for name in self.parameters
        ]

    def wait(self, operation):
        self.cloudformation.get_waiter(f"stack_{operation}_complete").wait(StackName=self.name, WaiterConfig=EVERY)

    def switch(self, names):
        """Replaces tables of the stack by others, in the functions, their permissions and the alarms.

        The build has another id, so that new versions of all functions are published. Without it the aliases would stay at
        versions with the names of the old tables: infra/sam/test_restore.py.
        """
        self.check()
        self.put("before", self.template)
        changed = restored_template.swapped(self.template, names, self.ids)
        url = self.put("swapped", changed)
        self.cloudformation.update_stack(
            StackName=self.name,
            TemplateURL=url,
            Parameters=self.previous(BuildId=f"restored-{self.run}", Rollout="at-once"),
            Capabilities=CAPABILITIES,
            StackPolicyDuringUpdateBody=json.dumps(ALLOWED),
        )
        self.wait("update")
        self.updated = self.describe().get("LastUpdatedTime")

    def adopt(self, names):
        """Imports the tables under the logical ids of those that they have replaced."""
        self.check()
        template = restored_template.importing(self.get("before"), self.get("swapped"), names)
        change = f"restored-{self.run}-{int(time.time())}"
        self.cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=change,
            ChangeSetType="IMPORT",
            TemplateURL=self.put("imported", template),
            # No role: an import may not change it, and CloudFormation goes on with the role of the stack.
            Parameters=self.previous(),
            Capabilities=CAPABILITIES,
            ResourcesToImport=restored_template.to_import(names),
        )
        created = {"StackName": self.name, "ChangeSetName": change}
        self.cloudformation.get_waiter("change_set_create_complete").wait(**created, WaiterConfig=EVERY)
        self.cloudformation.execute_change_set(**created)
        self.wait("import")


class Progress:
    """Prints each step with the seconds since the start."""

    def __init__(self):
        self.start = time.monotonic()

    def __call__(self, text):
        print(f"{time.monotonic() - self.start:5.0f} s  {text}", flush=True)


def prepare(stack, tables, moment, say):
    """Restores the tables and creates the empty ones. Returns their names and the moment."""
    in_service = {name: stack.ids[name] for name in RESTORED + EMPTIED}
    restored = {name: in_service[name] for name in RESTORED}
    if moment == "latest":
        moment = tables.latest(restored.values())
    sources = tables.sources(restored, moment)
    names = stack.new_names()
    if set(names.values()) & set(in_service.values()):
        raise Refused(f"the tables of the run {stack.run} are in service already")
    stack.put("moment", moment.isoformat())
    stack.set_stages(restored_template.closed)
    say("the APIs refuse all calls")
    for name, source in sources.items():
        tables.restore(source, names[name], moment)
    for name in EMPTIED:
        tables.create_empty(in_service[name], names[name])
    tables.wait(names.values())
    say(f"{len(sources)} tables are restored to {moment.isoformat()}, and {len(EMPTIED)} are created")
    for name, table in names.items():
        tables.copy_settings(in_service[name], table)
    for name in COUNTING:
        count = tables.count_on(in_service[name], names[name])
        say(f"{name} assigns ids from {count + 1} on")
    return names, moment


def restore(stack, moment, say):
    tables = Tables(stack.dynamodb)
    if stack.status not in SETTLED:
        raise Refused(f"the stack is {stack.status}: wait, or repair it first")
    if RESTORED[0] in stack.template["Resources"]:
        names, moment = prepare(stack, tables, moment or moment_of(stack.get("moment")), say)
        stack.switch(names)
        say("the functions use the restored tables")
    else:
        names, moment = stack.new_names(), moment_of(stack.get("moment"))
    files = Files(stack.s3, stack.ids["AttachmentsBucket"], stack.dynamodb, names["AttachmentsTable"])
    say("{} files are restored, and {} deleted".format(*files.match(moment)))
    back = files.erase_again(moment)
    if back:
        say(f"rooms that their owners have deleted since, and that are back: {', '.join(back)}")
    stack.set_stages()
    say("the APIs answer again")
    stack.adopt(names)
    say("the stack has the restored tables: deploy as always")
    kept = [stack.ids[name] for name in names if name in stack.ids and tables.exists(stack.ids[name])]
    print("The old tables are kept:", *kept, sep="\n  ")


def moment_of(text):
    """Returns a moment with a time zone, or `latest`."""
    if text == "latest":
        return text
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no time zone: write 2026-11-27T04:30:00Z")
    return moment


def main():
    parser = argparse.ArgumentParser(prog="restore", description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("moment", nargs="?", type=moment_of)
    parser.add_argument("--run")
    parser.add_argument("--open", action="store_true")
    arguments = parser.parse_args()
    if sum(map(bool, (arguments.moment, arguments.run, arguments.open))) != 1:
        parser.error("name a moment, or a run that goes on, or --open")
    if "ARTIFACTS_BUCKET" not in os.environ and not arguments.open:
        parser.error("ARTIFACTS_BUCKET names no bucket")
    run = arguments.run or f"{datetime.datetime.now(datetime.timezone.utc):%Y%m%dT%H%M%SZ}"
    say = Progress()
    try:
        stack = Stack(arguments.stack, run)
        if arguments.open:
            stack.set_stages()
            say("the APIs answer")
            return
        say(f"the run {run} begins")
        restore(stack, arguments.moment, say)
    except Refused as refusal:
        sys.exit(f"Refused, and nothing is changed by this command: {refusal}")
    except (Exception, KeyboardInterrupt):
        if not arguments.open:
            print(
                "The restore has failed, and the APIs may refuse all calls. Remove the cause and go on, or open them:",
                f"infra/scripts/restore {arguments.stack} --run {run}",
                f"infra/scripts/restore {arguments.stack} --open",
                sep="\n  ",
                file=sys.stderr,
            )
        raise


if __name__ == "__main__":
    main()
