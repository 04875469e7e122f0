use std::time::Duration;

use super::*;
use crate::{bucket::LifecycleRule, system::HttpRoute};

const SYSTEM: &str = r"
Parameters: {Wait: {Type: Number, Default: 7, AllowedValues: [7, 9]},
  Stage: {Type: String, Default: prod},
  Origins: {Type: CommaDelimitedList, Default: 'https://a.example, https://b.example'}}
Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    Timeout: !Ref Wait
    Environment: {Variables: {TABLE: !Ref Things, SHARED: global}}
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      TimeToLiveSpecification: {AttributeName: ends, Enabled: true}
  Key:
    Type: AWS::SecretsManager::Secret
    Properties: {GenerateSecretString: {PasswordLength: 12}}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties: {CorsConfiguration: {AllowOrigins: !Ref Origins}}
  Sockets:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      StageName: !Ref Stage
      RouteSelectionExpression: $request.body.type
      Auth: {AuthType: CUSTOM, AuthArn: !GetAtt Echo.Arn}
      Routes: {$connect: {FunctionArn: !Ref Echo.Alias}}
  Echo:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: echo}}
    Properties:
      CodeUri: functions/echo-crate
      Environment:
        Variables: {SHARED: own, KEY: !Ref Key}
      Policies:
        - Statement:
            - {Effect: Allow, Action: dynamodb:GetItem, Resource: !GetAtt Things.Arn}
      Events:
        Route: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: get, Path: '/things/{id}'}}
";

fn parse(source: &str) -> Result<Template> {
    Template::parse(source, &mut Secrets::in_memory())
}

#[track_caller]
fn refused(from: &str, to: &str, sentence: &str) {
    assert!(SYSTEM.contains(from), "the test's template has no `{from}`");
    let error = parse(&SYSTEM.replace(from, to)).unwrap_err();
    assert_eq!(format!("{error:#}"), sentence);
}

#[test]
fn a_function_is_its_properties_over_the_globals() {
    let template = parse(SYSTEM).unwrap();
    let echo = &template.functions[0];
    assert_eq!((echo.package.as_str(), echo.binary.as_str()), ("echo-crate", "echo"));
    assert_eq!((echo.timeout, echo.memory_size), (Duration::from_secs(7), 128));
    assert_eq!((echo.environment["TABLE"].as_str(), echo.environment["SHARED"].as_str()), ("Things", "own"));
    assert_eq!(echo.environment["KEY"], "arn:aws:secretsmanager:us-east-1:000000000000:secret:Key");
    assert_eq!(echo.statements[0].resource, ["arn:aws:dynamodb:us-east-1:000000000000:table/Things"]);
}

#[test]
fn apis_and_tables_are_read() {
    let template = parse(SYSTEM).unwrap();
    let http = template.http_api.unwrap();
    assert_eq!(http.cors.unwrap().allow_origins, ["https://a.example", "https://b.example"]);
    assert_eq!(http.routes[0].method.as_deref(), Some("GET"));
    assert_eq!(http.routes[0].path.as_deref(), Some("/things/{id}"));
    let sockets = template.websocket_api.unwrap();
    assert_eq!((sockets.stage.as_str(), sockets.selection.as_slice()), ("prod", ["type".to_owned()].as_slice()));
    assert_eq!(sockets.authorizer.unwrap().function, "Echo");
    assert_eq!(sockets.routes["$connect"], "Echo");
    assert_eq!(template.tables[0].time_to_live.as_deref(), Some("ends"));
}

