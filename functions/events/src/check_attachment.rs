//! The event of S3 for a new upload.

use lambda::{App, Fatal, object_created};

pub(crate) async fn serve() -> Result<(), Fatal> {
    let app = App::from_env()?;
    let objects = app.chat.bucket.objects();
    object_created::serve(app, async |app, id| chat::attachments::check_attachment(&app.chat, &objects, id).await).await
}
