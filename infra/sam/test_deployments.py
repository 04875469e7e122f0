"""Tests that a deployment brings the code and the settings into service, and that it can be repeated and taken back."""

import copy
import unittest

from expand import expanded, of_type, source
from findings import findings

# Properties of a function that its versions do not have.
UNVERSIONED = ("ReservedConcurrentExecutions", "Tags")


class Versions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.source = source()
        cls.expanded = expanded(cls.source)

    def test_a_changed_parameter_reaches_the_functions_that_use_it_and_no_others(self):
        functions = of_type(self.expanded, "AWS::Lambda::Function")
        reached = {name: set() for name in functions}
        for parameter in self.source["Parameters"]:
            before, after = (versions(self.expanded, {parameter: value}) for value in ("1", "2"))
            for name in functions:
                uses, publishes = before[name][0] != after[name][0], before[name][1] != after[name][1]
                self.assertEqual(uses, publishes, f"{parameter} in {name}: add it to, or remove it from, its VersionDescription")
                if publishes:
                    reached[name].add(parameter)
        # What the comparison must have found, so that it does not pass for nothing.
        self.assertIn("RegistrationsPerHour", reached["RegisterFunction"])
        self.assertNotIn("RegistrationsPerHour", reached["LoginFunction"])
        self.assertIn("AllowedOrigins", reached["AuthorizeFunction"])
        for name, parameters in reached.items():
            self.assertLessEqual({"Architecture", "BuildId", "CallsPerSecond", "StageName"}, parameters, name)

    def test_tracing_reaches_all_functions_with_its_permission_and_is_off_otherwise(self):
        template = copy.deepcopy(self.source)
        template["Parameters"]["Tracing"]["Default"] = "Active"
        traced = expanded(template)
        self.assertEqual(findings(traced), [])
        functions = of_type(traced, "AWS::Lambda::Function")
        for name, function in functions.items():
            self.assertEqual(function["Properties"]["TracingConfig"], {"Mode": {"Ref": "Tracing"}}, name)
            self.assertIn("AWSXrayWriteOnlyAccess", str(traced["Resources"][f"{name}Role"]["Properties"]["ManagedPolicyArns"]), name)
        before, after = (set(of_type(template, "AWS::Lambda::Version")) for template in (self.expanded, traced))
        self.assertEqual((len(after), before & after), (len(functions), set()))
        self.assertNotIn("xray", str(self.expanded).lower())
        self.assertNotIn("TracingConfig", str(self.expanded))

    def test_a_function_without_a_description_is_found(self):
        template = copy.deepcopy(self.source)
        del template["Resources"]["RegisterFunction"]["Properties"]["VersionDescription"]
        before, after = (versions(expanded(template), {"BuildId": value})["RegisterFunction"] for value in ("1", "2"))
        self.assertEqual((before[0] != after[0], before[1] != after[1]), (True, False))

    def test_the_longest_description_fits(self):
        """Lambda accepts 256 characters. The list of origins and the domains have no limit, and take the rest."""
        def number(parameter):
            return str(parameter.get("MaxValue", "9" * 12))

        longest = {
            name: number(parameter) if parameter["Type"] == "Number" else max(parameter.get("AllowedValues", ["9" * 32]), key=len)
            for name, parameter in self.source["Parameters"].items()
        }
        longest |= {"BuildId": "9" * 64, "AllowedOrigins": [], "DomainName": "", "EdgeDomainName": ""}
        for name, (_, description) in versions(with_all(self.expanded), longest).items():
            self.assertLessEqual(len(description), 220 if name == "AuthorizeFunction" else 256, name)

    def test_versions_do_not_accumulate(self):
        """A version that is not deleted blocks the same build after a rollback, and counts against 75 GB of code."""
        found = of_type(self.expanded, "AWS::Lambda::Version")
        self.assertEqual(len(found), len(of_type(self.expanded, "AWS::Lambda::Function")))
        for name, version in found.items():
            self.assertEqual(version["DeletionPolicy"], "Delete", name)
            self.assertEqual(version.get("UpdateReplacePolicy", "Delete"), "Delete", name)

    def test_a_failed_first_deployment_leaves_nothing(self):
        for name, resource in self.expanded["Resources"].items():
            self.assertIn(resource.get("DeletionPolicy", "Delete"), ("Delete", "RetainExceptOnCreate"), name)


def with_all(value):
    """Returns the template with all its optional parts: `Fn::If` is replaced by its first branch."""
    if isinstance(value, list):
        return [with_all(item) for item in value]
    if not isinstance(value, dict):
        return value
    return with_all(value["Fn::If"][1]) if value.keys() == {"Fn::If"} else {key: with_all(item) for key, item in value.items()}


def versions(template, values):
    """Returns, for each function, its versioned properties and the description of its version, with these values of
    parameters, as CloudFormation resolves them.
    """
    found = {}
    for version in of_type(template, "AWS::Lambda::Version").values():
        name = version["Properties"]["FunctionName"]["Ref"]
        properties = template["Resources"][name]["Properties"]
        properties = {key: value for key, value in properties.items() if key not in UNVERSIONED}
        description = version["Properties"].get("Description")
        found[name] = (resolved(properties, template, values), resolved(description, template, values))
    return found


def resolved(value, template, values):
    """Replaces the functions of CloudFormation by their values, as far as these depend on parameters."""

    def inner(value):
        return resolved(value, template, values)

    if isinstance(value, list):
        return [inner(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((function, argument),) = value.items()
        if function in ("Ref", "Fn::GetAtt"):
            return reference(argument, template, values)
        if function == "Fn::Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            return substituted(text, inner(own), template, values)
        if function == "Fn::Join":
            separator, items = argument[0], inner(argument[1])
            return separator.join(map(str, items)) if isinstance(items, list) else items
        if function == "Fn::If":
            condition = inner(template["Conditions"][argument[0]])
            return {"If": condition, "Then": inner(argument[1]), "Else": inner(argument[2])}
    return {key: inner(item) for key, item in value.items()}


def reference(argument, template, values):
    """Returns the value of a parameter, or that of the resources Settings and EdgeProof, or the name of another resource."""
    name = argument if isinstance(argument, str) else ".".join(argument)
    if name in template.get("Parameters", {}):
        return values.get(name, "")
    if name == "Settings.Value":
        return resolved(template["Resources"]["Settings"]["Properties"]["Value"], template, values)
    if name == "EdgeProof.Value":
        # CloudFormation reads the secret when a property has changed.
        return str(resolved(template["Resources"]["EdgeProof"]["Properties"], template, values))
    return name


def substituted(text, own, template, values):
    head, *rest = text.split("${")
    for part in rest:
        name, _, tail = part.partition("}")
        head += str(own.get(name, reference(name, template, values))) + tail
    return head


if __name__ == "__main__":
    unittest.main()
