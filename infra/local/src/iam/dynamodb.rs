//! The rights that DynamoDB calls need.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>

use std::collections::BTreeSet;

use serde_json::Value;
use template::table_arn;

use super::access::Access;

/// All rights that `operation` with this body needs.
pub(super) fn accesses(operation: &str, body: &[u8]) -> BTreeSet<Access> {
    // DynamoDB itself refuses a body that is not JSON, and needs no right for it.
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    match operation {
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body.get("RequestItems").and_then(Value::as_object);
            tables.into_iter().flatten().map(|(table, _)| access(operation, table)).collect()
        }
        "TransactGetItems" | "TransactWriteItems" => {
            let items = body.get("TransactItems").and_then(Value::as_array);
            items
                .into_iter()
                .flatten()
                .filter_map(Value::as_object)
                .flatten()
                .filter_map(|(kind, item)| transacted(kind, item))
                .collect()
        }
        _ => match body.get("TableName").and_then(Value::as_str) {
            Some(table) => [access(operation, table)].into(),
            None => [Access { action: format!("dynamodb:{operation}"), resource: "*".to_owned() }].into(),
        },
    }
}

/// The right for one action of a transaction: that of the same action outside a transaction.
fn transacted(kind: &str, item: &Value) -> Option<Access> {
    let operation = match kind {
        "ConditionCheck" => "ConditionCheckItem",
        "Delete" => "DeleteItem",
        "Get" => "GetItem",
        "Put" => "PutItem",
        "Update" => "UpdateItem",
        _ => return None,
    };
    Some(access(operation, item.get("TableName")?.as_str()?))
}

/// `table` is a name or an ARN.
fn access(operation: &str, table: &str) -> Access {
    let resource = if table.starts_with("arn:") { table.to_owned() } else { table_arn(table) };
    Access { action: format!("dynamodb:{operation}"), resource }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn needs(operation: &str, body: &Value, expected: &[(&str, &str)]) {
        let found: Vec<_> = accesses(operation, body.to_string().as_bytes())
            .into_iter()
            .map(|access| (access.action, access.resource.rsplit_once("000000000000:").unwrap().1.to_owned()))
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(action, resource)| (format!("dynamodb:{action}"), (*resource).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_call_needs_its_action_on_each_of_its_tables() {
        needs("GetItem", &json!({"TableName": "A"}), &[("GetItem", "table/A")]);
        needs(
            "BatchGetItem",
            &json!({"RequestItems": {"A": {}, "B": {}}}),
            &[("BatchGetItem", "table/A"), ("BatchGetItem", "table/B")],
        );
        needs("BatchWriteItem", &json!({"RequestItems": {"A": []}}), &[("BatchWriteItem", "table/A")]);
        let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/A";
        needs("Scan", &json!({"TableName": arn}), &[("Scan", "table/A")]);
    }

    #[test]
    fn a_transaction_needs_the_right_on_every_item() {
        needs(
            "TransactWriteItems",
            &json!({"TransactItems": [
                {"Put": {"TableName": "A"}}, {"ConditionCheck": {"TableName": "B"}}, {"Put": {"TableName": "A"}},
                {"Update": {"TableName": "C"}}, {"Delete": {"TableName": "A"}},
            ]}),
            &[
                ("ConditionCheckItem", "table/B"),
                ("DeleteItem", "table/A"),
                ("PutItem", "table/A"),
                ("UpdateItem", "table/C"),
            ],
        );
        needs("TransactGetItems", &json!({"TransactItems": [{"Get": {"TableName": "A"}}]}), &[("GetItem", "table/A")]);
    }
}
