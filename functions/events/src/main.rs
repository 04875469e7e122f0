//! The functions that events of other services call: a module each, and a Lambda function each, served by one executable.
//!
//! They stand apart because of what they link: the S3 SDK and the decoders of pictures.

lambda::functions! { check_attachment }
