"""Rules of the house: which room may include what, and what stays pure (ARCHITECTURE.md)."""

import re
from typing import Iterator

from tree import File, Finding, Include, Tree

STAGES = {"remote", "journal", "extract", "jobs", "publish", "ops"}
MAY_INCLUDE = {
    "core": set(),
    **{stage: {"core"} for stage in STAGES},
    "settings": {"core"},
    "simulator": {"core"},
    "app": {"core", "settings"} | STAGES,
    "cli": {"core", "settings", "app", "simulator"} | STAGES,
}

# Which rooms may use a library, by the beginning of its headers' paths.
LIBRARIES = {
    "Asio": (r"boost/(asio|beast)\b", {"remote", "ops", "app", "simulator"}),
    "librdkafka": (r"librdkafka/", {"publish"}),
    "RapidJSON": (r"rapidjson/", {"extract", "remote", "publish", "app", "simulator"}),
    "yaml-cpp": (r"yaml-cpp/", {"settings"}),
    "CLI11": (r"CLI/", {"cli", "simulator"}),
    "spdlog": (r"(spdlog|fmt)/", {"ops"}),
    "prometheus-cpp": (r"prometheus/", {"ops"}),
    "libsystemd": (r"systemd/", {"ops"}),
    "ncurses": (r"n?curses", {"app"}),
    "zlib": (r"zlib\.h", {"simulator"}),
    "libzstd": (r"zstd\.h", {"simulator"}),
}

# Files that decide, and so take time, seeds and bytes as arguments.
PURE_ROOMS = {"core", "jobs"}
PURE_STEMS = {
    "address_range",
    "archived_line",
    "bash_completion",
    "batch_writer",
    "block_format",
    "canonical_json",
    "canonical_number",
    "client_statistics",
    "command_tree",
    "commands_page",
    "dead_letter_index",
    "event_handler",
    "event_store",
    "event_times",
    "failed_attempts",
    "figures",
    "filter",
    "fish_completion",
    "frame",
    "health_lines",
    "help_page",
    "image_catalogue",
    "image_filter",
    "job_book",
    "job_life",
    "journal_cursor",
    "journal_transactions",
    "jpeg",
    "json_reading",
    "json_rewrite",
    "letter_choice",
    "line",
    "line_buffer",
    "line_framer",
    "line_parser",
    "list_page",
    "man_list",
    "man_page",
    "mdoc",
    "merge_sort",
    "pages",
    "plot",
    "read_ahead",
    "recovery",
    "repeat_filter",
    "replay_script",
    "retries",
    "router",
    "search_terms",
    "service_status",
    "simulator_page",
    "source_page",
    "status_handler",
    "status_model",
    "target",
    "task_check",
    "task_request",
    "transactor",
    "url_text",
    "value_splitter",
    "view",
    "zsh_completion",
}
IMPURE_STEMS = {"system_clock", "thread_name"}  # of core: the place where the clock is read, and what the system is told
IMPURE_INCLUDES = re.compile(
    r"boost/(asio|beast)\b|librdkafka/|openssl/ssl\.h"
    r"|(thread|mutex|shared_mutex|condition_variable|future|fstream|iostream|filesystem)$"
    r"|(unistd|fcntl|poll|netdb|pthread|signal)\.h$|sys/|netinet/|arpa/|penstock/core/system_clock\.hpp"
)
IMPURE_CODE = r"\b\w*clock::now\b|\b(wall_now|monotonic_now|getenv|random_device)\b"


def is_pure(file: File) -> bool:
    if file.room is None or file.stem in IMPURE_STEMS:
        return False
    return file.room in PURE_ROOMS or file.stem in PURE_STEMS or file.stem.endswith("_fsm")


def rooms_include_only_what_they_may(tree: Tree) -> Iterator[Finding]:
    for file in tree.sources():
        if file.room not in MAY_INCLUDE:
            yield Finding(file.path, 1, f"no room of the house: {file.room}")
            continue
        for include in file.includes:
            match = re.match(r"(penstock/)?([a-z_]+)/", include.path)
            if not match or match.group(2) not in MAY_INCLUDE or match.group(2) == file.room:
                continue
            room = match.group(2)
            if not match.group(1) and include.quoted:
                yield Finding(file.path, include.line, f"{include.path} is private to {room}")
            elif match.group(1) and room not in MAY_INCLUDE[file.room]:
                yield Finding(file.path, include.line, f"{file.room} must not include {room}")


def public_headers_include_no_private_ones(tree: Tree) -> Iterator[Finding]:
    for file in tree.sources():
        if not file.path.startswith("include/"):
            continue
        for include in file.includes:
            if include.quoted and not include.path.startswith("penstock/"):
                yield Finding(file.path, include.line, f"{include.path} isn't a public header")


def libraries_stay_in_their_rooms(tree: Tree) -> Iterator[Finding]:
    for file in tree.sources():
        for include in file.includes:
            for library, (pattern, rooms) in LIBRARIES.items():
                if re.match(pattern, include.path) and file.room not in rooms:
                    yield Finding(
                        file.path,
                        include.line,
                        f"{library} is for {', '.join(sorted(rooms))}, not for {file.room}",
                    )


def json_is_written_by_core_alone(tree: Tree) -> Iterator[Finding]:
    for file in tree.cpp():
        for include in file.includes:
            if re.match(r"rapidjson/(writer|prettywriter|stringbuffer|ostream\w*)\.h", include.path):
                yield Finding(file.path, include.line, "JSON is written by core/json_writer.hpp")


def pure_files_do_no_io(tree: Tree) -> Iterator[Finding]:
    """Follows the project's own headers, so that nothing impure comes in through one of them."""
    for file in tree.sources():
        if not is_pure(file):
            continue
        for line, text in file.lines(IMPURE_CODE, file.code):
            yield Finding(file.path, line, f"pure code has no {text}")
        for include in file.includes:
            chain = impure_chain(tree, include, {file.path})
            if chain:
                yield Finding(file.path, include.line, "pure code reaches " + " → ".join(chain))


def impure_chain(tree: Tree, include: Include, seen: set[str]) -> list[str]:
    if IMPURE_INCLUDES.match(include.path):
        return [include.path]
    file = tree.included(include)
    if file is None or file.path in seen:
        return []
    seen.add(file.path)
    for inner in file.includes:
        chain = impure_chain(tree, inner, seen)
        if chain:
            return [include.path, *chain]
    return []


RULES = [
    rooms_include_only_what_they_may,
    public_headers_include_no_private_ones,
    libraries_stay_in_their_rooms,
    json_is_written_by_core_alone,
    pure_files_do_no_io,
]
