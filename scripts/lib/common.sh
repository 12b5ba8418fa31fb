# Shared by the scripts: what a step is called, how long it took, where its log is. Source it.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
logs=$root/build/log
# What one clone has compiled needn't be compiled in another: ccache then looks at paths from the
# root on.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-true}
export SCRIPT_STARTED=${SCRIPT_STARTED:-$EPOCHSECONDS} # of the outermost script

minutes() { # SECONDS
  printf '%d.%d' $(($1 / 60)) $(($1 % 60 / 6))
}

stamped() { # TEXT…: with the minutes since the script began
  printf '[%5s min] %s' "$(minutes $((EPOCHSECONDS - SCRIPT_STARTED)))" "$*"
}

say() { # TEXT…: one line
  printf '%s\n' "$(stamped "$@")"
}

fail() { # TEXT…
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

usage() { # the comment at the top of the calling script, without its marks
  sed -n '2,/^$/{s/^# \{0,1\}//p}' "$0"
}

wrong_usage() { # TEXT…
  printf '%s: %s\nSee %s --help\n' "$(basename "$0")" "$*" "$0" >&2
  exit 2
}

# Shows what a command is at and how far it has come, read from the counters in its output
# ("[12/250] …", "3/14 Test …", apt's status). On a terminal one line, written over again and again,
# with the seconds where nothing is counted; elsewhere a line every tenth of the way.
show_progress() { # LABEL
  local label=$1 begun=$SECONDS line='' count total percent='' shown=-10 end='' drawn='' status
  label=$(stamped "$label")
  while true; do
    if [[ -t 1 ]]; then
      end="$((SECONDS - begun)) s"
      [[ -z $percent ]] || end="$percent %"
      if [[ $end != "$drawn" ]]; then
        drawn=$end
        printf '\r%-70.70s %8s' "$label" "$end"
      fi
    elif [[ -z $drawn ]]; then
      drawn=label
      printf '%s\n' "$label"
    fi
    status=0
    IFS= read -r -t 1 line || status=$?
    if ((status > 128)); then
      continue # the second is over
    elif ((status != 0)); then
      break
    fi
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] || $line =~ ^\ *([0-9]+)/([0-9]+)\ Test ]]; then
      count=${BASH_REMATCH[1]} total=${BASH_REMATCH[2]}
    elif [[ $line =~ ^(dlstatus|pmstatus):[^:]*:([0-9]+) ]]; then
      count=${BASH_REMATCH[2]} total=100
    else
      continue
    fi
    ((total > 0)) || continue
    percent=$((100 * count / total))
    if [[ ! -t 1 ]] && ((percent >= shown + 10)); then
      shown=$((percent / 10 * 10))
      say "${1}: $percent %"
    fi
  done
  if [[ -t 1 ]]; then printf '\r%79s\r%s\n' '' "$label"; fi
}

# Runs a command with its output in build/log/NAME.log; on failure shows the log's end.
logged() { # NAME LABEL COMMAND…
  local log=$logs/$1.log label=$2 status=0
  shift 2
  mkdir -p "$logs"
  "$@" 2>&1 | tee "$log" | show_progress "$label" || status=$?
  if ((status != 0)); then
    printf '%s failed. The end of %s:\n' "$label" "${log#"$root"/}" >&2
    sed -E '/^(dl|pm)status:/d' "$log" | tail -n 30 >&2
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
