"""
Parts of the pytest plugin. Nothing here knows pytest: `receiptkit.pytest_plugin` imports it when it
is used, and translates.

    settings, run        the options, and what a whole run shares
    matcher              `payload == receipt_contract`
    factories, breakages worlds and bodies for a test
    guard/               sees the exchanges of HTTP clients
    traffic, inbound     checks what one test received
    player, wsgi, asgi   delivers webhooks to an application
    wording              the texts of all that
"""
