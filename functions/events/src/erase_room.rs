//! The event of S3 for the request to erase a deleted room, the files of a deleted message, or a copy that no message has.

use lambda::{App, Fatal, object_created};

pub(crate) async fn serve() -> Result<(), Fatal> {
    object_created::serve(App::from_env()?, async |app, erasure| chat::erase(&app.chat, erasure).await).await
}
