"""What each fuzzer starts from: events of the simulator, and texts that show what there is."""

import itertools
from pathlib import Path
from typing import Callable, Iterator

JOB = b"v=1\nstate=success\nsuccess=true\nstarted=true\ncompleted=false\nrequested_at=2026-11-23T20:15:30.250Z\nseen_at=2026-11-23T20:15:31Z\nevents=12\nreplays=2\nlive=1\ngiven_up=gone\nover_at=2026-11-24T20:15:31Z\n"
GAP = b"v=1\nstate=recovering\ncause=reset\nstarted_at=2026-11-23T20:15:30.250Z\nended_at=2026-11-23T20:16:30Z\ntruncated_bytes=3\nrate_events=9\nrate_ms=60000\nrecovered_events=1\nlost=1\nbehind=4\nnote=a\nmore_jobs=0\njob=j1\njob=j2\n"
SESSION = b"v=1\nopen=1\nsession=3\nreceived_at=2026-11-23T20:15:30.250Z\nfirst_session=2026-11-23T19:15:30Z\nrate_events=9\nrate_ms=60000\njournal=0123456789abcdef\nhost=h\n"
LEDGER = b"v=1\n" + bytes(range(16)) + b"\x01" + bytes(range(16, 32)) + b"\x80\x02"
GAP_JSON = b'{"gap_id":"a","source":"s","started_at":"2026-11-23T20:15:30.250Z","ended_at":null,"cause":"reset","truncated_bytes":0,"estimated_events":7,"state":"open","jobs":["j"],"recovered_events":0,"note":""}'
TASKS = b'[{"job_id":"a-1","status":"Success","requested_at":"2026-11-23T20:15:30.250Z","finished_at":1790000000000,"description":"x","options":[{"targets":["192.0.2.1"]}]},{"job_id":"b"}]'
PAGE = b'{"total_records":2,"page":1,"events":[{"image_id":"i","url":"https://api.test/i.jpg","thumb":"t"},{"image_id":"j"}]}'
TASK = b'{"type":"scan","description":"","options":[{"targets":["192.0.2.0/24"],"ports":[{"port":"80,443","protocol":"tcp","modules":["http"],"config":{"https":true},"sample":5}]}]}'
YAML = b"""api: {url: "https://api.test", token_file: /t, backoff: {jitter: 0.2}}
sources:
  firehose: {}
  stream: {path: /v1/stream, jobs: true, stall_timeout: 60s, filter: {types: [port], networks: [192.0.2.0/24]}}
events: {max_size: 16MiB}
kafka: {brokers: "a:9092,b", key: ip, commit_interval: 250ms, properties: {sasl.password: "${P:-x}"}}
journal: {directory: /j, max_size: 1GiB}
admin: {listen: "127.0.0.1:9464"}
log: {level: info, format: json}
"""
HEAD = b"HTTP/1.1 %s\r\nContent-Type: x\r\n%s\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"\xff"


def extract_line(events: list[bytes]) -> Iterator[bytes]:
    yield from events
    yield b'{"origin":{"type":"port","job_id":"client-7","country":"us","ts":1714521600123.9,"ip":"192.0.2.1"},"target":{"ip":"a","port":"0443"},"peer":{"ip":"b","port":6.881e3}}'
    yield b'{"origin":{"job_id":"client-1","type":"job_status"},"status":{"success":null,"started":true,"completed":false,"revoked":0}}'
    yield b'{"origin":{"ts":1714521600123.99999999},"target":{"port":8.0e1},"peer":{"port":1e-400}}'
    yield b'{"\\u006frigin":{"type":"a\\ud83d\\ude00\\ud800"},"origin":{"ts":-0.5e-3,"ts":1e400}}'
    yield b'{"a":' + b"[" * 63 + b"]" * 63 + b"}"
    yield b'{"a":' + b"[" * 64 + b"]" * 64 + b"}"
    yield " {\"grün €😀\":[]}\t".encode()
    yield b"[1,2]"


