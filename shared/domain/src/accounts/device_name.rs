use crate::text::text;

text! {
    /// The name by which a user knows one of their devices.
    DeviceName, 1..=150, VISIBLE_LINE
}
