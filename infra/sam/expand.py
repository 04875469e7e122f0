"""Expands the template with the SAM transform, by the same translator that CloudFormation runs.

Needs `aws-sam-translator`, which is a part of the SAM CLI, but no account and no network.
"""

import copy
import logging
import os
import pathlib

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

ROOT = pathlib.Path(__file__).resolve().parents[2]

# It warns that feature toggles and metrics are missing, which only AWS's own service has.
logging.getLogger("samtranslator").setLevel(logging.CRITICAL)


class _NoManagedPolicies:
    """An empty list of AWS's managed policies. The translator asks for it, and the template names no such policy."""

    def load(self):
        return {}


def source(file=ROOT / "template.yaml"):
    """Returns the template without expansion."""
    return yaml_parse(file.read_text())


def expanded(template):
    """Returns the CloudFormation template of a SAM template. The translator needs a region, but makes no call."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam package` writes the real URI.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    # CloudFormation passes a list as a list; without it, the translator uses the text of the default.
    lists = {
        name: parameter["Default"].split(",")
        for name, parameter in template["Parameters"].items()
        if parameter["Type"] == "CommaDelimitedList"
    }
    return transform(template, lists, _NoManagedPolicies())


def of_type(template, kind):
    """Returns the resources of one type, by logical id."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def named(template):
    """Returns the logical id of each function of the unexpanded template, by its handler."""
    functions = of_type(template, "AWS::Serverless::Function")
    return {function["Properties"]["Handler"]: name for name, function in functions.items()}


def binary(function):
    """Returns the executable of a function."""
    return function["Metadata"]["BuildProperties"]["Binary"]


def operations(body):
    """Yields the routes of an HTTP API's OpenAPI body, as `(path, method, operation)`."""
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def built(directory):
    """Returns the directory of each function that `sam build` has built, by logical id. Functions may share one."""
    template = source(directory / "template.yaml")
    directories = {
        name: (directory / function["Properties"]["CodeUri"]).resolve()
        for name, function in of_type(template, "AWS::Serverless::Function").items()
    }
    # A function that was not built keeps the directory of its source.
    return {name: place for name, place in directories.items() if (place / "bootstrap").is_file()}