def canonical_form(events: list[bytes]) -> Iterator[bytes]:
    for one, two in itertools.pairwise(events):
        yield one + END + two
        yield one + END + one
    yield b'{"b":[1.10,-0],"a":"\\u0041\\ud83d\\ude00"}' + END + '{"a":"A😀","b":[11e-1,0.0]}'.encode()
    yield b'{"a":1,"a":2}' + END + b'{"a":2,"a":1}'
    yield b'{"aaaaaaaa":1,"aaaaaaaab":2,"aaaaaaaaba":3}' + END + b'{}'
    yield b'{"aaaaaaaaa":1,"aaaaaaaab":2,"a":{}}' + END + b'{"a":{},"aaaaaaaab":2,"aaaaaaaaa":1}'


def fingerprint(events: list[bytes]) -> Iterator[bytes]:
    yield from (event[:200] for event in events[:5])


def stream_body(events: list[bytes]) -> Iterator[bytes]:
    for geometry in (b"\xff\x20\x80\x40\x01", b"\x80\xff\x10\x00\x07", b"\x40\x00\x00\xff\x09"):
        yield geometry + b'{"a":1}\n{"b":2}\r\n\n \t\n[]\n{"c":"' + b"x" * 300 + b'"}\n{"cut'
        yield geometry + b"\n".join(events[:2]) + b"\n"
        yield geometry + b'{}\r'
    for body in (b'8\r\n{"a":1}\n\r\n0\r\n\r\n', b'4;a=b\r\n{"a"\r\n4\r\n:1}\n\r\n0\r\nA: b\r\n\r\n', b"5\r\n{}\n{}"):
        yield b"\x00\x20\x20\x00\x01" + CHUNKED + body
    yield b"\x00\x20\x20\x00\x01HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\":1}\n"
    yield b"\x00\x20\x20\x00\x01HTTP/1.0 200 OK\r\n\r\n{\"a\":1}\n{}"


def journal_recovery(events: list[bytes]) -> Iterator[bytes]:
    yield b"\x00\x05" + b"\x80\x40" + b"".join(bytes([9, 200, 40]) + event[:40] for event in events[:6])
    yield b"\xff\x05\x01\xff" + events[0][:400]
    yield b"\x00\x01\x40" + bytes(range(256)) * 2


def state_records(events: list[bytes]) -> Iterator[bytes]:
    yield b"j" + JOB
    yield b"g" + GAP
    yield b"s" + SESSION
    yield b"l" + LEDGER
    yield b"kj/1/18446744073709551615"
    yield b"p" + END.join(
        [b"owner/0123456789abcdef", b"v=1\nclaim=2\nhost=h\nsince=2026-11-23T20:15:30.250Z\n",
         b"position/0123456789abcdef", b"v=1\nsequence=7\noffset=9\nitem=3\n", b"position/0", b""])
    yield b"a\x40" + END.join([b"session", SESSION, b"job/j1", JOB, b"job/j2", b"v=1\nstate=started\n",
                              b"gap/g1", GAP, b"ledger/j2/0", b"v=1\n" + bytes(range(17)), b"ledger/j1/3", b""])


def http_head(events: list[bytes]) -> Iterator[bytes]:
    for cut, (status, field) in enumerate([
        (b"200 OK", b"Transfer-Encoding: chunked"),
        (b"429 Too Many Requests", b"Retry-After: 120"),
        (b"503 Service Unavailable", b"Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"),
        (b"301 Moved", b"Location: https://api.test/v2/stream?x=%20"),
        (b"302 Found", b"Location: ../a/b?c#d"),
        (b"303 See", b"Location: https://api.test:8443/x"),
        (b"307 T", b"Location: https://[2001:db8::1]:443/x"),
        (b"307 T", b"Location: //[2001:db8::1]:8443/x"),
        (b"308 P", b"Location: http://api.test/"),
        (b"200 \x1b[31m", b"Content-Encoding: gzip"),
        (b"100 Continue", b"A:b\r\n c: d"),
    ]):
        yield bytes([cut]) + HEAD % (status, field)