#[test]
fn an_error_names_the_property_that_is_wrong_or_unknown() {
    refused(
        "!Ref Things",
        "!Ref Thing",
        "Echo (line 32): in `Environment`: in `Variables`: in `TABLE`: `Thing` is neither a parameter nor a resource of the template",
    );
    refused(
        "CodeUri:",
        "VpcConfig: {}\n      CodeUri:",
        "Echo (line 32): VpcConfig: unknown field `VpcConfig`, expected one of `CodeUri`, `Runtime`, `Handler`, `MemorySize`, `Timeout`, `ReservedConcurrentExecutions`, `Environment`, `Policies`, `Events`, `EventInvokeConfig`, `FunctionName`, `Architectures`, `AutoPublishAlias`, `AutoPublishAliasAllProperties`, `DeploymentPreference`, `Description`, `LoggingConfig`, `Tags`, `PermissionsBoundary`, `Tracing`, `VersionDeletionPolicy`, `VersionDescription`",
    );
    refused(
        "BillingMode:",
        "GlobalSecondaryIndexes: []\n      BillingMode:",
        "Things (line 12): GlobalSecondaryIndexes: unknown field `GlobalSecondaryIndexes`, expected one of `AttributeDefinitions`, `KeySchema`, `TimeToLiveSpecification`, `TableName`, `BillingMode`, `OnDemandThroughput`, `ProvisionedThroughput`, `DeletionProtectionEnabled`, `PointInTimeRecoverySpecification`, `SSESpecification`, `TableClass`, `Tags`",
    );
    refused("AWS::DynamoDB::Table", "AWS::EC2::Host", "Things (line 12): the local runtime has no AWS::EC2::Host");
    refused(
        "Type: HttpApi",
        "Type: Schedule",
        "Echo (line 32): Events.Route.Type: unknown variant `Schedule`, expected `HttpApi` or `EventBridgeRule`",
    );
    refused(
        "$request.body.type",
        "$request.header.x",
        "Sockets (line 25): RouteSelectionExpression: the local runtime knows $request.body.<field>, not $request.header.x",
    );
    let statement = |element: &str| {
        let from = "Action: dynamodb:GetItem";
        let sentence = format!(
            "Echo (line 32): Policies[0].Statement: unknown field `{element}`, expected one of `Sid`, `Effect`, `Action`, `Resource`",
        );
        refused(from, &format!("{from}, {element}: {{}}"), &sentence);
    };
    for element in ["Condition", "NotAction", "NotResource"] {
        statement(element);
    }
    refused(
        "{CorsConfiguration:",
        "{Auth: {EnableIamAuthorizer: true}, CorsConfiguration:",
        "Api (line 22): Auth.EnableIamAuthorizer: the local runtime has no such authorizer",
    );
    refused(
        "KEY: !Ref Key",
        "KEY: !Sub '{{resolve:secretsmanager:${Key}:SecretString}}'",
        "Echo (line 32): Environment.Variables.KEY: the local runtime resolves no dynamic reference; let the function read \
         the secret at run time",
    );
}

/// A template with a bucket of these properties, and a function with these events.
fn with_bucket(properties: &str, events: &str) -> Result<Template> {
    parse(&format!(
        "Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties: {{{properties}}}
  Policy: {{Type: AWS::S3::BucketPolicy, Properties: {{Bucket: !Ref Files}}}}
  Api: {{Type: AWS::Serverless::HttpApi}}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: functions/echo
      Environment: {{Variables: {{BUCKET: !Ref Files, ARN: !GetAtt Files.Arn, HOST: !GetAtt Files.RegionalDomainName}}}}
      EventInvokeConfig: {{MaximumRetryAttempts: 1}}
      Events: {{{events}}}
"
    ))
}

#[test]
fn a_bucket_and_its_rules_are_read() {
    let template = with_bucket(
        "NotificationConfiguration: {EventBridgeConfiguration: {}},
         CorsConfiguration: {CorsRules: [{AllowedOrigins: ['*'], AllowedMethods: [POST]}]},
         LifecycleConfiguration: {Rules: [
           {Status: Enabled, Prefix: in/, TagFilters: [{Key: a, Value: b}], ExpirationInDays: 3},
           {Status: Disabled, ExpirationInDays: 3}]}",
        "Made: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.s3], detail-type: [Object Created]}}}",
    )
    .unwrap();
    let [bucket] = &template.buckets[..] else { panic!("one bucket") };
    assert_eq!((bucket.name.as_str(), bucket.event_bridge, bucket.cors.len()), ("files", true, 1));
    let rule = LifecycleRule { prefix: "in/".into(), tags: [("a".into(), "b".into())].into(), days: 3 };
    assert_eq!(bucket.lifecycle, [rule]);
    let [function] = &template.functions[..] else { panic!("one function") };
    assert_eq!(function.environment["BUCKET"], "files");
    assert_eq!(function.environment["ARN"], "arn:aws:s3:::files");
    assert_eq!(function.environment["HOST"], "files.s3.us-east-1.amazonaws.com");
    assert_eq!((function.retries, template.rules[0].function.as_str()), (1, "Echo"));
}

