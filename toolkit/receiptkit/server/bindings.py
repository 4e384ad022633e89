"""Messaging bindings: the addresses of a participant, and what they can be."""

from __future__ import annotations

from typing import Any

from receiptkit.server.addresses import channel_of, is_group_phone, refused_code
from receiptkit.server.errors import ApiError
from receiptkit.server.resources import Participant

#: How long identities and addresses can be (facts: conversations-limits).
LONGEST_NAME = 256


def binding_channel(address: str | None, proxy: str | None, projected: str | None) -> str | None:
    """Return the channel of a messaging binding; None without one."""
    if address is None:
        if projected is not None and channel_of(projected) != "sms":
            raise ApiError.of(50407)
        return "sms" if projected is not None else None
    for each in (address, proxy or ""):
        code = refused_code(each)
        if code is not None:
            raise ApiError.of(code, sid=f"CH{0:032x}")
    channel = channel_of(address)
    if channel is None or len(address) > LONGEST_NAME or projected is not None:
        raise ApiError.of(50407)
    if proxy == "":
        raise ApiError.of(50412)
    if proxy is None:
        if not is_group_phone(address):
            raise ApiError.of(50407)
        return channel
    check_proxy(address, proxy)
    return channel


def check_proxy(address: str, proxy: str) -> None:
    channel = channel_of(proxy)
    if channel is None or len(proxy) > LONGEST_NAME:
        raise ApiError.of(50408)
    if proxy == address:
        raise ApiError.of(50409)
    if channel != channel_of(address):
        raise ApiError.of(50414)


def binding_of(participant: Participant) -> dict[str, Any] | None:
    """Return the messaging binding of a participant; None without one."""
    if participant.channel is None:
        return None
    values = {
        "type": participant.channel,
        "address": participant.address,
        "proxy_address": participant.proxy_address,
        "projected_address": participant.projected_address,
    }
    return {name: value for name, value in values.items() if value is not None}
