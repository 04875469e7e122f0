//! `Ref`, `Fn::Sub` and the other intrinsic functions, computed as in CloudFormation.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Map, Value};

use crate::arn::{ACCOUNT_ID, REGION};

/// The name of the stack.
pub const STACK_NAME: &str = "local";

/// The results of `Ref` and `Fn::GetAtt` for one resource.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The value of `Ref`.
    pub reference: String,
    /// The values of `Fn::GetAtt`, by attribute.
    pub attributes: BTreeMap<&'static str, String>,
}

/// The names that a template's expressions may use.
#[derive(Debug, Default)]
pub struct Scope {
    /// Parameters, with their values.
    pub parameters: BTreeMap<String, Value>,
    /// Resources, by logical id.
    pub resources: BTreeMap<String, Names>,
    /// The `Conditions` section, not yet computed.
    pub conditions: Map<String, Value>,
}

impl Scope {
    /// Replaces every intrinsic function in `value` by its result.
    ///
    /// # Errors
    /// If a function is unknown, has the wrong arguments, or names something that is not in the template.
    pub fn resolve(&self, value: &Value) -> Result<Value> {
        Ok(self.resolve_present(value)?.unwrap_or(Value::Null))
    }

    /// `None` stands for `AWS::NoValue`, which removes the property.
    fn resolve_present(&self, value: &Value) -> Result<Option<Value>> {
        Ok(Some(match value {
            Value::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.resolve_present(item)).collect::<Result<_>>()?;
                items.into_iter().flatten().collect()
            }
            Value::Object(map) => {
                if let Some((function, argument)) = intrinsic(map) {
                    return self.call(function, argument);
                }
                let mut resolved = Map::new();
                for (key, item) in map {
                    if let Some(item) = self.resolve_present(item).with_context(|| format!("in `{key}`"))? {
                        resolved.insert(key.clone(), item);
                    }
                }
                Value::Object(resolved)
            }
            plain => plain.clone(),
        }))
    }

    fn call(&self, function: &str, argument: &Value) -> Result<Option<Value>> {
        let result = match function {
            "Ref" => match text(argument)? {
                "AWS::NoValue" => return Ok(None),
                name => self.reference(name)?,
            },
            "Fn::GetAtt" => self.attribute(argument)?.into(),
            "Fn::Sub" => self.substitute(argument)?.into(),
            "Fn::Join" => self.join(argument)?.into(),
            "Fn::If" => {
                let [condition, then, otherwise] = arguments(argument)?;
                let branch = if self.condition(text(condition)?)? { then } else { otherwise };
                return self.resolve_present(branch);
            }
            "Condition" | "Fn::And" | "Fn::Equals" | "Fn::Not" => self.holds(function, argument)?.into(),
            unknown => bail!("the local runtime does not know the function `{unknown}`"),
        };
        Ok(Some(result))
    }

    /// The value of `Ref`.
    fn reference(&self, name: &str) -> Result<Value> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        if let Some(names) = self.resources.get(name) {
            return Ok(names.reference.clone().into());
        }
        let pseudo = match name {
            "AWS::AccountId" => ACCOUNT_ID,
            "AWS::Region" => REGION,
            "AWS::Partition" => "aws",
            "AWS::URLSuffix" => "amazonaws.com",
            "AWS::StackName" => STACK_NAME,
            "AWS::StackId" => "arn:aws:cloudformation:us-east-1:000000000000:stack/local/local",
            _ => bail!("`{name}` is neither a parameter nor a resource of the template"),
        };
        Ok(pseudo.into())
    }

    fn attribute(&self, argument: &Value) -> Result<String> {
        let [resource, attribute] = arguments(argument)?;
        self.attribute_of(text(resource)?, text(attribute)?)
    }

    fn attribute_of(&self, resource: &str, attribute: &str) -> Result<String> {
        let names =
            self.resources.get(resource).with_context(|| format!("`{resource}` is not a resource of the template"))?;
        names
            .attributes
            .get(attribute)
            .cloned()
            .with_context(|| format!("`{resource}` has no attribute `{attribute}` that the local runtime knows"))
    }

    fn substitute(&self, argument: &Value) -> Result<String> {
        let (pattern, own) = match argument {
            Value::Array(_) => {
                let [pattern, own] = arguments(argument)?;
                (text(pattern)?, self.resolve(own)?)
            }
            pattern => (text(pattern)?, Value::Null),
        };
        let mut result = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').with_context(|| format!("`${{` without `}}` in `{pattern}`"))?;
            result.push_str(before);
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str("${");
                result.push_str(literal);
                result.push('}');
            } else if let Some(value) = own.get(name) {
                result.push_str(&plain(value)?);
            } else if let Some((resource, attribute)) = name.split_once('.') {
                result.push_str(&self.attribute_of(resource, attribute)?);
            } else {
                result.push_str(&plain(&self.reference(name)?)?);
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn join(&self, argument: &Value) -> Result<String> {
        let [delimiter, items] = arguments(argument)?;
        let items = self.resolve(items)?;
        let items = items.as_array().context("`Fn::Join` needs a list")?;
        let items: Vec<_> = items.iter().map(plain).collect::<Result<_>>()?;
        Ok(items.join(text(delimiter)?))
    }

    /// Whether the condition `name` of the `Conditions` section holds.
    ///
    /// # Errors
    /// If there is no such condition, or it cannot be computed.
    pub fn condition(&self, name: &str) -> Result<bool> {
        let expression =
            self.conditions.get(name).with_context(|| format!("`{name}` is not a condition of the template"))?;
        self.truth(expression)
    }

    fn truth(&self, expression: &Value) -> Result<bool> {
        let (function, argument) =
            expression.as_object().and_then(intrinsic).ok_or_else(|| anyhow!("`{expression}` is no condition"))?;
        self.holds(function, argument)
    }

    fn holds(&self, function: &str, argument: &Value) -> Result<bool> {
        Ok(match function {
            "Condition" => self.condition(text(argument)?)?,
            "Fn::And" => {
                let operands = argument.as_array().with_context(|| format!("conditions are needed, not {argument}"))?;
                operands.iter().try_fold(true, |all, operand| Ok::<_, anyhow::Error>(self.truth(operand)? && all))?
            }
            "Fn::Equals" => {
                let [left, right] = arguments(argument)?;
                plain(&self.resolve(left)?)? == plain(&self.resolve(right)?)?
            }
            "Fn::Not" => {
                let [operand] = arguments(argument)?;
                !self.truth(operand)?
            }
            other => bail!("`{other}` is no condition"),
        })
    }
}

