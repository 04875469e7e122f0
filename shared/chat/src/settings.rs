use domain::{Access, Circle, PushPace};

/// The settings of the chat: parameters of the template.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The access of a room whose creator does not choose: `DefaultRoomAccess`.
    pub default_access: Access,
    /// The people who may add a user who does not choose: `WhoCanAdd`.
    pub who_can_add: Circle,
    /// The pushes of one room: `PushesPerSecond`.
    pub pushes: PushPace,
}

impl Default for Settings {
    /// The defaults of the template.
    fn default() -> Self {
        Self { default_access: Access::Open, who_can_add: Circle::Contacts, pushes: PushPace { per_second: 2000 } }
    }
}
