//! Selects the function that `_HANDLER` names (AWS Lambda Developer Guide, "Defined runtime environment variables").

use std::env;

use crate::Fatal;

/// Declares the modules of an executable's functions, and the `main` that serves the function named by the handler.
///
/// A function's module has its handler's name in snake case and a `serve`, which returns when the Lambda runtime is
/// gone. The modules may be grouped: `rooms { create_chatroom, join_chatroom }` are `rooms/create_chatroom.rs` and
/// `rooms/join_chatroom.rs`.
#[macro_export]
macro_rules! functions {
    ($($function:ident),+ $(,)?) => {
        $(mod $function;)+
        $crate::functions!(@main $($function)+);
    };
    ($($group:ident { $($function:ident),+ $(,)? })+) => {
        $(mod $group { $(pub(crate) mod $function;)+ })+
        $(use $group::{$($function),+};)+
        $crate::functions!(@main $($($function)+)+);
    };
    (@main $($function:ident)+) => {
        #[tokio::main(flavor = "current_thread")]
        async fn main() -> ::std::process::ExitCode {
            $crate::log::run(async {
                let handler = $crate::handler::named()?;
                $(if $crate::handler::is(&handler, stringify!($function)) {
                    return $function::serve().await;
                })+
                Err($crate::handler::unknown(&handler))
            })
            .await
        }
    };
}

/// The handler of this function.
///
/// # Errors
/// The variable is not set.
pub fn named() -> Result<String, Fatal> {
    env::var("_HANDLER").map_err(|_| "the variable _HANDLER is not set: it names the function to serve".into())
}

/// Whether a handler, in kebab case, names a module, in snake case.
#[must_use]
pub fn is(handler: &str, module: &str) -> bool {
    handler.bytes().eq(module.bytes().map(|byte| if byte == b'_' { b'-' } else { byte }))
}

/// The error for a handler without a function.
#[must_use]
pub fn unknown(handler: &str) -> Fatal {
    format!("the handler {handler} names no function of this executable").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_is_a_module_in_kebab_case() {
        assert!(is("send-message", "send_message") && is("login", "login"));
        assert!(!is("send_message", "send_message") && !is("send", "send_message") && !is("", "login"));
    }
}
