"""Each rule on a small tree that keeps it and on one that breaks it."""

import tempfile
import unittest
from unittest import mock
from pathlib import Path

import layout
import rooms
import text
from tree import Tree

HEADER = "#pragma once\n"


def found(rule, files: dict[str, str]) -> list[str]:
    return [f"{finding.path}:{finding.line}" for finding in rule(Tree(files))]


class RoomRules(unittest.TestCase):
    def includes(self, path: str, include: str) -> list[str]:
        return found(rooms.rooms_include_only_what_they_may, {path: f'#include "{include}"\n'})

    def test_the_flow_of_includes_is_allowed(self):
        for path, include in [
            ("src/remote/session.cpp", "penstock/core/log.hpp"),
            ("src/remote/session.cpp", "remote/http.hpp"),
            ("src/app/daemon.cpp", "penstock/publish/publisher.hpp"),
            ("src/app/commands/tail.cpp", "app/daemon.hpp"),
            ("include/penstock/app/daemon.hpp", "penstock/settings/settings.hpp"),
            ("src/cli/demo.cpp", "penstock/simulator/simulator.hpp"),
            ("src/cli/demo.cpp", "penstock/publish/topic_reader.hpp"),
        ]:
            self.assertEqual(self.includes(path, include), [], (path, include))

    def test_siblings_and_upward_includes_are_found(self):
        for path, include in [
            ("src/remote/session.cpp", "penstock/journal/ring.hpp"),
            ("src/core/text.cpp", "penstock/settings/settings.hpp"),
            ("src/settings/load.cpp", "penstock/remote/session.hpp"),
            ("src/app/daemon.cpp", "penstock/simulator/simulator.hpp"),
            ("include/penstock/ops/server.hpp", "penstock/app/daemon.hpp"),
        ]:
            self.assertEqual(self.includes(path, include), [f"{path}:1"], (path, include))

    def test_private_headers_of_other_rooms_are_found(self):
        self.assertEqual(self.includes("src/app/daemon.cpp", "remote/http.hpp"), ["src/app/daemon.cpp:1"])

    def test_a_room_nobody_planned_is_found(self):
        self.assertEqual(self.includes("src/utils/misc.cpp", "x.hpp"), ["src/utils/misc.cpp:1"])

    def test_private_headers_in_public_ones_are_found(self):
        rule = rooms.public_headers_include_no_private_ones
        path = "include/penstock/remote/session.hpp"
        self.assertEqual(found(rule, {path: '#include "remote/http.hpp"'}), [f"{path}:1"])
        self.assertEqual(found(rule, {path: '#include "penstock/core/log.hpp"'}), [])

    def test_libraries_outside_their_rooms_are_found(self):
        rule = rooms.libraries_stay_in_their_rooms
        for allowed, elsewhere, header in [
            ("remote", "journal", "boost/asio/io_context.hpp"),
            ("simulator", "publish", "boost/beast/http.hpp"),
            ("publish", "app", "librdkafka/rdkafka.h"),
            ("extract", "jobs", "rapidjson/reader.h"),
            ("settings", "cli", "yaml-cpp/yaml.h"),
            ("cli", "app", "CLI/CLI.hpp"),
            ("ops", "remote", "spdlog/spdlog.h"),
            ("ops", "app", "prometheus/registry.h"),
            ("ops", "app", "systemd/sd-daemon.h"),
            ("app", "cli", "ncurses.h"),
        ]:
            include = f"#include <{header}>\n"
            self.assertEqual(found(rule, {f"src/{allowed}/a.cpp": include}), [], header)
            path = f"src/{elsewhere}/a.cpp"
            self.assertEqual(found(rule, {path: include}), [f"{path}:1"], header)

    def test_a_second_json_writer_is_found(self):
        files = {"src/extract/a.cpp": "#include <rapidjson/reader.h>\n#include <rapidjson/writer.h>\n"}
        self.assertEqual(found(rooms.json_is_written_by_core_alone, files), ["src/extract/a.cpp:2"])

    def test_io_in_pure_files_is_found(self):
        for path, body in [
            ("src/core/text.cpp", "#include <thread>"),
            ("src/journal/line_framer.cpp", "#include <fstream>"),
            ("src/jobs/ledger.cpp", "#include <mutex>"),
            ("include/penstock/remote/session_fsm.hpp", "#include <boost/asio/ip/tcp.hpp>"),
            ("src/publish/router.cpp", "#include <librdkafka/rdkafka.h>"),
            ("src/extract/event_handler.cpp", '#include "penstock/core/system_clock.hpp"'),
            ("src/remote/session_fsm.cpp", "auto t = std::chrono::steady_clock::now();"),
            ("src/jobs/gaps.cpp", "auto t = wall_now();"),
        ]:
            self.assertEqual(found(rooms.pure_files_do_no_io, {path: body}), [f"{path}:1"], body)

    def test_io_that_comes_through_a_header_is_found(self):
        files = {
            "src/remote/session_fsm.cpp": '#include <chrono>\n#include "remote/a.hpp"\n',
            "src/remote/a.hpp": '#include "remote/b.hpp"\n',
            "src/remote/b.hpp": '#include "remote/a.hpp"\n#include <boost/asio.hpp>\n',
        }
        self.assertEqual(found(rooms.pure_files_do_no_io, files), ["src/remote/session_fsm.cpp:2"])

    def test_shells_and_comments_are_no_impure_code(self):
        files = {
            "src/remote/session.cpp": "#include <boost/asio.hpp>\n",
            "src/core/system_clock.cpp": "auto t = std::chrono::steady_clock::now();\n",
            "src/core/time.cpp": '// not steady_clock::now()\nauto s = "wall_now";\n',
        }
        self.assertEqual(found(rooms.pure_files_do_no_io, files), [])


