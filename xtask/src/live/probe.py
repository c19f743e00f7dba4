"""One Doc Proof against a real Jumio tenant (or whatever answers like one), and what it settles of the open questions.

It opens one transaction, which Jumio may charge. It uses the standard library alone and none of the project's types: what is
observed is what came. The report holds status codes, header names and the shapes of bodies: no id, no token, no reference, no
value that came from the tenant, apart from Jumio's own words (statuses, categories, labels, decisions).
"""

import argparse
import base64
import datetime
import gzip
import json
import os
import pathlib
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
WORD = re.compile(r"[A-Z][A-Z0-9_]{0,49}")
# Words of lists, and nothing else, may stand in the report.
WORDS = {"status", "category", "type", "label", "classifier", "allowedChannels"}
MOST_POLLS = 60


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A credential follows nobody."""

    def redirect_request(self, *arguments):
        return None


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def told(self):
        """The status, and what the body looks like."""
        return f"{self.status}, {shape_of_body(self)}"


class Tenant:
    """Where the calls go, and what every one of them needs."""

    def __init__(self, hosts, agent):
        self.hosts, self.agent, self.retry_after = hosts, agent, set()
        self.allowed = {urllib.parse.urlsplit(host).netloc for host in hosts.values()}
        handlers = [NoRedirect()]
        if all(urllib.parse.urlsplit(host).hostname in LOOPBACK for host in hosts.values()):
            handlers.append(urllib.request.ProxyHandler({}))
        self.opener = urllib.request.build_opener(*handlers)

    def call(self, method, url, headers, body=None):
        parts = urllib.parse.urlsplit(url)
        if parts.netloc not in self.allowed:
            raise ValueError(f"a link leads to {parts.hostname}, which is none of this tenant's hosts: no token goes there")
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError("a token goes only to https, or to this machine")
        request = urllib.request.Request(url, data=body, method=method)
        for name, value in {"User-Agent": self.agent, "Accept": "application/json", **headers}.items():
            request.add_header(name, value)
        try:
            with self.opener.open(request, timeout=60) as answer:
                found = Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            found = Answer(error.code, error.headers, error.read())
        if found.headers.get("Retry-After"):
            form = "seconds" if found.headers["Retry-After"].isdigit() else "date"
            self.retry_after.add(f"{found.status} with {form}")
        return found


def shape(value, name=""):
    """Members and types; of values only words of Jumio's lists."""
    if isinstance(value, dict):
        # Where names are ids or codes of a tenant they are not told either.
        members = [f"{key if re.fullmatch(r'[A-Za-z_]{1,40}', key) else '*'}: {shape(value[key], key)}" for key in sorted(value)]
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(sorted({shape(item, name) for item in value})) + "]"
    if isinstance(value, str):
        return value if name in WORDS and WORD.fullmatch(value) else "text"
    return {bool: "bool", int: "number", float: "number", type(None): "null"}[type(value)]


def shape_of_body(answer):
    if not answer.body:
        return "empty body"
    kind = (answer.headers.get("Content-Type") or "no type").split(";")[0]
    value = answer.json()
    return f"{kind}: {shape(value)}" if value is not None else f"{kind}, {len(answer.body)} bytes that are no JSON"


class Report:
    """What was seen, question by question."""

    def __init__(self):
        self.facts = []

    def fact(self, where, question, observed):
        self.facts.append((where, question, observed))
        print(f"  {question}: {observed}", file=sys.stderr)

    def toml(self, place, simulated):
        quoted = json.dumps  # a JSON string is a TOML basic string
        lines = [
            "# What one run of `cargo xtask live` saw. No personal data, no secret: it may be shared.",
            f"at = {quoted(datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d'))}",
            f"place = {quoted(place)}",
            f"simulated = {str(simulated).lower()}",
        ]
        for where, question, observed in self.facts:
            lines += ["", "[[fact]]", f"protocol = {quoted(where)}", f"question = {quoted(question)}", f"observed = {quoted(observed, ensure_ascii=False)}"]
        return "\n".join(lines) + "\n"


def multipart(name, content, kind):
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    return {"Content-Type": f"multipart/form-data; boundary={boundary}"}, head.encode() + content + f"\r\n--{boundary}--\r\n".encode()


def claims(token):
    """The payload of a JWT, unpacked where it is packed; nothing where it is none."""
    try:
        payload = token.split(".")[1]
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    except (ValueError, IndexError, OSError):
        return {}


