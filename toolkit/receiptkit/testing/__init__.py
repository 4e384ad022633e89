"""
Parts of the pytest plugin. Nothing here knows pytest: `receiptkit.pytest_plugin` imports it when it
is used, and translates.

    settings, run            the options, and what a whole run shares
    matcher                  `payload == receipt_contract`
    factories, breakages     worlds and bodies for a test; broken ones to try it with
    guard/                   sees the exchanges of HTTP clients
    traffic, inbound         checks what one test received, and the webhooks that it sent
    player, wsgi, asgi       deliver webhooks to an application
    wording, guard_error     the texts of all that
"""
