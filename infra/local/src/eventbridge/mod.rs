//! EventBridge: sends events to the functions with matching rules.

use std::sync::Arc;

use serde_json::Value;
use template::EventRule;

use crate::{ids, lambda::Lambda, logs};

/// The default event bus with its rules.
#[derive(Clone, Debug)]
pub struct EventBridge {
    rules: Arc<[EventRule]>,
    lambda: Lambda,
}

impl EventBridge {
    /// The bus with the rules of a template.
    #[must_use]
    pub fn new(rules: Vec<EventRule>, lambda: Lambda) -> Self {
        Self { rules: rules.into(), lambda }
    }

    /// Sends an event to every function with a matching rule, without waiting for the functions. Must be called inside
    /// a Tokio runtime.
    pub fn send(&self, event: &Value) {
        for EventRule { function, pattern } in self.rules.iter() {
            if pattern.matches(event)
                && let Err(failure) = self.lambda.send(function, &ids::trace(), event.to_string().into())
            {
                logs::warning(&format!("{function} does not get an event: {}", failure.message));
            }
        }
    }
}
