"""
The errors of the API: HTTP status, Twilio's code and message of each, and the body that says
so.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class ApiErrorKind(NamedTuple):
    """
    An error that the API answers with.

    Attributes:
        status: HTTP status.
        code: Twilio's code; None where an error has none.
        message: text with placeholders, such as `{path}`.
    """

    status: int
    code: int | None
    message: str

    def body(self, message: str | None = None) -> dict[str, Any]:
        """Return the body of a response, with another message if there is one."""
        text = self.message if message is None else message
        if self.code is None:
            return {"message": text, "status": self.status}
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": text, "status": self.status, "more_info": more}


#: Errors that any request can get, by name. The wording of others varies.
ERRORS = {
    "not-found": ApiErrorKind(404, 20404, "The requested resource {path} was not found"),
    "unauthorized": ApiErrorKind(401, 20003, "Authenticate"),
    "page-without-token": ApiErrorKind(400, 20001, "PageToken is required for paging."),
    "too-many-requests": ApiErrorKind(429, 20429, "Too Many Requests"),
    "server-error": ApiErrorKind(500, None, "An error occurred"),
}

#: Statuses and messages that a real answer showed.
_SEEN = {
    20001: (400, "Invalid parameter"),
    20004: (405, "Method Not Allowed"),
    50204: (400, "Identity not provided"),
    50304: (400, "Attributes not valid JSON"),
    50353: (409, "Conversation with provided unique name already exists"),
    50377: (400, "Can't update conversation as it's in final closed state"),
    50390: (400, "Unique name must not look like a conversation SID"),
    50407: (400, "Invalid messaging binding address"),
    50416: (
        409,
        "A binding for this participant and proxy address already exists in Conversation {sid}",
    ),
    50433: (409, "Participant already exists"),
    50438: (
        400,
        "Group MMS with given participant list already exists as Conversation {sid}",
    ),
    50441: (400, "Failed to add a proxy address to a participant"),
    50513: (400, "Message author should be among Group MMS participants."),
}
#: Errors without a capture: the status is inferred.
_INFERRED = {
    19038: (400, "Invalid page token"),
    20403: (403, "Only this machine configures the server, not the page of another."),
    20413: (413, "The body is longer than {limit} bytes."),
    50003: (400, "Friendly name too long"),
    50004: (400, "Unique name too long"),
    50055: (400, "Webhook method is invalid"),
    50056: (400, "Pre-webhook rejected the action"),
    50057: (400, "Pre-webhook answered with values that are not valid"),
    50077: (400, "Pre-webhook URL is not valid"),
    50078: (400, "Post-webhook URL is not valid"),
    50109: (400, "Role is not valid"),
    50207: (400, "Identity too long"),
    50211: (400, "Identity and messaging binding address are mutually exclusive"),
    50214: (400, "Identity is in too many conversations"),
    50303: (400, "Attributes too long"),
    50308: (400, "DateCreated is not valid"),
    50309: (400, "DateUpdated is not valid"),
    50310: (400, "Author too long"),
    50341: (400, "Messaging Service SID is not valid"),
    50361: (400, "Conversation has 5 webhooks, and cannot have more"),
    50362: (400, "Webhook has more than 5 triggers"),
    50364: (400, "Webhook target is not valid"),
    50365: (400, "Webhook filter is not valid"),
    50366: (400, "Webhook trigger is empty or longer than 248 characters"),
    50367: (400, "Webhook flow SID is not valid"),
    50368: (400, "Webhook target not provided"),
    50369: (400, "Webhook URL not provided"),
    50370: (400, "Webhook filters not provided"),
    50371: (400, "Webhook triggers not provided"),
    50372: (400, "Webhook URL is not valid, or longer than 512 characters"),
    50374: (400, "Conversation state is empty"),
    50375: (400, "Inactive timer must be at least 1 minute"),
    50376: (400, "Closed timer must be at least 10 minutes"),
    50378: (400, "Conversation state is not valid"),
    50379: (400, "Timer is not an ISO 8601 duration"),
    50384: (400, "Conversation cannot be created as closed"),
    50386: (400, "Conversation is still initializing"),
    50408: (400, "Invalid messaging binding proxy address"),
    50409: (400, "Messaging binding address and proxy address are the same"),
    50411: (400, "Messaging binding address is empty"),
    50412: (400, "Messaging binding proxy address is empty"),
    50413: (400, "Messaging binding proxy address is not owned by the account"),
    50414: (400, "Messaging binding address and proxy address are of different channels"),
    50415: (400, "Messaging binding proxy address has no WhatsApp"),
    50417: (400, "Participant limit exceeded"),
    50418: (400, "Non-chat participant limit exceeded"),
    50421: (400, "Last read message index is not valid"),
    50422: (400, "Non-chat participant limit exceeded"),
    50426: (400, "Too many participants"),
    50434: (400, "Group MMS needs a projected address"),
    50436: (400, "Group MMS participant limit exceeded"),
    50440: (400, "Failed to remove a proxy address from a participant"),
    50451: (400, "Identity and Address are mutually exclusive"),
    50503: (400, "Message body not provided"),
    50504: (400, "Message body too long"),
    50510: (400, "Media SID is not valid"),
    50526: (400, "Content SID is not valid"),
    50528: (400, "Content variables need a content SID"),
}
#: Errors of one request or another, by code. An inferred status can be
#: replaced by a setting.
REFUSALS = {
    code: ApiErrorKind(status, code, text)
    for code, (status, text) in {**_SEEN, **_INFERRED}.items()
}