def configuration(events: list[bytes]) -> Iterator[bytes]:
    yield YAML
    yield YAML + END + END.join([b"PENSTOCK_KAFKA_KEY=type", b"PENSTOCK_SOURCES_STREAM_JOBS=false",
                                 b"-events.max_size=1MiB", b"P=secret", b"-kafka.properties.linger.ms=5"])
    yield END.join([b"", b"PENSTOCK_API_URL=https://api.test", b"PENSTOCK_SOURCES=firehose,stream",
                    b"PENSTOCK_KAFKA_BROKERS=localhost:9092", b"PENSTOCK_KAFKA_TOPICS=firehose=a,jobs=b"])
    yield END.join([b"", b"PENSTOCK_SOURCES=" + b",".join(b"s%d" % i for i in range(400)),
                    *(b"PENSTOCK_SOURCES_%02d=1" % i for i in range(90))])
    yield b"sources: [a, &b {c: *b}]\nkafka:\n  - !!str x\n? [k]\n: v\n"
    yield YAML + b", a"
    yield b"a: b\n---\n[{c: 'd"


def rest_answer(events: list[bytes]) -> Iterator[bytes]:
    for cut, text in enumerate([TASKS, TASKS[1:-1].replace(b"},{", b"}\n{"), PAGE, b'{"message":"no \\"such\\" job"}',
                                b'{"job_id":"a","stream_url":"https://api.test/s"}', b"[]", b" ", b'[[1],"a\\\\",tru]', b'{"a":"\\\\\\"}{[]"}[{"\\"":1} , {}]',
                                b'{"job_id":"client-j1","status":"Revoked"}', *events[:3]]):
        yield bytes([cut]) + text


def targets(events: list[bytes]) -> Iterator[bytes]:
    for text in (b"192.0.2.1", b"2001:db8::1", b"::ffff:192.0.2.1", b"1:2:3:4:5:6:7:8", b"::"):
        yield b"a" + text
        yield b"t" + text
    yield b"n192.0.2.0/24,2001:db8::/32,::/0,192.0.3.0/24,192.0.2.9"
    yield b"n::/64,::ffff:0:0/96,::1"
    yield b"n::/79,10.0.0.1"
    yield b"n::ffff:192.0.2.0/120,192.0.2.7"
    yield b"t192.0.2.1-192.0.2.9"
    yield b"t192.0.2.0/24"
    yield b"ta-b.example_x"
    yield b"t1-1024,80,443"
    for text in (b"64MiB", b"1GB", b"250ms", b"15m", b"0"):
        yield b"s" + text
    for text in (b"2026-11-23T20:15:30.250+01:00", b"Sun, 06 Nov 1994 08:49:37 GMT", b"Sunday, 06-Nov-94 08:49:37 GMT",
                 b"Sun Nov  6 08:49:37 1994"):
        yield b"d" + text


def requests(events: list[bytes]) -> Iterator[bytes]:
    yield b"uhttps://[2001:db8::1]:8443/a?b#c"
    yield b"j" + TASK
    yield b"j\x00d\xff\x40" + END.join([b"192.0.2.1", b"\x4080,443/tcp", b"\x40http", b"\x40https=true"])
    yield b"uhttps://api.test:443/v1/stream?a=%20"
    yield b"p" + END.join([b"http://user:pass@proxy.test:3128", b".example,10.0.0.0/8,*:9", b"api.example"])


def dead_letters(events: list[bytes]) -> Iterator[bytes]:
    yield b"g" + GAP_JSON
    yield b"p0/17"
    yield b"i" + bytes(itertools.islice(itertools.cycle([0, 0xE0, 1, 1, 1, 1, 1, 1, 1, 20]), 120))
    yield b"i" + bytes(range(256))


MAKERS: list[Callable[[list[bytes]], Iterator[bytes]]] = [
    canonical_form, configuration, dead_letters, extract_line, fingerprint, http_head, journal_recovery,
    requests, rest_answer, state_records, stream_body, targets,
]


def write(directory: Path, events: list[bytes]) -> None:
    """`directory`/<fuzzer>/<number>, for each fuzzer. Of the events the shorter ones."""
    short = sorted(events, key=len)[:30]
    for maker in MAKERS:
        folder = directory / maker.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(maker(short)):
            (folder / str(number)).write_bytes(seed)
