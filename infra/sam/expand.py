"""The template as AWS sees it: after the SAM transform, by the same translator that CloudFormation runs.

Needs `aws-sam-translator`, which the SAM CLI brings; no account and no network.
"""

import copy
import logging
import os
import pathlib

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

ROOT = pathlib.Path(__file__).resolve().parents[2]

# It warns of what only AWS's own service has: feature toggles and a place for its metrics.
logging.getLogger("samtranslator").setLevel(logging.CRITICAL)


class _NoManagedPolicies:
    """The translator asks for the list of AWS's managed policies; the template names none of them."""

    def load(self):
        return {}


def source(file=ROOT / "template.yaml"):
    """The template as it is written."""
    return yaml_parse(file.read_text())


def expanded(template):
    """The CloudFormation template that the SAM template stands for. The translator asks for a region and makes no call."""
    template = copy.deepcopy(template)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam package` writes the real place.
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    # CloudFormation hands a list on as a list; left to itself, the translator takes the text of the default.
    lists = {
        name: parameter["Default"].split(",")
        for name, parameter in template["Parameters"].items()
        if parameter["Type"] == "CommaDelimitedList"
    }
    return transform(template, lists, _NoManagedPolicies())


def of_type(template, kind):
    """The resources of one type, by logical id."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def named(template):
    """The logical id of each function of the template as it is written, by its short name: the handler in an executable with
    several functions, otherwise the executable.
    """
    return {
        function["Properties"].get("Handler", binary(function)): name
        for name, function in of_type(template, "AWS::Serverless::Function").items()
    }


def binary(function):
    """The executable of a function."""
    return function["Metadata"]["BuildProperties"]["Binary"]


def operations(body):
    """The routes of an HTTP API's OpenAPI body, as `(path, method, operation)`."""
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def built(directory):
    """The directory of each function that `sam build` has built, by logical id. Functions may share a directory."""
    template = source(directory / "template.yaml")
    directories = {
        name: (directory / function["Properties"]["CodeUri"]).resolve()
        for name, function in of_type(template, "AWS::Serverless::Function").items()
    }
    # A function that was not built keeps the directory of its source.
    return {name: place for name, place in directories.items() if (place / "bootstrap").is_file()}