def sign_in(tenant, client_id, secret, report):
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    form = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
    url = f"{tenant.hosts['auth']}/oauth2/token"
    answer = tenant.call("POST", url, form, b"grant_type=client_credentials")
    if answer.status != 200:
        # The credentials are wrong, most likely; what the body looks like is an answer by itself.
        report.fact("2.1, 12", "the body of a refused token call", answer.told())
        raise ValueError(f"the token call was answered {answer.status}: check JUMIO_CLIENT_ID and JUMIO_CLIENT_SECRET")
    reply = answer.json()
    told, left = reply.get("expires_in"), claims(reply["access_token"]).get("exp", 0) - time.time()
    report.fact("2.1", "the token reply", shape(reply))
    aged = "no exp claim" if left < 0 else ("aged" if told - left > 60 else "fresh")
    report.fact("2.1, 11.18", "whether the token may be an aged one", aged)
    bad = tenant.call("POST", url, form, b"grant_type=password")
    report.fact("2.1, 12", "the body of a refused token call", bad.told())
    return {"Authorization": f"Bearer {reply['access_token']}"}


def open_transaction(tenant, oauth, report, options):
    def request(**changes):
        credential = {
            "category": "DOCUMENT",
            "country": {"predefinedType": "DEFINED", "values": [options.country]},
            "type": {"predefinedType": "DEFINED", "values": [options.type]},
        }
        body = {
            "customerInternalReference": f"live-{uuid.uuid4()}",
            "workflowDefinition": {"key": int(options.workflow), "credentials": [{**credential, **changes}]},
        }
        return json.dumps(body).encode()

    headers = {**oauth, "Content-Type": "application/json"}
    url = f"{tenant.hosts['account']}/api/v1/accounts"
    # Refused, so it opens nothing: a DOCUMENT credential needs exactly one type.
    refused = tenant.call("POST", url, headers, request(type={"values": []}))
    if not 400 <= refused.status < 500:
        raise ValueError(f"a request that Jumio should refuse was answered {refused.status}: stopping here")
    report.fact("3, 12", "the body of a refused account call", refused.told())
    answer = tenant.call("POST", url, headers, request())
    report.fact("3, 3.5", "the account reply", answer.told())
    if answer.status not in (200, 201):
        raise ValueError(f"the account call was answered {answer.status}: is the workflow {options.workflow} enabled?")
    return answer.json()


def upload_and_finalize(tenant, account, report, page):
    [document] = [entry["api"] for entry in account["workflowExecution"]["credentials"] if entry["category"] == "DOCUMENT"]
    bearer = {"Authorization": f"Bearer {document['token']}"}
    url, execution = document["parts"]["document"], document["workflowExecution"]
    early = tenant.call("PUT", execution, {**bearer, "Content-Type": "application/json"}, b"{}")
    report.fact("5, 12", "finalize while the document has no page", early.told())
    if early.status < 300:
        return bearer, execution
    form, body = multipart("page.pdf", page, "application/pdf")
    first = tenant.call("POST", url, {**bearer, **form}, body)
    report.fact("4.3", "the upload reply", first.told())
    if first.status >= 300:
        raise ValueError(f"the upload was answered {first.status}")
    again = ((first.json() or {}).get("api") or {}).get("token")
    rotated = "no token in it" if again is None else ("the same one" if again == document["token"] else "another one")
    report.fact("2.2", "the transaction token in the upload reply", rotated)
    report.fact("4.1, 12", "a second page by another POST", tenant.call("POST", url, {**bearer, **form}, body).told())
    put = tenant.call("PUT", url, {**bearer, **form}, body)
    report.fact("4.1", "PUT without a classifier", f"{put.told()}, Allow: {put.headers.get('Allow') or 'none'}")
    report.fact("4.1, 12", "replacing page 1 by PUT", tenant.call("PUT", f"{url}/1", {**bearer, **form}, body).told())
    finalized = tenant.call("PUT", execution, {**bearer, "Content-Type": "application/json"}, b"{}")
    report.fact("5", "the finalize reply", finalized.told())
    second = tenant.call("PUT", execution, {**bearer, "Content-Type": "application/json"}, b"{}")
    report.fact("5, 12", "a second finalize", second.told())
    late = tenant.call("POST", url, {**bearer, **form}, body)
    report.fact("4.3, 12", "an upload after finalize", late.told())
    return bearer, execution


