//! The routes of the WebSocket API and its authorizer: a module each, and a Lambda function each, served by one executable.

lambda::functions! { authorize, connect, default, disconnect, message, typing }
