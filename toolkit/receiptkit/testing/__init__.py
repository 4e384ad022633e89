"""
Parts of the pytest plugin. Nothing here knows pytest: `receiptkit.pytest_plugin` imports it when it
is used, and translates.

    settings, run        the options, and what a whole run shares
    matcher              `payload == receipt_contract`
    factories, cases     worlds and bodies for a test; flaws to try it with
    guard/               sees the exchanges of HTTP clients
    traffic              judges what one test got
    player, wsgi, asgi   delivers webhooks to an application
    coverage, sights     what of the contract a run exercised
    wording              the texts of all that
"""
