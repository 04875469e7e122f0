//! The statement that the template lacks for a refused call.

use template::{ACCOUNT_ID, REGION, bucket_arn, secret_arn, table_arn};

use super::{
    access::{Access, Denied},
    s3,
};

/// A sentence with the function, the missing right, and the statement that would grant it.
pub(super) fn sentence(denied: &Denied) -> String {
    let Denied { function, access, explicit } = denied;
    let Access { action, resource } = access;
    if *explicit {
        return format!("{function} is denied {action} on {resource} by a statement of its Policies in the template");
    }
    let wanted = wanted(resource);
    format!(
        "{function} lacks {action} on {resource}; if it should have it, add to its Policies in the template: \
         {{Effect: Allow, Action: {action}, Resource: {wanted}}}"
    )
}

/// The expression for a resource in a template.
fn wanted(arn: &str) -> String {
    if let Some(table) = arn.strip_prefix(&table_arn("")) {
        return format!("!GetAtt {table}.Arn");
    }
    if let Some(bucket) = arn.strip_prefix(&bucket_arn("")) {
        let objects = s3::of_all_objects(arn);
        // The name does not show the capitals of the logical id.
        return match objects.as_deref().and_then(|objects| objects.strip_prefix(&bucket_arn(""))?.split_once('/')) {
            Some((bucket, keys)) => format!("!Sub '${{<the bucket {bucket}>.Arn}}/{keys}'"),
            None => format!("!GetAtt <the bucket {bucket}>.Arn"),
        };
    }
    if let Some(secret) = arn.strip_prefix(&secret_arn("")) {
        return format!("!Ref {secret}");
    }
    // The id of a connection is unknown before the connection exists.
    let arn = arn.split_once("/@connections/").map_or(arn.to_owned(), |(api, _)| format!("{api}/@connections/*"));
    let here = format!("arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:");
    match arn.strip_prefix(&here).and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => format!(
            "!Sub 'arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{<the API>}}/{rest}'"
        ),
        None => format!("'{arn}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_named_as_the_template_names_it() {
        assert_eq!(wanted(&table_arn("Rooms")), "!GetAtt Rooms.Arn");
        assert_eq!(
            wanted("arn:aws:execute-api:us-east-1:000000000000:sockets/prod/POST/@connections/abc="),
            "!Sub 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${<the API>}/prod/POST/@connections/*'"
        );
        assert_eq!(wanted(&secret_arn("SigningSecret")), "!Ref SigningSecret");
        assert_eq!(wanted("arn:aws:s3:::files/in/x"), "!Sub '${<the bucket files>.Arn}/in/*'");
        assert_eq!(wanted("arn:aws:s3:::files"), "!GetAtt <the bucket files>.Arn");
        assert_eq!(wanted("*"), "'*'");
    }

    #[test]
    fn a_denying_statement_and_a_missing_one_have_different_sentences() {
        let access = Access { action: "dynamodb:GetItem".to_owned(), resource: table_arn("Rooms") };
        let denied = |explicit| Denied { function: "Join".to_owned(), access: access.clone(), explicit };
        assert!(sentence(&denied(true)).contains("is denied dynamodb:GetItem"));
        assert!(
            sentence(&denied(false))
                .ends_with("{Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Rooms.Arn}")
        );
    }
}
