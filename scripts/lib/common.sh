# Shared by the scripts: what a step is called, how long it took, where its log is. Source it.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
logs=$root/build/log
started=$SECONDS

minutes() { # SECONDS
  printf '%d.%d' $(($1 / 60)) $(($1 % 60 / 6))
}

say() { # TEXT…: one line, with the minutes since the script began
  printf '[%5s min] %s\n' "$(minutes $((SECONDS - started)))" "$*"
}

fail() { # TEXT…
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

usage() { # the comment at the top of the calling script, without its marks
  sed -n '2,/^$/{s/^# \{0,1\}//p}' "$0"
}

# Shows the counters in a command's output ("[12/250] …", "12%") as one line that is overwritten on
# a terminal, and as a line every tenth of the way elsewhere.
show_progress() { # LABEL
  local label=$1 line count total percent shown=-10
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      count=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
    elif [[ $line =~ ^(dlstatus|pmstatus):[^:]*:([0-9]+) ]]; then
      count=${BASH_REMATCH[2]} total=100
    else
      continue
    fi
    ((total > 0)) || continue
    percent=$((100 * count / total))
    if [[ -t 1 ]]; then
      printf '\r[%5s min] %-50.50s %3d %%' "$(minutes $((SECONDS - started)))" "$label" "$percent"
    elif ((percent >= shown + 10)); then
      shown=$((percent / 10 * 10))
      say "$label: $percent %"
    fi
  done
  if [[ -t 1 ]]; then printf '\r%72s\r' ''; fi
}

# Runs a command with its output in build/log/NAME.log; on failure shows the log's end.
logged() { # NAME LABEL COMMAND…
  local log=$logs/$1.log label=$2 status=0
  shift 2
  mkdir -p "$logs"
  say "$label"
  "$@" 2>&1 | tee "$log" | show_progress "$label" || status=$?
  if ((status != 0)); then
    printf '%s failed. The end of %s:\n' "$label" "${log#"$root"/}" >&2
    tail -n 30 "$log" >&2
  fi
  return "$status"
}

# Runs a command as root: directly, or with sudo.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

require_debian_12() {
  local id='' version=''
  if [[ -r /etc/os-release ]]; then
    id=$(sed -n 's/^ID=//p' /etc/os-release)
    version=$(sed -n 's/^VERSION_ID="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' /etc/os-release)
  fi
  [[ $id == debian && $version == 12 ]] ||
    fail "this script installs packages of Debian 12, and this is ${id:-another system} $version." \
      "scripts/lib/packages lists what penstock needs."
}
