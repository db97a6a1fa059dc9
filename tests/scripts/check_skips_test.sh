#!/bin/sh
# check-skips refuses an unjustified skip on a full machine, and only there.
set -eu
check_skips=$(cd "$(dirname "$0")/../.." && pwd)/scripts/check-skips
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/junit.xml" <<'XML'
<testsuite>
  <testcase name="good" status="run"><system-out>fine</system-out></testcase>
  <testcase name="disk" status="notrun"><skipped message="77"/><system-out>a
no slow disk here</system-out></testcase>
</testsuite>
XML
echo '# nothing' >"$folder/none"
echo 'disk: only some hosts have one' >"$folder/disk"
echo 'disk:' >"$folder/no_reason"

fail() { echo "check_skips_test: $1" >&2; exit 1; }

"$check_skips" "$folder/junit.xml" "$folder/none" --full-machine yes >"$folder/out" && fail "an unjustified skip passed"
grep -q 'without permission: disk: no slow disk here' "$folder/out" || fail "the reason of the skip is not told"
"$check_skips" "$folder/junit.xml" "$folder/disk" --full-machine yes >/dev/null || fail "a justified skip was refused"
"$check_skips" "$folder/junit.xml" "$folder/none" --full-machine no >/dev/null || fail "a poor machine may not skip"
"$check_skips" "$folder/junit.xml" "$folder/no_reason" --full-machine yes >/dev/null 2>&1 && fail "no reason, no objection"
exit 0