def retrieve(tenant, account, oauth, report, pause):
    account_url = f"{tenant.hosts['retrieval']}/api/v1/accounts/{account['account']['id']}"
    execution = account["workflowExecution"]["id"]
    url = f"{account_url}/workflow-executions/{execution}"
    seen = []
    for _ in range(MOST_POLLS):
        status = tenant.call("GET", f"{url}/status", oauth)
        word = ((status.json() or {}).get("workflowExecution") or {}).get("status", str(status.status))
        if not seen or seen[-1] != word:
            seen.append(word)
        if word in ("PROCESSED", "SESSION_EXPIRED", "TOKEN_EXPIRED"):
            break
        time.sleep(pause)
    report.fact("7.1", "the statuses on the way", ", ".join(seen))
    report.fact("7.1", "the status reply", status.told())
    missing = 0
    details = tenant.call("GET", url, oauth)
    while details.status == 404 and missing < MOST_POLLS:
        missing += 1
        time.sleep(pause)
        details = tenant.call("GET", url, oauth)
    report.fact("7.10", "details that are 404 right after the end", f"{missing} times")
    report.fact("7.2", "the details", details.told())
    short = tenant.call("GET", f"{tenant.hosts['retrieval']}/api/v1/workflow-executions/{execution}", oauth)
    report.fact("7", "the details by the short path", str(short.status))
    for name, question in (("steps", "the steps"), ("rules", "the rules"), ("generate", "the report")):
        report.fact("7.8, 12", question, tenant.call("GET", f"{url}/{name}", oauth).told())
    report.fact("7, 12", "GET of the account", tenant.call("GET", account_url, oauth).told())
    for credential in (details.json() or {}).get("credentials", []):
        if credential.get("category") == "DOCUMENT":
            part = f"{account_url}/credentials/{credential['id']}/parts/1"
            page = tenant.call("GET", part, {**oauth, "Accept": "*/*"})
            kind = (page.headers.get("Content-Type") or "no type").split(";")[0]
            report.fact("7.9, 12", "the type of a downloaded PDF page", f"{page.status}, {kind}")
    return url


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--region", choices=["amer-1", "emea-1", "apac-1"], help="Jumio's data center")
    place.add_argument("--base-url", help="one address for all services, such as the simulator's")
    parser.add_argument("--country", default="USA")
    parser.add_argument("--type", default="BS")
    parser.add_argument("--workflow", default="10170")
    parser.add_argument("--delete", action="store_true", help="erase the transaction in the end; there is no way back")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between polls")
    parser.add_argument("--out", type=pathlib.Path, help="write the report here instead of to the standard output")
    parser.add_argument("--page", type=pathlib.Path, default=pathlib.Path("fixtures/documents/bank-statement.pdf"))
    options = parser.parse_args()
    settings = {name: os.environ.get(f"JUMIO_{name}") for name in ("CLIENT_ID", "CLIENT_SECRET", "USER_AGENT")}
    lacking = [f"JUMIO_{name}" for name, value in settings.items() if not value]
    if lacking:
        parser.error(f"{', '.join(lacking)} must be set; nothing was sent")
    services = ("auth", "account", "api", "retrieval")
    if options.base_url:
        hosts = {service: options.base_url.rstrip("/") for service in services}
    else:
        hosts = {service: f"https://{service}.{options.region}.jumio.ai" for service in services}
    tenant, report = Tenant(hosts, settings["USER_AGENT"]), Report()
    page = options.page.read_bytes()
    problem = None
    simulated = False
    try:
        health = tenant.call("GET", f"{hosts['auth']}/", {}) if options.base_url else None
        simulated = bool(health and health.headers.get("x-simulated"))
        oauth = sign_in(tenant, settings["CLIENT_ID"], settings["CLIENT_SECRET"], report)
        account = open_transaction(tenant, oauth, report, options)
        upload_and_finalize(tenant, account, report, page)
        url = retrieve(tenant, account, oauth, report, options.pause)
        if options.delete:
            report.fact("8", "deleting the execution", tenant.call("DELETE", url, oauth).told())
            report.fact("8", "the details of a deleted execution", tenant.call("GET", url, oauth).told())
    except (ValueError, KeyError, OSError) as error:
        # What was seen so far is worth as much.
        problem = f"{type(error).__name__}: {error}"
    report.fact("9.3, 12", "Retry-After", ", ".join(sorted(tenant.retry_after)) or "never seen")
    text = report.toml(options.region or "another address", simulated)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    print(f"{len(report.facts)} facts", file=sys.stderr)
    if problem:
        print(f"the run did not come to its end: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
