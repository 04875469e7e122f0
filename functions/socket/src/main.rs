//! The routes of the WebSocket API, and its authorizer. Each module is a Lambda function, and one executable serves
//! them all.

lambda::functions! { authorize, connect, default, disconnect, marks, message, typing }