class TextRules(unittest.TestCase):
    def test_open_work_is_found(self):
        files = {"src/a/a.cpp": "int a;\n// TODO later\n", "docs/a.md": "FIXME", "README.md": "todo"}
        self.assertEqual(found(text.nothing_is_left_to_do, files), ["docs/a.md:1", "src/a/a.cpp:2"])

    def test_sleeping_is_found(self):
        files = {
            "tests/unit/a/a_test.cpp": "\nstd::this_thread::sleep_for(1s);\n",
            "tests/integration/a.py": "time.sleep(1)\n",
            "tests/integration/harness/wait.py": "time.sleep(1)\n",
            "src/a/a.cpp": "// no sleep_for here\n",
        }
        expected = ["tests/unit/a/a_test.cpp:2", "tests/integration/a.py:1"]
        self.assertEqual(found(text.nothing_sleeps, files), expected)

    def test_opened_namespaces_in_headers_are_found(self):
        line = "using namespace std::literals;\n"
        files = {"src/a/a.hpp": line, "src/a/a.cpp": line, "src/a/b.hpp": "// using namespace x\n"}
        self.assertEqual(found(text.headers_open_no_namespace, files), ["src/a/a.hpp:1"])

    def test_headers_without_pragma_once_are_found(self):
        files = {"src/a/a.hpp": HEADER, "src/a/b.hpp": "// #pragma once\n", "src/a/b.cpp": ""}
        self.assertEqual(found(text.headers_are_included_once, files), ["src/a/b.hpp:1"])

    def test_long_files_are_found(self):
        files = {"src/a/a.cpp": "\n" * 401, "src/a/b.cpp": "\n" * 400, "docs/a.md": "\n" * 401}
        with mock.patch.dict(text.LONGER_FILES, clear=True):
            self.assertEqual(found(text.files_stay_short, files), ["src/a/a.cpp:401"])

    def test_shared_pointers_without_a_reason_are_found(self):
        files = {
            "src/a/a.cpp": "int a;\nstd::shared_ptr<int> b;\n",
            "src/a/b.cpp": "// shared: outlives its caller\nstd::shared_ptr<int> b;\n",
            "src/a/c.hpp": "// shared: by two sessions\nusing Watch = std::shared_ptr<int>;\n",
            "src/a/c.cpp": '#include "a/c.hpp"\nWatch b = std::make_shared<int>(1);\n',
        }
        self.assertEqual(found(text.shared_ownership_has_a_reason, files), ["src/a/a.cpp:2"])

    def test_paths_of_one_machine_are_found(self):
        files = {"docs/a.md": "/home/ann/x", "docs/b.md": "/etc/penstock, ~/x, https://a.b/home/x"}
        self.assertEqual(found(text.no_path_of_one_machine, files), ["docs/a.md:1"])


class LayoutRules(unittest.TestCase):
    def test_sources_outside_the_build_are_found(self):
        files = {
            "src/a/CMakeLists.txt": "penstock_room(a SOURCES b.cpp commands/c.cpp)  # e.cpp\n",
            "src/a/b.cpp": "",
            "src/a/commands/c.cpp": "",
            "src/a/commands/b.cpp": "",
            "src/a/e.cpp": "",
        }
        expected = ["src/a/commands/b.cpp:1", "src/a/e.cpp:1"]
        self.assertEqual(found(layout.sources_are_built, files), expected)

    def test_tests_of_nothing_are_found(self):
        files = {
            "tests/unit/a/b_test.cpp": "",
            "tests/unit/a/c_test.cpp": "",
            "tests/unit/a/b_limits_test.cpp": "",
            "tests/unit/a/d_test.cpp": "",
            "src/a/b.cpp": "",
            "include/penstock/a/c.hpp": "",
        }
        self.assertEqual(found(layout.tests_mirror_sources, files), ["tests/unit/a/d_test.cpp:1"])

    def test_dead_links_are_found(self):
        files = {
            "docs/a.md": "[b](b.md) [up](../README.md#start) [web](https://x.org) [c](c.md)\n",
            "docs/b.md": "```\n[x](in-code.md)\n```\n[dir](decisions)\n",
            "docs/decisions/1.md": "",
            "README.md": "",
        }
        self.assertEqual(found(layout.links_lead_somewhere, files), ["docs/a.md:1"])

    def tool_finds(self, rule, good: str, bad: str, suffix: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, f"good{suffix}").write_text(good)
            Path(folder, f"bad{suffix}").write_text(bad)
            try:
                paths = [finding.path for finding in rule(Tree.read(Path(folder)))]
            except layout.ToolMissing as missing:
                self.skipTest(str(missing))
            self.assertEqual(set(paths), {f"bad{suffix}"})

    def test_shellcheck_is_asked(self):
        shebang = "#!/usr/bin/env bash\n"
        self.tool_finds(
            layout.scripts_pass_shellcheck, f'{shebang}ls "$1"\n', f"{shebang}ls $1\n", ""
        )

    def test_clang_format_is_asked(self):
        self.tool_finds(layout.sources_are_formatted, "int a;\n", "int   a ;\n", ".cpp")

    def test_patches_that_dont_fit_are_found(self):
        patch = "Bug: b\nRoom: r\nTest: t\n\n--- /dev/null\n+++ b/{0}\n@@ -0,0 +1 @@\n+a\n"
        changed = patch.format("x").replace("/dev/null", "a/x").replace("-0,0 +1", "-1 +1").replace("+a", "-b\n+a")
        self.tool_finds(layout.planted_bugs_apply, patch.format("new"), changed, ".patch")
        self.tool_finds(layout.planted_bugs_apply, patch.format("new"), patch.format("new")[7:], ".patch")


if __name__ == "__main__":
    unittest.main()
