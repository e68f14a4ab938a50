"""The addresses of the control channel: a row each for server and client.

    GET   /v1/status
    POST  /v1/triggers                   the fields of a trigger
    POST  /v1/prices                     the same; says what it would cost
    GET   /v1/budget
    GET   /v1/jobs                       ?unfinished=&limit=
    GET   /v1/jobs/{id}                  ?wait=seconds, up to 60, for the end of the job
    POST  /v1/outcomes                   refs of jobs; samples; wait, up to 60 seconds, for one of them to end
    GET   /v1/samples                    ?pad=&job=&family=&kept=&longer=&shorter=&note=&tag=&text=&near=&before=&limit=
    GET   /v1/samples/{id}               with its sidecar; for a pad its current sample
    GET   /v1/instruments                ?targets= a pad, a kit or a sample, or several behind commas
    GET   /v1/pads
    POST  /v1/play                       sound: a sample, a pad or a file; ends with POST /v1/silence
    GET   /v1/kits
    POST  /v1/pads/{name}/set            key and value, until the daemon restarts
    POST  /v1/kits/{name}/select
    GET   /v1/deliveries                 ?host=&waiting=&limit=
    GET   /v1/hosts
    GET   /v1/models
    GET   /v1/midi                       ?since=number&wait=seconds, what MIDI was heard since
    GET   /v1/events                     ?after=id  a stream of server-sent events that goes on; see `following`
    POST  /v1/{jobs,samples,pads}/{id or name}/{again,keep,discard,cancel,accept}

An answer is a JSON object, an error `{"error": {"message", "hint", "type"}}`.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from bridge.domain.ids import is_id


@dataclass(frozen=True, slots=True)
class Address:
    """Binds what the desk can do to a method and a path; `{target}` in the path is what it is done to."""

    name: str
    method: str
    path: str


ADDRESSES = (
    Address("status", "GET", "/v1/status"),
    Address("trigger", "POST", "/v1/triggers"),
    Address("price", "POST", "/v1/prices"),
    Address("budget", "GET", "/v1/budget"),
    Address("jobs", "GET", "/v1/jobs"),
    Address("job", "GET", "/v1/jobs/{target}"),
    Address("again", "POST", "/v1/jobs/{target}/again"),
    Address("cancel", "POST", "/v1/jobs/{target}/cancel"),
    Address("accept", "POST", "/v1/jobs/{target}/accept"),
    Address("outcomes", "POST", "/v1/outcomes"),
    Address("samples", "GET", "/v1/samples"),
    Address("sample", "GET", "/v1/samples/{target}"),
    Address("again", "POST", "/v1/samples/{target}/again"),
    Address("keep", "POST", "/v1/samples/{target}/keep"),
    Address("discard", "POST", "/v1/samples/{target}/discard"),
    Address("instrument", "GET", "/v1/instruments"),
    Address("pads", "GET", "/v1/pads"),
    Address("again", "POST", "/v1/pads/{target}/again"),
    Address("keep", "POST", "/v1/pads/{target}/keep"),
    Address("discard", "POST", "/v1/pads/{target}/discard"),
    Address("cancel", "POST", "/v1/pads/{target}/cancel"),
    Address("accept", "POST", "/v1/pads/{target}/accept"),
    Address("set_pad", "POST", "/v1/pads/{target}/set"),
    Address("play", "POST", "/v1/play"),
    Address("silence", "POST", "/v1/silence"),
    Address("kits", "GET", "/v1/kits"),
    Address("select_kit", "POST", "/v1/kits/{target}/select"),
    Address("deliveries", "GET", "/v1/deliveries"),
    Address("hosts", "GET", "/v1/hosts"),
    Address("models", "GET", "/v1/models"),
    Address("midi_heard", "GET", "/v1/midi"),
    Address("events", "GET", "/v1/events"),
)


def find(name: str, target: str = "") -> tuple[str, str]:
    """Returns method and path for doing `name` to a target: a job or sample by its id, else a pad by its name.

    A target of a kind that has no such row goes to the first that has: there it is refused in words.
    """
    rows = [row for row in ADDRESSES if row.name == name]
    kind = "jobs" if is_id(target, "j") else "samples" if is_id(target, "s") else "pads"
    row = next((row for row in rows if row.path.startswith(f"/v1/{kind}/")), rows[0])
    return row.method, row.path.replace("{target}", quote(target, safe=""))
