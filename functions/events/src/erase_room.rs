//! The event of S3 for the request to erase a deleted room.

use lambda::{App, Fatal, object_created};

pub(crate) async fn serve() -> Result<(), Fatal> {
    object_created::serve(App::from_env()?, async |app, room| chat::rooms::erase_room(&app.chat, room).await).await
}
