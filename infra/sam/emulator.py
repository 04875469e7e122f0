"""Runs MiniStack, with points in time to restore, and with the subprotocol in its WebSocket handshakes, without which
browsers disconnect.

MiniStack accepts a handshake without the subprotocol from the response of `$connect`. API Gateway passes it on (API
Gateway Developer Guide, "Setting up a $connect route that requires a WebSocket subprotocol").
"""

import contextvars

from ministack.app import main
from ministack.services import apigateway

import points_in_time

_connected = contextvars.ContextVar("the response of $connect")
_invoke, _handle = apigateway._invoke_ws_lambda, apigateway.handle_websocket


async def _remember(*arguments, **named):
    response = await _invoke(*arguments, **named)
    if "CONNECT" in arguments:
        _connected.set(response or {})
    return response


async def _with_subprotocol(scope, receive, send, *arguments, **named):
    async def complete(message):
        if message["type"] == "websocket.accept":
            headers = {name.lower(): value for name, value in (_connected.get({}).get("headers") or {}).items()}
            message = {**message, "subprotocol": headers.get("sec-websocket-protocol")}
        await send(message)

    await _handle(scope, receive, complete, *arguments, **named)


apigateway._invoke_ws_lambda = _remember
apigateway.handle_websocket = _with_subprotocol
points_in_time.install()

if __name__ == "__main__":
    main()