/// The function and the argument of a call: an object whose only key is a function's name.
fn intrinsic(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut entries = map.iter();
    match (entries.next(), entries.next()) {
        (Some((name, argument)), None)
            if name == "Ref" || name == "Condition" && argument.is_string() || name.starts_with("Fn::") =>
        {
            Some((name, argument))
        }
        _ => None,
    }
}

fn arguments<const N: usize>(argument: &Value) -> Result<&[Value; N]> {
    argument
        .as_array()
        .and_then(|items| items.as_slice().try_into().ok())
        .with_context(|| format!("{N} arguments are needed, not {argument}"))
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("a word is needed, not {value}"))
}

/// A value as part of a longer string.
fn plain(value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        other => bail!("{other} cannot be part of a string"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scope() -> Scope {
        Scope {
            parameters: BTreeMap::from([("Stage".into(), json!("prod")), ("Days".into(), json!(30))]),
            resources: BTreeMap::from([(
                "Table".into(),
                Names { reference: "table".into(), attributes: BTreeMap::from([("Arn", "arn:table".into())]) },
            )]),
            conditions: json!({"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}).as_object().unwrap().clone(),
        }
    }

    #[track_caller]
    fn resolves(expression: &Value, expected: &Value) {
        assert_eq!(&scope().resolve(expression).unwrap(), expected);
    }

    #[test]
    fn every_function_gives_what_cloudformation_gives() {
        resolves(&json!({"Ref": "Table"}), &json!("table"));
        resolves(&json!({"Ref": "AWS::Region"}), &json!("us-east-1"));
        resolves(&json!({"Fn::GetAtt": ["Table", "Arn"]}), &json!("arn:table"));
        resolves(&json!({"Fn::Sub": "${Table.Arn}/${Stage}/${Days}/${!x}"}), &json!("arn:table/prod/30/${x}"));
        resolves(&json!({"Fn::Sub": ["${a}${Stage}", {"a": {"Ref": "Table"}}]}), &json!("tableprod"));
        resolves(&json!({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}), &json!("a-prod"));
        resolves(&json!({"Fn::If": ["IsProd", 1, 2]}), &json!(1));
        resolves(&json!({"Fn::Not": [{"Condition": "IsProd"}]}), &json!(false));
        let is_thirty = json!({"Fn::Equals": [{"Ref": "Days"}, "30"]});
        let is_seven = json!({"Fn::Equals": [{"Ref": "Days"}, 7]});
        resolves(&json!({"Fn::And": [{"Condition": "IsProd"}, is_thirty]}), &json!(true));
        resolves(&json!({"Fn::And": [is_seven, {"Condition": "IsProd"}]}), &json!(false));
        resolves(&json!({"a": {"Ref": "AWS::NoValue"}, "b": 1}), &json!({"b": 1}));
    }

    #[test]
    fn an_error_names_the_property_and_the_reason() {
        let sentence = |value: &Value| format!("{:#}", scope().resolve(value).unwrap_err());
        let unknown = sentence(&json!({"Resource": {"Ref": "Tabel"}}));
        assert_eq!(unknown, "in `Resource`: `Tabel` is neither a parameter nor a resource of the template");
        let select = sentence(&json!({"Resource": {"Fn::Select": [0, ["a"]]}}));
        assert_eq!(select, "in `Resource`: the local runtime does not know the function `Fn::Select`");
    }
}
