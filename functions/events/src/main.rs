//! The functions for events of other services. Each module is a Lambda function, and one executable serves them all.
//!
//! They have an executable of their own because they link the S3 SDK and the decoders of pictures.

lambda::functions! { check_attachment, erase_room }
