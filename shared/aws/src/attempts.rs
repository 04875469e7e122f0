use std::time::Duration;

/// The limits of the attempts of a call.
#[derive(Clone, Copy, Debug)]
pub struct Attempts {
    /// The number of attempts.
    pub most: u32,
    /// The longest pause before the second attempt. It doubles with each further one.
    pub backoff: Duration,
    /// How long one attempt may take after it has a connection.
    pub each: Duration,
    /// How long all attempts may take, with the pauses between them.
    pub all: Duration,
}

/// Waits before the next attempt after `failed` ones, a random time up to `first`, 2 × `first`, 4 × `first`, …: calls
/// that collided do not collide again (AWS Architecture Blog, "Exponential Backoff And Jitter", "full jitter").
pub async fn backoff(first: Duration, failed: u32) {
    tokio::time::sleep(longest_pause(first, failed).mul_f64(fastrand::f64())).await;
}

fn longest_pause(first: Duration, failed: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_twice_as_long_after_each_attempt() {
        let pauses = [1, 2, 3, 6].map(|failed| longest_pause(Duration::from_millis(25), failed).as_millis());
        assert_eq!(pauses, [25, 50, 100, 800]);
        assert!(longest_pause(Duration::from_millis(25), u32::MAX) > Duration::from_hours(24));
    }
}