#[test]
fn an_error_names_the_property_that_a_bucket_or_a_rule_cannot_have() {
    let sentence = |properties: &str, events: &str| format!("{:#}", with_bucket(properties, events).unwrap_err());
    let says = |properties: &str, events: &str, expected: &str| {
        let sentence = sentence(properties, events);
        assert!(sentence.contains(expected), "{sentence}");
    };
    says("WebsiteConfiguration: {}", "", "Files (line 2): WebsiteConfiguration: unknown field `WebsiteConfiguration`");
    says(
        "NotificationConfiguration: {LambdaConfigurations: []}",
        "",
        "Files (line 2): NotificationConfiguration.LambdaConfigurations: unknown field",
    );
    says(
        "LifecycleConfiguration: {Rules: [{Status: Enabled, Transitions: []}]}",
        "",
        "Files (line 2): LifecycleConfiguration.Rules[0].Transitions: unknown field",
    );
    says(
        "",
        "Get: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: '/files/{id}'}}",
        "Echo (line 7): Path: /files is the local address of the bucket, and no route can begin with it",
    );
    let rule = |source: &str, property: &str| {
        let pattern = format!("{{{source}, detail-type: [Object Created]}}");
        format!("Made: {{Type: EventBridgeRule, Properties: {{Pattern: {pattern}, {property}}}}}")
    };
    says(
        "",
        &rule("source: [a]", ""),
        "Echo (line 7): Events.Made: the local runtime sends only Object Created of aws.s3",
    );
    says(
        "",
        &rule("source: [aws.s3]", "RetryPolicy: {}"),
        "unknown field `RetryPolicy`, expected `Pattern` or `DeadLetterConfig`",
    );
}

fn overridden(name: &str, value: &str) -> Result<Template> {
    let overrides = [(name.to_owned(), value.to_owned())].into();
    Template::with_parameters(SYSTEM, &overrides, &mut Secrets::in_memory())
}

#[test]
fn parameters_have_their_defaults_or_their_values_from_the_command_line() {
    assert_eq!(overridden("Stage", "test").unwrap().websocket_api.unwrap().stage, "test");
    let cors = overridden("Origins", "https://c.example,https://d.example").unwrap().http_api.unwrap().cors.unwrap();
    assert_eq!(cors.allow_origins, ["https://c.example", "https://d.example"]);
    for (name, value, sentence) in [
        ("Stag", "test", "--parameter-overrides: the template has no parameter Stag"),
        ("Wait", "long", "--parameter-overrides Wait=long: a number is needed: invalid number at line 1 column 1"),
        ("Wait", "8", "--parameter-overrides Wait=8: it must be one of [7,9]"),
    ] {
        assert_eq!(format!("{:#}", overridden(name, value).unwrap_err()), sentence);
    }
    assert_eq!(overridden("Wait", "9").unwrap().functions[0].timeout, Duration::from_secs(9));
}

/// A template whose API has a definition with this integration.
fn with_definition(integration: &str) -> Result<Template> {
    let definition = format!(
        "DefinitionBody: {{openapi: 3.0.1, info: {{}}, paths: {{'/pets/{{id}}': {{get: {{responses: {{}}, \
         x-amazon-apigateway-integration: {{httpMethod: POST, credentials: x, {integration}}}}}}}}}}}"
    );
    parse(&SYSTEM.replace("{CorsConfiguration:", &format!("{{{definition}, CorsConfiguration:")))
}

#[test]
fn routes_of_a_definition_are_added_to_those_of_events() {
    let uri = "uri: !Sub 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Echo.Arn}:live/invocations'";
    let good = format!("{uri}, type: aws_proxy, payloadFormatVersion: '2.0'");
    let routes: Vec<_> = with_definition(&good).unwrap().http_api.unwrap().routes.iter().map(HttpRoute::key).collect();
    assert_eq!(routes, ["GET /things/{id}", "GET /pets/{id}"]);
    for (from, to, sentence) in [
        ("aws_proxy", "http_proxy", "type: the local runtime has aws_proxy only, not http_proxy"),
        ("'2.0'", "'1.0'", "payloadFormatVersion: the local runtime has 2.0 only, not 1.0"),
        ("${Echo.Arn}", "Other", "functions/Other:live/invocations names no function of the template"),
    ] {
        let refused = format!("{:#}", with_definition(&good.replace(from, to)).unwrap_err());
        assert!(refused.starts_with("Api (line 22): DefinitionBody.paths./pets/{id}.get: "), "{refused}");
        assert!(refused.ends_with(sentence), "{refused}");
    }
}
